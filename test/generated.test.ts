import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Document, operationsOf } from '../codegen/document.js';
import { generate } from '../codegen/generate.js';
import { operations } from '../generated/operations.js';
import { createApp } from '../src/app.js';
import { parseConfig } from '../src/config.js';
import { knownNames } from '../src/package-files.js';
import type { JsonObject, ToolDefinition, ToolFile } from '../src/tools/definition.js';
import type { LocalTool } from '../src/tools/local-tool.js';
import { documents, united as spec } from './united.js';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const file = JSON.parse(read('generated/tools.json')) as ToolFile;
const peers = (
  JSON.parse(read('test/fixtures/okta-server-tools.json')) as { tools: { name: string; operation: string }[] }
).tools;

const tokens = ({ name, description, inputSchema }: ToolDefinition) =>
  countTokens(JSON.stringify({ name, description, inputSchema }));

test('what is committed is what codegen writes', async () => {
  const files = await generate({
    config: read('tools.config.yaml'),
    configName: 'tools.config.yaml',
    documents,
    accepted: read('tools.expanded.yaml'),
  });
  const stale = [...files].filter(([path, contents]) => !existsSync(resolve(root, path)) || read(path) !== contents);
  expect(stale.map(([path]) => path)).toEqual([]);
}, 60_000);

describe("the tools of Okta's own server", () => {
  test.each(peers)('$name calls $operation', ({ name, operation }) => {
    expect(file.tools.find((tool) => tool.name === name)?.operation).toBe(operation);
  });

  test('together cost at most 12,000 tokens', () => {
    const names = new Set(peers.map(({ name }) => name));
    const cost = file.tools.filter(({ name }) => names.has(name)).reduce((sum, tool) => sum + tokens(tool), 0);
    expect(cost).toBeLessThanOrEqual(12_000);
  });
});

describe('every tool', () => {
  const byId = new Map(operationsOf(spec).map((api) => [api.id, api]));

  test('there is one for every operation that is not excluded, and at most 30 are', () => {
    const offered = new Set(file.tools.map(({ operation }) => operation));
    const missing = [...byId.keys()].filter((id) => !offered.has(id));
    expect(missing.sort()).toEqual([
      'extendOktaSupport',
      'grantOktaSupport',
      'listPolicyApps',
      'revokeCurrentApiToken',
      'revokeOktaSupport',
    ]);
    expect([...offered].filter((id) => !byId.has(id))).toEqual([]);
  });

  test('has words of its own: no two share a title within a toolset, or a description', () => {
    const twice = (texts: readonly string[]) => texts.filter((text, at) => texts.indexOf(text) !== at);
    expect(twice(file.tools.map(({ toolset, title }) => `${toolset}: ${title}`))).toEqual([]);
    expect(twice(file.tools.map(({ description }) => description))).toEqual([]);
  });

  test('agrees with the specification on method, path and parameters', () => {
    const wrong = file.tools.filter(({ operation, inputSchema, arguments: fixed }) => {
      const api = byId.get(operation)!;
      const line = operations[operation as keyof typeof operations] as { method: string; path: string };
      const required = api.parameters.filter((parameter) => parameter.required).map(({ name }) => name);
      const asked = [...((inputSchema.required as string[] | undefined) ?? []), ...Object.keys(fixed ?? {})];
      return line.method !== api.method || line.path !== api.path || required.some((name) => !asked.includes(name));
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('names the roles of the specification where it says that the operation has them from there', () => {
    const sorted = (names: readonly string[] = []) => [...names].sort();
    const drawn = file.tools.flatMap(({ name, operation, roles: { source, anyOf, permissions } }) => {
      const { 'x-okta-iam-admin-roles': roles, 'x-okta-iam-permissions': rights } = byId.get(operation)!.operation;
      if (roles === undefined || !source.startsWith('spec ')) return [];
      return [{ name, given: [sorted(anyOf), sorted(permissions)], want: [sorted(roles), sorted(rights)] }];
    });
    expect(drawn.length).toBeGreaterThan(100);
    expect(drawn.map(({ name, given }) => [name, ...given])).toEqual(drawn.map(({ name, want }) => [name, ...want]));
  });

  test.each([
    // shared/scope-roles.json, operationOverrides: org-wide switches.
    ['create_child_org', ['SUPER_ADMIN']],
    ['update_auto_assign_admin_app_setting', ['SUPER_ADMIN']],
    ['update_third_party_admin_setting', ['SUPER_ADMIN']],
    ['assign_client_privileges_setting', ['SUPER_ADMIN']],
  ])('%s needs %s', (name, anyOf) => {
    expect(file.tools.find((tool) => tool.name === name)?.roles).toMatchObject({ anyOf, verified: false });
  });

  test('a tool that only reads is a GET or a POST that a read scope opens, and a DELETE is never less than destructive', () => {
    const line = (tool: ToolDefinition) =>
      operations[tool.operation as keyof typeof operations] as { method: string; path: string };
    const reads = file.tools.filter((tool) => tool.risk === 'read' && line(tool).method !== 'GET');
    const opened = reads.map(({ operation }) => {
      const { method, operation: stated } = byId.get(operation)!;
      const scopes = stated.security!.flatMap(({ oauth2 = [] }) => oauth2);
      return `${method} ${scopes.every((scope) => scope.endsWith('.read')) ? 'read' : scopes}`;
    });
    expect(opened).toEqual(['POST read', 'POST read', 'POST read']);
    const deletes = file.tools.filter(
      (tool) => line(tool).method === 'DELETE' && (tool.risk === 'read' || tool.risk === 'write'),
    );
    expect(deletes.map(({ name }) => name)).toEqual([]);
  });
});

describe('what clients and model APIs are known to refuse', () => {
  const told = file.tools.map((tool) => ({ ...tool, inputSchema: withConfirmation(tool) }));

  test.each([
    ['every tool, curated or composed', 896, () => told],
    ['every tool of this server itself', 6, localTools],
  ])('is in no schema of %s', async (_, least, tools) => {
    const all = await tools();
    expect(all.length).toBeGreaterThanOrEqual(least);
    expect(all.flatMap(clientProblems)).toEqual([]);
  });

  test('no two have the same name', async () => {
    const names = [
      ...file.tools.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
      ...(await localTools()).map(({ name }) => name),
    ];
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test.each<[string, object]>([
    ['no object at the top', { type: 'array', items: {} }],
    ['a combinator at the top', { type: 'object', anyOf: [{ required: ['a'] }] }],
    [
      'a reference, however deep',
      { type: 'object', properties: { a: { type: 'array', items: { $ref: '#/$defs/a' } } } },
    ],
    ['definitions', { type: 'object', $defs: { a: {} } }],
    ['a key, however deep', { type: 'object', properties: { a: { properties: { 'x5t#S256': {} } } } }],
    ['a long key', { type: 'object', properties: { ['a'.repeat(65)]: {} } }],
    ['a key in a map', { type: 'object', properties: { a: { additionalProperties: { properties: { $ref: {} } } } } }],
    ['a key in an alternative', { type: 'object', properties: { a: { oneOf: [{ properties: { 'a:b': {} } }] } } }],
    ['an array of anything', { type: 'object', properties: { a: { type: 'array' } } }],
    ['several types', { type: 'object', properties: { a: { type: ['string', 'null'] } } }],
  ])('%s would be found', (_, inputSchema) => {
    expect(clientProblems({ name: 'a', inputSchema: inputSchema as JsonObject })).toHaveLength(1);
  });

  test('a name of 49 characters would be found', () => {
    expect(clientProblems({ name: 'a'.repeat(49), inputSchema: { type: 'object' } })).toHaveLength(1);
  });
});

/** The argument that two-step confirmations add. */
function withConfirmation({ inputSchema }: ToolDefinition): JsonObject {
  return { ...inputSchema, properties: { ...(inputSchema.properties as object), confirmation: { type: 'string' } } };
}

async function localTools(): Promise<readonly LocalTool[]> {
  const env = { OKTA_SCOPES: file.scopes.join(' '), OKTA_SURFACE: 'discover' };
  const { config } = parseConfig(env, knownNames(file), { demo: true });
  const log = pino({ level: 'silent' });
  const app = await createApp({ config, tools: file, version: '0', log, stderr: () => {} });
  await app.close();
  return app.toolbox.local;
}

/** The restrictions of spec study, section 3. */
function clientProblems({ name, inputSchema }: Pick<ToolDefinition, 'name' | 'inputSchema'>): string[] {
  const problems: string[] = [];
  const say = (problem: string) => problems.push(`${name}: ${problem}`);
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(name)) say('name');
  if (inputSchema.type !== 'object') say('top level is no object');
  for (const key of ['allOf', 'anyOf', 'oneOf', 'not', 'enum']) if (key in inputSchema) say(`${key} at the top`);
  type Schema = Record<string, unknown>;
  const visit = (schema: Schema): void => {
    for (const key of ['$ref', '$defs', 'definitions', 'nullable']) if (key in schema) say(key);
    if (Array.isArray(schema.type)) say('several types');
    if (schema.type === 'array' && schema.items === undefined) say('array without items');
    for (const [key, child] of Object.entries((schema.properties ?? {}) as Record<string, Schema>)) {
      if (!/^[a-zA-Z0-9_.-]{1,64}$/.test(key)) say(`key ${key}`);
      visit(child);
    }
    for (const key of ['items', 'additionalProperties', 'not']) {
      if (typeof schema[key] === 'object') visit(schema[key] as Schema);
    }
    for (const key of ['allOf', 'anyOf', 'oneOf']) for (const part of (schema[key] ?? []) as Schema[]) visit(part);
  };
  visit(inputSchema);
  return problems;
}

describe('all operations of the specification at once', () => {
  let all: ToolFile;

  test('all generate', async () => {
    const apis = operationsOf(spec);
    const { files, outcomes } = parse(read('tools.config.yaml')) as Record<string, object>;
    const config = JSON.stringify({
      specs: { all: {} },
      files,
      outcomes,
      toolsets: { all: { title: 'All', tools: Object.fromEntries(apis.map(entryOf)) } },
    });
    const made = await generate({ config, configName: 'all', documents: new Map([['all', spec]]) });
    all = JSON.parse(made.get('generated/tools.json')!) as ToolFile;
    expect(all.tools).toHaveLength(apis.length);
  }, 60_000);

  test('no $ref, no top-level combinator, no key a client refuses', () => {
    expect(all.tools.flatMap(clientProblems)).toEqual([]);
  });

  test('no schema over 1,000 tokens', () => {
    const large = all.tools.filter(({ inputSchema }) => countTokens(JSON.stringify(inputSchema)) > 1_000);
    expect(large.map(({ name }) => name)).toEqual([]);
  });

  test('all schemas compile', () => {
    const options = { strict: true, strictTypes: false, strictRequired: false, validateFormats: false };
    const ajv = new Ajv2020({ ...options, code: { optimize: false } });
    for (const { inputSchema } of all.tools) expect(typeof ajv.compile(inputSchema)).toBe('function');
  }, 60_000);
});

function entryOf(
  { operation }: { operation: Document['paths'][string]['get'] & object },
  index: number,
): [string, object] {
  const scoped = operation.security?.some((requirement) => 'oauth2' in requirement) ?? false;
  return [
    `tool_${index}`,
    {
      operation: operation.operationId,
      title: operation.operationId,
      description: operation.operationId,
      acknowledge: ['deprecated', 'early-access'],
      roles: { anyOf: ['SUPER_ADMIN'], source: 'test', verified: false },
      rolesReason: 'roles are not what is tested',
      ...(scoped ? {} : { scopes: 'none' }),
    },
  ];
}

describe('the body of a variant, on demand', () => {
  type Described = { by?: string; variants?: Record<string, { properties: Record<string, { enum?: unknown[] }> }> };
  const bodies = Object.entries(JSON.parse(read('generated/bodies.json')) as Record<string, Described>);
  const rows = bodies.flatMap(([id, { by = '', variants = {} }]) =>
    Object.entries(variants).map(([value, { properties }]) => ({ id, value, by, told: properties[by]?.enum })),
  );

  test('says of what tells variants apart only its own value, and the tool takes that', () => {
    expect(rows.length).toBeGreaterThanOrEqual(200);
    expect(rows.filter(({ value, told }) => told?.length !== 1 || told[0] !== value)).toEqual([]);
    const refused = rows.filter(({ id, by, value }) =>
      file.tools.some(({ operation, inputSchema, accept }) => {
        const body = (inputSchema.properties as { body?: { properties?: Record<string, { enum?: unknown[] }> } }).body;
        const values = operation === id ? body?.properties?.[by]?.enum : undefined;
        return values && !values.includes(value) && !accept?.open?.includes(`/properties/body/properties/${by}`);
      }),
    );
    expect(refused).toEqual([]);
  });
});
