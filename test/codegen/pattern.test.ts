import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutCaseFlag } from '../../codegen/pattern.js';

test.each([
  ['(?i)^a-b$', '^[aA]-[bB]$'],
  ['(?i)[0-9a-f]{8}', '[0-9a-fA-F]{8}'],
  ['(?i)[^xy-]', '[^xXyY-]'],
  ['(?i)\\d\\w[\\d.]', '\\d\\w[\\d.]'],
  ['(?i)(?:a|b)(?=c)(?!d)', '(?:[aA]|[bB])(?=[cC])(?![dD])'],
])('%s is %s', (given, want) => {
  expect(withoutCaseFlag(given)).toBe(want);
});

test('the rewritten pattern matches what the flag i matches', () => {
  const piece = fc.constantFrom(
    'a',
    'Z',
    '7',
    '-',
    '[a-f]',
    '[^b-dX]',
    '\\d',
    '\\.',
    '(?:k|Q)',
    'm{2}',
    '[\\w-]',
    'n?',
  );
  const text = fc.string({ unit: fc.constantFrom(...'aAbBcCdDfFkKmMnNqQxXzZ7.-'), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), text, (pieces, candidate) => {
      const pattern = pieces.join('');
      const rewritten = new RegExp(withoutCaseFlag(`(?i)${pattern}`), 'u');
      expect(rewritten.test(candidate)).toBe(new RegExp(pattern, 'i').test(candidate));
    }),
    { numRuns: 2000 },
  );
});
