import { beforeAll, describe, expect, test } from 'vitest';
import { resolve as deref, operationsOf } from '../codegen/document.js';
import { generate } from '../codegen/generate.js';
import { operationOf } from '../codegen/operation.js';
import { createOktaClient } from '../src/okta/client.js';
import { ArgumentCheck } from '../src/tools/arguments.js';
import { bind } from '../src/tools/bind.js';
import type { ToolDefinition, ToolFile } from '../src/tools/definition.js';
import { samplesOf } from './sample.js';
import { united as spec } from './united.js';

const withJson = operationsOf(spec).flatMap((api) => {
  const body = api.operation.requestBody && deref(spec, api.operation.requestBody);
  const schema = body?.content['application/json']?.schema;
  return schema === undefined ? [] : [{ api, schema, operation: operationOf(spec, api) }];
});

/** Bodies come from the specification alone; see sample.ts. */
describe('every body the specification describes passes validation and reaches the wire intact', () => {
  const tools = new Map<string, ToolDefinition>();

  beforeAll(async () => {
    const entries = withJson.map(({ api }, index) => {
      const scoped = api.operation.security?.some((requirement) => 'oauth2' in requirement) ?? false;
      const roles = { anyOf: ['SUPER_ADMIN'], source: 'test', verified: false };
      const acknowledge = ['deprecated', 'early-access'];
      const words = { title: api.id, description: api.id };
      return [`t${index}`, { operation: api.id, ...words, acknowledge, roles, ...(scoped ? {} : { scopes: 'none' }) }];
    });
    const config = { specs: { all: {} }, toolsets: { all: { title: 'All', tools: Object.fromEntries(entries) } } };
    const documents = new Map([['all', spec]]);
    const files = await generate({ config: JSON.stringify(config), configName: 'all', documents });
    for (const tool of (JSON.parse(files.get('generated/tools.json')!) as ToolFile).tools)
      tools.set(tool.operation, tool);
  }, 60_000);

  test('all of them, variants of discriminated bodies included', async () => {
    const check = new ArgumentCheck();
    const sent: string[] = [];
    const client = createOktaClient({
      origin: 'https://example.okta.com',
      operations: Object.fromEntries(withJson.map(({ api, operation }) => [api.id, operation])),
      userAgent: 'test',
      fetch: async (request) => {
        sent.push(await request.text());
        return new Response(null, { status: 204 });
      },
    });
    const failures: string[] = [];
    const counts = { bodies: 0, variants: 0, operations: withJson.length };
    for (const { api, schema, operation } of withJson) {
      const tool = tools.get(api.id)!;
      for (const { label, value } of samplesOf(spec, schema)) {
        counts.bodies += 1;
        if (label !== 'plain') counts.variants += 1;
        const parameters = api.parameters.filter((parameter) => parameter.required && parameter.in !== 'header');
        const args = {
          ...Object.fromEntries(parameters.map(({ name, schema: of }) => [name, parameterSample(of)])),
          body: value,
        };
        try {
          await check.check(tool, args);
          await client.send(api.id, bind(tool, operation, args));
          if (sent.at(-1) !== JSON.stringify(value)) failures.push(`${api.id} ${label}: changed on the way`);
        } catch (error) {
          failures.push(`${api.id} ${label}: ${(error as Error).message}`);
        }
      }
    }
    console.log(`${counts.bodies} bodies of ${counts.operations} operations, ${counts.variants} of them variants`);
    expect(failures).toEqual([]);
    expect(counts.variants).toBeGreaterThan(300);
  }, 120_000);
});

function parameterSample(schema: unknown): unknown {
  const { type, enum: values } = (schema ?? {}) as { type?: string; enum?: unknown[] };
  if (values !== undefined) return values[0];
  return type === 'integer' ? 1 : type === 'boolean' ? true : 'x1';
}
