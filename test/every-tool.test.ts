import { beforeAll, describe, expect, test } from 'vitest';
import {
  type ApiOperation,
  resolve as deref,
  operationsOf,
  type ParameterObject,
  type SchemaObject,
  type SchemaOrRef,
} from '../codegen/document.js';
import { operations } from '../generated/operations.js';
import { Exchange } from '../src/demo-org/exchange.js';
import { Specification } from '../src/demo-org/specification.js';
import { RequestCheck } from '../src/demo-org/validation.js';
import { isJson } from '../src/okta/body.js';
import { createOktaClient } from '../src/okta/client.js';
import type { Operation } from '../src/okta/operation.js';
import { readToolFile } from '../src/package-files.js';
import { ArgumentCheck } from '../src/tools/arguments.js';
import { bind } from '../src/tools/bind.js';
import type { JsonObject, ToolDefinition } from '../src/tools/definition.js';
import { withFiles } from '../src/tools/file-input.js';
import { fitted } from './demo-org/valid-request.js';
import { base64, FILES } from './pictures.js';
import { samplesOf } from './sample.js';
import { united as spec } from './united.js';

const { tools } = readToolFile();
const apis = new Map(operationsOf(spec).map((api) => [api.id, api]));
const table: Readonly<Record<string, Operation>> = operations;

interface Sample {
  readonly label: string;
  readonly args: JsonObject;
}

/** What is required, everything there is, and everything with each further variant of the body; from the specification alone. */
function samplesFor(tool: ToolDefinition, api: ApiOperation): Sample[] {
  const offered = Object.keys(tool.inputSchema.properties as object);
  // Where a list shows a choice of fields, `fields` is that choice and not a parameter of Okta's.
  const ours = api.parameters.filter(({ name }) => offered.includes(name) && !(tool.projection && name === 'fields'));
  const given = (parameters: readonly ParameterObject[]) =>
    Object.fromEntries(parameters.map((parameter) => [parameter.name, argumentFor(parameter)]));
  const required = given(ours.filter((parameter) => parameter.required === true || parameter.in === 'path'));
  const [body, ...others] = bodiesOf(tool, api);
  return [
    { label: 'required', args: { ...required, ...(body && { body: body.value }) } },
    { label: 'everything', args: { ...given(ours), ...(body && { body: body.value }) } },
    ...others.map(({ label, value }) => ({ label, args: { ...required, body: value } })),
  ];
}

function argumentFor({ schema = {} }: ParameterObject): unknown {
  const shape = deref(spec, schema) as SchemaObject;
  const plain = (of: SchemaObject): unknown => {
    if (of.enum !== undefined) return of.enum[0];
    if (of.type === 'integer' || of.type === 'number') return Math.max(of.minimum ?? 1, 1);
    if (of.type === 'boolean') return true;
    if (of.type === 'array') return [plain(deref(spec, of.items ?? {}) as SchemaObject)];
    return of.format === 'date-time' ? '2026-01-02T03:04:05.000Z' : 'x1';
  };
  const wrapped: SchemaOrRef = { type: 'object', properties: { value: schema } };
  return (fitted(wrapped, { value: plain(shape) }) as { value: unknown }).value;
}

function bodiesOf({ files = [] }: ToolDefinition, api: ApiOperation): { label: string; value: unknown }[] {
  const { content = {} } = api.operation.requestBody ? deref(spec, api.operation.requestBody) : {};
  const [media] = Object.keys(content);
  if (media === undefined) return [];
  const json = Object.keys(content).find((type) => type.endsWith('json'));
  if (json !== undefined) {
    const schema = content[json]!.schema ?? {};
    return samplesOf(spec, schema).map(({ label, value }) => ({ label, value: fitted(schema, value) }));
  }
  return files.length === 0
    ? [{ label: media, value: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln' }]
    : files.flatMap(({ at, types }) =>
        Object.keys(types).map((format) => {
          const file = { data: base64(FILES[format]!) };
          return { label: format, value: at === 'body' ? file : { [at.replace('body.', '')]: file } };
        }),
      );
}

/** Holds a request against the specification as the demo org does. */
class Judge {
  readonly #specification = Specification.of(spec);
  readonly #check = new RequestCheck(this.#specification);

  async verdict(request: Request, { path }: Operation): Promise<string | undefined> {
    const url = new URL(request.url);
    const operation = this.#specification.operation(request.method as 'GET', path);
    if (!operation) return 'no such operation';
    const segments = url.pathname.split('/').map(decodeURIComponent);
    const names = path.split('/').map((part) => /^\{(.+)\}$/.exec(part)?.[1]);
    const params = Object.fromEntries(names.flatMap((name, at) => (name === undefined ? [] : [[name, segments[at]!]])));
    const payload = { type: request.headers.get('content-type') ?? '', text: await request.text() };
    const nobody = undefined as never;
    try {
      this.#check.check(operation, new Exchange(nobody, url, params, nobody, '', '', payload, request.headers));
      return undefined;
    } catch (error) {
      return `${(error as Error).message} ${JSON.stringify(error)}`;
    }
  }
}

describe('every tool, called with valid arguments', () => {
  const refused: string[] = [];
  const counts = { tools: 0, requests: 0, variants: 0, governance: 0 };

  beforeAll(async () => {
    const judge = new Judge();
    const check = new ArgumentCheck();
    const sent: Request[] = [];
    const client = createOktaClient({
      origin: 'https://example.okta.com',
      operations: table,
      userAgent: 'test',
      fetch: async (request) => {
        sent.push(request);
        return new Response(null, { status: 204 });
      },
    });
    for (const tool of tools) {
      const api = apis.get(tool.operation)!;
      const operation = table[tool.operation]!;
      counts.tools += 1;
      if (operation.path.startsWith('/governance/')) counts.governance += 1;
      for (const { label, args } of samplesFor(tool, api)) {
        counts.requests += 1;
        if (label !== 'required' && label !== 'everything') counts.variants += 1;
        try {
          await check.check(tool, args);
          const filled = await withFiles(tool, args, undefined);
          await client.send(tool.operation, bind(tool, operation, filled.args));
          const request = sent.pop()!;
          const text = await request.clone().text();
          const intact = !isJson(operation.body ?? '') || args.body === undefined || text === JSON.stringify(args.body);
          const verdict = intact ? await judge.verdict(request, operation) : 'the body was changed on the way';
          if (verdict !== undefined) refused.push(`${tool.name} (${label}): ${verdict}`);
        } catch (error) {
          refused.push(`${tool.name} (${label}): ${(error as Error).message}`);
        }
      }
    }
    console.log(counts);
  }, 120_000);

  test('makes a request that the org finds nothing wrong with', () => {
    expect(refused).toEqual([]);
  });

  test('all tools, and all variants of their bodies, were called', () => {
    expect(counts.tools).toBe(tools.length);
    expect(counts.tools).toBeGreaterThanOrEqual(896);
    expect(counts.governance).toBeGreaterThanOrEqual(162);
    expect(counts.variants).toBeGreaterThan(300);
  });
});
