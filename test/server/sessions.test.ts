import { expect, onTestFinished, test } from 'vitest';
import { mcpServerFactory } from '../../src/server/mcp.js';
import type { SessionRegistry } from '../../src/server/session-registry.js';
import { Sessions } from '../../src/server/sessions.js';
import { Seal } from '../../src/tools/seal.js';
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
  RESOURCE,
  session,
} from './hosted.js';

async function world(options?: HostedOptions): Promise<Hosted> {
  const opened = await hosted(options);
  onTestFinished(() => opened.close());
  return opened;
}

test('belong to their caller', async () => {
  const opened = await world();
  const { handler, request, token, org } = opened;
  const mine = await token();
  const id = await session(opened, mine);
  const headers = { 'mcp-session-id': id };
  const others = {
    'another person': { uid: '00uother' },
    'another client': { cid: '0oaother' },
    machine: { uid: undefined },
  };
  for (const claims of Object.values(others)) {
    const response = await handler.fetch(request(call('list_users'), { token: await token(claims), headers }));
    expect(response.status).toBe(404);
    for (const method of ['GET', 'DELETE']) {
      const authorization = `Bearer ${await token(claims)}`;
      const probe = new Request(RESOURCE, {
        method,
        headers: { ...headers, authorization, accept: 'text/event-stream' },
      });
      expect((await handler.fetch(probe)).status).toBe(404);
    }
  }
  expect(org.journal).toEqual([]);
  expect((await handler.fetch(request(call('list_users'), { token: mine, headers }))).status).toBe(200);
});

test('see what the token of each message allows, not that of the first', async () => {
  const opened = await world();
  const { handler, request, token } = opened;
  const id = await session(opened, await token({ scp: ['okta.users.read', 'okta.groups.read'] }));
  const narrower = await token({ scp: ['okta.groups.read'] });
  const headers = { 'mcp-session-id': id };
  const listed = namesOf(await messageOf(await handler.fetch(request(list, { token: narrower, headers }))));
  expect(listed).toContain('list_groups');
  expect(listed).not.toContain('list_users');
  expect((await handler.fetch(request(call('list_users'), { token: narrower, headers }))).status).toBe(403);
});

test('let a token do no more than it may, whatever the session began with', async () => {
  const callers = [
    'scopes: { mcp:use: [] }',
    'groups:',
    '  - { name: Admins, scopes: [okta.groups.manage] }',
    '  - { name: Readers, scopes: [okta.groups.read] }',
  ].join('\n');
  const opened = await world({ callers });
  const { handler, request, token, org } = opened;
  const headers = { 'mcp-session-id': await session(opened, await token({ groups: ['Admins'] })) };
  const reader = await token({ groups: ['Readers'] });
  const message = call('create_group', { body: { profile: { name: 'Mine' } } });
  const { result } = await messageOf(await handler.fetch(request(message, { token: reader, headers })));
  expect(result.isError).toBe(true);
  expect(org.journal).toEqual([]);
});

test('end when nobody has used them for long, unless a stream is open', async () => {
  const { app, token, request, now } = await world();
  const factory = mcpServerFactory(app.toolbox, app.info);
  const sessions = new Sessions(factory, { most: 10, mostEach: 10, idleMs: 60_000, now: () => now.value });
  const caller = { name: 'somebody', restriction: 'ceiling', tokenScopes: [] } as const;
  const start = async () => {
    const response = await sessions.start(request(initialize(), { token: await token() }), caller, initialize());
    await response?.text();
    return { 'mcp-session-id': response?.headers.get('mcp-session-id') ?? '', accept: 'text/event-stream' };
  };
  const [, listening] = [await start(), await start()];
  const stream = await sessions.serve(new Request(RESOURCE, { headers: listening }), caller);
  now.value += 59_000;
  sessions.reap();
  expect(sessions.count).toBe(2);
  now.value += 2_000;
  sessions.reap();
  expect(sessions.count).toBe(1);
  await stream.body?.cancel();
  now.value += 61_000;
  sessions.reap();
  expect(sessions.count).toBe(0);
  await sessions.close();
});

test('a shared one is set up once, however many requests for it come at once', async () => {
  const { app, token, request, now } = await world();
  const known = new Set<string>();
  const registry: SessionRegistry = {
    add: async (name) => void known.add(name),
    touch: async (name) => known.has(name),
    end: async (name) => known.delete(name),
    publish: async () => {},
    listen: () => {},
  };
  const shared = { seal: new Seal(), registry };
  const make = mcpServerFactory(app.toolbox, app.info);
  let made = 0;
  const open = () => {
    const factory: typeof make = (context) => {
      made += 1;
      return make(context);
    };
    return new Sessions(factory, { most: 10, mostEach: 10, idleMs: 60_000, now: () => now.value, shared });
  };
  const [a, b] = [open(), open()];
  const caller = { name: 'somebody', restriction: 'ceiling', tokenScopes: [] } as const;
  const begun = await a.start(request(initialize(), { token: await token() }), caller, initialize());
  await begun?.text();
  const headers = { 'mcp-session-id': begun?.headers.get('mcp-session-id') ?? '' };
  const messages = Array.from({ length: 20 }, (_, id) => ({ ...list, id }));
  const answers = await Promise.all(
    messages.map(async (message) => messageOf(await b.serve(request(message, { headers }), caller, message))),
  );
  expect(answers.map(({ id, result }) => [id, result.tools.length > 0])).toEqual(messages.map(({ id }) => [id, true]));
  expect(made).toBe(2);
  await Promise.all([a.close(), b.close()]);
});

test('a caller with many loses the one idle for longest; with all places taken it goes without', async () => {
  const opened = await world({ sessions: { most: 4, mostEach: 3 } });
  const { handler, request, token } = opened;
  const mine = await token();
  const ids: string[] = [];
  for (let at = 0; at < 4; at += 1) {
    opened.now.value += 1000;
    ids.push(await session(opened, mine));
  }
  expect(handler.sessions()).toBe(3);
  const status = async (id: string) =>
    (await handler.fetch(request(list, { token: mine, headers: { 'mcp-session-id': id } }))).status;
  expect(await Promise.all(ids.map(status))).toEqual([404, 200, 200, 200]);
  const theirs = await token({ uid: '00uother' });
  expect(await session(opened, theirs)).not.toBe('');
  expect(await session(opened, theirs)).toBe('');
  expect(namesOf(await messageOf(await handler.fetch(request(list, { token: theirs }))))).toContain('list_users');
});

test('end with DELETE', async () => {
  const opened = await world();
  const { handler, request, token } = opened;
  const mine = await token();
  const headers = { 'mcp-session-id': await session(opened, mine) };
  const end = new Request(RESOURCE, { method: 'DELETE', headers: { ...headers, authorization: `Bearer ${mine}` } });
  expect((await handler.fetch(end)).status).toBe(200);
  expect(handler.sessions()).toBe(0);
  expect((await handler.fetch(request(list, { token: mine, headers }))).status).toBe(404);
});

test('a subscription ends with the token that opened it', async () => {
  const { handler, request, token, now } = await world();
  const listen = {
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: { notifications: { toolsListChanged: true } },
  };
  const { message, headers } = modern(listen);
  const brief = await token({ exp: Math.floor(now.value / 1000) + 1 });
  const response = await handler.fetch(request(message, { token: brief, headers }));
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(await response.text()).toContain('subscriptions/acknowledged');
});

test('a stream ends with the token that opened it', async () => {
  const opened = await world();
  const id = await session(opened, await opened.token());
  const brief = await opened.token({ exp: Math.floor(opened.now.value / 1000) + 1 });
  const headers = { 'mcp-session-id': id, authorization: `Bearer ${brief}`, accept: 'text/event-stream' };
  const response = await opened.handler.fetch(new Request(RESOURCE, { headers }));
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
});
