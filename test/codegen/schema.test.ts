import { describe, expect, test } from 'vitest';
import { compact, full, variantsOf } from '../../codegen/schema.js';
import type { Shape } from '../../codegen/shape.js';
import type { JsonObject } from '../../src/tools/definition.js';

const string: Shape = { type: 'string' };
const at = { pointer: '/p', path: 'body', depth: 2, notes: {} };

const pet: Shape = {
  type: 'object',
  properties: { kind: { type: 'string', enum: ['CAT', 'DOG'], open: true }, name: string },
  required: ['kind'],
  union: {
    by: 'kind',
    variants: [
      {
        values: ['CAT'],
        shape: { type: 'object', properties: { kind: string, name: string, lives: { type: 'integer' } } },
      },
      { values: ['DOG'], shape: { type: 'object', properties: { kind: string, name: string } } },
    ],
  },
};

describe('what a model sees', () => {
  test.each<{ given: string; shape: Shape; depth?: number; want: object }>([
    {
      given: 'facets worth saying',
      shape: { type: 'integer', facets: { minimum: 1, maximum: 5, default: 2, format: 'int32' } },
      want: { type: 'integer', minimum: 1, maximum: 5, default: 2 },
    },
    {
      given: 'formats that tell how to write a value',
      shape: { type: 'string', facets: { format: 'date-time' } },
      want: { type: 'string', format: 'date-time' },
    },
    {
      given: 'an array without known items',
      shape: { type: 'array' },
      want: { type: 'array', items: { description: 'Any JSON value.' } },
    },
    {
      given: 'values of several types',
      shape: { type: 'object', properties: { a: { types: ['string', 'array'] } } },
      want: { type: 'object', properties: { a: { description: 'String or array.' } } },
    },
    {
      given: 'an enum too long to list',
      shape: { type: 'string', enum: Array.from({ length: 41 }, (_, index) => `v${index}`) },
      want: { type: 'string' },
    },
    {
      given: 'below the depth, objects by their keys',
      shape: { type: 'object', properties: { a: string, b: string }, required: ['a'] },
      depth: 0,
      want: { type: 'object', description: '{a, b}' },
    },
    {
      given: 'keys that clients refuse, under names they take',
      shape: { type: 'object', properties: { 'x5t#S256': string, ok: string }, required: ['x5t#S256'] },
      want: {
        type: 'object',
        properties: { x5t_S256: { type: 'string' }, ok: { type: 'string' } },
        required: ['x5t_S256'],
      },
    },
    {
      given: 'required only of what is there',
      shape: { type: 'object', properties: { a: string }, required: ['a', 'gone'] },
      want: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    },
    {
      given: "a union: what is shared, and each variant's own fields",
      shape: pet,
      want: {
        type: 'object',
        properties: { kind: { type: 'string', enum: ['CAT', 'DOG'] }, name: { type: 'string' } },
        required: ['kind'],
        description: 'Fields by kind: CAT: lives.',
      },
    },
  ])('$given', ({ shape, depth = 2, want }) => {
    expect(compact(shape, { ...at, depth }).schema).toEqual(want);
  });

  test('pointers follow names with slashes and tildes (RFC 6901)', () => {
    const shape: Shape = {
      type: 'object',
      properties: { ok: { ...string, nullable: true }, list: { type: 'array', items: { ...string, nullable: true } } },
    };
    expect(compact(shape, at).nullable).toEqual(['/p/properties/ok', '/p/properties/list/items']);
  });

  test('names that were changed are kept by where they stand among the arguments', () => {
    const key: Shape = {
      type: 'object',
      properties: { 'x5t#S256': string, items: { type: 'object', properties: { $ref: string } } },
    };
    const shape: Shape = { type: 'object', properties: { jwk: key, keys: { type: 'array', items: key } } };
    expect(compact(shape, { ...at, path: 'body', depth: 3 }).renamed).toEqual({
      '/body/jwk/x5t_S256': 'x5t#S256',
      '/body/jwk/items/_ref': '$ref',
      '/body/keys/*/x5t_S256': 'x5t#S256',
      '/body/keys/*/items/_ref': '$ref',
    });
  });

  test('notes land on the input they name', () => {
    const notes = { body: 'All.', 'body.a': 'One.', 'body.list[]': 'Each.' };
    const shape: Shape = { type: 'object', properties: { a: string, list: { type: 'array', items: string } } };
    expect(compact(shape, { ...at, notes }).schema).toEqual({
      type: 'object',
      description: 'All.',
      properties: {
        a: { type: 'string', description: 'One.' },
        list: { type: 'array', items: { type: 'string', description: 'Each.' } },
      },
    });
  });
});

describe('the whole body, on demand', () => {
  test('null, secrets and every level', () => {
    const shape: Shape = {
      type: 'object',
      properties: {
        a: {
          type: 'object',
          properties: { b: { type: 'object', properties: { c: { ...string, nullable: true, writeOnly: true } } } },
        },
      },
    };
    const c = { type: ['string', 'null'], writeOnly: true };
    const nested = (name: string, inner: object) => ({ type: 'object', properties: { [name]: inner } });
    expect(full(shape)).toEqual(nested('a', nested('b', nested('c', c))));
  });

  test('maps, by what their values are', () => {
    const map: Shape = { type: 'object', values: string };
    expect(full(map)).toEqual({ type: 'object', additionalProperties: { type: 'string' } });
  });

  test('by variant, keyed by the discriminator', () => {
    const variants = variantsOf(pet);
    expect(variants?.by).toBe('kind');
    expect(Object.keys(variants?.variants ?? {})).toEqual(['CAT', 'DOG']);
    expect(variantsOf(string)).toBeUndefined();
  });

  test.each<{ given: string; kind: Shape; values: string[]; want: [variant: object, alternative: object] }>([
    {
      given: 'text',
      kind: string,
      values: ['CAT'],
      want: [
        { type: 'string', enum: ['CAT'] },
        { type: 'string', enum: ['CAT'] },
      ],
    },
    {
      given: 'all values, with a default of another variant',
      kind: { ...string, enum: ['CAT', 'DOG'], open: true, facets: { default: 'DOG', format: 'x' } },
      values: ['CAT'],
      want: [
        { type: 'string', enum: ['CAT'], format: 'x' },
        { type: 'string', enum: ['CAT'], format: 'x' },
      ],
    },
    {
      given: 'all values, where several mean the same variant',
      kind: { ...string, enum: ['CAT', 'DOG', 'LION'], facets: { default: 'LION' } },
      values: ['CAT', 'LION'],
      want: [
        { type: 'string', enum: ['CAT'] },
        { type: 'string', enum: ['CAT', 'LION'], default: 'LION' },
      ],
    },
    {
      given: 'null as well',
      kind: { ...string, nullable: true },
      values: ['CAT'],
      want: [
        { type: 'string', enum: ['CAT'] },
        { type: 'string', enum: ['CAT'] },
      ],
    },
  ])('a variant has its own value where the schema says $given', ({ kind, values, want }) => {
    const variant: Shape = { type: 'object', properties: { kind, lives: { type: 'integer' } } };
    const shape: Shape = { type: 'object', union: { by: 'kind', variants: [{ values, shape: variant }] } };
    const lives = { type: 'integer' };
    expect(variantsOf(shape)?.variants.CAT).toEqual({ type: 'object', properties: { kind: want[0], lives } });
    const [alternative] = full(shape).oneOf as JsonObject[];
    expect(alternative?.properties).toEqual({ kind: want[1], lives });
  });

  test('a discriminator that nobody can send is not added', () => {
    const variant: Shape = { type: 'object', properties: { lives: string } };
    const shape: Shape = { type: 'object', union: { by: 'kind', variants: [{ values: ['CAT'], shape: variant }] } };
    expect(variantsOf(shape)?.variants.CAT?.properties).toEqual({ lives: string });
  });
});
