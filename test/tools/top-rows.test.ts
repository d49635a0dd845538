import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopRows } from '../../src/tools/top-rows.js';

const ranked = (order: string, size: number, values: unknown[]) => {
  const top = new TopRows(order, size);
  for (const [n, v] of values.entries()) top.add({ n, v }, (row) => (row as { n: number }).n);
  return top.ranked().map(([, n]) => n);
};

test.each<[string, unknown[], number[]]>([
  ['v', ['b', 'A', 'c'], [1, 0, 2]],
  ['-v', ['b', 'A', 'c'], [2, 0, 1]],
  ['v', [10, 9, -1], [2, 1, 0]],
  // Dates by their moment, whatever their zone.
  ['v', ['2026-03-01T12:00:00Z', '2026-03-01T12:30:00+01:00', '2026-02-28'], [2, 1, 0]],
  // Without a value is last either way; equal ones stay in order.
  ['v', [null, 'b', undefined, '', 'a', 'B'], [4, 1, 5, 0, 2, 3]],
  ['-v', [null, 'b', undefined, '', 'a', 'B'], [1, 5, 4, 0, 2, 3]],
  ['v', [true, false], [1, 0]],
  ['v', [['b', 'a'], 'aa', []], [1, 0, 2]],
])('%s of %j', (order, values, want) => {
  expect(ranked(order, 10, values)).toEqual(want);
});

test('keeps the first of what a stable sort gives', () => {
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(null));
  fc.assert(
    fc.property(fc.array(value), fc.integer({ min: 1, max: 6 }), fc.boolean(), (values, size, down) => {
      const want = values
        .map((v, n) => ({ v, n }))
        .sort((a, b) => {
          if (a.v === null || b.v === null) return Number(a.v === null) - Number(b.v === null);
          return down ? b.v - a.v : a.v - b.v;
        })
        .slice(0, size)
        .map(({ n }) => n);
      expect(ranked(down ? '-v' : 'v', size, values)).toEqual(want);
    }),
  );
});
