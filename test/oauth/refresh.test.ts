import { afterEach, beforeEach, expect, test } from 'vitest';
import { type App, GRANTS } from './apps.js';
import { type Answer, type Key, makeKey, nativeApp, post, postWithProof, refusal, send } from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

const LOGIN = 'kofi.asante-boateng@atlasworks.example';
const SCOPE = 'okta.users.read okta.groups.read offline_access';

let now: number;
const advance = (milliseconds: number) => {
  now += milliseconds;
};
let server: OktaServer;
let url: string;
let key: Key;

beforeEach(async () => {
  // Ahead of the proofs, which bear the real time.
  now = Date.now() + 60_000;
  key = await makeKey();
  server = await startOktaServer({ now: () => now, apps: [] });
  url = `${server.origin}/oauth2/v1/token`;
});
afterEach(() => server.close());

/** Signs in by device and gives the token answer. */
async function signIn(app: App, dpop?: Key): Promise<Answer> {
  server.setApp(app);
  const start = await post(`${server.origin}/oauth2/v1/device/authorize`, { client_id: app.id, scope: SCOPE });
  await server.approveDevice(start.json.user_code, LOGIN);
  const form = { grant_type: GRANTS.device, client_id: app.id, device_code: start.json.device_code };
  return dpop ? postWithProof(url, dpop, () => form) : post(url, form);
}

const form = (token: string, more: Record<string, string> = {}) => ({
  grant_type: GRANTS.refresh,
  client_id: '0oanative',
  refresh_token: token,
  ...more,
});
const refresh = (token: string, more: Record<string, string> = {}) => post(url, form(token, more));
const users = (token: string) =>
  send(`${server.origin}/api/v1/users?limit=1`, { headers: { authorization: `Bearer ${token}` } });

const INVALID = '400 invalid_grant The refresh token is invalid or expired.';

test('STATIC: the same refresh token again, for a new access token each time', async () => {
  const first = (await signIn(nativeApp())).json;
  const second = await refresh(first.refresh_token);
  expect(second.json).toMatchObject({ token_type: 'Bearer', scope: SCOPE, refresh_token: first.refresh_token });
  expect(second.json.access_token).not.toBe(first.access_token);
  expect((await refresh(first.refresh_token)).status).toBe(200);
});

test('STATIC: the answer may leave it out', async () => {
  const first = (await signIn(nativeApp())).json;
  server.switches.omitStaticRefreshToken = true;
  const second = await refresh(first.refresh_token);
  expect(second.status).toBe(200);
  expect(second.json).not.toHaveProperty('refresh_token');
});

test('ROTATE: a new one each time; the old one works within the leeway and converges on the same one', async () => {
  const first = (await signIn(nativeApp({ refresh: 'ROTATE' }))).json;
  const second = (await refresh(first.refresh_token)).json;
  expect(second.refresh_token).not.toBe(first.refresh_token);
  now += 29_000;
  const late = (await refresh(first.refresh_token)).json;
  expect(late.refresh_token).toBe(second.refresh_token);
  expect((await refresh(second.refresh_token)).status).toBe(200);
});

test.each([
  { given: 'after the leeway', leeway: 30, later: 30_000 },
  { given: 'at once when there is no leeway', leeway: 0, later: 0 },
])(
  'ROTATE: reuse $given ends the newest refresh token and the access tokens of the grant',
  async ({ leeway, later }) => {
    const first = (await signIn(nativeApp({ refresh: 'ROTATE', leeway }))).json;
    const second = (await refresh(first.refresh_token)).json;
    expect((await users(second.access_token)).status).toBe(200);
    now += later;
    expect(refusal(await refresh(first.refresh_token))).toBe(INVALID);
    expect(refusal(await refresh(second.refresh_token))).toBe(INVALID);
    expect((await users(second.access_token)).headers.get('www-authenticate')).toContain('error="invalid_token"');
  },
);

test.each<{ given: string; act: (token: string) => Promise<unknown> | unknown; token?: string }>([
  { given: 'an unknown one', act: () => {}, token: 'unknown' },
  { given: 'one past its life', act: () => advance(90 * 86_400_000) },
  { given: 'one made to expire', act: () => server.expireRefreshTokens() },
  {
    given: 'a revoked one',
    act: (token) => post(`${server.origin}/oauth2/v1/revoke`, { client_id: '0oanative', token }),
  },
  {
    given: 'one of a person deactivated since',
    act: () =>
      send(`${server.origin}/api/v1/users/${LOGIN}/lifecycle/deactivate`, {
        method: 'POST',
        headers: { authorization: `SSWS ${server.org.token}` },
      }),
  },
])('$given: invalid_grant', async ({ act, token }) => {
  const { refresh_token } = (await signIn(nativeApp())).json;
  await act(refresh_token);
  expect(refusal(await refresh(token ?? refresh_token))).toBe(INVALID);
});

test('a rotated token keeps the original expiry', async () => {
  const first = (await signIn(nativeApp({ refresh: 'ROTATE' }))).json;
  now += 89 * 86_400_000;
  const second = (await refresh(first.refresh_token)).json;
  now += 86_400_000;
  expect(refusal(await refresh(second.refresh_token))).toBe(INVALID);
});

test('a token of another app', async () => {
  const { refresh_token } = (await signIn(nativeApp())).json;
  server.setApp(nativeApp({ id: '0oaother' }));
  expect(refusal(await refresh(refresh_token, { client_id: '0oaother' }))).toMatch(/^400 invalid_grant The grant was/);
});

test('fewer scopes may be asked for, more are denied', async () => {
  const { refresh_token } = (await signIn(nativeApp())).json;
  expect((await refresh(refresh_token, { scope: 'okta.users.read' })).json.scope).toBe('okta.users.read');
  expect(refusal(await refresh(refresh_token, { scope: 'okta.users.read okta.apps.read' }))).toBe(
    '400 access_denied Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: okta.apps.read.',
  );
});

test('with DPoP: the same key is taken, with a new nonce too', async () => {
  const { refresh_token } = (await signIn(nativeApp({ dpop: true }), key)).json;
  server.rotateNonce({ forget: true });
  const answer = await postWithProof(url, key, () => form(refresh_token));
  expect(answer.json).toMatchObject({ token_type: 'DPoP', refresh_token });
});

test.each([
  { given: 'required by the app', dpop: true },
  { given: 'used although not required', dpop: false },
])('with DPoP $given: another key, or none, is refused', async ({ dpop }) => {
  const { refresh_token } = (await signIn(nativeApp({ dpop }), key)).json;
  expect(refusal(await postWithProof(url, await makeKey(), () => form(refresh_token)))).toBe(
    '400 invalid_dpop_proof Invalid DPoP Public Key binding in refresh token',
  );
  expect(refusal(await refresh(refresh_token))).toBe('400 invalid_dpop_proof The DPoP proof JWT header is missing.');
});

test('an answer lost after the rotation: within the leeway the old token still leads to the new one', async () => {
  const first = (await signIn(nativeApp({ refresh: 'ROTATE' }))).json;
  server.failNext({ path: '/oauth2/v1/token', kind: 'drop-after' });
  await expect(refresh(first.refresh_token)).rejects.toThrow();
  const again = (await refresh(first.refresh_token)).json;
  expect(again.refresh_token).not.toBe(first.refresh_token);
  expect(server.tokenRequests.filter(({ grant }) => grant === GRANTS.refresh).map(({ outcome }) => outcome)).toEqual([
    'issued',
    'issued',
  ]);
});
