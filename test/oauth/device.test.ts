import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GRANTS } from './apps.js';
import { type Answer, nativeApp, post, refusal, send } from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

const LOGIN = 'kofi.asante-boateng@atlasworks.example';
const OTHER = 'priya.raghunathan@atlasworks.example';
const SCOPE = 'openid okta.users.read offline_access';

let now: number;
const advance = (milliseconds: number) => {
  now += milliseconds;
};
let server: OktaServer;

beforeEach(async () => {
  now = Date.now();
  server = await startOktaServer({
    now: () => now,
    apps: [nativeApp(), nativeApp({ id: '0oaassigned', assigned: [OTHER] }), nativeApp({ id: '0oaother' })],
  });
});
afterEach(() => server.close());

async function begin(clientId = '0oanative', scope = SCOPE) {
  const answer = await post(`${server.origin}/oauth2/v1/device/authorize`, { client_id: clientId, scope });
  expect(answer.status).toBe(200);
  return answer.json as Record<'device_code' | 'user_code' | 'verification_uri' | 'verification_uri_complete', string>;
}

const poll = (deviceCode: string, clientId = '0oanative'): Promise<Answer> =>
  post(`${server.origin}/oauth2/v1/token`, { client_id: clientId, device_code: deviceCode, grant_type: GRANTS.device });

const PENDING = '400 authorization_pending The device authorization is pending. Please try again later.';
const SLOW_DOWN = '400 slow_down Slow down the polling frequency. Please try again later.';

test('the answer is shaped as Okta shapes it', async () => {
  const code = await begin();
  expect(code).toEqual({
    device_code: expect.stringMatching(/^[\w-]{20,}$/),
    user_code: expect.stringMatching(/^[A-Z]{8}$/),
    verification_uri: `${server.origin}/activate`,
    verification_uri_complete: `${server.origin}/activate?user_code=${code.user_code}`,
    expires_in: 600,
    interval: 5,
  });
  expect((await send(code.verification_uri_complete)).text).toContain('Confirm the code');
  expect((await send(`${server.origin}/activate?user_code=WRONGONE`)).status).toBe(404);
});

test('a login: pending, approved, a token for the person, and the code is spent', async () => {
  const code = await begin();
  expect(refusal(await poll(code.device_code))).toBe(PENDING);
  await server.approveDevice(code.user_code, LOGIN);
  now += 5000;
  const { status, json } = await poll(code.device_code);
  expect(status).toBe(200);
  expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: SCOPE });
  expect(json.refresh_token).toEqual(expect.any(String));
  expect(decodeJwt(json.access_token)).toMatchObject({
    ver: 1,
    iss: server.origin,
    aud: server.origin,
    sub: LOGIN,
    cid: '0oanative',
    uid: expect.stringMatching(/^00u/),
    scp: SCOPE.split(' '),
  });
  expect(decodeJwt(json.id_token)).toMatchObject({ iss: server.origin, aud: '0oanative' });
  now += 5000;
  expect(refusal(await poll(code.device_code))).toBe('400 invalid_grant The device code is invalid or has expired.');
});

test('without offline_access there is no refresh token', async () => {
  const code = await begin('0oanative', 'okta.users.read');
  await server.approveDevice(code.user_code, LOGIN);
  expect((await poll(code.device_code)).json).not.toHaveProperty('refresh_token');
});

test('without the refresh grant there is none either', async () => {
  server.setApp(nativeApp({ grants: [GRANTS.device] }));
  const code = await begin();
  await server.approveDevice(code.user_code, LOGIN);
  expect((await poll(code.device_code)).json).not.toHaveProperty('refresh_token');
});

test('every slow_down adds five seconds to the interval, for good', async () => {
  const { device_code } = await begin();
  const after = async (seconds: number) => {
    now += seconds * 1000;
    return refusal(await poll(device_code));
  };
  expect(await after(0)).toBe(PENDING);
  expect(await after(4)).toBe(SLOW_DOWN);
  expect(await after(7)).toBe(SLOW_DOWN);
  expect(await after(15)).toBe(PENDING);
  expect(await after(15)).toBe(PENDING);
});

test('a shorter interval can be set', async () => {
  server.switches.deviceInterval = 1;
  const { device_code } = await begin();
  await poll(device_code);
  now += 1000;
  expect(refusal(await poll(device_code))).toBe(PENDING);
});

test.each<{ given: string; act: (userCode: string) => Promise<void> | void; clientId?: string; want: string }>([
  {
    given: 'nobody came in time',
    act: () => advance(600_000),
    want: '400 expired_token The device code has expired.',
  },
  {
    given: 'the code was made to expire',
    act: () => server.expireDeviceCodes(),
    want: '400 expired_token The device code has expired.',
  },
  {
    given: 'the person denied',
    act: (userCode) => server.denyDevice(userCode),
    want: '403 access_denied The resource owner or authorization server denied the request.',
  },
  {
    given: 'the person denied, as RFC 8628 has it',
    act(userCode) {
      server.switches.deniedStatus = 400;
      return server.denyDevice(userCode);
    },
    want: '400 access_denied The resource owner or authorization server denied the request.',
  },
  {
    given: 'the person is not assigned to the app',
    clientId: '0oaassigned',
    act: (userCode) => server.approveDevice(userCode, LOGIN),
    want: '400 access_denied User is not assigned to the client application.',
  },
])('$given: $want', async ({ act, clientId, want }) => {
  const code = await begin(clientId);
  await act(code.user_code);
  expect(refusal(await poll(code.device_code, clientId))).toBe(want);
});

test.each([
  {
    given: 'an unknown code',
    clientId: '0oanative',
    code: () => 'unknown',
    want: 'The device code is invalid or has expired.',
  },
  {
    given: 'the code of another app',
    clientId: '0oaother',
    code: (own: string) => own,
    want: "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.",
  },
])('$given: 400 invalid_grant', async ({ clientId, code, want }) => {
  const { device_code } = await begin();
  expect(refusal(await poll(code(device_code), clientId))).toBe(`400 invalid_grant ${want}`);
});

test('too many codes waiting: 429', async () => {
  server.switches.deviceCodesWaiting = 1;
  const { user_code } = await begin();
  const again = () => post(`${server.origin}/oauth2/v1/device/authorize`, { client_id: '0oanative', scope: SCOPE });
  expect(refusal(await again())).toBe('429 too_many_user_codes Too many user codes generated. Please try again later.');
  await server.denyDevice(user_code);
  expect((await again()).status).toBe(200);
});

test('only active people sign in', async () => {
  const { user_code } = await begin();
  await expect(server.approveDevice(user_code, 'ben.achterberg@atlasworks.example')).rejects.toThrow('STAGED');
  await expect(server.approveDevice('NONESUCH', LOGIN)).rejects.toThrow('No device login');
});
