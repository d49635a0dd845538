import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientCredentials,
  type Key,
  makeKey,
  nativeApp,
  post,
  postWithProof,
  refusal,
  send,
  serviceApp,
} from './client.js';
import type { FaultKind } from './faults.js';
import { type OktaServer, startOktaServer } from './server.js';

let server: OktaServer;
let key: Key;
let url: string;

beforeEach(async () => {
  key = await makeKey();
  server = await startOktaServer({ apps: [serviceApp(key), nativeApp()] });
  url = `${server.origin}/oauth2/v1/token`;
});
afterEach(() => server.close());

const ask = async (more: Parameters<typeof clientCredentials>[2] = {}) =>
  post(url, await clientCredentials(key, url, more));

test.each<{ kind: FaultKind; status: number; body: string | RegExp }>([
  { kind: 'rate-limit', status: 429, body: /"error":"invalid_grant"/ },
  { kind: 'rate-limit-api', status: 429, body: /"errorCode":"E0000047"/ },
  { kind: 'server-error', status: 500, body: /"error":"server_error"/ },
  { kind: 'unavailable', status: 400, body: /"error":"temporarily_unavailable"/ },
  { kind: 'html', status: 200, body: /^<!doctype html>/ },
])('$kind: $status, as often as ordered, then all is well', async ({ kind, status, body }) => {
  server.failNext({ path: '/oauth2/v1/token', count: 2, kind });
  for (let time = 0; time < 2; time++) {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(body);
    expect(answer.headers.has('x-rate-limit-reset')).toBe(status === 429);
  }
  expect((await ask()).status).toBe(200);
  expect(server.tokenRequests.map(({ outcome }) => outcome)).toEqual([kind, kind, 'issued']);
});

test.each(['drop', 'drop-after'] as const)('%s: the connection closes without an answer', async (kind) => {
  server.failNext({ path: '/oauth2/v1/token', kind });
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(server.tokenRequests.map(({ outcome }) => outcome)).toEqual([kind === 'drop' ? 'drop' : 'issued']);
});

test('black-hole: no answer for as long as the client waits', async () => {
  server.failNext({ path: '/oauth2/v1/token', kind: 'black-hole' });
  const body = new URLSearchParams(await clientCredentials(key, url));
  await expect(send(url, { method: 'POST', body, signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout');
  expect(server.tokenRequests.map(({ outcome }) => outcome)).toEqual(['black-hole']);
});

test('faults reach other paths too, and those only', async () => {
  server.failNext({ path: '/api/v1/users', kind: 'server-error' });
  const headers = { authorization: `SSWS ${server.org.token}` };
  expect((await send(`${server.origin}/api/v1/groups?limit=1`, { headers })).status).toBe(200);
  expect((await send(`${server.origin}/api/v1/users?limit=1`, { headers })).json.errorCode).toBe('E0000009');
  expect((await send(`${server.origin}/api/v1/users?limit=1`, { headers })).status).toBe(200);
});

test.each([
  { given: 'ahead of the client', skew: 400, want: '401 invalid_client The client_assertion token is expired.' },
  {
    given: 'behind the client',
    skew: -400,
    want: '401 invalid_client The client_assertion token must be issued before the current time.',
  },
])('a server clock $given shows in the Date header and in the refusal', async ({ skew, want }) => {
  server.skewClock(skew);
  const answer = await ask();
  expect(refusal(answer)).toBe(want);
  const seen = (Date.parse(answer.headers.get('date') ?? '') - Date.now()) / 1000;
  expect(Math.abs(seen - skew)).toBeLessThan(30);
});

test('a client that corrects its clock by the Date header gets in', async () => {
  server.skewClock(86_400);
  const now = Math.floor(Date.now() / 1000) + 86_400;
  expect((await ask({ claims: { iat: now, exp: now + 300 } })).status).toBe(200);
});

test('access tokens live as long as switched', async () => {
  server.switches.accessTokenLife = 5;
  const { json } = await ask();
  expect(json.expires_in).toBe(5);
  const headers = { authorization: `Bearer ${json.access_token}` };
  expect((await send(`${server.origin}/api/v1/users?limit=1`, { headers })).status).toBe(200);
  server.skewClock(6);
  expect((await send(`${server.origin}/api/v1/users?limit=1`, { headers })).status).toBe(401);
});

test('the journal says who asked for what, and what became of it', async () => {
  server.setApp(serviceApp(key, { dpop: true }));
  await postWithProof(url, key, () => clientCredentials(key, url));
  await ask({ scope: 'okta.apps.read okta.users.read' });
  await post(url, { grant_type: 'refresh_token', client_id: '0oanative', refresh_token: 'x' });
  const service = { server: 'org', grant: 'client_credentials', client: '0oaservice' };
  expect(server.tokenRequests).toMatchObject([
    { ...service, scopes: ['okta.users.read'], status: 400, outcome: 'use_dpop_nonce' },
    { ...service, scopes: ['okta.users.read'], status: 200, outcome: 'issued' },
    { ...service, scopes: ['okta.apps.read', 'okta.users.read'], status: 400, outcome: 'no_matching_scope' },
    { grant: 'refresh_token', client: '0oanative', scopes: [], status: 400, outcome: 'invalid_refresh_token' },
  ]);
  const [first, second, third] = server.tokenRequests;
  expect(first?.dpopJti).toEqual(expect.any(String));
  expect(new Set([first, second, third].map((entry) => entry?.assertionJti)).size).toBe(3);
  expect(third?.dpopJti).toBeUndefined();
});

test('what comes twice is noticed, at whichever endpoint', async () => {
  const form = await clientCredentials(key, url);
  await post(url, form);
  expect(server.repeatedJtis).toEqual([]);
  await post(`${server.origin}/oauth2/v1/revoke`, { ...form, token: 'x' });
  expect(server.repeatedJtis).toEqual([expect.stringMatching(/^assertion 0oaservice /)]);
});
