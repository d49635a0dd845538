import { calculateJwkThumbprint, decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Claims,
  clientCredentials,
  type Key,
  makeKey,
  nativeApp,
  post,
  postWithProof,
  proof,
  refusal,
  seconds,
  serviceApp,
} from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

let server: OktaServer;
let key: Key;
let dpopKey: Key;
let other: Key;
let url: string;

beforeAll(async () => {
  [key, dpopKey, other] = await Promise.all([makeKey(), makeKey(), makeKey()]);
  server = await startOktaServer({ apps: [serviceApp(key, { dpop: true }), nativeApp()] });
  url = `${server.origin}/oauth2/v1/token`;
});
afterAll(() => server.close());

const form = () => clientCredentials(key, url);
/** A nonce the server takes now. */
async function freshNonce(): Promise<string> {
  const answer = await post(url, await form(), { dpop: await proof(dpopKey, 'POST', url) });
  return answer.headers.get('dpop-nonce') ?? '';
}

test('service apps require DPoP unless it is switched off', async () => {
  const { dpop: _, ...usual } = serviceApp(key, { id: '0oausual' });
  server.setApp(usual);
  expect(refusal(await post(url, await clientCredentials(key, url, { clientId: '0oausual' })))).toBe(
    '400 invalid_dpop_proof The DPoP proof JWT header is missing.',
  );
});

test('the first proof is answered with a nonce, the second with a bound token', async () => {
  const challenge = await post(url, await form(), { dpop: await proof(dpopKey, 'POST', url) });
  expect(refusal(challenge)).toBe('400 use_dpop_nonce Authorization server requires nonce in DPoP proof.');
  const nonce = challenge.headers.get('dpop-nonce') ?? '';
  expect(nonce).toHaveLength(32);
  const answer = await post(url, await form(), { dpop: await proof(dpopKey, 'POST', url, { nonce }) });
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ token_type: 'DPoP', expires_in: 3600, scope: 'okta.users.read' });
  expect(decodeJwt(answer.json.access_token).cnf).toEqual({ jkt: await calculateJwkThumbprint(dpopKey.jwk) });
});

test('the assertion is spent by the challenge: the second request needs a new one', async () => {
  const once = await form();
  const challenge = await post(url, once, { dpop: await proof(dpopKey, 'POST', url) });
  const nonce = challenge.headers.get('dpop-nonce') ?? '';
  expect(refusal(await post(url, once, { dpop: await proof(dpopKey, 'POST', url, { nonce }) }))).toBe(
    '401 invalid_client The client_assertion token has already been used.',
  );
});

test.each([
  { given: 'rotated', forget: false, want: 200 },
  { given: 'rotated and the old one forgotten', forget: true, want: 400 },
])('after the nonce was $given the old one gets $want', async ({ forget, want }) => {
  const nonce = await freshNonce();
  server.rotateNonce({ forget });
  const answer = await post(url, await form(), { dpop: await proof(dpopKey, 'POST', url, { nonce }) });
  expect(answer.status).toBe(want);
  const next = answer.headers.get('dpop-nonce');
  expect(next).not.toBeNull();
  expect(next).not.toBe(nonce);
});

test('a nonce the server never gave is challenged', async () => {
  const answer = await post(url, await form(), { dpop: await proof(dpopKey, 'POST', url, { nonce: 'made-up' }) });
  expect(answer.json.error).toBe('use_dpop_nonce');
});

test.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'])('%s proofs are taken', async (alg) => {
  const answer = await postWithProof(url, await makeKey(alg), form);
  expect(answer.json.token_type).toBe('DPoP');
});

test.each<{ given: string; claims?: (now: number, origin: string) => Claims; header?: object; want: string }>([
  { given: 'another typ', header: { typ: 'JWT' }, want: "'typ' must be 'dpop+jwt' in the DPoP proof JWT." },
  { given: 'no key', header: { jwk: undefined }, want: 'The DPoP proof JWT cannot be parsed.' },
  { given: 'another method', claims: () => ({ htm: 'GET' }), want: "'htm' claim in the DPoP proof JWT is invalid." },
  {
    given: 'another address',
    claims: (_, origin) => ({ htu: `${origin}//oauth2/v1/token` }),
    want: "'htu' claim in the DPoP proof JWT is invalid.",
  },
  {
    given: 'a query in htu',
    claims: (_, origin) => ({ htu: `${origin}/oauth2/v1/token?a=b` }),
    want: "'htu' claim in the DPoP proof JWT is invalid.",
  },
  { given: 'no iat', claims: () => ({ iat: undefined }), want: "'iat' claim in the DPoP proof JWT is invalid." },
  { given: 'iat ahead', claims: (now) => ({ iat: now + 60 }), want: 'The DPoP proof JWT is issued in the future.' },
  {
    given: 'iat five minutes ago',
    claims: (now) => ({ iat: now - 302 }),
    want: 'The DPoP proof JWT is issued more than five minutes in the past.',
  },
  { given: 'no jti', claims: () => ({ jti: undefined }), want: "'jti' claim in the DPoP proof JWT is invalid." },
])('a proof with $given: 400 invalid_dpop_proof', async ({ claims, header, want }) => {
  const nonce = await freshNonce();
  const dpop = await proof(dpopKey, 'POST', url, { nonce, ...claims?.(seconds(), server.origin) }, header);
  expect(refusal(await post(url, await form(), { dpop }))).toBe(`400 invalid_dpop_proof ${want}`);
});

test.each<{ given: string; dpop: () => Promise<string>; want: string }>([
  {
    given: 'an algorithm Okta does not take',
    dpop: async () => proof(await makeKey('EdDSA'), 'POST', url),
    want: 'The DPoP proof JWT signature algorithm is invalid.',
  },
  {
    given: 'a key that did not sign it',
    dpop: () => proof({ ...dpopKey, jwk: other.jwk }, 'POST', url),
    want: 'The DPoP proof JWT signature is invalid.',
  },
  {
    given: 'the private key inside',
    dpop: () => proof({ ...dpopKey, jwk: { ...dpopKey.jwk, d: 'secret' } }, 'POST', url),
    want: 'The DPoP proof JWT cannot be parsed.',
  },
  { given: 'no JWT inside', dpop: async () => 'not-a-jwt', want: 'The DPoP proof JWT cannot be parsed.' },
  {
    given: 'another proof beside it',
    dpop: async () => `${await proof(dpopKey, 'POST', url)}, ${await proof(dpopKey, 'POST', url)}`,
    want: 'Multiple DPoP proof JWT headers are not allowed.',
  },
])('a DPoP header with $given: 400 invalid_dpop_proof', async ({ dpop, want }) => {
  expect(refusal(await post(url, await form(), { dpop: await dpop() }))).toBe(`400 invalid_dpop_proof ${want}`);
});

test('a proof is used once, also when its first request failed', async () => {
  const dpop = await proof(dpopKey, 'POST', url, { nonce: await freshNonce() });
  server.failNext({ path: '/oauth2/v1/token', kind: 'server-error' });
  expect((await post(url, await form(), { dpop })).status).toBe(500);
  expect(refusal(await post(url, await form(), { dpop }))).toBe(
    '400 invalid_dpop_proof The DPoP proof JWT has already been used.',
  );
});

test('an app that does not require DPoP may use it', async () => {
  const endpoint = `${server.origin}/oauth2/v1/device/authorize`;
  const { json } = await post(endpoint, { client_id: '0oanative', scope: 'okta.users.read' });
  await server.approveDevice(json.user_code, 'kofi.asante-boateng@atlasworks.example');
  const answer = await postWithProof(url, dpopKey, () => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: '0oanative',
    device_code: json.device_code,
  }));
  expect(answer.json.token_type).toBe('DPoP');
});
