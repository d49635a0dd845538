import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseToolsConfig } from '../../codegen/config.js';
import { operationsOf, type SchemaObject, type SchemaOrRef } from '../../codegen/document.js';
import { secretsOf } from '../../codegen/secrets.js';
import { documentWith, json, operation } from './petstore.js';

const allowlist = readFileSync(resolve(import.meta.dirname, '../../tools.config.yaml'), 'utf8');
const { config } = parseToolsConfig(allowlist, 'tools.config.yaml');

const text: SchemaObject = { type: 'string' };
const object = (properties: Record<string, SchemaOrRef>): SchemaObject => ({ type: 'object', properties });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function secrets(schema: SchemaOrRef, schemas: Record<string, SchemaObject> = {}, status = '200'): string[] {
  const responses = { [status]: { description: '', ...json(schema) } };
  const document = documentWith({ '/pets': { get: operation('listPets', { responses }) } }, schemas);
  return secretsOf(document, config, operationsOf(document)[0]!);
}

test.each<{ given: string; schema: SchemaOrRef; schemas?: Record<string, SchemaObject>; want: string[] }>([
  { given: 'write-only', schema: object({ value: { ...text, writeOnly: true } }), want: ['/value'] },
  { given: 'write-only as a whole', schema: object({ a: { type: 'object', writeOnly: true } }), want: ['/a'] },
  {
    given: 'write-only beside a reference',
    schema: object({ a: { allOf: [ref('A'), { writeOnly: true }] } }),
    schemas: { A: text },
    want: ['/a'],
  },
  { given: 'a name', schema: object({ client_secret: text, client_id: text }), want: ['/client_secret'] },
  {
    given: 'names in camel case',
    schema: object({ tempPassword: text, activationUrl: text }),
    want: ['/activationUrl', '/tempPassword'],
  },
  { given: 'items', schema: { type: 'array', items: object({ token: text }) }, want: ['/*/token'] },
  { given: 'a list of secrets', schema: object({ token: { type: 'array', items: text } }), want: ['/token'] },
  { given: 'a map', schema: { type: 'object', additionalProperties: object({ token: text }) }, want: ['/*/token'] },
  {
    given: 'a reference',
    schema: object({ a: ref('A') }),
    schemas: { A: object({ secret: text }) },
    want: ['/a/secret'],
  },
  { given: 'all of', schema: { allOf: [object({ secret: text }), object({ name: text })] }, want: ['/secret'] },
  {
    given: 'one of',
    schema: { oneOf: [object({ secret: text }), object({ token: text })] },
    want: ['/secret', '/token'],
  },
  {
    given: 'a variant that only the discriminator knows, which refers back to its base',
    schema: ref('Base'),
    schemas: {
      Base: { ...object({ type: text }), discriminator: { propertyName: 'type', mapping: { A: ref('A').$ref } } },
      A: { allOf: [ref('Base'), object({ secret: text })] },
    },
    want: ['/secret'],
  },
  {
    given: 'the sibling of a variant',
    schema: ref('B'),
    schemas: {
      Base: {
        ...object({ type: text }),
        discriminator: { propertyName: 'type', mapping: { A: ref('A').$ref, B: ref('B').$ref } },
      },
      A: { allOf: [ref('Base'), object({ secret: text })] },
      B: { allOf: [ref('Base'), object({ password: text })] },
    },
    want: ['/password'],
  },
  {
    given: 'itself, as deep as it is worth',
    schema: ref('A'),
    schemas: { A: object({ next: ref('A'), secret: text }) },
    want: ['/next/next/secret', '/next/secret', '/secret'],
  },
  { given: 'a name to escape', schema: object({ 'a/b~': object({ secret: text }) }), want: ['/a~1b~0/secret'] },
  {
    given: 'a hash and headers',
    schema: object({
      hash: object({ salt: text, algorithm: text }),
      headers: { type: 'array', items: object({ key: text, value: text }) },
    }),
    want: ['/hash/salt', '/headers/*/value'],
  },
  {
    given: 'settings, flags, numbers and choices about secrets',
    schema: object({
      password: object({ minLength: { type: 'integer' } }),
      token: { type: 'boolean' },
      secret: { type: 'integer' },
      password2: text,
      passwordChanged: text,
      newPassword: { ...text, enum: ['OKTA', 'RANDOM'] },
    }),
    want: [],
  },
  { given: 'links', schema: object({ _links: object({ token: text }) }), want: [] },
])('$given', ({ schema, schemas, want }) => {
  expect(secrets(schema, schemas)).toEqual(want);
});

test('only what a request that succeeded answers', () => {
  expect(secrets(object({ secret: text }), {}, '302')).toEqual([]);
});

test('names that are no regular expression are refused, with their line', () => {
  const { problems } = parseToolsConfig("specs: {}\nsecret_names: '('\ntoolsets: {}\n", 'tools.config.yaml');
  expect(problems).toEqual([{ file: 'tools.config.yaml', line: 2, message: 'secret_names: is no regular expression' }]);
});
