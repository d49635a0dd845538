import { describe, expect, test } from 'vitest';
import type { SchemaObject } from '../../codegen/document.js';
import { combine, type Shape, shapeOf } from '../../codegen/shape.js';
import { documentWith } from './petstore.js';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const shape = (schemas: Record<string, SchemaObject>, name: string) => shapeOf(documentWith({}, schemas), ref(name));

describe('what a caller can send', () => {
  test.each<{ given: string; schema: SchemaObject; want: Shape }>([
    {
      given: 'read-only properties and links are left out, of required too',
      schema: {
        type: 'object',
        required: ['id', 'name'],
        properties: { id: { type: 'string', readOnly: true }, name: { type: 'string' }, _links: {}, _embedded: {} },
      },
      want: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    },
    {
      given: 'null is no enum value but a property of its own',
      schema: { type: 'string', enum: ['a', null], nullable: true },
      want: { type: 'string', enum: ['a'], nullable: true, open: true },
    },
    {
      given: 'parts of allOf are laid over each other, later facets winning',
      schema: {
        allOf: [
          { type: 'object', required: ['a'], properties: { a: { type: 'integer', minimum: 1 } } },
          { properties: { a: { minimum: 2 }, b: { type: 'string' } }, required: ['b'] },
        ],
      },
      want: {
        type: 'object',
        properties: { a: { type: 'integer', facets: { minimum: 2 } }, b: { type: 'string' } },
        required: ['a', 'b'],
      },
    },
    {
      given: 'a property that is named like a keyword',
      schema: { type: 'object', properties: { $ref: { type: 'string' }, allOf: { type: 'boolean' } } },
      want: { type: 'object', properties: { $ref: { type: 'string' }, allOf: { type: 'boolean' } } },
    },
    {
      given: 'alternatives without a discriminator',
      schema: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
      want: {
        types: ['string', 'integer'],
        union: {
          variants: [
            { values: [], shape: { type: 'string' } },
            { values: [], shape: { type: 'integer' } },
          ],
        },
      },
    },
  ])('$given', ({ schema, want }) => {
    expect(shape({ Given: schema }, 'Given')).toEqual(want);
  });
});

describe('discriminated bodies', () => {
  const schemas: Record<string, SchemaObject> = {
    Kind: { type: 'string', enum: ['CAT', 'DOG', 'FISH'] },
    Animal: {
      type: 'object',
      required: ['kind'],
      properties: { kind: ref('Kind'), name: { type: 'string' } },
      discriminator: {
        propertyName: 'kind',
        mapping: { CAT: '#/components/schemas/Cat', DOG: '#/components/schemas/Dog', WOLF: '#/components/schemas/Dog' },
      },
    },
    Cat: {
      allOf: [ref('Animal'), { type: 'object', properties: { lives: { type: 'integer' }, food: { type: 'string' } } }],
    },
    Dog: {
      allOf: [
        ref('Animal'),
        { type: 'object', properties: { tricks: { type: 'array', items: {} }, food: { type: 'object' } } },
      ],
    },
  };
  const animal = shape(schemas, 'Animal');

  test('the discriminator knows the values of the mapping and those of its own enum', () => {
    expect(animal.properties?.kind).toEqual({ type: 'string', enum: ['CAT', 'DOG', 'WOLF', 'FISH'], open: true });
  });

  test('what all variants share is listed; where they disagree anything goes', () => {
    expect(animal.properties).toMatchObject({ name: { type: 'string' }, food: {} });
    expect(Object.keys(animal.properties ?? {})).toEqual(['kind', 'name', 'food']);
  });

  test('each variant keeps its own fields, and two values may share one', () => {
    const variants = animal.union?.variants.map(({ values, shape: variant }) => [
      values,
      Object.keys(variant.properties ?? {}),
    ]);
    expect(variants).toEqual([
      [['CAT'], ['kind', 'name', 'lives', 'food']],
      [
        ['DOG', 'WOLF'],
        ['kind', 'name', 'tricks', 'food'],
      ],
    ]);
  });

  test('a variant asked for by itself has no union', () => {
    expect(shape(schemas, 'Cat').union).toBeUndefined();
  });

  test('alternatives that contain what they are alternatives of end', () => {
    const keys = {
      Key: { type: 'object', properties: { kid: { type: 'string' } }, oneOf: [ref('Rsa'), ref('Ec')] },
      Rsa: { allOf: [ref('Key')], properties: { e: { type: 'string' } } },
      Ec: { allOf: [ref('Key')], properties: { x: { type: 'string' } } },
    };
    const key = shape(keys as Record<string, SchemaObject>, 'Key');
    expect(key.union?.variants.map(({ shape: variant }) => Object.keys(variant.properties ?? {}))).toEqual([
      ['kid', 'e'],
      ['kid', 'x'],
    ]);
  });

  test('a real cycle is an error that names its path', () => {
    const cyclic = {
      A: { type: 'object', properties: { b: ref('B') } },
      B: { type: 'object', properties: { a: ref('A') } },
    };
    expect(() => shape(cyclic as Record<string, SchemaObject>, 'A')).toThrow(
      /reference cycle: #\/components\/schemas\/A -> /,
    );
  });
});

test.each<{ given: Shape[]; want: Shape }>([
  { given: [{ type: 'integer' }, { type: 'number' }], want: { type: 'number' } },
  { given: [{ type: 'string' }, { type: 'string', nullable: true }], want: { type: 'string', nullable: true } },
  {
    given: [
      { type: 'string', enum: ['a'] },
      { type: 'string', enum: ['b'] },
    ],
    want: { type: 'string', enum: ['a', 'b'] },
  },
  { given: [{ type: 'string', enum: ['a'] }, { type: 'string' }], want: { type: 'string' } },
  { given: [{ type: 'object' }, { type: 'string' }], want: { types: ['object', 'string'] } },
  { given: [{ type: 'object' }, { type: 'string' }, { type: 'object' }], want: { types: ['object', 'string'] } },
  { given: [{ type: 'object' }, { type: 'string' }, {}], want: {} },
  { given: [{}, { type: 'string' }], want: {} },
  {
    given: [
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
      { type: 'object', properties: { a: { type: 'string' }, b: {} } },
    ],
    want: { type: 'object', properties: { a: { type: 'string' } } },
  },
])('combine admits what any alternative admits: $want', ({ given, want }) => {
  expect(combine(given)).toEqual(want);
});
