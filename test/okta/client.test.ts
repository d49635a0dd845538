import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OktaFetch } from '../../src/okta/authenticated.js';
import { createOktaClient } from '../../src/okta/client.js';
import type { Operation, OperationInput } from '../../src/okta/operation.js';

const operations: Readonly<Record<string, Operation>> = {
  listUsers: {
    method: 'GET',
    path: '/api/v1/users',
    query: ['q', 'fields', 'type'],
    comma: ['fields'],
    reply: 'application/json',
  },
  getUser: { method: 'GET', path: '/api/v1/users/{id}', reply: 'application/json' },
  replaceUser: {
    method: 'PUT',
    path: '/api/v1/users/{id}',
    header: ['If-Match'],
    body: 'application/json',
    reply: 'application/json',
  },
  removeMember: { method: 'DELETE', path: '/api/v1/groups/{groupId}/users/{userId}' },
  suspend: { method: 'POST', path: '/api/v1/users/{id}/lifecycle/suspend' },
  patch: { method: 'PATCH', path: '/api/v1/x', body: 'application/merge-patch+json' },
  upload: { method: 'POST', path: '/api/v1/apps/{id}/logo', body: 'multipart/form-data' },
  metadata: { method: 'GET', path: '/api/v1/apps/{id}/sso/saml/metadata', reply: 'text/xml' },
};

interface Seen {
  readonly line: string;
  readonly headers: Headers;
  readonly body: string;
  readonly redirect: string;
  readonly context: unknown;
}

function client(
  answer: (request: Request, signal: AbortSignal) => Response | Promise<Response> = () => Response.json({}),
  timeoutMs?: number,
) {
  const seen: Seen[] = [];
  const fetch: OktaFetch = async (request, context) => {
    const { origin } = new URL(request.url);
    seen.push({
      line: `${request.method} ${request.url.slice(origin.length)}`,
      headers: request.headers,
      body: await request.clone().text(),
      redirect: request.redirect,
      context,
    });
    return answer(request, context!.signal!);
  };
  const made = createOktaClient({
    origin: 'https://example.okta.com',
    operations,
    fetch,
    userAgent: 'okta-mcp/1 node/20',
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return { ...made, seen };
}

describe('what goes on the wire', () => {
  test.each<[string, OperationInput, string, string]>([
    ['listUsers', {}, 'GET /api/v1/users', ''],
    [
      'listUsers',
      { query: { q: "o'n", fields: ['a,b', 'c'], type: ['x', 'y'], other: 1 } },
      'GET /api/v1/users?q=o%27n&fields=a%2Cb,c&type=x&type=y',
      '',
    ],
    ['getUser', { path: { id: 'jo+x#EXT#@é.com' } }, 'GET /api/v1/users/jo%2Bx%23EXT%23%40%C3%A9.com', ''],
    ['getUser', { path: { id: '{id}$&' } }, 'GET /api/v1/users/%7Bid%7D%24%26', ''],
    [
      'replaceUser',
      { path: { id: 'u' }, body: { profile: { login: 'é' } } },
      'PUT /api/v1/users/u',
      '{"profile":{"login":"é"}}',
    ],
    ['suspend', { path: { id: 'u' } }, 'POST /api/v1/users/u/lifecycle/suspend', ''],
    ['removeMember', { path: { groupId: 'g', userId: 'u' } }, 'DELETE /api/v1/groups/g/users/u', ''],
  ])('%s %j', async (id, input, line, body) => {
    const { send, seen } = client();
    await send(id, input);
    expect(seen).toEqual([expect.objectContaining({ line, body, redirect: 'manual' })]);
  });

  test.each<[string, OperationInput, Record<string, string | null>]>([
    ['listUsers', {}, { accept: 'application/json', 'user-agent': 'okta-mcp/1 node/20', 'content-type': null }],
    ['metadata', { path: { id: 'a' } }, { accept: 'text/xml' }],
    ['suspend', { path: { id: 'u' } }, { accept: 'application/json', 'content-type': null }],
    [
      'replaceUser',
      { path: { id: 'u' }, body: {}, header: { 'If-Match': 'W/"1"', Authorization: 'x' } },
      { 'content-type': 'application/json', 'if-match': 'W/"1"', authorization: null },
    ],
    ['patch', { body: {} }, { 'content-type': 'application/merge-patch+json' }],
  ])('headers of %s', async (id, input, want) => {
    const { send, seen } = client();
    await send(id, input);
    expect(Object.fromEntries(Object.keys(want).map((name) => [name, seen[0]!.headers.get(name)]))).toEqual(want);
  });

  test('a form has its boundary', async () => {
    const { send, seen } = client();
    await send('upload', { path: { id: 'a' }, body: { file: { name: 'a.png', data: 'AQ==', type: 'image/png' } } });
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(seen[0]!.headers.get('content-type')!)![1]!;
    expect(seen[0]!.body).toContain(`--${boundary}--`);
    expect(seen[0]!.body).toContain('filename="a.png"');
  });

  test('who asked is passed on, with a signal', async () => {
    const { send, seen } = client();
    await send('listUsers', {}, { caller: 'jo', signal: new AbortController().signal });
    await send('listUsers', {});
    expect(seen.map(({ context }) => context)).toEqual([
      { caller: 'jo', signal: expect.any(AbortSignal) },
      { signal: expect.any(AbortSignal) },
    ]);
  });
});

describe('nothing is sent', () => {
  test.each<[string, OperationInput, string]>([
    ['unknown', {}, 'internal'],
    ['constructor', {}, 'internal'],
    ['getUser', {}, 'arguments_invalid'],
    ['getUser', { path: { id: '' } }, 'path_unsafe'],
    ['removeMember', { path: { groupId: '..', userId: 'u' } }, 'path_unsafe'],
    ['listUsers', { query: { q: {} } }, 'arguments_invalid'],
    ['replaceUser', { path: { id: 'u' } }, 'arguments_invalid'],
    ['suspend', { path: { id: 'u' }, body: {} }, 'arguments_invalid'],
    ['replaceUser', { path: { id: 'u' }, body: {}, header: { 'If-Match': 'a\r\nX: b' } }, 'arguments_invalid'],
  ])('%s %j is %s', async (id, input, code) => {
    const { send, seen } = client();
    await expect(send(id, input)).rejects.toMatchObject({ code });
    expect(seen).toEqual([]);
  });

  test('a call that was cancelled before', async () => {
    const { send, seen } = client();
    const sent = send('suspend', { path: { id: 'u' } }, { signal: AbortSignal.abort() });
    await expect(sent).rejects.toMatchObject({ code: 'cancelled', details: { sent: false } });
    expect(seen).toEqual([]);
  });

  test('no value reaches another path', async () => {
    const { send, seen } = client(() => new Response(null, { status: 204 }));
    const part = fc.constantFrom('.', '/', '%2e', '%2f', '\\', '?', '#', 'u', '%25', ';', '\n');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: part }), fc.string({ unit: part }), async (groupId, userId) => {
        seen.length = 0;
        const refused = await send('removeMember', { path: { groupId, userId } }).catch((error) => error.code);
        if (refused === 'path_unsafe') expect(seen).toEqual([]);
        else expect(seen[0]!.line).toMatch(/^DELETE \/api\/v1\/groups\/[^/?#]+\/users\/[^/?#]+$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what comes back', () => {
  test('data, status, headers and request id', async () => {
    const { send } = client(() =>
      Response.json([{ id: 1 }], { headers: { 'x-okta-request-id': 'r', link: '<a>; rel=next' } }),
    );
    const reply = await send('listUsers', {});
    expect(reply).toMatchObject({ status: 200, data: [{ id: 1 }], requestId: 'r' });
    expect(reply.headers.get('link')).toBe('<a>; rel=next');
  });

  test.each([
    ['204', () => new Response(null, { status: 204 })],
    ['empty 200', () => new Response('', { status: 200, headers: { 'content-type': 'application/json' } })],
    ['empty 202', () => new Response(null, { status: 202, headers: { 'content-length': '0' } })],
  ])('%s', async (_, answer) => {
    expect((await client(answer).send('suspend', { path: { id: 'u' } })).data).toBeUndefined();
  });

  test.each([
    [Response.json({ errorCode: 'E0000007', errorSummary: 'Not found' }, { status: 404 }), 'okta_not_found'],
    [new Response(null, { status: 301, headers: { location: 'https://evil.example/' } }), 'okta_refused'],
    [new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } }), 'okta_reply_invalid'],
  ])('%s is %s', async (response, code) => {
    const { send, seen } = client(() => response);
    await expect(send('getUser', { path: { id: 'u' } })).rejects.toMatchObject({ code });
    expect(seen).toHaveLength(1);
  });

  test('a failure names the operation, not the person', async () => {
    const { send } = client(() => new Response(null, { status: 404 }));
    await expect(send('getUser', { path: { id: 'jo@example.com' } })).rejects.toThrow(
      /GET \/api\/v1\/users\/\{id\} failed/,
    );
  });
});

/** As Node's fetch reports a failed connection. */
const fetchFailed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });

describe('no answer', () => {
  test.each([
    ['ENOTFOUND', false, /resolved/, /OKTA_ORG_URL/],
    ['EAI_AGAIN', false, /resolved/, /OKTA_ORG_URL/],
    ['ECONNREFUSED', false, /refused the connection/, /OKTA_ORG_URL/],
    ['UND_ERR_CONNECT_TIMEOUT', false, /no connection/, /proxy/],
    ['SELF_SIGNED_CERT_IN_CHAIN', false, /trust/, /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', false, /trust/, /NODE_EXTRA_CA_CERTS/],
    ['CERT_HAS_EXPIRED', false, /expired/, /date and time/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, /another host name/, /OKTA_ORG_URL/],
    ['EHOSTUNREACH', 'unknown', /no connection/, /VPN/],
    ['EPROTO', 'unknown', /TLS/, /NODE_EXTRA_CA_CERTS/],
    ['ECONNRESET', 'unknown', /broke/, /again/],
    ['UND_ERR_SOCKET', 'unknown', /broke/, /again/],
    ['UND_ERR_HEADERS_TIMEOUT', 'unknown', /in time/, /limit/],
    ['SOMETHING_NEW', 'unknown', /connection failed/, /OKTA_ORG_URL/],
  ])('%s', async (code, sent, message, fix) => {
    const { send } = client(() => Promise.reject(fetchFailed(code)));
    const read = await send('listUsers', {}).catch((error) => error);
    expect(read).toMatchObject({
      code: 'okta_unreachable',
      details: { cause: code, sent },
      fix: expect.stringMatching(fix),
    });
    expect(read.message).toMatch(message);
    expect(read.message).not.toContain('carried out');
    const write = await send('suspend', { path: { id: 'u' } }).catch((error) => error);
    expect(write.message.includes('may or may not have been carried out')).toBe(sent === 'unknown');
    expect(write.fix.startsWith('Read the object')).toBe(sent === 'unknown');
  });

  test('several addresses of one host were tried', async () => {
    const cause = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]);
    const { send } = client(() => Promise.reject(new TypeError('fetch failed', { cause })));
    await expect(send('listUsers', {})).rejects.toMatchObject({ details: { cause: 'ECONNREFUSED' } });
  });

  test('what fails while connecting was not sent', async () => {
    const cause = Object.assign(new Error('x'), { code: 'EHOSTUNREACH', syscall: 'connect' });
    const { send } = client(() => Promise.reject(new TypeError('fetch failed', { cause })));
    await expect(send('suspend', { path: { id: 'u' } })).rejects.toMatchObject({ details: { sent: false } });
  });

  test('mistakes of the program stay what they are', async () => {
    const bug = new TypeError('x is not a function');
    await expect(client(() => Promise.reject(bug)).send('listUsers', {})).rejects.toBe(bug);
  });

  const hanging = (_: Request, signal: AbortSignal) =>
    new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const hangingBody = (_: Request, signal: AbortSignal) =>
    new Response(
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode('['));
          signal.addEventListener('abort', () => controller.error(signal.reason));
        },
      }),
      { headers: { 'content-type': 'application/json' } },
    );

  test.each([
    ['before the reply', hanging],
    ['within the reply', hangingBody],
  ])('time-out and cancellation are told apart %s', async (_, answer) => {
    const slow = client(answer, 30).send('suspend', { path: { id: 'u' } });
    await expect(slow).rejects.toMatchObject({
      code: 'okta_unreachable',
      details: { cause: 'timeout', sent: 'unknown' },
    });
    const controller = new AbortController();
    const stopped = client((request, signal) => {
      setTimeout(() => controller.abort(new Error('user went away')), 5);
      return answer(request, signal);
    }).send('suspend', { path: { id: 'u' } }, { signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled', details: { sent: 'unknown' } });
    await expect(stopped).rejects.toThrow(/may or may not have been carried out/);
  });
});

test.each([200, 404])('after a %i the signal of the caller is let go', async (status) => {
  const { signal } = new AbortController();
  const { send } = client(() => {
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    return new Response(null, { status });
  });
  await send('suspend', { path: { id: 'u' } }, { signal }).catch(() => {});
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

describe('the typed face', () => {
  interface Paths {
    '/api/v1/users/{id}': {
      get: {
        parameters: { path: { id: string } };
        responses: { 200: { content: { 'application/json': { id: string } } } };
      };
    };
  }
  const api = (fetch: OktaFetch) =>
    createOktaClient<Paths>({ origin: 'https://example.okta.com', operations, fetch, userAgent: 'okta-mcp/1' }).api;

  test('sends and reads', async () => {
    const lines: string[] = [];
    const { data } = await api(async ({ method, url, redirect }) => {
      lines.push(`${method} ${url} ${redirect}`);
      return Response.json({ id: 'u' });
    }).GET('/api/v1/users/{id}', { params: { path: { id: 'a@b' } } });
    expect(data?.id).toBe('u');
    expect(lines).toEqual(['GET https://example.okta.com/api/v1/users/a%40b manual']);
  });

  test('fails as send does', async () => {
    const call = (fetch: OktaFetch, id: string) => api(fetch).GET('/api/v1/users/{id}', { params: { path: { id } } });
    await expect(call(async () => new Response(null, { status: 404 }), 'u')).rejects.toMatchObject({
      code: 'okta_not_found',
    });
    await expect(call(() => Promise.reject(fetchFailed('ENOTFOUND')), 'u')).rejects.toMatchObject({
      code: 'okta_unreachable',
    });
    await expect(call(async () => Response.json({}), '..')).rejects.toMatchObject({ code: 'path_unsafe' });
  });
});
