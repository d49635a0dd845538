import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OktaMcpError } from '../../src/errors.js';
import { createOktaClient } from '../../src/okta/client.js';
import type { CallContext, Operation } from '../../src/okta/operation.js';
import { RateLimit } from '../../src/okta/rate-limit.js';
import { Retry } from '../../src/okta/retry.js';
import { FakeTime } from './fake-time.js';

const operations: Readonly<Record<string, Operation>> = {
  read: { method: 'GET', path: '/api/v1/users', reply: 'application/json' },
  create: { method: 'POST', path: '/api/v1/users', body: 'application/json', reply: 'application/json' },
  remove: { method: 'DELETE', path: '/api/v1/users/{id}' },
  simulate: { method: 'POST', path: '/api/v1/policies/simulate', reply: 'application/json', retry: 'safe' },
};

type Answer = Response | Error;
const ok = () => Response.json({ ok: true });
const status = (code: number, headers = {}) => new Response(null, { status: code, headers });
const lost = (code: string, syscall = 'read') =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, syscall }) });
const broken = () => {
  const body = new ReadableStream({
    start: (controller) => controller.error(lost('UND_ERR_SOCKET')),
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
};

/** A client that gets these answers, one per attempt. */
function client(answers: Answer[], time = new FakeTime()) {
  const attempts: Request[] = [];
  const { send } = createOktaClient({
    origin: 'https://example.okta.com',
    operations,
    userAgent: 'test',
    fetch: async (request) => {
      attempts.push(request);
      const answer = answers[attempts.length - 1] ?? ok();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    retry: new Retry(time),
    limit: new RateLimit({ timing: time }),
    now: time.now,
  });
  const call = (id: string, context?: CallContext) =>
    time.during(
      send(id, { ...(id === 'remove' && { path: { id: '00u1' } }), ...(id === 'create' && { body: {} }) }, context),
    );
  return { call, attempts, time };
}

const passing: [string, () => Answer][] = [
  ['502', () => status(502)],
  ['503', () => status(503)],
  ['504', () => status(504)],
  ['a reset connection', () => lost('ECONNRESET')],
  ['a closed connection', () => lost('UND_ERR_SOCKET')],
  ['a connection lost in the middle of the reply', broken],
];

describe.each(passing)('after %s', (_, failure) => {
  test.each(['read', 'simulate'])('%s is sent again', async (id) => {
    const { call, attempts } = client([failure()]);
    expect(await call(id)).toMatchObject({ data: { ok: true } });
    expect(attempts).toHaveLength(2);
  });

  test.each(['create', 'remove'])('%s is not: it may have been done', async (id) => {
    const { call, attempts } = client([failure()]);
    await expect(call(id)).rejects.toThrow(OktaMcpError);
    expect(attempts).toHaveLength(1);
  });
});

test.each([
  ['500', () => status(500)],
  ['404', () => status(404)],
  ['a name that cannot be resolved', () => lost('ENOTFOUND', 'getaddrinfo')],
  ['a certificate that is not trusted', () => lost('SELF_SIGNED_CERT_IN_CHAIN', 'connect')],
  ['half of the JSON', () => new Response('[{"id":', { headers: { 'content-type': 'application/json' } })],
  ['a web page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
])('a read is not sent again after %s', async (_, failure) => {
  const { call, attempts } = client([failure()]);
  await expect(call('read')).rejects.toThrow(OktaMcpError);
  expect(attempts).toHaveLength(1);
});

test.each(['read', 'create', 'remove', 'simulate'])(
  '429 comes before anything is done: %s is sent again',
  async (id) => {
    const { call, attempts } = client([status(429)]);
    await call(id);
    expect(attempts).toHaveLength(2);
  },
);

test('a failure to get a credential is not the business of retries', async () => {
  const refused = new OktaMcpError('auth_unreachable', 'x', 'y', { status: 503, cause: 'ECONNRESET' });
  const { call, attempts } = client([refused]);
  await expect(call('read')).rejects.toBe(refused);
  expect(attempts).toHaveLength(1);
});

describe('the number of attempts', () => {
  test('is three', async () => {
    const { call, attempts } = client(Array.from({ length: 9 }, () => status(503)));
    await expect(call('read')).rejects.toMatchObject({ code: 'okta_unavailable' });
    expect(attempts).toHaveLength(3);
  });

  test('is at most three, and one for a write, whatever happens', async () => {
    const failures = fc.constantFrom(...passing.map(([, failure]) => failure), () => status(429), ok);
    await fc.assert(
      fc.asyncProperty(
        fc.array(failures, { minLength: 4, maxLength: 4 }),
        fc.constantFrom('read', 'create'),
        async (answers, id) => {
          const { call, attempts } = client(answers.map((answer) => answer()));
          await call(id).catch(() => {});
          const refusals = answers.findIndex((answer) => (answer() as Response).status !== 429);
          if (id === 'create') expect(attempts).toHaveLength(Math.min(3, refusals === -1 ? 3 : refusals + 1));
          else expect(attempts.length).toBeLessThanOrEqual(3);
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('attempts say which they are, and of which request', async () => {
  const { call, attempts } = client([
    status(503, { 'x-okta-request-id': 'req1' }),
    status(503, { 'x-okta-request-id': 'req2' }),
  ]);
  await call('read');
  expect(attempts.map(({ headers }) => [headers.get('x-okta-retry-for'), headers.get('x-okta-retry-count')])).toEqual([
    [null, null],
    ['req1', '1'],
    ['req1', '2'],
  ]);
});

describe('waiting', () => {
  test.each([
    [0, [500, 1000]],
    [0.999_999, [1000, 2000]],
  ])('grows, by a chance of %d', async (chance, want) => {
    const time = new FakeTime({ random: () => chance });
    await client([status(503), status(503)], time).call('read');
    expect(time.waits.map(Math.round)).toEqual(want);
  });

  test('ends with the caller', async () => {
    const time = new FakeTime();
    const caller = new AbortController();
    const { call, attempts } = client([status(503)], time);
    time.onWait = () => caller.abort();
    await expect(call('read', { signal: caller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(attempts).toHaveLength(1);
  });

  test('does not begin when the deadline is near', async () => {
    const time = new FakeTime();
    const { call, attempts } = client([status(503)], time);
    await expect(call('read', { deadline: time.now() + 2000 })).rejects.toMatchObject({ code: 'okta_unavailable' });
    expect(attempts).toHaveLength(1);
  });
});

test('nothing is sent after the deadline', async () => {
  const time = new FakeTime();
  const { call, attempts } = client([], time);
  await expect(call('create', { deadline: time.now() })).rejects.toMatchObject({
    code: 'okta_unreachable',
    details: { sent: false },
  });
  expect(attempts).toHaveLength(0);
});

test.each([
  ['before anything was answered', (response: ServerResponse) => response.socket!.resetAndDestroy()],
  ['after half of the body', (response: ServerResponse) => response.write('[{"id":', () => response.socket!.destroy())],
])('over a real connection, cut %s, a read is sent again and a write is not', async (_, cut) => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.method!);
    response.setHeader('content-type', 'application/json');
    if (seen.length % 2 === 1) cut(response);
    else response.end('[]');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const time = new FakeTime();
  const { send } = createOktaClient({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    operations,
    userAgent: 'test',
    fetch: (request, context) => globalThis.fetch(request, context?.signal && { signal: context.signal }),
    retry: new Retry(time),
    now: time.now,
  });
  expect(await time.during(send('read', {}))).toMatchObject({ data: [] });
  await expect(time.during(send('create', { body: {} }))).rejects.toMatchObject({
    message: expect.stringMatching(/may or may not|most likely made/),
  });
  expect(seen).toEqual(['GET', 'GET', 'POST']);
  server.closeAllConnections();
  server.close();
});
