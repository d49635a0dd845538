/** Levels that arguments may have. What Okta takes has far fewer; thousands overflow the stack of whoever reads them. */
export const DEEPEST = 100;

/** Whether a value is nested deeper than arguments may be. */
export function isTooDeep(value: unknown, levels = DEEPEST): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1));
}
