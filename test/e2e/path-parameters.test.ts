import fc from 'fast-check';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { operations } from '../../generated/operations.js';
import { createApp } from '../../src/app.js';
import { apiTokenStrategy } from '../../src/auth/api-token.js';
import { parseConfig } from '../../src/config.js';
import { authenticated } from '../../src/okta/authenticated.js';
import { createOktaClient } from '../../src/okta/client.js';
import { knownNames, readToolFile } from '../../src/package-files.js';
import { Secret } from '../../src/secret.js';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog } from '../../src/tools/catalog.js';
import type { ToolDefinition } from '../../src/tools/definition.js';
import type { Toolbox } from '../../src/tools/toolbox.js';
import { withSampleFiles } from '../pictures.js';
import { runs, share } from '../share.js';
import { jsonOf, unguarded as openHanded, textOf } from '../tools/fixture.js';
import { operationsOfSpec } from './specification.js';

const file = readToolFile();
const log = pino({ level: 'silent' });
const origin = 'https://acme.okta.com';
const token = '00abcdefghijklmnopqrstuvwxyz0123456789ABCD';

/** Where a model can put a value into a path. */
interface Target {
  readonly tool: string;
  readonly parameter: string;
  readonly method: string;
  /** Path template of the specification. */
  readonly path: string;
  /** Arguments that are right in every other respect. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The parameter takes any text, not one of a few words. */
  readonly free: boolean;
}

const all: Target[] = file.tools.flatMap(({ name, operation, inputSchema, update, files = [] }) => {
  const { method: stated, path } = operationsOfSpec.get(operation)!;
  // An update that changes nothing ends after the read of what it would change.
  const method = update === 'merge' ? 'GET' : stated;
  const properties = inputSchema.properties as Record<string, Schema>;
  return parametersOf(path)
    .filter((parameter) => properties[parameter] !== undefined)
    .map((parameter) => {
      const args = withSampleFiles({ files }, sample(inputSchema) as Record<string, unknown>);
      return { tool: name, parameter, method, path, args, free: properties[parameter]!.enum === undefined };
    });
});

const targets = share(all, 5);

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
}

function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!);
}

/** The smallest value a schema admits; text that is also base64, for uploads. */
function sample(schema: Schema): unknown {
  const { type, enum: values, required = [], properties = {}, items = {}, minItems = 0, minimum = 1 } = schema;
  if (values) return values[0];
  if (type === 'object') return Object.fromEntries(required.map((name) => [name, sample(properties[name] ?? {})]));
  if (type === 'array') return Array.from({ length: minItems }, () => sample(items));
  if (type === 'boolean') return true;
  return type === 'integer' || type === 'number' ? minimum : 'abcd';
}

interface Org {
  readonly toolbox: Toolbox;
  readonly requests: Sent[];
  readonly queries: Map<Target, string>;
}

/** A request as fetch saw it. */
interface Sent {
  readonly url: URL;
  readonly method: string;
}

function recorder(requests: Sent[]): (request: Request) => Promise<Response> {
  return async ({ url, method }) => {
    requests.push({ url: new URL(url), method });
    return Response.json({});
  };
}

/** What an operator gets who has an API token. Tools that need confirmation refuse before the path matters. */
async function wired(): Promise<Org> {
  const env = { OKTA_ORG_URL: origin, OKTA_API_TOKEN: token, OKTA_SCOPES: file.scopes.join(' ') };
  const { config } = parseConfig(env, knownNames(file), { demo: false });
  const requests: Sent[] = [];
  const record = recorder(requests);
  const fetch: typeof globalThis.fetch = (input, init) => record(new Request(input, init));
  const stderr = () => {};
  const { toolbox } = await createApp({ config, tools: file, version: '0', log, fetch, stderr });
  return { toolbox, requests, queries: new Map() };
}

/** The same parts with nothing that refuses a tool, as if everything had been confirmed. */
function unguarded(): Org {
  const requests: Sent[] = [];
  const strategy = apiTokenStrategy(new Secret(token));
  const fetch = authenticated(recorder(requests), strategy, origin);
  const toolbox = createToolbox({
    all: Catalog.parse(file),
    grant: () => ({ scopes: file.scopes, credential: 'any' }),
    operations,
    client: createOktaClient({ origin, operations, fetch, userAgent: 'test' }),
    ...openHanded,
    log,
  });
  return { toolbox, requests, queries: new Map() };
}

async function call({ toolbox, requests }: Org, target: Target, value: string) {
  const before = requests.length;
  const answer = await toolbox.call(target.tool, { ...target.args, [target.parameter]: value }, {});
  return { answer, sent: requests.splice(before) };
}

/** The query of the same call with a harmless value. */
async function plainQuery(org: Org, target: Target): Promise<string> {
  const known = org.queries.get(target) ?? (await call(org, target, 'x')).sent[0]!.url.search;
  org.queries.set(target, known);
  return known;
}

/** One call with the value in place; what was sent, and what of it is wrong. */
async function probe(org: Org, target: Target, value: string) {
  const { answer, sent } = await call(org, target, value);
  const problem =
    sent.length === 0
      ? answer.isError === true
        ? undefined
        : 'nothing was sent, and the answer is no error'
      : sent.length === 1
        ? misdirected(sent[0]!, target, value, await plainQuery(org, target))
        : `${sent.length} requests`;
  return { sent: sent.length, answer, problem: problem && `${target.tool}.${target.parameter}: ${problem}` };
}

/** Why a request is not the one the specification states, with the value in its one segment and nowhere else. */
function misdirected({ url, method }: Sent, target: Target, value: string, query: string): string | undefined {
  const template = target.path.split('/');
  const segments = url.pathname.split('/');
  const right =
    method === target.method &&
    url.origin === origin &&
    url.hash === '' &&
    url.search === query &&
    segments.length === template.length &&
    template.every((part, at) => {
      const [parameter] = parametersOf(part);
      const want = parameter === target.parameter ? value : parameter ? String(target.args[parameter]) : part;
      return decodeURIComponent(segments[at]!) === want && (parameter !== undefined || segments[at] === part);
    });
  return right ? undefined : `${method} ${url}`;
}

// What some server or proxy reads as another path, be it after one decoding too many: never sent.
const UNSAFE = [
  ...[
    '.',
    '..',
    '',
    ' ',
    '. ',
    '\t..',
    '..;',
    '..;/',
    ';',
    '%2e',
    '%2e%2e',
    '%2E.',
    '.%2e',
    '%252e%252e',
    '%00',
    '%0a',
  ],
  ...['/', '//', 'a/b', '../../users', '/api/v1/users', 'x/../../y', '%2f', '..%2f', 'a%2Fb', '%252F', '..%c0%af'],
  ...['\\', '..\\..', 'a\\b', '%5c', '%255c..', 'https://evil.example/', '//evil.example', '../'.repeat(1_000)],
  ...['\u0000', 'a\u0000b', '\n', 'a\r\nHost: evil.example', '\u001f', '\u007f', '\u0085', '\ud800', 'a\udc00b'],
];

// Strange, but with one right place to arrive at: refused, or sent as exactly that.
const STRANGE = [
  ...['...', '?', 'a?b=c', '?limit=1', '#', 'a#b', 'a;b', '&', '=', '@', ':', '%', '%zz', '{id}', '${id}', '*'],
  ...['\u2024\u2024', '\uff0e\uff0e', '\u2215', '\u202e', '__proto__', 'x'.repeat(5_000)],
];

// Logins as people have them: apostrophes, plus addressing, Entra guests, letters outside ASCII, spaces.
const REAL = [
  "o'neil@example.com",
  'a+b@example.com',
  'guest_x#EXT#@tenant.example.com',
  'łukasz@example.com',
  'name with space',
  '山田@example.jp',
  'DOMAIN.user-name_1~x',
  'who?&=%@example.com',
  '00u1ab2CD3efGH4ij5k6',
];

/** Keeps nothing of a call, and compiles what checks its arguments once. */
const org = unguarded();

test('there is something to attack', () => {
  const withPath = file.tools.filter(({ operation }) => operationsOfSpec.get(operation)!.path.includes('{'));
  expect(new Set(all.map(({ tool }) => tool)).size).toBeGreaterThanOrEqual(withPath.length - 1);
  expect(all.length).toBeGreaterThan(350);
});

describe('every tool, with the guard off', () => {
  const free = targets.filter((target) => target.free);

  test('a value that could address something else is refused, and the answer says which argument it was', async () => {
    const problems: string[] = [];
    for (const value of UNSAFE) {
      for (const target of free) {
        const { sent, answer } = await call(org, target, value);
        const text = textOf(answer);
        const refused = sent.length === 0 && answer.isError === true && text.includes('"code":"path_unsafe"');
        if (!refused || !text.includes(`"${target.parameter}" `))
          problems.push(`${JSON.stringify(value)} ${target.tool}`);
      }
    }
    expect(problems).toEqual([]);
  }, 60_000);

  test('any other strange value is refused or stays in its segment', async () => {
    for (const value of STRANGE) {
      for (const target of targets)
        expect((await probe(org, target, value)).problem, value.slice(0, 40)).toBeUndefined();
    }
  }, 60_000);

  test('one of a few words takes no other', async () => {
    const fixed = targets.filter((target) => !target.free);
    expect(fixed.length).toBeGreaterThan(0);
    for (const target of fixed) {
      for (const value of UNSAFE) expect((await probe(org, target, value)).sent, target.tool).toBe(0);
    }
  });

  test('a real login arrives as exactly that', async () => {
    for (const value of REAL) {
      for (const target of free) {
        const { sent, problem } = await probe(org, target, value);
        expect({ sent, problem }, `${target.tool} ${value}`).toEqual({ sent: 1, problem: undefined });
      }
    }
  }, 60_000);
});

test('the same as wired for an org, where the target of a call to confirm is read first, and only read', async () => {
  const org = await wired();
  const readsFirst = ({ risk, update, escalates = [] }: ToolDefinition) =>
    risk === 'destructive' ||
    risk === 'privileged' ||
    update ||
    // The calls here give only what must be given.
    escalates.some((each) => 'operation' in each && each.given === undefined);
  const confirmed = new Set(file.tools.filter(readsFirst).map(({ name }) => name));
  const merging = new Set(file.tools.filter(({ update }) => update === 'merge').map(({ name }) => name));
  let sent = 0;
  let read = 0;
  for (const value of ['..', '%2e%2e', 'a/b', '\\', '#', '?', REAL[2]!]) {
    for (const target of targets) {
      if (!confirmed.has(target.tool)) {
        const outcome = await probe(org, target, value);
        expect(outcome.problem).toBeUndefined();
        sent += outcome.sent;
        continue;
      }
      const { answer, sent: reads } = await call(org, target, value);
      if (!merging.has(target.tool)) expect(answer.isError, target.tool).toBe(true);
      for (const { method, url } of reads) {
        expect(`${method} ${url.origin}`).toBe(`GET ${origin}`);
        // The value stands in one segment, whole, or not in the path at all.
        const segments = url.pathname.split('/').map(decodeURIComponent);
        const strange = segments.filter((segment) => /[^\w.-]/.test(segment));
        expect(strange.filter((segment) => segment !== value)).toEqual([]);
      }
      read += reads.length;
    }
  }
  expect(sent).toBeGreaterThan(100);
  expect(read).toBeGreaterThan(100);
});

test('any text at all', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', 'f', '5', 'c', ';', '?', '#', '\u0000', ' ') }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...targets), text, async (target, value) => {
      expect((await probe(org, target, value)).problem).toBeUndefined();
    }),
    { numRuns: runs(1_000, 4) },
  );
});

describe('in the demo org', () => {
  async function demo() {
    const { config } = parseConfig(
      // Room for every user in one result.
      { OKTA_SCOPES: 'okta.users.manage', OKTA_RESULT_BYTES: '1000000' },
      knownNames(file),
      { demo: true },
    );
    return (await createApp({ config, tools: file, version: '0', log, stderr: () => {} })).toolbox;
  }

  test('people with unusual logins are found by them', async () => {
    const toolbox = await demo();
    const users = jsonOf(await toolbox.call('list_users', { limit: 200 }, {})).items as {
      profile: { login: string };
    }[];
    const unusual = users.map(({ profile }) => profile.login).filter((login) => /[^\w.@-]/.test(login));
    for (const kind of ["'", '+', '#EXT#', /[^\p{ASCII}]/u]) {
      expect(unusual).toContainEqual(
        typeof kind === 'string' ? expect.stringContaining(kind) : expect.stringMatching(kind),
      );
    }
    for (const login of unusual) {
      expect(jsonOf(await toolbox.call('get_user', { id: login }, {}))).toMatchObject({ profile: { login } });
    }
  });

  test.each(REAL.slice(0, 4))('%s can be created and is then found', async (login) => {
    const toolbox = await demo();
    const profile = { login, email: 'someone@example.com', firstName: 'Some', lastName: 'One' };
    const { id } = jsonOf(await toolbox.call('create_user', { body: { profile } }, {}));
    expect(jsonOf(await toolbox.call('get_user', { id: login }, {}))).toMatchObject({ id, profile: { login } });
  });
});
