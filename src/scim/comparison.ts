import type { Comparison, FilterValue } from './filter.js';

/** Values that a dotted path has in a record, in every element of arrays on the way; none where it is missing. */
export function valuesAt(record: unknown, path: string): readonly unknown[] {
  const names = path.split('.');
  let value: unknown = record;
  for (const [depth, name] of names.entries()) {
    if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, names.slice(depth).join('.')));
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
    value = (value as Record<string, unknown>)[name];
  }
  return (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined);
}

/** Whether one value compares so: strings without case (RFC 7643 section 2.2), dates by the moment they mean. */
export function compares(op: Comparison, actual: unknown, wanted: FilterValue): boolean {
  if (op === 'ne') return !compares('eq', actual, wanted);
  if (typeof actual === 'string' && typeof wanted === 'string') {
    const [a, b] = [actual.toLowerCase(), wanted.toLowerCase()];
    if (op === 'sw') return a.startsWith(b);
    if (op === 'co') return a.includes(b);
    if (op === 'ew') return a.endsWith(b);
    const [x, y] = [momentOf(actual), momentOf(wanted)];
    return x !== undefined && y !== undefined ? ordered(op, x, y) : ordered(op, a, b);
  }
  if (typeof actual === 'number' && typeof wanted === 'number') return ordered(op, actual, wanted);
  return op === 'eq' && actual === wanted;
}

function ordered<T extends string | number>(op: string, a: T, b: T): boolean {
  if (op === 'eq') return a === b;
  if (op === 'gt') return a > b;
  if (op === 'ge') return a >= b;
  if (op === 'lt') return a < b;
  return op === 'le' && a <= b;
}

/** Milliseconds since 1970 of an ISO 8601 date, with or without a time; undefined for any other text. */
export function momentOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
