import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../codegen/canonical.js';

test('what fits is one line, what does not is one line each', () => {
  const long = 'x'.repeat(60);
  expect(canonical({ b: [2, 1], a: { d: null, c: true } })).toBe('{"a":{"c":true,"d":null},"b":[2,1]}\n');
  expect(canonical({ b: { e: long, d: long }, a: [] })).toBe(
    `{\n "a":[],\n "b":{\n  "d":"${long}",\n  "e":"${long}"\n }\n}\n`,
  );
});

describe('for any value', () => {
  const value = fc.jsonValue({ maxDepth: 4 });

  test('it is JSON of the same value, with one newline at the end', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(JSON.parse(canonical(given))).toEqual(JSON.parse(JSON.stringify(given)));
        expect(canonical(given)).toMatch(/[^\n]\n$/);
      }),
    );
  });

  test('the order of keys does not matter', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(canonical(reversed(given))).toBe(canonical(given));
      }),
    );
  });

  function reversed(given: unknown): unknown {
    if (Array.isArray(given)) return given.map(reversed);
    if (typeof given !== 'object' || given === null) return given;
    const entries = Object.entries(given).map(([key, child]) => [key, reversed(child)] as const);
    return Object.fromEntries(entries.reverse());
  }
});
