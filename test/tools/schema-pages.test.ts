import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/tools/definition.js';
import { schemaPages } from '../../src/tools/schema-pages.js';

const text = { type: 'string' };
const object = (properties: Record<string, JsonObject>, more: object = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});

test.each<{ what: string; schema: JsonObject; budget: number; want: JsonObject[] }>([
  { what: 'what fits is one page', schema: object({ a: text }), budget: 100, want: [object({ a: text })] },
  { what: 'an empty schema', schema: {}, budget: 10, want: [{}] },
  {
    what: 'properties in order, with what is around them on each page',
    schema: object({ a: text, b: object({ c: text, d: text }, { required: ['d'] }) }, { required: ['a'] }),
    budget: 120,
    want: [
      object({ a: text }, { required: ['a'] }),
      object({ b: object({ c: text }, { required: ['d'] }) }, { required: ['a'] }),
      object({ b: object({ d: text }, { required: ['d'] }) }, { required: ['a'] }),
    ],
  },
  {
    what: 'items, values and alternatives',
    schema: object({
      list: { type: 'array', items: object({ x: text }) },
      map: { type: 'object', additionalProperties: text },
      either: { oneOf: [text, { type: 'integer' }] },
    }),
    budget: 80,
    want: [
      object({ list: { type: 'array', items: object({ x: text }) } }),
      object({ map: { type: 'object', additionalProperties: text } }),
      object({ either: { oneOf: [text] } }),
      object({ either: { oneOf: [{ type: 'integer' }] } }),
    ],
  },
])('$what', ({ schema, budget, want }) => {
  expect(schemaPages(schema, budget)).toEqual(want);
});

const { schema: anySchema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constantFrom('string', 'integer'), description: fc.string({ maxLength: 20 }) }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), tie('schema'), { maxKeys: 5 }).map((each) => object(each)),
    tie('schema').map((items) => ({ type: 'array', items })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((oneOf) => ({ oneOf })),
  ),
}));

/** Every innermost part with the way to it; alternatives have no name of their own. */
function leaves(schema: JsonObject, path: string): string[] {
  const {
    properties = {},
    items,
    oneOf = [],
  } = schema as { properties?: object; items?: JsonObject; oneOf?: JsonObject[] };
  const inside = [
    ...Object.entries(properties as Record<string, JsonObject>).flatMap(([name, each]) =>
      leaves(each, `${path}/${name}`),
    ),
    ...(items ? leaves(items, `${path}[]`) : []),
    ...oneOf.flatMap((each) => leaves(each, `${path}|`)),
  ];
  return inside.length > 0 ? inside : [`${path} ${JSON.stringify(schema)}`];
}

describe('whatever the schema and the budget', () => {
  test('the pages hold every part once, in order', () => {
    fc.assert(
      fc.property(anySchema, fc.integer({ min: 1, max: 400 }), (schema, budget) => {
        const pages = schemaPages(schema, budget);
        expect(pages.flatMap((page) => leaves(page, ''))).toEqual(leaves(schema, ''));
      }),
    );
  });

  test('a page is within the budget unless it holds a single part', () => {
    fc.assert(
      fc.property(anySchema, fc.integer({ min: 1, max: 400 }), (schema, budget) => {
        for (const page of schemaPages(schema, budget)) {
          if (leaves(page, '').length > 1) expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(budget);
        }
      }),
    );
  });
});
