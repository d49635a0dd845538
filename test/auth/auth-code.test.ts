import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { authCodeSignIn } from '../../src/auth/auth-code.js';
import { AuthorizationServer } from '../../src/auth/authorization-server.js';
import { freePort } from './okta.js';
import { silent } from './scratch.js';

async function begin() {
  const port = await freePort();
  const now = Date.now;
  const fetch = () => Promise.reject(new TypeError('fetch failed'));
  const parts = {
    orgUrl: 'https://acme.okta.com',
    clientId: '0oaNative',
    dpop: 'auto',
    fetch,
    now,
    log: silent,
  } as const;
  const server = new AuthorizationServer(parts);
  const stop = new AbortController();
  const { uri, outcome } = await authCodeSignIn({ server, scopes: ['okta.users.read'], port, now }).begin(stop.signal);
  const over = outcome.catch((error: unknown) => error);
  onTestFinished(() => stop.abort());
  return { port, stop, over, state: new URL(uri).searchParams.get('state') };
}

/** By hand: clients correct what is asked for. */
async function statusOf(port: number, target: string): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(/^HTTP\/1.1 (\d+)/.exec(String(answer))?.[1]);
}

// Any page the person has open can send these.
test.each([
  ['//', 404],
  ['http://[', 404],
  ['/callback?state=%00', 400],
  ['/callback?state', 400],
])('a request for %s is answered with %i and harms nothing', async (path, want) => {
  const { port } = await begin();
  expect(await statusOf(port, path)).toBe(want);
});

test.each([
  ['nothing', ''],
  ['half a request', 'GET /callback HTTP/1.1\r\n'],
])('a connection on which a browser sent %s ends with the sign-in', async (_, sent) => {
  const { port, stop, over } = await begin();
  const spare = connect(port, '127.0.0.1');
  onTestFinished(() => void spare.destroy());
  const ended = once(spare.resume(), 'close');
  await once(spare, 'connect');
  spare.write(sent);
  // Connections are taken in order, so that one is there by now.
  await statusOf(port, '/');
  stop.abort();
  await over;
  await ended;
});

test('what came back in the address is repeated on one line, capped, without tokens', async () => {
  const { port, state, over } = await begin();
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJDQU5BUlkifQ.CANARYsignature';
  const said = encodeURIComponent(`a\n\u001b[31mb ${jwt} ${'e f '.repeat(99)}`);
  expect(await statusOf(port, `/callback?state=${state}&error=x%0Ay&error_description=${said}`)).toBe(400);
  expect(await over).toMatchObject({
    code: 'auth_refused',
    message: expect.stringMatching(
      /^Okta refused the sign-in \(xy\)\. Okta says: "a \[31mb \[secret\] [e f]{100,200}…"$/,
    ),
  });
});
