import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences, mergePatch, placesOf, placeText, without } from '../../src/tools/merge-patch.js';
import { segments } from '../../src/tools/pointer.js';

describe('a merge patch', () => {
  // RFC 7396, appendix A.
  test.each<[target: unknown, patch: unknown, want: unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, want) => {
    expect(mergePatch(target, patch)).toEqual(want);
  });

  test('does what the RFC says for any JSON, and touches neither side', () => {
    fc.assert(
      fc.property(json(), json(), (target, patch) => {
        const [before, given] = [JSON.stringify(target), JSON.stringify(patch)];
        expect(JSON.stringify(sorted(mergePatch(target, patch)))).toBe(
          JSON.stringify(sorted(reference(target, patch))),
        );
        expect([JSON.stringify(target), JSON.stringify(patch)]).toEqual([before, given]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('__proto__ is a name like any other', () => {
    const merged = mergePatch(
      JSON.parse('{"a":{"b":1}}'),
      JSON.parse('{"__proto__":{"evil":1},"a":{"__proto__":{"evil":1}}}'),
    );
    expect(JSON.stringify(merged)).toBe('{"a":{"b":1,"__proto__":{"evil":1}},"__proto__":{"evil":1}}');
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect((merged as { evil?: unknown }).evil).toBeUndefined();
    expect(({} as { evil?: unknown }).evil).toBeUndefined();
  });
});

describe('what is not sent back', () => {
  test.each<{ given: string; data: unknown; pointers: string[]; want: unknown }>([
    { given: 'a member', data: { a: 1, b: 2 }, pointers: ['/a'], want: { b: 2 } },
    {
      given: 'deeper, and only there',
      data: { a: { b: 1, c: 2 }, b: 3 },
      pointers: ['/a/b'],
      want: { a: { c: 2 }, b: 3 },
    },
    {
      given: 'of every item',
      data: { k: [{ id: 1, x: 1 }, { id: 2 }] },
      pointers: ['/k/*/id'],
      want: { k: [{ x: 1 }, {}] },
    },
    {
      given: 'of every value',
      data: { k: { p: { id: 1, x: 1 } } },
      pointers: ['/k/*/id'],
      want: { k: { p: { x: 1 } } },
    },
    { given: 'names with / and ~', data: { 'a/b': 1, 'c~d': 2 }, pointers: ['/a~1b', '/c~0d'], want: {} },
    {
      given: 'links at any depth',
      data: { _links: 1, a: [{ _embedded: 2, b: { _links: 3 } }] },
      pointers: [],
      want: { a: [{ b: {} }] },
    },
  ])('$given', ({ data, pointers, want }) => {
    expect(without(data, pointers.map(segments))).toEqual(want);
  });

  test('everything else stays, for any resource', () => {
    fc.assert(
      fc.property(fc.dictionary(name(), json()), fc.array(name(), { maxLength: 3 }), (data, drop) => {
        const kept = without(
          data,
          drop.map((key) => [key.replaceAll('~', '~0').replaceAll('/', '~1')]),
        );
        const want = Object.entries(data).filter(([key]) => !drop.includes(key) && !/^_(links|embedded)$/.test(key));
        expect(JSON.stringify(kept)).toBe(JSON.stringify(Object.fromEntries(want)));
      }),
      { numRuns: 1_000 },
    );
  });
});

test.each<{ data: unknown; pointer: string; want: string[] }>([
  { data: { c: { p: {} } }, pointer: '/c/p/value', want: ['c.p.value'] },
  { data: { c: {} }, pointer: '/c/p/value', want: [] },
  { data: { c: { p: null } }, pointer: '/c/p/value', want: [] },
  { data: { h: [{ key: 'X' }, { value: 1 }] }, pointer: '/h/*/value', want: ['h[0].value', 'h[1].value'] },
  { data: { h: [] }, pointer: '/h/*/value', want: [] },
])('$pointer in $data is $want', ({ data, pointer, want }) => {
  expect(placesOf(data, [segments(pointer)]).map(placeText)).toEqual(want);
});

test.each<{ before: unknown; after: unknown; want: string[] }>([
  { before: { a: 1, b: { c: 2 } }, after: { b: { c: 2 }, a: 1 }, want: [] },
  { before: { a: 1 }, after: { a: 2 }, want: ['a'] },
  { before: { a: 1 }, after: {}, want: ['a'] },
  { before: {}, after: { a: { b: 1, c: { d: 2 } } }, want: ['a.b', 'a.c.d'] },
  { before: { a: { b: 1 } }, after: {}, want: ['a.b'] },
  { before: { a: [1, 2] }, after: { a: [2, 1] }, want: ['a'] },
  { before: { a: { b: 1 } }, after: { a: 'x' }, want: ['a'] },
  { before: { a: null, b: { c: null } }, after: { b: {} }, want: [] },
  { before: {}, after: { a: {} }, want: ['a'] },
  { before: { a: '1' }, after: { a: 1 }, want: ['a'] },
  { before: {}, after: { 'a.b': 1, 'evil\u202e"': 1 }, want: ['["a.b"]', '["evil\\u202e\\""]'] },
])('$before and $after differ in $want', ({ before, after, want }) => {
  expect(differences(before, after).map(placeText)).toEqual(want);
});

/** RFC 7396 section 2, as it is written there. */
function reference(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const isObject = target !== null && typeof target === 'object' && !Array.isArray(target);
  const result = new Map<string, unknown>(isObject ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, reference(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function name() {
  return fc.constantFrom<string>('a', 'b', 'c/d', 'e~f', '_links', '_embedded', '__proto__', 'constructor', '');
}

/** Few names, so that both sides often have the same ones. */
function json() {
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'json' },
      fc.constantFrom<unknown>(null, true, 0, 1, '', 'x'),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
}
