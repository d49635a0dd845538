import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Document,
  escapePointer,
  follow,
  loadDocument,
  lookup,
  operationsOf,
  prune,
  type ResponseObject,
  resolve,
  resolveRef,
  validate,
  walk,
  walkSchemas,
} from '../../codegen/document.js';
import { CodegenError } from '../../codegen/errors.js';
import { slotOf } from '../../codegen/grammar.js';

const ok = { 200: { description: '' } };
const document: Document = {
  openapi: '3.0.3',
  info: { title: 'Small', version: '1.0.0' },
  paths: {
    '/users/{id}': {
      delete: { operationId: 'deleteUser', responses: ok, parameters: [{ $ref: '#/components/parameters/id' }] },
      get: {
        operationId: 'getUser',
        security: [{ oauth2: [] }],
        responses: {
          200: { description: '', content: { 'application/json': { schema: { $ref: '#/components/schemas/User' } } } },
        },
        parameters: [
          { $ref: '#/components/parameters/alias' },
          { name: 'expand', in: 'query', schema: { type: 'string' } },
        ],
      },
    },
  },
  components: {
    parameters: {
      id: { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      alias: { $ref: '#/components/parameters/id' },
      unused: { name: 'q', in: 'query', schema: { $ref: '#/components/schemas/Orphan' } },
    },
    schemas: {
      User: {
        type: 'object',
        properties: { $ref: { type: 'string' }, kind: { $ref: '#/components/schemas/Kind' } },
        discriminator: { propertyName: 'kind', mapping: { a: '#/components/schemas/a~1b' } },
      },
      Kind: { type: 'string', enum: ['a'] },
      'a/b': { allOf: [{ $ref: '#/components/schemas/User' }] },
      Orphan: { type: 'string' },
      Round: { $ref: '#/components/schemas/Round' },
    },
    securitySchemes: {
      oauth2: { type: 'oauth2', flows: { clientCredentials: { scopes: {} } } },
      other: { type: 'http' },
    },
  },
};

describe('references', () => {
  test.each([
    ['#/components/schemas/Kind', { type: 'string', enum: ['a'] }],
    ['#/components/schemas/a~1b', { allOf: [{ $ref: '#/components/schemas/User' }] }],
    ['#/components/parameters/alias', { name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
  ])('%s is resolved', (ref, want) => {
    expect(resolveRef(document, ref)).toEqual(want);
    expect(resolve(document, { $ref: ref })).toEqual(want);
  });

  test.each([
    '#/components/schemas/None',
    '#/components/schemas/Round',
    'other.yaml#/a',
    '#/components/schemas/toString',
  ])('%s leads nowhere', (ref) => {
    expect(() => resolveRef(document, ref)).toThrow(ref);
    expect(follow(document, { $ref: ref })).toBeUndefined();
  });

  test('what is no reference is itself', () => {
    const schema = { type: 'string' };
    expect(resolve(document, schema)).toBe(schema);
  });

  test('a component is looked up one step', () => {
    expect(lookup(document, '#/components/parameters/alias')).toEqual({ $ref: '#/components/parameters/id' });
    expect(escapePointer('a/b~c')).toBe('a~1b~0c');
  });
});

test('operations come with method, path and resolved parameters', () => {
  const operations = operationsOf(document).map(({ id, method, path, parameters }) => {
    return [id, method, path, parameters.map(({ name }) => name).join()];
  });
  expect(operations).toEqual([
    ['getUser', 'GET', '/users/{id}', 'id,expand'],
    ['deleteUser', 'DELETE', '/users/{id}', 'id'],
  ]);
});

test('schemas are found by position: a property named $ref is one, its map is none', () => {
  const pointers: string[] = [];
  walkSchemas(document, (_, pointer) => pointers.push(pointer));
  expect(pointers.filter((pointer) => pointer.includes('schemas'))).toEqual([
    '/components/schemas/User',
    '/components/schemas/User/properties/$ref',
    '/components/schemas/User/properties/kind',
    '/components/schemas/Kind',
    '/components/schemas/a~1b',
    '/components/schemas/a~1b/allOf/0',
    '/components/schemas/Orphan',
    '/components/schemas/Round',
  ]);
});

test('pruning keeps what paths reach through references, mappings and security', () => {
  const { components } = prune(document);
  expect(Object.keys(components.schemas ?? {})).toEqual(['User', 'Kind', 'a/b']);
  expect(Object.keys(components.parameters ?? {})).toEqual(['id', 'alias']);
  expect(Object.keys(components.securitySchemes ?? {})).toEqual(['oauth2']);
  expect(Object.keys(document.components.schemas ?? {})).toHaveLength(5);
});

describe('validation', () => {
  const sound = { ...prune(document), components: { parameters: document.components.parameters } } as Document;

  test('a sound document passes and stays as it was', async () => {
    const given = loadDocument(
      JSON.stringify({
        ...sound,
        paths: { '/users/{id}': { delete: document.paths['/users/{id}']?.delete } },
        components: { parameters: { id: document.components.parameters?.id } },
      }),
    );
    const before = structuredClone(given);
    await validate(given);
    expect(given).toEqual(before);
  });

  test('an unsound one is refused under its name', async () => {
    const given = {
      ...sound,
      paths: { '/users': { get: { operationId: 'x' } } },
      components: {},
    } as unknown as Document;
    await expect(validate(given, 'specs/x.json')).rejects.toThrow(CodegenError);
    await expect(validate(given, 'specs/x.json')).rejects.toThrow('specs/x.json');
  });
});

describe('specs/okta-management.json', () => {
  const management = loadDocument(readFileSync('specs/okta-management.json', 'utf8'));

  test('has as many operations as its import counted, all with distinct ids and security', () => {
    const section = readFileSync('specs/SOURCE.md', 'utf8').split('## Document okta-management')[1]!;
    const counted = Number(/^- operations: (\d+)$/m.exec(section)![1]);
    const operations = operationsOf(management);
    expect(operations).toHaveLength(counted);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(counted);
    expect(operations.filter(({ operation }) => operation.security === undefined)).toEqual([]);
  });

  test('is valid OpenAPI', async () => {
    await validate(management);
  });

  test('has no prose: every keyword is a fact in its place', () => {
    const prose: string[] = [];
    walk(management, 'document', '', (node, kind, pointer) => {
      for (const keyword of Object.keys(node)) {
        const slot = slotOf(kind, keyword);
        const demanded =
          kind === 'response' && keyword === 'description' && (node as ResponseObject).description === '';
        if ((slot === undefined || slot === 'prose') && !demanded) prose.push(`${pointer}/${keyword}`);
      }
    });
    expect(prose).toEqual([]);
    const scopes = management.components.securitySchemes?.oauth2?.flows?.authorizationCode?.scopes ?? {};
    expect(Object.keys(scopes)).toHaveLength(109);
    expect(new Set(Object.values(scopes))).toEqual(new Set(['']));
  });

  test('has a property named $ref, and it is a schema', () => {
    const properties: string[] = [];
    walkSchemas(management, (_, pointer) => {
      if (pointer.endsWith('/properties/$ref')) properties.push(pointer);
    });
    expect(properties).not.toEqual([]);
  });
});
