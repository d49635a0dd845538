import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Listener, listen } from '../../src/http/listener.js';
import { refuse } from '../../src/http/refusals.js';
import { call, type Hosted, hosted } from '../server/hosted.js';

// Bytes on a real connection: what no client library would send.

let world: Hosted;
let listener: Listener;
let good: string;

beforeAll(async () => {
  world = await hosted({ url: 'http://localhost/mcp' });
  listener = await listen(world.handler.fetch, { host: '127.0.0.1', port: 0, variable: 'OKTA_MCP_PORT' }, () =>
    refuse('internal'),
  );
  good = await world.token();
});
afterAll(async () => {
  await listener.close();
  await world.close();
});

const BODY = JSON.stringify(call('list_users', { limit: 1 }));

/** Sends bytes, and gives the status that came back. */
function status(lines: readonly string[], body = BODY): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(listener.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)));
    socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  });
}

const head = (...more: string[]) => [
  'POST /mcp HTTP/1.1',
  'Host: localhost',
  'Content-Type: application/json',
  'Accept: application/json, text/event-stream',
  `Content-Length: ${Buffer.byteLength(BODY)}`,
  ...more,
];
const bearer = () => `Authorization: Bearer ${good}`;

test.each<{ given: string; lines: () => string[]; body?: string; want: number }>([
  {
    given: 'two Authorization headers, the good one first',
    lines: () => head(bearer(), 'Authorization: Bearer x'),
    want: 400,
  },
  {
    given: 'two Authorization headers, the good one last',
    lines: () => head('Authorization: Bearer x', bearer()),
    want: 400,
  },
  { given: 'the same Authorization header twice', lines: () => head(bearer(), bearer()), want: 400 },
  { given: 'two Host headers', lines: () => head(bearer(), 'Host: evil.example'), want: 403 },
  { given: 'another Host', lines: () => head(bearer()).with(1, 'Host: evil.example'), want: 403 },
  { given: 'no Host', lines: () => head(bearer()).filter((line) => !line.startsWith('Host')), want: 400 },
  ...['', 'a b', '[::1', 'localhost/x', 'x@localhost', 'localhost:99999', 'localhost:80:80'].map((host) => ({
    given: `Host "${host}"`,
    lines: () => head(bearer()).with(1, `Host: ${host}`),
    want: 400,
  })),
  { given: 'Host of IPv6', lines: () => head(bearer()).with(1, 'Host: [::1]:80'), want: 403 },
  { given: 'a backslash in the path', lines: () => head(bearer()).with(0, 'POST /mcp\\x HTTP/1.1'), want: 400 },
  { given: 'another scheme', lines: () => head(bearer()).with(0, 'POST ftp://localhost/mcp HTTP/1.1'), want: 400 },
  { given: 'OPTIONS *', lines: () => head(bearer()).with(0, 'OPTIONS * HTTP/1.1'), want: 400 },
  { given: 'two content types', lines: () => head(bearer(), 'Content-Type: text/plain'), want: 400 },
  { given: 'two sessions', lines: () => head(bearer(), 'Mcp-Session-Id: a', 'Mcp-Session-Id: b'), want: 400 },
  {
    given: 'two versions',
    lines: () => head(bearer(), 'MCP-Protocol-Version: 2025-11-25', 'MCP-Protocol-Version: 2026-07-28'),
    want: 400,
  },
  { given: 'two lengths', lines: () => head(bearer(), 'Content-Length: 5'), want: 400 },
  { given: 'a length and chunks', lines: () => head(bearer(), 'Transfer-Encoding: chunked'), want: 400 },
  { given: 'headers over the limit', lines: () => head(bearer(), `X-Pad: ${'x'.repeat(20_000)}`), want: 431 },
  { given: 'a line feed in a header', lines: () => head(bearer(), 'X-Pad: a\nHost: b'), want: 400 },
  {
    given: 'a message over the limit',
    lines: () => head(bearer()).with(4, 'Content-Length: 200000'),
    body: 'x'.repeat(200_000),
    want: 413,
  },
  { given: 'no HTTP at all', lines: () => ['\u0016\u0003\u0001'], want: 400 },
])('$given: $want', async ({ lines, body, want }) => {
  expect(await status(lines(), body)).toBe(want);
  expect(world.org.journal).toEqual([]);
});

test('and the same without a fault', async () => {
  expect(await status(head(bearer()))).toBe(200);
  expect(world.org.journal).toHaveLength(1);
});

test('an address that is taken is explained', async () => {
  const again = listen(world.handler.fetch, { host: '127.0.0.1', port: listener.port, variable: 'OKTA_MCP_PORT' }, () =>
    refuse('internal'),
  );
  await expect(again).rejects.toMatchObject({ code: 'config_invalid', message: expect.stringContaining('EADDRINUSE') });
});

test('what is under way when it stops is still answered', async () => {
  const own = await hosted({ url: 'http://localhost/mcp' });
  let arrived = false;
  const serve = (request: Request) => {
    arrived = true;
    return own.handler.fetch(request);
  };
  const brief = await listen(serve, { host: '127.0.0.1', port: 0, variable: 'OKTA_MCP_PORT' }, () =>
    refuse('internal'),
  );
  own.org.inject({ path: '/api/v1/users', fault: { kind: 'latency', ms: 300 } });
  const { headers } = own.request('', { token: await own.token() });
  const send = () => fetch(`http://localhost:${brief.port}/mcp`, { method: 'POST', headers, body: BODY });
  const answer = send().then(async (response) => [response.status, await response.text()]);
  await expect.poll(() => arrived).toBe(true);
  brief.stop();
  await own.handler.idle();
  await own.close();
  await brief.close();
  expect(await answer).toEqual([200, expect.stringContaining('items')]);
  await expect(send()).rejects.toThrow();
});
