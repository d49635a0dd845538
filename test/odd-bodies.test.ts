import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { type ApiOperation, resolve as deref, operationsOf, type SchemaObject } from '../codegen/document.js';
import { createApp } from '../src/app.js';
import type { AuthStrategy } from '../src/auth/strategy.js';
import { parseConfig } from '../src/config.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import type { JsonObject, ToolDefinition } from '../src/tools/definition.js';
import type { AskingContext } from '../src/tools/guard.js';
import type { Asking } from '../src/tools/toolbox.js';
import { specified } from './demo-org/specified.js';
import { sender, specifiedOrg, validRequest } from './demo-org/valid-request.js';
import { base64, FILES } from './pictures.js';
import { textOf } from './tools/fixture.js';
import { united as spec } from './united.js';

// Every row is made from the specification, so an operation of one of these kinds that a later release adds is tried too.

const file = readToolFile();
const folder = mkdtempSync(join(tmpdir(), 'odd-bodies-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const [format, bytes] of Object.entries(FILES)) writeFileSync(join(folder, `a.${format}`), bytes);

interface Row {
  readonly name: string;
  readonly tool: ToolDefinition;
  readonly api: ApiOperation;
}

const all: readonly Row[] = operationsOf(spec).flatMap((api) => {
  const tool = file.tools.find(({ operation }) => operation === api.id);
  return tool === undefined ? [] : [{ name: tool.name, tool, api }];
});
const bodyOf = ({ operation }: ApiOperation) =>
  operation.requestBody ? deref(spec, operation.requestBody).content : {};
const typesOf = (api: ApiOperation) => Object.keys(bodyOf(api));
const rootOf = (api: ApiOperation) => deref(spec, Object.values(bodyOf(api))[0]?.schema ?? {}) as SchemaObject;
const repliesOf = ({ operation }: ApiOperation) =>
  Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, response]) => Object.keys(deref(spec, response).content ?? {}));

const uploads = all.filter(({ api }) => typesOf(api).includes('multipart/form-data'));
const certificates = all.filter(({ api }) => typesOf(api).some((type) => /pkix-cert|x509|pem/.test(type)));
const patches = all.filter(({ api }) => typesOf(api).includes('application/merge-patch+json'));
const tokens = all.filter(({ api }) => typesOf(api).some((type) => /\+jwt$/.test(type)));
const arrays = all.filter(({ api }) => typesOf(api)[0] === 'application/json' && rootOf(api).type === 'array');
const foreign = all.filter(({ api }) => repliesOf(api).some((type) => !/json$/.test(type)));
const accepted = all.filter(({ api }) => '202' in api.operation.responses);
const joined = all.flatMap(({ name, tool, api }) =>
  api.parameters
    .filter((each) => each.in === 'query' && (deref(spec, each.schema ?? {}) as SchemaObject).type === 'array')
    .filter((each) => each.name in (tool.inputSchema.properties as object))
    .map((parameter) => ({ name, tool, api, parameter })),
);
const lists = all.filter(({ tool }) => tool.page?.resumable && tool.arguments === undefined);

test('there are as many of each kind as the specification of 2026.06.3 has', () => {
  const counts = Object.fromEntries(
    Object.entries({ uploads, certificates, patches, tokens, arrays, foreign, accepted, joined, lists }).map(
      ([kind, rows]) => [kind, rows.length],
    ),
  );
  console.log(counts);
  expect(counts).toMatchObject({
    uploads: 4,
    certificates: 2,
    patches: 1,
    tokens: 1,
    arrays: 7,
    foreign: 5,
    accepted: 21,
  });
  expect(typesOf(uploads[0]!.api)).toEqual(['multipart/form-data']);
  // Whatever is sent otherwise than as JSON is of one of these kinds.
  const odd = all.filter(({ api }) => typesOf(api).some((type) => type !== 'application/json'));
  expect(odd.filter((row) => ![...uploads, ...certificates, ...patches, ...tokens].includes(row))).toEqual([]);
});

interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly request: Request;
}

/** The product in front of an org that holds requests against the specification; a person says yes to everything. */
async function stand(answer?: (sent: Sent) => Response | undefined, hosted = false) {
  const org = specifiedOrg();
  const env = {
    OKTA_ORG_URL: org.origin,
    OKTA_API_TOKEN: org.token,
    OKTA_SCOPES: file.scopes.join(' '),
    // Naming every toolset also opens what no scope guards.
    OKTA_TOOLSETS: Object.keys(file.toolsets).join(' '),
    OKTA_IMPORT_DIR: folder,
  };
  const { config } = parseConfig(env, knownNames(file), { demo: false });
  const sent: Sent[] = [];
  const strategy: AuthStrategy = {
    name: 'test',
    credential: 'oauth',
    authenticate: async (attempt) => attempt.headers.set('authorization', `SSWS ${org.token}`),
    recover: async () => false,
    granted: () => undefined,
    onChange: () => () => {},
    close: async () => {},
  };
  const app = await createApp({
    config,
    tools: file,
    version: '0',
    log: pino({ level: 'silent' }),
    strategy,
    ...(hosted && { hosted: {} }),
    stderr: () => {},
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const copy = request.clone();
      const { method, headers } = request;
      const bytes = new Uint8Array(await request.clone().arrayBuffer());
      const type = headers.get('content-type') ?? '';
      const each = { method, url: new URL(request.url), type, bytes, request: copy };
      sent.push(each);
      return answer?.(each) ?? org.fetch(request);
    },
  });
  const call = async (tool: ToolDefinition, args: JsonObject) => {
    const ask = async (context: AskingContext) => app.toolbox.call(tool.name, args, { canAsk: true, ...context });
    let result = await ask({});
    if ('ask' in result) {
      const { state, count } = (result as Asking).ask;
      result = await ask({ answer: { state, action: 'accept', content: { confirm: true, ...(count && { count }) } } });
    }
    if ('ask' in result) throw new Error('asked twice');
    const { method, path } = { method: '', path: '', ...specified.find(({ id }) => id === tool.operation) };
    const shape = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    const own = sent.filter((each) => each.method === method && shape.test(each.url.pathname)).at(-1);
    return { text: textOf(result), isError: result.isError === true, sent: own };
  };
  return { org, call, app };
}

/** Arguments that name what the org has, with a valid body. */
async function valid(org: Awaited<ReturnType<typeof stand>>['org'], { tool, api }: Row): Promise<JsonObject> {
  const { values, query, body } = await validRequest(sender(org), specified.find(({ id }) => id === api.id)!);
  const names = [...api.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!);
  const given = { ...Object.fromEntries(names.map((name, at) => [name, values[at]])), ...query };
  const offered = Object.entries(given).filter(([name]) => name in (tool.inputSchema.properties as object));
  return { ...Object.fromEntries(offered), ...(body !== undefined && { body }) };
}

describe('uploads: the very bytes of a file arrive, from the folder and from base64', () => {
  const rows = uploads.flatMap((row) => Object.keys(row.tool.files![0]!.types).map((format) => ({ ...row, format })));

  test.each(rows)('$name, $format', async ({ format, ...row }) => {
    const { org, call } = await stand();
    const args = await valid(org, row);
    const { at, types } = row.tool.files![0]!;
    const part = at.replace('body.', '');
    for (const given of [{ path: `a.${format}` }, { data: base64(FILES[format]!) }]) {
      const { isError, text, sent } = await call(row.tool, { ...args, body: { [part]: given } });
      expect(isError, text).toBe(false);
      expect(sent!.type).toMatch(/^multipart\/form-data; boundary=/);
      const form = await sent!.request.formData();
      expect([...form.keys()]).toEqual([part]);
      const arrived = form.get(part) as File;
      expect(arrived.type).toBe(types[format]);
      expect(arrived.name).toMatch(new RegExp(`\\.${format}$`));
      expect(new Uint8Array(await arrived.arrayBuffer())).toEqual(FILES[format]);
    }
  });

  test.each(uploads)('$name sends nothing that is something else than its name says', async (row) => {
    const { org, call } = await stand();
    const args = await valid(org, row);
    const lie = { name: 'a.png', data: base64(FILES.gif!) };
    const { isError, text, sent } = await call(row.tool, { ...args, body: { file: lie } });
    expect([isError, sent]).toEqual([true, undefined]);
    expect(text).toMatch(/Nothing was sent/);
  });
});

test('a server for others than its operator reads no files, whatever its settings say', async () => {
  const [row] = uploads;
  const { org, call } = await stand(undefined, true);
  const body = { file: { path: 'a.png' } };
  const { isError, text, sent } = await call(row!.tool, { ...(await valid(org, row!)), body });
  expect([isError, sent]).toEqual([true, undefined]);
  expect(text).toMatch(/no folder to read files from is set/);
});

describe('certificates: PEM and DER arrive as they are, each under its media type', () => {
  const rows = certificates.flatMap((row) =>
    Object.entries(row.tool.files![0]!.types).map(([format, type]) => ({ ...row, format, type })),
  );

  test.each(rows)('$name, $format', async ({ format, type, ...row }) => {
    expect(typesOf(row.api)).toContain(type);
    const bytes = FILES[format]!;
    const text = format === 'pem' ? [{ data: new TextDecoder().decode(bytes) }] : [];
    for (const body of [{ path: `a.${format}` }, { data: base64(bytes) }, ...text]) {
      // Publishing ends a request, so each has its own.
      const { org, call } = await stand();
      const { isError, text: told, sent } = await call(row.tool, { ...(await valid(org, row)), body });
      expect(isError, told).toBe(false);
      expect([sent!.type, sent!.bytes]).toEqual([type, bytes]);
    }
  });
});

describe('merge patches: null arrives as null', () => {
  test.each(patches)('$name', async (row) => {
    const { org, call } = await stand();
    const args = await valid(org, row);
    const names = Object.keys(rootOf(row.api).properties ?? {});
    for (const body of [args.body, Object.fromEntries(names.map((name) => [name, null]))]) {
      const { isError, text, sent } = await call(row.tool, { ...args, body });
      expect(isError, text).toBe(false);
      expect(sent!.type).toBe('application/merge-patch+json');
      expect(JSON.parse(new TextDecoder().decode(sent!.bytes))).toEqual(body);
    }
  });
});

describe('tokens: a JWT is the whole body', () => {
  test.each(tokens)('$name', async (row) => {
    const { org, call } = await stand();
    const body = 'eyJhbGciOiJSUzI1NiIsInR5cCI6InNlY2V2ZW50K2p3dCJ9.e30.c2ln';
    const { isError, text, sent } = await call(row.tool, { ...(await valid(org, row)), body });
    expect(isError, text).toBe(false);
    expect([sent!.type, new TextDecoder().decode(sent!.bytes)]).toEqual([typesOf(row.api)[0], body]);
  });
});

describe('arrays at the root', () => {
  test.each(arrays)('$name', async (row) => {
    const { org, call } = await stand();
    const args = await valid(org, row);
    expect(Array.isArray(args.body)).toBe(true);
    const { isError, text, sent } = await call(row.tool, args);
    expect(isError, text).toBe(false);
    expect(JSON.parse(new TextDecoder().decode(sent!.bytes))).toEqual(args.body);
    const wrong = await call(row.tool, { ...args, body: (args.body as unknown[])[0] });
    expect(wrong.text).toMatch(/`body` must be array, got an object/);
  });
});

describe('replies that are no JSON', () => {
  const rows = foreign.flatMap((row) =>
    repliesOf(row.api)
      .filter((type) => !/json$/.test(type))
      .map((type) => ({ ...row, type })),
  );

  test.each(rows)('$name answers $type', async ({ type, ...row }) => {
    const bytes = /xml/.test(type)
      ? new TextEncoder().encode('<md:EntityDescriptor é="1"/>')
      : new Uint8Array([48, 3, 2, 1, 1]);
    const foreign = () => new Response(bytes, { status: 200, headers: { 'content-type': type } });
    let odd = false;
    const { org, call } = await stand(({ method }) => (odd && method === row.api.method ? foreign() : undefined));
    const args = await valid(org, row);
    const plain = await call(row.tool, args);
    expect(plain.isError, plain.text).toBe(false);
    // Asked for JSON where there is a choice.
    const preferred = repliesOf(row.api).find((each) => /json$/.test(each)) ?? type;
    expect(plain.sent!.request.headers.get('accept')).toBe(preferred);
    odd = true;
    const { isError, text } = await call(row.tool, args);
    if (preferred === type) {
      expect([isError, text]).toEqual([false, '<md:EntityDescriptor é="1"/>']);
    } else {
      expect([isError, text]).toEqual([true, expect.stringMatching(/instead of JSON/)]);
    }
  });
});

describe('requests that are accepted, not finished', () => {
  test.each(accepted)('$name names the call that tells what became of it', async (row) => {
    let id: string | undefined;
    const unfinished = () => {
      const headers: Record<string, string> = row.api.operation.responses['202']?.headers?.Link
        ? {
            link: `<https://x.okta.com${row.tool.outcome!.path.replaceAll(/\{([^}]+)\}/g, (_, name) => `${name}-1`)}>; rel="status"`,
          }
        : {};
      const body = repliesOf(row.api).length > 0 && !headers.link ? JSON.stringify({ id: 'job-1' }) : null;
      return new Response(body, {
        status: 202,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      });
    };
    const { org, call, app } = await stand(({ method, url }) =>
      method === row.api.method && url.pathname === id ? unfinished() : undefined,
    );
    const args = await valid(org, row);
    id = row.api.path.replaceAll(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(String(args[name])));
    const { isError, text } = await call(row.tool, args);
    expect(isError, text).toBe(false);
    const { accepted: yes, outcome } = JSON.parse(text);
    expect([yes, outcome?.name]).toEqual([true, row.tool.outcome!.tool]);
    const reader = app.toolbox.catalog.get(outcome.name)!;
    expect(reader.risk).toBe('read');
    // Complete: it can be made as it stands.
    id = undefined;
    const read = await call(reader, outcome.arguments);
    expect(read.text).not.toMatch(/arguments_invalid|tool_unknown|tool_not_allowed/);
  });
});

describe('arrays in a query', () => {
  test.each(joined)('$name joins $parameter.name as the specification says', async ({ parameter, ...row }) => {
    const { org, call } = await stand();
    const items = deref(spec, (deref(spec, parameter.schema!) as SchemaObject).items!) as SchemaObject;
    const [first, second] = items.enum ?? ['a', 'b'];
    const values = second === undefined ? [first, first] : [first, second];
    const { sent, text } = await call(row.tool, { ...(await valid(org, row)), [parameter.name]: values });
    const got = sent?.url.searchParams.getAll(parameter.name);
    expect(got, text).toEqual(parameter.explode === false ? [values.join(',')] : values);
  });
});

describe('pages', () => {
  test.each(lists)('$name goes on where its link says', async ({ tool, api }) => {
    const next = `https://other.example/?after=c%2B1%3D&limit=${tool.page!.limit ?? 20}`;
    let page = 0;
    const { call } = await stand(({ method, url }) => {
      if (method !== api.method) return undefined;
      page += 1;
      const target = next.replace('/?', `${url.pathname}?`);
      const items = [{ id: `item-${page}` }];
      const wrapped = tool.page!.items;
      const body = wrapped ? { [wrapped]: items, _links: page === 1 ? { next: { href: target } } : {} } : items;
      const headers = {
        'content-type': 'application/json',
        ...(!wrapped && page === 1 && { link: `<${target}>; rel="next"` }),
      };
      return new Response(JSON.stringify(body), { headers });
    });
    const required = ((tool.inputSchema.required ?? []) as string[]).map((name) => [name, name === 'body' ? {} : 'x1']);
    const args = Object.fromEntries(required) as JsonObject;
    const first = await call(tool, args);
    expect(first.isError, first.text).toBe(false);
    const told = JSON.parse(first.text);
    expect([told.items.map(({ id }: { id: string }) => id), told.complete]).toEqual([['item-1'], false]);
    const { sent, text } = await call(tool, { ...args, ...told.next });
    expect(sent!.url.searchParams.get('after')).toBe('c+1=');
    expect([JSON.parse(text).items[0].id, JSON.parse(text).complete]).toEqual(['item-2', true]);
  });
});
