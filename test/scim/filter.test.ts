import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMPARISONS, type Filter, FilterSyntaxError, formatFilter, parseFilter } from '../../src/scim/filter.js';

const eq = (path: string, value: string) => ({ op: 'eq', path, value }) as const;

// Examples in the manner of RFC 7644 section 3.4.2.2.
test.each<[string, Filter]>([
  ['userName eq "bjensen"', eq('userName', 'bjensen')],
  ['title pr', { op: 'pr', path: 'title' }],
  ['n gt -1.5e2', { op: 'gt', path: 'n', value: -150 }],
  ['a EQ true', { op: 'eq', path: 'a', value: true }],
  ['a ne null', { op: 'ne', path: 'a', value: null }],
  ['a.b_c.d sw "J\\"\\u00e9\\\\"', { op: 'sw', path: 'a.b_c.d', value: 'J"é\\' }],
  [
    'a eq "1" or b eq "2" and c eq "3"',
    { op: 'or', left: eq('a', '1'), right: { op: 'and', left: eq('b', '2'), right: eq('c', '3') } },
  ],
  [
    '(a eq "1" or b eq "2") and c eq "3"',
    { op: 'and', left: { op: 'or', left: eq('a', '1'), right: eq('b', '2') }, right: eq('c', '3') },
  ],
  [
    'a eq "1" AND b eq "2" and c eq "3"',
    { op: 'and', left: { op: 'and', left: eq('a', '1'), right: eq('b', '2') }, right: eq('c', '3') },
  ],
  [
    'not (a pr) and not(b pr)',
    {
      op: 'and',
      left: { op: 'not', filter: { op: 'pr', path: 'a' } },
      right: { op: 'not', filter: { op: 'pr', path: 'b' } },
    },
  ],
  ['constructor eq "x"', eq('constructor', 'x')],
])('parses %s', (text, want) => {
  expect(parseFilter(text)).toEqual(want);
});

test.each([
  ['', 0],
  ['a', 1],
  ['a eq', 4],
  ['a eq b', 5],
  ['a is "b"', 2],
  ['a eq "b" c', 9],
  ['a eq "b" constructor b pr', 9],
  ['(a pr', 5],
  ['a pr)', 4],
  ['a eq "b', 5],
  ['a eq "\\q"', 5],
  ['a eq 1.2.3', 5],
  ["a eq 'b'", 5],
  ['and pr and', 10],
  [`${'('.repeat(300)}a pr`, 101],
])('refuses %j at %i', (text, position) => {
  const refused = expect(() => parseFilter(text));
  refused.toThrow(FilterSyntaxError);
  refused.toThrow(expect.objectContaining({ position }));
});

const path = fc
  .stringMatching(/^[A-Za-z_][\w]{0,8}(\.[a-z]\w{0,5}){0,2}$/)
  .filter((name) => !/^(true|false|null|not)$/.test(name));
const value = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
);
const leaf = fc.oneof(
  fc.record({ op: fc.constantFrom(...COMPARISONS), path, value }),
  fc.record({ op: fc.constant('pr' as const), path }),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.record({ op: fc.constantFrom('and' as const, 'or' as const), left: tie('filter'), right: tie('filter') }),
    fc.record({ op: fc.constant('not' as const), filter: tie('filter') }),
  ),
}));

test('what is formatted parses back to the same filter', () => {
  fc.assert(
    fc.property(filter, (given) => {
      expect(parseFilter(formatFilter(given))).toEqual(given);
    }),
  );
});

test('any text is either a filter or a FilterSyntaxError', () => {
  const noise = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('a', 'eq', '"b"', '(', ')', 'and', 'not', 'pr', ' ', '1')).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(noise, (text) => {
      try {
        parseFilter(text);
      } catch (error) {
        expect(error).toBeInstanceOf(FilterSyntaxError);
      }
    }),
  );
});
