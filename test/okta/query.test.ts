import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serializeQuery } from '../../src/okta/query.js';

const operation = { query: ['q', 'limit', 'active', 'type', 'fields'], comma: ['fields'] };

// want: OpenAPI 3.0 `style: form`; explode true repeats the name, false joins with a bare comma
test.each([
  [{}, ''],
  [{ q: 'jo' }, 'q=jo'],
  [{ limit: 20, active: false }, 'limit=20&active=false'],
  [{ q: '' }, 'q='],
  [{ q: undefined, limit: null }, ''],
  [{ type: ['a', 'b c'] }, 'type=a&type=b%20c'],
  [{ type: [] }, ''],
  [{ type: ['a', null, undefined, 'b'] }, 'type=a&type=b'],
  [{ fields: ['id', 'profile:(login)'] }, 'fields=id,profile%3A%28login%29'],
  [{ fields: ['a,b', 'c'] }, 'fields=a%2Cb,c'],
  [{ fields: 'id' }, 'fields=id'],
  [{ fields: [] }, ''],
  [{ q: 'profile.login eq "jo+x@é.com" & 1=1' }, 'q=profile.login%20eq%20%22jo%2Bx%40%C3%A9.com%22%20%26%201%3D1'],
  [{ q: "o'neil" }, 'q=o%27neil'],
  [{ unknown: 'x', constructor: 'y', q: 'z' }, 'q=z'],
])('%j', (given, want) => {
  expect(serializeQuery(operation, given)).toBe(want);
});

test('an operation without query sends none', () => {
  expect(serializeQuery({}, { q: 'jo' })).toBe('');
});

test.each([[{ a: 1 }], [[{ a: 1 }]], [[['a']]], [Number.NaN], [Number.POSITIVE_INFINITY], ['\ud800'], [() => 1]])(
  '%j has no place in a query',
  (value) => {
    expect(() => serializeQuery(operation, { q: value })).toThrow(
      expect.objectContaining({ code: 'arguments_invalid', details: { parameter: 'q' } }),
    );
  },
);

test('every text arrives as it was given, repeated or joined', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, fc.array(text, { minLength: 1 }), fc.array(text, { minLength: 1 }), (q, type, fields) => {
      const query = serializeQuery(operation, { q, type, fields });
      const parsed = new URL(`https://example.okta.com/?${query}`).searchParams;
      expect(parsed.get('q')).toBe(q);
      expect(parsed.getAll('type')).toEqual(type);
      const joined = /(?:^|&)fields=([^&]*)/.exec(query)![1]!;
      expect(joined.split(',').map(decodeURIComponent)).toEqual(fields);
    }),
    { numRuns: 1000 },
  );
});
