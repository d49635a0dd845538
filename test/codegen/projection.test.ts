import { describe, expect, test } from 'vitest';
import { parseToolsConfig, type ToolsConfig } from '../../codegen/config.js';
import {
  type Document,
  operationsOf,
  type ParameterObject,
  type SchemaObject,
  type SchemaOrRef,
} from '../../codegen/document.js';
import { generate } from '../../codegen/generate.js';
import { pageOf } from '../../codegen/page.js';
import { projectionOf, projectionProblems } from '../../codegen/projection.js';
import type { ToolFile } from '../../src/tools/definition.js';
import { documentWith, json, operation } from './petstore.js';

const text: SchemaObject = { type: 'string' };
const object = (properties: Record<string, SchemaOrRef>, rest: SchemaObject = {}): SchemaObject => ({
  type: 'object',
  properties,
  ...rest,
});
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const array = (items: SchemaOrRef): SchemaObject => ({ type: 'array', items });

const schemas: Record<string, SchemaObject> = {
  Pet: object({
    id: text,
    owner: ref('Owner'),
    tags: array(object({ name: text })),
    extra: { type: 'object', additionalProperties: true },
  }),
  Owner: object({ name: text, phones: array(text) }, { additionalProperties: true }),
  Cat: { allOf: [ref('Pet'), object({ lives: { type: 'integer' } })] },
  Dog: { allOf: [ref('Pet'), object({ bark: object({ volume: text }) })] },
  Animal: {
    ...object({ kind: text }),
    discriminator: { propertyName: 'kind', mapping: { bird: ref('Bird').$ref } },
  },
  Bird: { allOf: [ref('Animal'), object({ wings: text })] },
  Fish: object({ id: text }),
};

function list(reply: SchemaOrRef, parameters: ParameterObject[] = []): Document {
  const responses = { '200': { description: '', ...json(reply) } };
  return documentWith({ '/pets': { get: operation('listPets', { responses, parameters }) } }, schemas);
}

const config = (projections: Record<string, string[]>) => ({ projections }) as unknown as ToolsConfig;
const apiOf = (document: Document) => operationsOf(document)[0]!;

describe('the projection of a list', () => {
  const projections = { Pet: ['id'], Cat: ['lives'], Animal: ['kind'] };

  test.each<{ name: string; reply: SchemaOrRef; want: string[] | undefined }>([
    { name: 'of its items', reply: array(ref('Pet')), want: ['id'] },
    { name: 'of a wrapped list', reply: object({ pets: array(ref('Pet')) }), want: ['id'] },
    { name: 'of the base', reply: array(ref('Dog')), want: ['id'] },
    { name: 'of the schema itself before its base', reply: array(ref('Cat')), want: ['lives'] },
    { name: 'of the common base of alternatives', reply: array({ oneOf: [ref('Cat'), ref('Dog')] }), want: ['id'] },
    { name: 'alternatives that share nothing', reply: array({ oneOf: [ref('Cat'), ref('Fish')] }), want: undefined },
    { name: 'alternatives that refer back to their base', reply: array(ref('Animal')), want: ['kind'] },
    { name: 'items without a name', reply: array(object({ id: text })), want: undefined },
    { name: 'another schema', reply: array(ref('Fish')), want: undefined },
    { name: 'no list', reply: ref('Pet'), want: undefined },
  ])('$name', ({ reply, want }) => {
    const document = list(reply);
    expect(projectionOf(document, config(projections), apiOf(document))).toEqual(want);
  });
});

describe('paths', () => {
  const entries = [array({ oneOf: [ref('Cat'), ref('Dog')] }), array(ref('Animal'))].map((reply) => {
    const document = list(reply);
    return { document, api: apiOf(document) };
  });
  const problems = (projections: Record<string, string[]>) =>
    projectionProblems(config(projections), entries, (key, message, fix) => ({
      file: key.join('/'),
      message,
      ...(fix !== undefined && { fix }),
    }));

  test.each(['id', 'owner.name', 'owner.phones', 'tags.name', 'lives', 'bark.volume', 'bark', 'extra.anything'])(
    '%s is a field',
    (path) => {
      expect(problems({ Pet: [path] })).toEqual([]);
    },
  );

  test.each([
    { path: 'ids', fix: 'nearest: id' },
    { path: 'owner.nam', fix: 'nearest: name' },
    { path: 'owner.name.first', fix: 'nearest: none' },
    { path: 'owner.custom', fix: /nearest/ },
    { path: 'tags.constructor', fix: 'nearest: name' },
  ])('$path is none', ({ path, fix }) => {
    expect(problems({ Pet: ['id', path] })).toEqual([
      { file: 'Pet/1', message: `Pet has no field "${path}"`, fix: expect.stringMatching(fix) },
    ]);
  });

  test('a variant that only the discriminator knows has fields too', () => {
    expect(problems({ Animal: ['kind', 'wings'] })).toEqual([]);
  });

  test('a name that no list has items of', () => {
    expect(problems({ Fish: ['id'] })).toEqual([{ file: 'Fish', message: 'no list has items of schema "Fish"' }]);
  });

  test.each(['a..b', '', 'a[0]', '.a'])('"%s" is no path', (path) => {
    const { problems: found } = parseToolsConfig(`specs: {}\nprojections:\n  Pet: ['${path}']\ntoolsets: {}\n`, 'c');
    expect(found.map(({ line }) => line)).toEqual([3]);
  });
});

describe('a tool with a projection', () => {
  const query = (name: string): ParameterObject => ({ name, in: 'query', schema: text });
  const run = (parameters: ParameterObject[], more = '') => {
    const config = `specs: { pets: {} }
projections: { Pet: [id] }
roles: { okta.pets.read: { anyOf: [ORG_ADMIN], source: test, verified: true } }
toolsets:
  pets:
    title: Pets
    tools:
      list_pets: { operation: listPets, title: T, description: D.${more} }
`;
    const documents = new Map([['pets', list(array(ref('Pet')), parameters)]]);
    return generate({ config, configName: 'tools.config.yaml', documents });
  };
  const toolOf = async (parameters: ParameterObject[], more?: string) =>
    (JSON.parse((await run(parameters, more)).get('generated/tools.json')!) as ToolFile).tools[0]!;

  test('can be asked for more fields', async () => {
    const { projection, inputSchema } = await toolOf([query('q')]);
    expect(projection).toEqual(['id']);
    expect(inputSchema.properties).toMatchObject({ q: {}, fields: { type: 'array', items: { type: 'string' } } });
    expect(inputSchema.required).toBeUndefined();
  });

  test('shows what expand asks for', async () => {
    expect((await toolOf([query('expand')])).projection).toEqual(['id', '_embedded']);
    expect((await toolOf([query('expand')], ', hide: [expand]')).projection).toEqual(['id']);
  });

  test('must not have a parameter of that name', async () => {
    await expect(run([query('fields')])).rejects.toThrow('has a parameter "fields"');
    const { inputSchema } = await toolOf([query('fields')], ', hide: [fields]');
    expect(inputSchema.properties).toMatchObject({ fields: { type: 'array' } });
  });
});

describe('what counts as a list', () => {
  const named = (id: string, reply: SchemaOrRef, parameters: ParameterObject[] = []): Document =>
    documentWith(
      { '/pets': { get: operation(id, { responses: { '200': { description: '', ...json(reply) } }, parameters }) } },
      schemas,
    );
  const after: ParameterObject = { name: 'after', in: 'query', schema: text };
  const cats = array(ref('Cat'));
  const links = (...names: string[]) => object(Object.fromEntries(names.map((name) => [name, object({ href: text })])));

  test.each<{
    name: string;
    id?: string;
    reply: SchemaOrRef;
    parameters?: ParameterObject[];
    want: object | undefined;
  }>([
    { name: 'an array', reply: cats, want: { resumable: false } },
    { name: 'one thing', reply: ref('Pet'), want: undefined },
    { name: 'one thing with an array', reply: object({ id: text, cats }), want: undefined },
    { name: 'an array and nothing else', reply: object({ cats }), want: { items: 'cats', resumable: false } },
    {
      name: 'an array beside links',
      reply: object({ cats, _links: links('self') }),
      want: { items: 'cats', resumable: false },
    },
    {
      name: 'a next page',
      reply: object({ cats, total: text, _links: links('self', 'next') }),
      want: { items: 'cats', resumable: false },
    },
    {
      name: 'a next page that a part of the links knows',
      reply: object({ cats, total: text, _links: { allOf: [links('self'), links('next')] } }),
      want: { items: 'cats', resumable: false },
    },
    { name: 'facts beside it', reply: object({ cats, total: text, _links: links('self') }), want: undefined },
    {
      name: 'facts beside it, in what is called a list',
      id: 'listCats',
      reply: object({ cats, total: text }),
      want: { items: 'cats', resumable: false },
    },
    {
      name: 'a cursor',
      reply: object({ cats, total: text }),
      parameters: [after],
      want: { items: 'cats', resumable: true },
    },
    { name: 'two arrays', id: 'listCats', reply: object({ cats, dogs: cats }), want: undefined },
    {
      name: 'alternatives that wrap the same array',
      reply: { oneOf: [object({ cats }), object({ cats: array(ref('Dog')) })] },
      parameters: [after],
      want: { items: 'cats', resumable: true },
    },
    {
      name: 'alternatives that are arrays',
      reply: { anyOf: [cats, array(ref('Dog'))] },
      want: { resumable: false },
    },
    { name: 'an array or one thing', id: 'listCats', reply: { oneOf: [cats, ref('Pet')] }, want: undefined },
    {
      name: 'alternatives that wrap different arrays',
      id: 'listCats',
      reply: { oneOf: [object({ cats }), object({ dogs: cats })] },
      want: undefined,
    },
  ])('$name', ({ id = 'getCats', reply, parameters, want }) => {
    const document = named(id, reply, parameters);
    expect(pageOf(document, apiOf(document))).toEqual(want);
  });

  test('items of alternatives have the projection that they share', () => {
    const document = named('getCats', { oneOf: [object({ cats }), object({ cats: array(ref('Dog')) })] }, [after]);
    expect(projectionOf(document, config({ Pet: ['id'], Cat: ['lives'] }), apiOf(document))).toEqual(['id']);
  });
});

describe('page sizes', () => {
  const limit = (schema: SchemaObject): ParameterObject => ({ name: 'limit', in: 'query', schema });
  const integer: SchemaObject = { type: 'integer' };

  test.each<{ name: string; parameters: ParameterObject[]; stated?: object; want: object }>([
    { name: 'none', parameters: [], want: { resumable: false } },
    { name: 'no maximum', parameters: [limit(integer)], want: { resumable: false, limit: 50 } },
    {
      name: 'a maximum of the spec',
      parameters: [limit({ ...integer, maximum: 1000 })],
      want: { resumable: false, limit: 50, max: 1000 },
    },
    {
      name: 'a maximum below the default',
      parameters: [limit({ ...integer, maximum: 20 })],
      want: { resumable: false, limit: 20, max: 20 },
    },
    {
      name: 'stated sizes',
      parameters: [limit(integer)],
      stated: { limit: 10, max_limit: 200 },
      want: { resumable: false, limit: 10, max: 200 },
    },
  ])('$name', ({ parameters, stated, want }) => {
    const document = list(array(ref('Pet')), parameters);
    expect(pageOf(document, apiOf(document), stated)).toEqual(want);
  });
});
