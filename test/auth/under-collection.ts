// Run by authorization-server.test.ts as a program of its own, with Node's own fetch and --expose-gc.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oauth from 'oauth4webapi';
import pino from 'pino';
import { AuthorizationServer } from '../../src/auth/authorization-server.js';
import type { OktaMcpError } from '../../src/errors.js';

// Answers a scope called "half" with half an answer, others with none.
const blackHole = createServer((request, response) => {
  request.on('data', (form) => {
    if (String(form).includes('half')) response.writeHead(200, { 'content-type': 'application/json' }).write('{');
  });
});
await new Promise<void>((resolve) => blackHole.listen(0, '127.0.0.1', resolve));
const orgUrl = `http://127.0.0.1:${(blackHole.address() as AddressInfo).port}`;
const make = () =>
  new AuthorizationServer({
    orgUrl,
    clientId: '0oaApp',
    dpop: 'auto',
    fetch: globalThis.fetch,
    now: Date.now,
    log: pino({ level: 'silent' }),
    timeout: 300,
  });

const collect = setInterval(() => globalThis.gc?.(), 10);
for (const scope of ['none', 'half']) {
  for (const end of ['late', 'cancelled', 'closed']) {
    const server = make();
    const caller = new AbortController();
    if (end === 'cancelled') setTimeout(() => caller.abort(), 150);
    if (end === 'closed') setTimeout(() => server.close(), 150);
    const { metadata, client } = server;
    const failure = await server
      .token(
        (options) =>
          oauth.genericTokenEndpointRequest(metadata, client, oauth.None(), 'refresh_token', { scope }, options),
        { grant: 'refresh', scopes: [scope], signal: caller.signal },
      )
      .catch((error: OktaMcpError) => error.code);
    console.log(`${scope} ${end}: ${failure}`);
  }
}
clearInterval(collect);
process.exit();
