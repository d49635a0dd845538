import { expect, test } from 'vitest';
import { Tally } from '../../src/tools/tally.js';

const counted = (paths: string[], rows: unknown[]) => {
  const tally = new Tally(paths);
  for (const row of rows) tally.add(row);
  return tally.sorted();
};

test.each<[string, string[], unknown[], [string, number][]]>([
  [
    'most first, then by value',
    ['a'],
    [{ a: 'y' }, { a: 'x' }, { a: 'z' }, { a: 'z' }],
    [
      ['z', 2],
      ['x', 1],
      ['y', 1],
    ],
  ],
  ['missing, null and empty alike', ['a.b'], [{}, { a: null }, { a: { b: '' } }, { a: { b: [] } }], [['(none)', 4]]],
  [
    'every element of an array, and arrays of objects',
    ['t.k'],
    [{ t: [{ k: 'x' }, { k: 'y' }] }, { t: [{ k: 'x' }, {}] }],
    [
      ['x', 2],
      ['y', 1],
    ],
  ],
  [
    'numbers and booleans as text',
    ['a'],
    [{ a: 1 }, { a: true }, { a: 1 }],
    [
      ['1', 2],
      ['true', 1],
    ],
  ],
  [
    'combinations of several paths',
    ['a', 'b'],
    [{ a: 'x', b: ['1', '2'] }, { a: 'x', b: '1' }, { b: '1' }],
    [
      ['x | 1', 2],
      ['(none) | 1', 1],
      ['x | 2', 1],
    ],
  ],
  [
    'combinations that only look the same',
    ['a', 'b'],
    [
      { a: 'x | y', b: 'z' },
      { a: 'x', b: 'y | z' },
    ],
    [
      ['x \\| y | z', 1],
      ['x | y \\| z', 1],
    ],
  ],
  ['what nobody can see makes no difference', ['a'], [{ a: 'x' }, { a: 'x\u200b' }], [['x', 2]]],
  [
    'names of the language',
    ['a'],
    [{ a: '__proto__' }, { a: 'constructor' }, { a: '__proto__' }],
    [
      ['__proto__', 2],
      ['constructor', 1],
    ],
  ],
])('%s', (_, paths, rows, want) => {
  expect(counted(paths, rows)).toEqual(want);
});

test('goes on from what was counted', () => {
  const first = new Tally(['a']);
  first.add({ a: 'x' });
  const second = new Tally(['a'], JSON.parse(JSON.stringify(first.counted())));
  second.add({ a: 'x' });
  expect(second.sorted()).toEqual([['x', 2]]);
});

test.each([
  ['values', (n: number) => String(n), 5000],
  ['characters', (n: number) => `${n}`.padEnd(1000, 'x'), 500],
])('stops at too many %s', (_, value, most) => {
  const tally = new Tally(['id']);
  for (let n = 0; n < most; n += 1) tally.add({ id: value(n) });
  tally.add({ id: value(0) });
  expect(() => tally.add({ id: value(most) })).toThrow(
    expect.objectContaining({ code: 'result_too_large', message: expect.stringContaining('count_by id') }),
  );
});
