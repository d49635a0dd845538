import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuthStrategy } from '../../src/auth/strategy.js';
import { authenticated } from '../../src/okta/authenticated.js';
import { createOktaClient, type OktaClient } from '../../src/okta/client.js';
import type { Operation } from '../../src/okta/operation.js';

const operations: Readonly<Record<string, Operation>> = {
  get: { method: 'GET', path: '/api/v1/users/{id}', reply: 'application/json' },
  suspend: { method: 'POST', path: '/api/v1/users/{id}/lifecycle/suspend' },
  assign: { method: 'PUT', path: '/api/v1/groups/{groupId}/users/{userId}' },
  create: { method: 'POST', path: '/api/v1/users', body: 'application/json', reply: 'application/json' },
};

const token: AuthStrategy = {
  name: 'test',
  credential: 'api-token',
  authenticate: async (attempt) => attempt.headers.set('authorization', 'SSWS secret'),
  recover: async () => true,
  granted: () => undefined,
  onChange: () => () => {},
  close: async () => {},
};

let server: Server;
let origin: string;
let client: OktaClient;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const seen: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({
      line: `${request.method} ${request.url}`,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fetch = authenticated(globalThis.fetch, token, origin);
  client = createOktaClient({ origin, operations, fetch, userAgent: 'okta-mcp/1 node/20', timeoutMs: 5000 });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
});

const json = (response: ServerResponse, status: number, data: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(data));

describe('requests', () => {
  test.each([
    ['suspend', { path: { id: 'u' } }],
    ['assign', { path: { groupId: 'g', userId: 'u' } }],
  ])('an empty %s says that it is empty', async (id, input) => {
    answer = (_, response) => response.writeHead(204).end();
    await client.send(id, input);
    expect(seen[0]!.headers).toMatchObject({
      'content-length': '0',
      authorization: 'SSWS secret',
      'user-agent': 'okta-mcp/1 node/20',
    });
    expect(seen[0]!.headers).not.toHaveProperty('content-type');
    expect(seen[0]!.headers).not.toHaveProperty('transfer-encoding');
  });

  test('a body has its length in bytes, also in the second attempt', async () => {
    answer = (_, response) => json(response, seen.length === 1 ? 401 : 200, {});
    await client.send('create', { body: { name: 'é' } });
    expect(seen.map(({ body, headers }) => [body, headers['content-length'], headers['content-type']])).toEqual([
      ['{"name":"é"}', '13', 'application/json'],
      ['{"name":"é"}', '13', 'application/json'],
    ]);
  });

  test.each([
    ["jo.o'neil+x@example.com", '/api/v1/users/jo.o%27neil%2Bx%40example.com'],
    ['é#EXT#@b.c?d=1', '/api/v1/users/%C3%A9%23EXT%23%40b.c%3Fd%3D1'],
  ])('%s arrives', async (id, url) => {
    answer = (_, response) => json(response, 200, {});
    await client.send('get', { path: { id } });
    expect(seen.map(({ line }) => line)).toEqual([`GET ${url}`]);
  });

  test('a redirect is not followed', async () => {
    answer = (_, response) => response.writeHead(302, { location: `${origin}/elsewhere` }).end();
    await expect(client.send('get', { path: { id: 'u' } })).rejects.toMatchObject({
      code: 'okta_refused',
      details: { status: 302 },
    });
    expect(seen).toHaveLength(1);
  });
});

describe('broken connections', () => {
  const write = { path: { id: 'u' } };
  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void, string]>([
    ['reset before the reply', (request) => request.socket.resetAndDestroy(), 'okta_unreachable'],
    ['closed before the reply', (request) => request.socket.destroy(), 'okta_unreachable'],
    [
      'cut off within a reply of known length',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"a":');
        setTimeout(() => response.destroy(), 20);
      },
      'okta_reply_invalid',
    ],
    [
      'cut off within a chunked reply',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":');
        setTimeout(() => response.destroy(), 20);
      },
      'okta_reply_invalid',
    ],
  ])('%s', async (_, behaviour, code) => {
    answer = behaviour;
    const failed = client.send('suspend', write);
    await expect(failed).rejects.toMatchObject({ code, fix: expect.stringMatching(/^Read the object/) });
    expect(seen).toHaveLength(1);
  });

  test('cancelled within the reply', async () => {
    const controller = new AbortController();
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":');
      setTimeout(() => controller.abort(), 20);
    };
    await expect(client.send('get', write, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('too slow, before and within the reply', async () => {
    const hasty = createOktaClient({
      origin,
      operations,
      fetch: globalThis.fetch,
      userAgent: 'okta-mcp/1',
      timeoutMs: 100,
    });
    answer = () => {};
    await expect(hasty.send('get', write)).rejects.toMatchObject({
      code: 'okta_unreachable',
      details: { cause: 'timeout' },
    });
    answer = (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":');
    await expect(hasty.send('get', write)).rejects.toMatchObject({
      code: 'okta_unreachable',
      details: { cause: 'timeout' },
    });
  });

  test('nobody listens', async () => {
    const spare = createServer();
    await new Promise<void>((resolve) => spare.listen(0, '127.0.0.1', resolve));
    const { port } = spare.address() as AddressInfo;
    await new Promise((resolve) => spare.close(resolve));
    const lost = createOktaClient({
      origin: `http://127.0.0.1:${port}`,
      operations,
      fetch: globalThis.fetch,
      userAgent: 'okta-mcp/1',
    });
    await expect(lost.send('suspend', write)).rejects.toMatchObject({
      code: 'okta_unreachable',
      details: { cause: 'ECONNREFUSED', sent: false },
    });
  });
});
