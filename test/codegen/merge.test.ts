import { describe, expect, test } from 'vitest';
import type { Document, OperationObject, SchemaObject, SchemaOrRef } from '../../codegen/document.js';
import { CodegenError } from '../../codegen/errors.js';
import { generate } from '../../codegen/generate.js';
import { patchOf } from '../../codegen/patch.js';
import { shapeOf } from '../../codegen/shape.js';
import type { ToolDefinition, ToolFile } from '../../src/tools/definition.js';
import { documentWith, json, operation } from './petstore.js';

const HEAD = `specs: { pets: {} }
secret_names: 'secret$'
roles:
  okta.pets.read: { anyOf: [ORG_ADMIN], source: test, verified: true }
toolsets:
  pets:
    title: Pets
    tools:
`;

const text: SchemaObject = { type: 'string' };
const fixed: SchemaObject = { type: 'string', readOnly: true };
const object = (properties: Record<string, SchemaOrRef>, rest: SchemaObject = {}): SchemaObject => ({
  type: 'object',
  properties,
  ...rest,
});
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

interface Pets {
  /** What PUT takes and, unless `reply` says otherwise, GET answers. */
  readonly body?: SchemaOrRef;
  readonly reply?: SchemaOrRef | 'none';
  readonly schemas?: Record<string, SchemaObject>;
  readonly put?: Partial<OperationObject>;
  readonly etag?: string;
}

function documentOf({ body = object({ name: text }), reply = body, schemas = {}, put = {}, etag }: Pets): Document {
  const parameters = [{ name: 'petId', in: 'path' as const, required: true, schema: text }];
  const headers = etag === undefined ? {} : { headers: { [etag]: { schema: text } } };
  const responses = { '200': { description: '' as const, ...headers, ...(reply !== 'none' && json(reply)) } };
  return documentWith(
    {
      '/api/v1/pets/{petId}': {
        ...(reply !== 'none' && { get: operation('getPet', { parameters, responses }) }),
        put: operation('replacePet', { parameters, requestBody: { required: true, ...json(body) }, ...put }),
        post: operation('feedPet', { parameters, requestBody: { ...json(body) } }),
      },
    },
    schemas,
  );
}

const entry = (name: string, operation: string, rest = '') =>
  `      ${name}:\n        operation: ${operation}\n        title: T\n        description: D.\n${rest}`;
const MERGE = '        update: merge\n';
const both = (rest = '') => entry('update_pet', 'replacePet', MERGE + rest) + entry('get_pet', 'getPet');

const run = (pets: Pets, tools: string) =>
  generate({ config: HEAD + tools, configName: 'tools.config.yaml', documents: new Map([['pets', documentOf(pets)]]) });

async function update(pets: Pets, rest = ''): Promise<ToolDefinition> {
  const file = JSON.parse((await run(pets, both(rest))).get('generated/tools.json')!) as ToolFile;
  return file.tools.find(({ name }) => name === 'update_pet')!;
}

async function problemsOf(pets: Pets, tools: string): Promise<string[]> {
  const error = await run(pets, tools).catch((reason: unknown) => reason);
  return error instanceof CodegenError ? error.message.split('\n') : [];
}

describe('refused, with its line', () => {
  test.each<{ given: string; pets?: Pets; tools: string; want: RegExp }>([
    {
      given: 'an operation that replaces nothing',
      tools: entry('feed_pet', 'feedPet', MERGE),
      want: /^tools\.config\.yaml:13 feed_pet: feedPet does not replace a resource by JSON/,
    },
    {
      given: 'a resource that cannot be read',
      pets: { reply: 'none' },
      tools: entry('update_pet', 'replacePet', MERGE),
      want: /^tools\.config\.yaml:13 update_pet: nothing reads \/api\/v1\/pets\/\{petId\}/,
    },
    {
      given: 'a reply that is something else',
      pets: { reply: object({ weight: text }) },
      tools: both(),
      want: /^tools\.config\.yaml:13 update_pet: what getPet answers has nothing in common with what replacePet takes/,
    },
    {
      given: 'a read that no tool offers',
      tools: entry('update_pet', 'replacePet', MERGE),
      want: /^tools\.config\.yaml:13 update_pet: no tool of risk read offers "getPet"/,
    },
    {
      given: 'a secret that is none',
      pets: { body: object({ name: text, secret: text }) },
      tools: both('        keep_blank: [/name]\n'),
      want: /^tools\.config\.yaml:14 update_pet: "\/name" is no secret that replacePet takes \(it has \/secret\)/,
    },
    {
      given: 'a secret without a merge',
      tools: entry('replace_pet', 'replacePet', '        keep_blank: [/secret]\n'),
      want: /^tools\.config\.yaml:13 replace_pet: belongs to "update: merge"/,
    },
  ])('$given', async ({ pets = {}, tools, want }) => {
    expect(await problemsOf(pets, tools)).toEqual([expect.stringMatching(want)]);
  });
});

describe('read-only is', () => {
  test.each<{ given: string; pets: Pets; want: string[] }>([
    { given: 'what the body calls so', pets: { body: object({ id: fixed, name: text }) }, want: ['/id'] },
    {
      given: 'so at every depth, and nothing below it',
      pets: { body: object({ a: object({ b: fixed, c: text }), d: object({ e: fixed }, { readOnly: true }) }) },
      want: ['/a/b', '/d'],
    },
    {
      given: 'of items and values',
      pets: {
        body: object({
          list: { type: 'array', items: object({ id: fixed, x: text }) },
          map: { type: 'object', additionalProperties: object({ id: fixed, x: text }) },
        }),
      },
      want: ['/list/*/id', '/map/*/id'],
    },
    {
      given: 'beside a reference',
      pets: { body: object({ a: { allOf: [ref('A'), { readOnly: true }] }, name: text }), schemas: { A: text } },
      want: ['/a'],
    },
    {
      given: 'in every variant that has it',
      pets: {
        body: {
          discriminator: { propertyName: 'kind', mapping: { cat: ref('Cat').$ref, dog: ref('Dog').$ref } },
          oneOf: [ref('Cat'), ref('Dog')],
        },
        schemas: {
          Cat: object({ kind: text, born: fixed, claws: fixed, x: object({ y: fixed }) }),
          Dog: object({ kind: text, born: fixed, claws: text }),
        },
      },
      want: ['/born', '/x/y'],
    },
    {
      given: 'what only the reply has, where the body lists all it takes',
      pets: {
        body: object({
          name: text,
          open: object({ a: text }, { additionalProperties: true }),
          own: object({ a: text }),
        }),
        reply: object({
          name: text,
          status: text,
          open: object({ a: text, b: text }),
          own: object({ a: text, b: object({ c: text }) }),
        }),
      },
      want: ['/own/b', '/status'],
    },
    {
      given: 'not what the body takes, whatever the reply says',
      pets: { body: object({ name: text }), reply: object({ name: fixed }) },
      want: [],
    },
    {
      given: 'not custom attributes',
      pets: {
        body: object({ profile: object({ a: text }, { 'x-okta-extensible': true }) }),
        reply: object({ profile: object({ a: text, b: text }) }),
      },
      want: [],
    },
    { given: 'links go by name', pets: { body: object({ name: text, _links: fixed, _embedded: fixed }) }, want: [] },
  ])('$given', async ({ pets, want }) => {
    expect((await update(pets)).merge).toMatchObject({ read: 'getPet', readOnly: want });
  });
});

describe('write-only is', () => {
  const hidden: SchemaObject = { type: 'string', writeOnly: true };
  test.each<{ given: string; pets: Pets; rest?: string; want: string[] }>([
    { given: 'what the body calls so', pets: { body: object({ a: object({ value: hidden }) }) }, want: ['/a/value'] },
    {
      given: 'what the body takes and no result shows',
      pets: { body: object({ secret: text, list: { type: 'array', items: object({ secret: text }) } }) },
      want: ['/list/*/secret', '/secret'],
    },
    {
      given: 'not what the body does not take',
      pets: { body: object({ name: text }), reply: object({ name: text, secret: hidden }) },
      want: [],
    },
    {
      given: 'what only the reply has, where the body takes anything',
      pets: {
        body: object({ name: text }, { additionalProperties: true }),
        reply: object({ name: text, secret: text }),
      },
      want: ['/secret'],
    },
    { given: 'not what nobody sets', pets: { body: object({ name: text, secret: fixed }) }, want: [] },
    {
      given: 'not what Okta keeps',
      pets: { body: object({ name: text, secret: text, other: object({ secret: text }) }) },
      rest: '        keep_blank: [/secret]\n',
      want: ['/other/secret'],
    },
  ])('$given', async ({ pets, rest, want }) => {
    expect((await update(pets, rest)).merge?.writeOnly).toEqual(want);
  });
});

describe('the tool', () => {
  const header = { name: 'If-Match', in: 'header' as const, schema: text };
  const parameters = [{ name: 'petId', in: 'path' as const, required: true, schema: text }, header];

  test.each<{ put?: Partial<OperationObject>; etag?: string; want: boolean }>([
    { put: { parameters }, etag: 'Etag', want: true },
    { put: { parameters }, want: false },
    { etag: 'ETag', want: false },
  ])('sends If-Match where Okta takes it and tells the version: $want', async (facts) => {
    const tool = await update(facts);
    expect(tool.merge?.ifMatch ?? false).toBe(facts.want);
    expect(Object.keys(tool.inputSchema.properties as object)).toEqual(['petId', 'body']);
  });

  test('takes a patch: nothing required, null where the field need not be there, no defaults', async () => {
    const body = object(
      {
        name: text,
        size: { type: 'integer', default: 3, minimum: 1 },
        inner: object({ a: text, b: text }, { required: ['a'] }),
        list: { type: 'array', items: object({ a: text }, { required: ['a'] }) },
      },
      { required: ['name'] },
    );
    const put = { requestBody: { ...json(body) } };
    const tool = await update({ body, put });
    expect(tool).toMatchObject({ risk: 'write', update: 'merge', annotations: { destructiveHint: false } });
    expect(tool.inputSchema.required).toEqual(['petId', 'body']);
    expect((tool.inputSchema.properties as { body: unknown }).body).toEqual({
      type: 'object',
      description: 'Only what changes; null clears.',
      properties: {
        name: { type: 'string' },
        size: { type: 'integer', minimum: 1 },
        inner: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } },
        list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } },
      },
    });
    const at = '/properties/body/properties';
    expect(tool.accept?.nullable).toEqual([`${at}/size`, `${at}/inner`, `${at}/inner/properties/b`, `${at}/list`]);
  });

  test('has no required field in its full body either, but in items, which are given whole', async () => {
    const body = object(
      {
        a: object({ b: text }, { required: ['b'] }),
        list: { type: 'array', items: object({ c: text }, { required: ['c'] }) },
      },
      { required: ['a'] },
    );
    const bodies = JSON.parse((await run({ body }, both())).get('generated/bodies.json')!);
    expect(bodies.replacePet.schema).toEqual({
      type: 'object',
      properties: {
        a: { type: 'object', properties: { b: { type: 'string' } } },
        list: { type: 'array', items: { type: 'object', properties: { c: { type: 'string' } }, required: ['c'] } },
      },
    });
  });

  test('stays privileged where that is said', async () => {
    expect((await update({}, '        risk: privileged\n')).risk).toBe('privileged');
  });
});

test('a patch of a variant has nothing required', () => {
  const document = documentWith(
    {},
    {
      Cat: object({ kind: text, claws: text }, { required: ['kind', 'claws'] }),
      Dog: object({ kind: text }, { required: ['kind'] }),
    },
  );
  const mapping = { cat: ref('Cat').$ref, dog: ref('Dog').$ref };
  const shape = patchOf(shapeOf(document, { discriminator: { propertyName: 'kind', mapping } }));
  expect(shape.union?.variants.map(({ shape: each }) => each.required)).toEqual([undefined, undefined]);
  expect(shape.union?.variants[0]?.shape.properties?.claws).toEqual({ type: 'string' });
});
