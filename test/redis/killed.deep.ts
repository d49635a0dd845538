import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, post, serviceApp } from '../oauth/client.js';
import { type OktaServer, startOktaServer } from '../oauth/server.js';
import { cleanEnvironment, program } from '../program.js';
import { call, initialize, list, messageOf } from '../server/hosted.js';
import { hasRedis, type RedisServer, redisMustBeThere, startRedis } from './redis-server.js';

// What ships, as two processes in front of one org and one Redis; the test is the load balancer.

redisMustBeThere();

const SECRET = 'an-invented-secret';
const REDIS_PASSWORD = 'an-invented-redis-password';
const URL_OF_ALL = 'https://mcp.example.com/mcp';
const SEAL_KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => 7 * at)).toString('base64');
const SCOPES = 'okta.users.read okta.groups.read okta.groups.manage';
const CALLERS = `
scopes: { mcp:use: [] }
clients:
  - { id: 0oaeyes, scopes: [okta.users.read] }
  - { id: 0oahands, scopes: [okta.groups.manage] }
`;

interface Replica {
  readonly child: ChildProcess;
  readonly port: number;
  readonly admin: number;
  readonly output: string[];
}

interface Party {
  readonly id: string;
  readonly token: string;
  /** One tool it has, and one it lacks. */
  readonly own: string;
  readonly foreign: string;
  readonly tools: readonly string[];
  session: string;
}

let folder: string;
let okta: OktaServer;
let redis: RedisServer;
let env: Record<string, string>;
const replicas: Replica[] = [];

describe.skipIf(!hasRedis)('two replicas', () => {
  beforeAll(async () => {
    [folder, redis] = await Promise.all([
      mkdtemp(join(tmpdir(), 'okta-mcp-replicas-')),
      startRedis({ password: REDIS_PASSWORD }),
    ]);
    const key = await makeKey('ES256', 'server-key');
    const machine = async (id: string) => serviceApp(await makeKey(), { id, secret: SECRET, scopes: [] });
    okta = await startOktaServer({
      apps: [
        serviceApp(key, { id: '0oaserver', scopes: SCOPES.split(' ') }),
        await machine('0oaeyes'),
        await machine('0oahands'),
      ],
      customServers: { ausmcp: { audience: URL_OF_ALL, scopes: ['mcp:use'] } },
    });
    const callers = join(folder, 'callers.yaml');
    await writeFile(callers, CALLERS);
    await writeFile(join(folder, 'seal-key'), SEAL_KEY);
    env = cleanEnvironment({
      OKTA_ORG_URL: okta.origin,
      OKTA_CLIENT_ID: '0oaserver',
      OKTA_PRIVATE_KEY: JSON.stringify({ ...(await exportJWK(key.privateKey)), kid: 'server-key', alg: 'ES256' }),
      OKTA_SCOPES: SCOPES,
      OKTA_AUTH_SERVER_ID: 'ausmcp',
      OKTA_MCP_CALLERS: callers,
      OKTA_MCP_PUBLIC_URL: URL_OF_ALL,
      OKTA_MCP_ALLOWED_HOSTS: '127.0.0.1',
      OKTA_MCP_PORT: '0',
      OKTA_MCP_ADMIN_PORT: '0',
      OKTA_MCP_RATE_LIMIT: '100000',
      OKTA_MCP_REDIS_URL: redis.url,
      OKTA_MCP_SEAL_KEY_FILE: join(folder, 'seal-key'),
    });
    replicas.push(...(await Promise.all([start(), start()])));
  }, 60_000);

  afterAll(async () => {
    for (const { child } of replicas) child.kill('SIGKILL');
    await redis?.stop();
    await okta?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  test('say that they have Redis, and never its password or the key', async () => {
    for (const { admin, output } of replicas) {
      const ready = await fetch(`http://127.0.0.1:${admin}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([
        200,
        { status: 'ready', checks: { okta: 'ok', keys: 'ok', redis: 'ok' } },
      ]);
      expect(await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text()).toContain('okta_mcp_redis_up 1');
      expect(output.join('\n')).not.toMatch(new RegExp(`${REDIS_PASSWORD}|${SEAL_KEY.slice(0, 12)}`));
    }
  });

  test('one is killed under load: no wrong answer, and only its connections in flight fail', async () => {
    const [a, b] = replicas as [Replica, Replica];
    const parties = await Promise.all([enter(a, '0oaeyes'), enter(b, '0oahands')]);
    const hands = parties[1] as Party;
    const created = await ask(b, hands, call('create_group', { body: { profile: { name: 'Short-lived' } } }));
    const { id: groupId } = JSON.parse(created.result.content[0].text);
    const first = await ask(b, hands, call('delete_group', { groupId }));
    const confirmation = /"confirmation":"([\w-]+)"/.exec(first.result.content[0].text)?.[1];

    const TOTAL = 600;
    let alive = [a, b];
    let [sent, answered] = [0, 0];
    let killed = false;
    const inFlight = { toB: 0, whenKilled: 0 };
    const failed: { at: Replica; afterwards: boolean }[] = [];
    const worker = async () => {
      while (sent < TOTAL) {
        sent += 1;
        const id = sent;
        const at = alive[id % alive.length] as Replica;
        const party = parties[id % 3 === 0 ? 1 : 0] as Party;
        const afterwards = killed;
        if (at === b) inFlight.toB += 1;
        const outcome = await request(at, party, id).catch((error: unknown) => {
          // Anything else is a wrong answer.
          if (error instanceof TypeError && /fetch failed|terminated/.test(error.message)) return 'failed' as const;
          throw error;
        });
        if (at === b) inFlight.toB -= 1;
        if (outcome === 'failed') failed.push({ at, afterwards });
        else answered += 1;
      }
    };
    const load = Promise.all(Array.from({ length: 16 }, worker));
    while (answered < TOTAL / 3) await sleep(1);
    while (inFlight.toB < 2) await sleep(0);
    killed = true;
    inFlight.whenKilled = inFlight.toB;
    alive = [a];
    b.child.kill('SIGKILL');
    await load;

    expect(failed.every(({ at, afterwards }) => at === b && !afterwards)).toBe(true);
    expect(failed.length).toBeLessThanOrEqual(inFlight.whenKilled);
    expect(answered).toBe(TOTAL - failed.length);
    // What began at the one that is gone goes on at the other, once.
    const twice = await Promise.all(
      [1, 2].map((id) => ask(a, hands, call('delete_group', { groupId, confirmation }, id), hands.session)),
    );
    expect(twice.filter(({ result }) => !result.isError)).toHaveLength(1);
    const deletions = okta.org.journal.filter(({ method, path }) => method === 'DELETE' && path.endsWith(groupId));
    expect(deletions).toHaveLength(1);
    // Another takes the place.
    const c = await start();
    replicas.push(c);
    for (const [at, party] of parties.entries()) await request(c, party, 1000 + at);
  }, 120_000);

  test('without Redis they stay ready, serve what reads, and refuse what must be confirmed', async () => {
    const [a, , c] = replicas as [Replica, Replica, Replica];
    await redis.stop();
    const hands = await enter(a, '0oahands');
    expect(hands.session).toBe('');
    for (const at of [a, c]) {
      let checks: Record<string, string> = {};
      for (let status = 0; checks.redis !== 'failed'; await sleep(100)) {
        const ready = await fetch(`http://127.0.0.1:${at.admin}/readyz`);
        ({ status } = ready);
        expect(status).toBe(200);
        ({ checks } = (await ready.json()) as { checks: Record<string, string> });
      }
      const listed = await ask(at, hands, call('list_groups', { limit: 1 }));
      expect(JSON.parse(listed.result.content[0].text).items).toHaveLength(1);
      const refused = await ask(at, hands, call('delete_group', { groupId: '00gnobody' }));
      expect(refused.result.isError).toBe(true);
    }
    await redis.start();
    while (!(await enter(a, '0oahands')).session) await sleep(100);
    expect([a, c].flatMap(({ output }) => output).join('\n')).not.toContain(REDIS_PASSWORD);
  }, 60_000);
});

async function start(): Promise<Replica> {
  const child = spawn(process.execPath, [program, 'http'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const output: string[] = [];
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  const serving = new Promise<{ port: number; admin: number }>((resolve, reject) => {
    lines.on('line', (line) => {
      output.push(line);
      if (line.includes('serving MCP over HTTP')) resolve(JSON.parse(line));
    });
    void once(child, 'exit').then(() => reject(new Error(output.join('\n'))));
  });
  const { port, admin } = await serving;
  return { child, port, admin, output };
}

async function enter(at: Replica, id: string): Promise<Party> {
  const form = { grant_type: 'client_credentials', scope: 'mcp:use' };
  const basic = { authorization: `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}` };
  const { json } = await post(`${okta.origin}/oauth2/ausmcp/v1/token`, form, basic);
  const tools = id === '0oaeyes' ? ['list_users', 'list_groups'] : ['list_groups', 'list_users'];
  const [own, foreign] = tools as [string, string];
  const party = { id, token: json.access_token as string, own, foreign, session: '' };
  const response = await send(at, party, initialize());
  await response.text();
  const session = response.headers.get('mcp-session-id') ?? '';
  const { result } = await ask(at, party, list);
  const names = result.tools.map(({ name }: { name: string }) => name);
  expect(names).toContain(own);
  expect(names).not.toContain(foreign);
  return { ...party, session, tools: names };
}

/** One request of the load, in turn: a list, a call of its own tool, a call of the other's. Each must be right. */
async function request(at: Replica, party: Party, id: number): Promise<void> {
  const session = id % 2 === 0 ? party.session : undefined;
  if (id % 5 === 0) {
    const { error, result } = await ask(at, party, call(party.foreign, {}, id), session);
    return expect(error !== undefined || result.isError).toBe(true);
  }
  const calls = id % 5 === 1;
  const message = await ask(at, party, calls ? call(party.own, { limit: 1 }, id) : { ...list, id }, session);
  expect(message.id).toBe(id);
  if (!calls) {
    expect(message.result.tools.map(({ name }: { name: string }) => name)).toEqual(party.tools);
  } else {
    expect(message.result.isError, JSON.stringify(message)).not.toBe(true);
    expect(Object.keys(JSON.parse(message.result.content[0].text).items[0])).toContain('id');
  }
}

function send({ port }: Replica, { token }: Pick<Party, 'token'>, message: object, session?: string) {
  return fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      ...(session && { 'mcp-session-id': session }),
    },
    body: JSON.stringify(message),
  });
}

async function ask(at: Replica, party: Pick<Party, 'token'>, message: object, session?: string) {
  return await messageOf(await send(at, party, message, session));
}
