import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';

const REFUSED = /Disallowed net connect/;

test.each(['https://acme.okta.com/', 'http://192.0.2.1/', 'http://[2001:db8::1]:8080/'])('fetch of %s', async (url) => {
  const failure = await fetch(url).catch((error: Error) => error);
  expect(`${failure} ${(failure as Error).cause}`).toMatch(REFUSED);
});

test('node:http', async () => {
  const [error] = await once(get('http://acme.okta.com/'), 'error');
  expect(error.message).toMatch(REFUSED);
});

test('loopback is open', async () => {
  const server = createServer((_, response) => void response.end('here')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('here');
});
