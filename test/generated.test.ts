import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { type Document, operationsOf } from '../codegen/document.js';
import { generate } from '../codegen/generate.js';
import { operations } from '../generated/operations.js';
import type { ToolDefinition, ToolFile } from '../src/tools/definition.js';
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

  test('a tool that only reads is a GET or a query, and a DELETE is never less than destructive', () => {
    const line = (tool: ToolDefinition) =>
      operations[tool.operation as keyof typeof operations] as { method: string; path: string };
    const reads = file.tools.filter((tool) => tool.risk === 'read' && line(tool).method !== 'GET');
    expect(reads.map((tool) => line(tool).path).filter((path) => !/\/(simulate|query)$/.test(path))).toEqual([]);
    const deletes = file.tools.filter(
      (tool) => line(tool).method === 'DELETE' && (tool.risk === 'read' || tool.risk === 'write'),
    );
    expect(deletes.map(({ name }) => name)).toEqual([]);
  });

  test('passes the restrictions of the main clients', () => {
    expect(file.tools.flatMap(clientProblems)).toEqual([]);
  });
});

/** What clients and model APIs are known to refuse (spec study, section 3). */
function clientProblems({ name, inputSchema }: ToolDefinition): string[] {
  const problems: string[] = [];
  const say = (problem: string) => problems.push(`${name}: ${problem}`);
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(name)) say('name');
  if (inputSchema.type !== 'object') say('top level is no object');
  for (const key of ['allOf', 'anyOf', 'oneOf', 'not', 'enum']) if (key in inputSchema) say(`${key} at the top`);
  const visit = (schema: Record<string, unknown>): void => {
    if ('$ref' in schema) say('$ref');
    if ('nullable' in schema || Array.isArray(schema.type)) say('nullable');
    if (schema.type === 'array' && schema.items === undefined) say('array without items');
    for (const [key, child] of Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>)) {
      if (!/^[a-zA-Z0-9_.-]{1,64}$/.test(key)) say(`key ${key}`);
      visit(child);
    }
    if (schema.items !== undefined) visit(schema.items as Record<string, unknown>);
  };
  visit(inputSchema);
  return problems;
}

describe('all operations of the specification at once', () => {
  let all: ToolFile;

  test('901 generate', async () => {
    const apis = operationsOf(spec);
    const config = JSON.stringify({
      specs: { all: {} },
      toolsets: { all: { title: 'All', tools: Object.fromEntries(apis.map(entryOf)) } },
    });
    const files = await generate({ config, configName: 'all', documents: new Map([['all', spec]]) });
    all = JSON.parse(files.get('generated/tools.json')!) as ToolFile;
    expect(all.tools).toHaveLength(901);
  }, 60_000);

  test('no $ref, no top-level combinator, no key a client refuses', () => {
    expect(all.tools.flatMap(clientProblems)).toEqual([]);
  });

  test('no schema over 1,000 tokens', () => {
    const large = all.tools.filter(({ inputSchema }) => countTokens(JSON.stringify(inputSchema)) > 1_000);
    expect(large.map(({ name }) => name)).toEqual([]);
  });

  test('all schemas compile', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, validateFormats: false });
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
      ...(scoped ? {} : { scopes: 'none' }),
    },
  ];
}
