import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { createDemoOrg, type DemoOrg } from '../../src/demo-org/demo-org.js';
import { type Listener, serveDemoOrg } from '../../src/demo-org/listener.js';
import { NOON, profile } from './client.js';

let listener: Listener<DemoOrg> | undefined;

afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

async function serve() {
  listener = await serveDemoOrg((origin) => createDemoOrg({ origin, now: () => NOON }));
  const { org, origin } = listener;
  const headers = { authorization: `SSWS ${org.token}`, 'content-type': 'application/json' };
  const ask = (method: string, path: string, body?: unknown) =>
    fetch(origin + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  /** The bytes of the answer, for `fetch` joins headers and normalises paths. */
  const raw = async (method: string, path: string) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    const lines = [`${method} ${path} HTTP/1.1`, 'host: x', `authorization: SSWS ${org.token}`, 'connection: close'];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const [head = '', body] = (await text(socket)).split('\r\n\r\n');
    const [status = '', ...headers] = head.split('\r\n');
    return { status: Number(status.split(' ')[1]), headers, body };
  };
  return { org, origin, ask, raw };
}

test('serves on 127.0.0.1, and its links lead back to itself', async () => {
  const { origin, ask } = await serve();
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const first = await ask('GET', '/api/v1/users?limit=2');
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  expect(next.startsWith(`${origin}/api/v1/users?`)).toBe(true);
  const second = await ask('GET', next.slice(origin.length));
  expect(((await second.json()) as unknown[]).length).toBe(2);
});

test('no other address of this computer is listened on', async () => {
  const { origin } = await serve();
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.2', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on('error', resolve);
  });
  expect(failure?.syscall).toBe('connect');
});

test('two links are two headers on the wire', async () => {
  const { origin, raw } = await serve();
  const { headers } = await raw('GET', '/api/v1/users?limit=1');
  const links = headers.filter((header) => header.startsWith('link: '));
  expect(links).toEqual([
    `link: <${origin}/api/v1/users?limit=1>; rel="self"`,
    expect.stringMatching(/^link: <http:\/\/127\.0\.0\.1:\d+\/api\/v1\/users\?after=\w+&limit=1>; rel="next"$/),
  ]);
});

test('bodies go both ways', async () => {
  const { org, ask } = await serve();
  const created = await ask('POST', '/api/v1/users', {
    profile: { ...profile('x@y.example'), title: 'Ä'.repeat(9000) },
  });
  expect(created.status).toBe(200);
  expect(await created.json()).toMatchObject({ profile: { title: 'Ä'.repeat(9000) } });
  expect((await ask('DELETE', '/api/v1/users/x@y.example')).status).toBe(204);
  expect(org.journal.map(({ changes }) => changes.length)).toEqual([1, 1]);
});

test('HEAD and OPTIONS', async () => {
  const { raw } = await serve();
  const head = await raw('HEAD', '/api/v1/users');
  expect([head.status, head.body]).toEqual([200, '']);
  const options = await raw('OPTIONS', '/api/v1/users');
  expect(options.status).toBe(204);
  expect(options.headers).toContain('allow: GET, POST, HEAD, OPTIONS');
});

test.each([
  ['TRACE', '/api/v1/users', 400, undefined],
  ['GET', '//elsewhere.example/api/v1/users', 404, '//elsewhere.example/api/v1/users'],
  ['GET', 'http://elsewhere.example/api/v1/users', 404, '/'],
])('%s %s is refused without harm', async (method, path, status, journaled) => {
  const { raw, org } = await serve();
  expect((await raw(method, path)).status).toBe(status);
  expect(org.journal.map((entry) => entry.path)).toEqual(journaled === undefined ? [] : [journaled]);
  expect((await raw('GET', '/api/v1/users')).status).toBe(200);
});

test.each([
  ['before', 0],
  ['after', 1],
] as const)('a connection dropped %s the change is reset; changes: %i', async (when, changes) => {
  const { org, ask } = await serve();
  org.inject({ path: '/api/v1/groups', method: 'POST', fault: { kind: 'drop', when } });
  const failed = ask('POST', '/api/v1/groups', { profile: { name: 'New' } });
  await expect(failed).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ECONNRESET' } });
  expect(org.journal).toHaveLength(1);
  expect(org.journal[0]!.changes).toHaveLength(changes);
  expect((await ask('GET', '/api/v1/groups')).status).toBe(200);
});

test('a client that goes away ends the wait', async () => {
  const stopped: boolean[] = [];
  const reached: (() => void)[] = [];
  listener = await serveDemoOrg((origin) =>
    createDemoOrg({
      origin,
      sleep: (_, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            stopped.push(true);
            reject(signal.reason);
            reached[0]?.();
          });
          stop.abort();
        }),
    }),
  );
  const stop = new AbortController();
  const done = new Promise<void>((resolve) => reached.push(resolve));
  listener.org.inject({ path: '**', fault: { kind: 'latency', ms: 60_000 } });
  await expect(fetch(`${listener.origin}/api/v1/users`, { signal: stop.signal })).rejects.toThrow();
  await done;
  expect(stopped).toEqual([true]);
});

test('a taken port is an error, not another port', async () => {
  const { origin } = await serve();
  const port = Number(new URL(origin).port);
  await expect(serveDemoOrg((at) => createDemoOrg({ origin: at }), { port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('an org that fails says so', async () => {
  const broken = await serveDemoOrg(() => ({ fetch: () => Promise.reject(new Error('a defect')) }));
  const response = await fetch(broken.origin);
  expect([response.status, await response.text()]).toEqual([500, 'The demo org failed: Error: a defect\n']);
  await broken.close();
});
