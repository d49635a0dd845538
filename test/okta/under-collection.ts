// Run by deadline.test.ts as a program of its own, with Node's own fetch and --expose-gc: nock's fetch drops the signal.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthStrategy } from '../../src/auth/strategy.js';
import { authenticated } from '../../src/okta/authenticated.js';
import { createOktaClient } from '../../src/okta/client.js';

const strategy: AuthStrategy = {
  name: 'test',
  credential: 'oauth',
  authenticate: async () => {},
  recover: async () => false,
  granted: () => undefined,
  onChange: () => () => {},
  close: async () => {},
};
const server = createServer((request, response) => {
  if (request.url === '/half') response.writeHead(200, { 'content-type': 'application/json' }).write('[');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const { send } = createOktaClient({
  origin,
  operations: {
    none: { method: 'POST', path: '/none', body: 'application/json' },
    half: { method: 'POST', path: '/half', body: 'application/json' },
  },
  fetch: authenticated(globalThis.fetch, strategy, origin),
  userAgent: 'okta-mcp/1',
  timeoutMs: 300,
});
const collect = setInterval(() => globalThis.gc?.(), 10);
for (const id of ['none', 'half']) {
  for (const cancelled of [false, true]) {
    const controller = new AbortController();
    if (cancelled) setTimeout(() => controller.abort(), 150);
    const outcome = await send(id, { body: {} }, { signal: controller.signal }).catch((error) => error.details.cause);
    console.log(`${id} ${outcome}`);
  }
}
clearInterval(collect);
process.exit();
