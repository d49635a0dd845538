/**
 * Every n-th of a long list, so that `npm test` stays short; all of it in `npm run test:deep`, which runs the same files
 * again.
 */
export function share<T>(list: readonly T[], nth: number): readonly T[] {
  return whole ? list : list.filter((_, at) => at % nth === 0);
}

/** So many runs of a generated test; the full number in `npm run test:deep`. */
export function runs(full: number, nth: number): number {
  return whole ? full : Math.ceil(full / nth);
}

const whole = process.env.OKTA_TEST_WHOLE === 'true';
