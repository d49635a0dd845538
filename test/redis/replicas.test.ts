import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDemoOrg, type DemoOrg } from '../../src/demo-org/demo-org.js';
import { readSpecification } from '../../src/package-files.js';
import { openReplicas, type Replicas } from '../../src/redis/replicas.js';
import { Secret } from '../../src/secret.js';
import {
  call,
  type Hosted,
  type HostedOptions,
  hosted,
  initialize,
  list,
  messageOf,
  modern,
  namesOf,
  ORG,
  RESOURCE,
} from '../server/hosted.js';
import { hasRedis, type RedisServer, redisMustBeThere, startRedis } from './redis-server.js';

redisMustBeThere();

const CALLER = { scp: ['okta.groups.manage', 'okta.users.read'] };

interface World {
  readonly server: RedisServer;
  readonly org: DemoOrg;
  readonly a: Replica;
  readonly b: Replica;
}

type Replica = Hosted & { readonly replicas: Replicas };
// biome-ignore lint/suspicious/noExplicitAny: judged field by field
type Json = any;

async function world(options: HostedOptions = {}): Promise<World> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const org = createDemoOrg({ origin: ORG, specification: readSpecification });
  const sealKey = new Secret(Buffer.alloc(32, 'key').toString('base64url'));
  const open = async (): Promise<Replica> => {
    const log = { info: () => {}, error: () => {} };
    const parts = { rateLimit: 1_000_000, idleMs: 60_000, now: Date.now, log };
    const replicas = await openReplicas({ sealKey, redisUrl: new Secret(server.url) }, parts);
    const one = await hosted({ ...options, org, replicas });
    onTestFinished(async () => {
      await one.close();
      replicas.close();
    });
    return { ...one, replicas };
  };
  return { server, org, a: await open(), b: await open() };
}

/** Sends a message to one replica, in a session where one is named. */
async function send({ handler, request }: Replica, token: string, message: object, session?: string) {
  return await handler.fetch(request(message, { token, headers: session ? { 'mcp-session-id': session } : {} }));
}

async function ask(replica: Replica, token: string, message: object, session?: string): Promise<Json> {
  return await messageOf(await send(replica, token, message, session));
}

async function begin(replica: Replica, token: string, capabilities: object = {}): Promise<string> {
  const response = await send(replica, token, initialize(capabilities));
  await response.text();
  return response.headers.get('mcp-session-id') ?? '';
}

async function newGroup(replica: Replica, token: string, name: string): Promise<string> {
  const { result } = await ask(replica, token, call('create_group', { body: { profile: { name } } }));
  return JSON.parse(result.content[0].text).id;
}

const deletions = (org: DemoOrg) => org.journal.filter(({ method }) => method === 'DELETE').length;
const textOf = ({ result }: Json): string => result.content[0].text;
const confirmationOf = (answer: Json) => /"confirmation":"([\w-]+)"/.exec(textOf(answer))?.[1];

/** Reads a stream until a message for which the condition holds. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: (message: Json) => boolean) {
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the stream ended: ${text}`);
    text += Buffer.from(value).toString();
    for (const line of text.split('\n').filter((line) => line.startsWith('data: ') && line.endsWith('}'))) {
      const message = JSON.parse(line.slice(6));
      if (wanted(message)) return message;
    }
  }
}

/** Calls a tool in a session of a client that can ask, and waits for the question. */
async function question(replica: Replica, token: string, message: object, session: string) {
  const { body } = await send(replica, token, message, session);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const { id } = await next(reader, ({ method }) => method === 'elicitation/create');
  return { id, outcome: () => next(reader, ({ result, error }) => result !== undefined || error !== undefined) };
}

const answer = (id: unknown, action: 'accept' | 'decline') => ({
  jsonrpc: '2.0',
  id,
  result: { action, ...(action === 'accept' && { content: { confirm: true } }) },
});

const ASKS = { elicitation: { form: {} } };

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

test('a key without Redis: no confirmation from before the start counts', async () => {
  const now = { value: 1_000_000 };
  const log = { info: () => {}, error: () => {} };
  const sealKey = new Secret(Buffer.alloc(32, 'key').toString('base64url'));
  const parts = { rateLimit: 10, idleMs: 60_000, now: () => now.value, log };
  const { used, seal } = (await openReplicas({ sealKey }, parts)).shared;
  const issued = (at: number) => at + 600_000;
  expect(await used?.use('before', issued(999_999))).toBe(false);
  expect(await used?.use('after', issued(1_000_001))).toBe(true);
  expect(await used?.use('after', issued(1_000_001))).toBe(false);
  const again = (await openReplicas({ sealKey }, parts)).shared.seal;
  expect(again.unpack('x', seal.pack('x', 'kept'))).toBe('kept');
  const alone = (await openReplicas({}, parts)).shared;
  expect(alone.seal.unpack('x', seal.pack('x', 'kept'))).toBeUndefined();
  expect(alone.used).toBeUndefined();
});

describe.skipIf(!hasRedis)('a confirmation', () => {
  test('of one replica is completed by another, and once only', async () => {
    const { a, b, org } = await world();
    const token = await a.token(CALLER);
    const groupId = await newGroup(a, token, 'Short-lived');
    const first = await ask(a, token, call('delete_group', { groupId }));
    const confirmation = confirmationOf(first);
    const again = () =>
      [b, a, b].map((replica) => ask(replica, token, call('delete_group', { groupId, confirmation })));
    const answers = await Promise.all(again());
    expect(answers.filter(({ result }) => !result.isError)).toHaveLength(1);
    expect(answers.map(textOf).filter((text) => text.includes('has been used already'))).toHaveLength(2);
    for (const late of await Promise.all(again())) expect(late.result.isError).toBe(true);
    expect(deletions(org)).toBe(1);
  });

  test('in a result of 2026-07-28 is completed by another, and once only', async () => {
    const { a, b, org } = await world();
    const token = await a.token(CALLER);
    const groupId = await newGroup(a, token, 'Short-lived');
    const send2026 = async (replica: Replica, more: object) => {
      const { message, headers } = modern(call('delete_group', { groupId }));
      const meta = { ...(message.params as Json)._meta, 'io.modelcontextprotocol/clientCapabilities': ASKS };
      const params = { ...message.params, _meta: meta, ...more };
      return await messageOf(await replica.handler.fetch(replica.request({ ...message, params }, { token, headers })));
    };
    const { result } = await send2026(a, {});
    const yes = {
      requestState: result.requestState,
      inputResponses: { confirm: { action: 'accept', content: { confirm: true } } },
    };
    const answers = await Promise.all([send2026(b, yes), send2026(a, yes), send2026(b, yes)]);
    expect(answers.filter((message) => !message.error && !message.result.isError)).toHaveLength(1);
    expect(deletions(org)).toBe(1);
  });

  test('is refused without Redis, and after Redis forgot; reading goes on', async () => {
    const { a, b, org, server } = await world();
    const token = await a.token(CALLER);
    const groupId = await newGroup(a, token, 'Lives on');
    const confirmation = confirmationOf(await ask(a, token, call('delete_group', { groupId })));
    await server.stop();
    await until(() => !a.replicas.redis?.up && !b.replicas.redis?.up);
    for (const args of [{ groupId }, { groupId, confirmation }]) {
      const refused = await ask(b, token, call('delete_group', args));
      expect(refused.result.isError).toBe(true);
      expect(textOf(refused)).toMatch(/Redis.*does not answer\. Nothing was sent/);
    }
    expect((await ask(b, token, call('list_users', { limit: 1 }))).result.isError).not.toBe(true);
    await server.start();
    await until(() => a.replicas.redis?.up === true && b.replicas.redis?.up === true);
    const forgotten = await ask(b, token, call('delete_group', { groupId, confirmation }));
    expect(textOf(forgotten)).toContain('has been used already');
    expect(deletions(org)).toBe(0);
    const anew = confirmationOf(await ask(b, token, call('delete_group', { groupId })));
    await ask(a, token, call('delete_group', { groupId, confirmation: anew }));
    expect(deletions(org)).toBe(1);
  });
});

describe.skipIf(!hasRedis)('a session', () => {
  test('is served by any replica, for its caller only, until it is ended at any', async () => {
    const { a, b } = await world();
    const token = await a.token(CALLER);
    const id = await begin(a, token);
    expect(id.length).toBeLessThan(400);
    for (const replica of [b, a, b]) expect(namesOf(await ask(replica, token, list, id))).toContain('list_users');
    expect([a.handler.sessions(), b.handler.sessions()]).toEqual([1, 1]);
    const others = await a.token({ ...CALLER, uid: '00uother' });
    const damaged = `${id.slice(0, 30)}${id[30] === 'A' ? 'B' : 'A'}${id.slice(31)}`;
    for (const replica of [a, b]) {
      expect((await send(replica, others, list, id)).status).toBe(404);
      expect((await send(replica, token, list, damaged)).status).toBe(404);
    }
    const headers = { 'mcp-session-id': id, authorization: `Bearer ${token}` };
    expect((await b.handler.fetch(new Request(RESOURCE, { method: 'DELETE', headers }))).status).toBe(200);
    for (const replica of [a, b]) expect((await send(replica, token, list, id)).status).toBe(404);
    expect([a.handler.sessions(), b.handler.sessions()]).toEqual([0, 0]);
  });

  test('is set up once by a replica, however many requests come at once', async () => {
    const { a, b } = await world();
    const token = await a.token(CALLER);
    const id = await begin(a, token);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => ask(b, token, call('list_users', { limit: 1 }, at), id)),
    );
    expect(answers.map((message) => message.id)).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(b.handler.sessions()).toBe(1);
  });

  test('that had to leave for want of room comes back', async () => {
    const { a, b } = await world({ sessions: { most: 2, mostEach: 2 } });
    const token = await a.token(CALLER);
    const ids = [await begin(a, token), await begin(a, token), await begin(b, token), await begin(b, token)];
    for (const id of [...ids, ...ids]) for (const replica of [a, b]) await ask(replica, token, list, id);
    expect([a.handler.sessions(), b.handler.sessions()]).toEqual([2, 2]);
  });

  test('asks at one replica, and may be answered at another', async () => {
    const { a, b, org } = await world();
    const token = await a.token(CALLER);
    const ids = [await newGroup(a, token, 'First'), await newGroup(a, token, 'Second')];
    const session = await begin(a, token, ASKS);
    const [atA, atB] = await Promise.all([
      question(a, token, call('delete_group', { groupId: ids[0] }, 'at-a'), session),
      question(b, token, call('delete_group', { groupId: ids[1] }, 'at-b'), session),
    ]);
    // Numbers as the SDK counts them would be answers to both.
    for (const replica of [a, b]) {
      for (const guess of [0, 1, '0', '1']) {
        expect((await send(replica, token, answer(guess, 'accept'), session)).status).toBe(202);
      }
    }
    expect(atA.id).not.toBe(atB.id);
    expect((await send(b, token, answer(atA.id, 'accept'), session)).status).toBe(202);
    expect((await send(a, token, answer(atB.id, 'decline'), session)).status).toBe(202);
    const [accepted, declined] = [await atA.outcome(), await atB.outcome()];
    expect(accepted).toMatchObject({ id: 'at-a' });
    expect(accepted.result.isError).not.toBe(true);
    expect(declined).toMatchObject({ id: 'at-b', result: { isError: true } });
    expect(deletions(org)).toBe(1);
  });

  test('an answer in the session of somebody else answers nothing', async () => {
    const { a, b, org } = await world();
    const [mine, theirs] = [await a.token(CALLER), await a.token({ ...CALLER, uid: '00uother' })];
    const groupId = await newGroup(a, mine, 'Mine');
    const session = await begin(a, mine, ASKS);
    const foreign = await begin(b, theirs, ASKS);
    const { id, outcome } = await question(a, mine, call('delete_group', { groupId }), session);
    for (const replica of [a, b]) {
      expect((await send(replica, theirs, answer(id, 'accept'), foreign)).status).toBe(202);
      expect((await send(replica, theirs, answer(id, 'accept'), session)).status).toBe(404);
    }
    expect((await send(b, mine, answer(id, 'decline'), session)).status).toBe(202);
    expect((await outcome()).result.isError).toBe(true);
    expect(deletions(org)).toBe(0);
  });

  test('a call is cancelled at another replica', async () => {
    const { a, b, org } = await world();
    const token = await a.token(CALLER);
    const groupId = await newGroup(a, token, 'Lives on');
    const session = await begin(a, token, ASKS);
    const { id } = await question(a, token, call('delete_group', { groupId }, 'doomed'), session);
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'doomed' } };
    expect((await send(b, token, cancelled, session)).status).toBe(202);
    await until(() => a.audit.some((line) => line.includes('confirmation_declined') || line.includes('cancelled')));
    expect((await send(a, token, answer(id, 'accept'), session)).status).toBe(202);
    await sleep(50);
    expect(deletions(org)).toBe(0);
  });

  test('goes on anywhere while Redis is away, new ones do not begin, and all end when Redis forgot', async () => {
    const { a, b, server } = await world();
    const token = await a.token(CALLER);
    const id = await begin(a, token);
    await server.stop();
    await until(() => !a.replicas.redis?.up && !b.replicas.redis?.up);
    for (const replica of [a, b]) {
      expect(namesOf(await ask(replica, token, list, id))).toContain('list_users');
      const opened = await send(replica, token, initialize());
      expect(opened.headers.has('mcp-session-id')).toBe(false);
      expect((await messageOf(opened)).result.protocolVersion).toBe('2025-11-25');
    }
    const headers = { 'mcp-session-id': id, authorization: `Bearer ${token}` };
    expect((await b.handler.fetch(new Request(RESOURCE, { method: 'DELETE', headers }))).status).toBe(503);
    expect((await send(b, token, answer('elsewhere.0', 'accept'), id)).status).toBe(503);
    await server.start();
    await until(() => a.replicas.redis?.up === true && b.replicas.redis?.up === true);
    for (const replica of [a, b]) expect((await send(replica, token, list, id)).status).toBe(404);
    expect(namesOf(await ask(b, token, list, await begin(a, token)))).toContain('list_users');
  });
});
