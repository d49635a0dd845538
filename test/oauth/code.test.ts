import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { GRANTS } from './apps.js';
import { makeKey, nativeApp, post, refusal, send, serviceApp, webApp } from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

const LOGIN = 'kofi.asante-boateng@atlasworks.example';
const REDIRECT = 'http://localhost:8765/callback';
const VERIFIER = 'a-code-verifier-of-at-least-forty-three-characters';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

let server: OktaServer;

beforeAll(async () => {
  server = await startOktaServer({
    apps: [
      nativeApp(),
      nativeApp({ id: '0oadevice', grants: [GRANTS.device] }),
      nativeApp({ id: '0oaassigned', assigned: ['nobody'] }),
      webApp(),
      serviceApp(await makeKey()),
    ],
    customServers: {
      ausmcp: { audience: 'https://mcp.example.com/mcp', scopes: ['mcp:read'], groupsClaim: true },
    },
  });
});
beforeEach(() => server.signIn(LOGIN));
afterAll(() => server.close());

const USUAL = {
  client_id: '0oanative',
  response_type: 'code',
  redirect_uri: REDIRECT,
  scope: 'openid okta.users.read offline_access',
  state: 'the-state',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

/** Parameters over the usual ones; an empty one is left out. */
function authorize(more: Record<string, string> = {}, base = '/oauth2/v1') {
  const query = new URLSearchParams(Object.entries({ ...USUAL, ...more }).filter(([, value]) => value !== ''));
  return send(`${server.origin}${base}/authorize?${query}`);
}

async function code(more: Record<string, string> = {}, base?: string): Promise<string> {
  const { headers } = await authorize(more, base);
  return new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
}

const exchange = (value: string, more: Record<string, string> = {}, base = '/oauth2/v1') =>
  post(`${server.origin}${base}/token`, {
    grant_type: GRANTS.authorizationCode,
    client_id: '0oanative',
    redirect_uri: REDIRECT,
    code: value,
    code_verifier: VERIFIER,
    ...more,
  });

test('an unrelated client (oauth4webapi): discovery, code with PKCE and DPoP, refresh, a call, revocation', async () => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(server.origin);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const client: oauth.Client = { client_id: '0oanative' };
  const none = oauth.None();
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256', { extractable: true }));
  const { headers } = await authorize();
  const parameters = oauth.validateAuthResponse(as, client, new URL(headers.get('location') ?? ''), 'the-state');
  const request = () =>
    oauth.authorizationCodeGrantRequest(as, client, none, parameters, REDIRECT, VERIFIER, { DPoP, ...insecure });
  const first = await request().then((response) =>
    oauth.processAuthorizationCodeResponse(as, client, response).catch((error: unknown) => {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return request().then((again) => oauth.processAuthorizationCodeResponse(as, client, again));
    }),
  );
  expect(first).toMatchObject({ token_type: 'dpop', scope: USUAL.scope, refresh_token: expect.any(String) });
  const users = new URL('/api/v1/users?limit=1', server.origin);
  const call = (token: string) =>
    oauth.protectedResourceRequest(token, 'GET', users, undefined, undefined, { DPoP, ...insecure });
  expect((await call(first.access_token)).status).toBe(200);

  const refreshToken = first.refresh_token ?? '';
  const second = await oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, none, refreshToken, { DPoP, ...insecure }),
  );
  expect((await call(second.access_token)).status).toBe(200);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, none, refreshToken, insecure));
  await expect(call(second.access_token)).rejects.toThrow(oauth.WWWAuthenticateChallengeError);
  expect(server.repeatedJtis).toEqual([]);
});

test('a web app with its secret, PKCE or not', async () => {
  const redirect_uri = 'http://localhost:3000/callback';
  const value = await code({ client_id: '0oaweb', redirect_uri, code_challenge: '', code_challenge_method: '' });
  const basic = Buffer.from('0oaweb:an-invented-secret').toString('base64');
  const form = { grant_type: GRANTS.authorizationCode, redirect_uri, code: value };
  const answer = await post(`${server.origin}/oauth2/v1/token`, form, { authorization: `Basic ${basic}` });
  expect(answer.json).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) });
});

test.each([
  { given: 'another redirect_uri', more: { redirect_uri: 'http://localhost:8765/elsewhere' }, want: /redirect_uri/ },
  { given: 'another port on loopback', more: { redirect_uri: 'http://localhost:8766/callback' }, want: /redirect_uri/ },
  { given: 'no redirect_uri', more: { redirect_uri: '' }, want: /redirect_uri/ },
  { given: 'an unknown client', more: { client_id: '0oanobody' }, want: /client_id/ },
  { given: 'a service app', more: { client_id: '0oaservice' }, want: /redirect_uri/ },
])('$given is answered by a page, never by a redirect', async ({ more, want }) => {
  const answer = await authorize(more as Record<string, string>);
  expect(answer.status).toBe(400);
  expect(answer.headers.get('location')).toBeNull();
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(answer.text).toMatch(want);
});

test.each<{ given: string; more?: Record<string, string>; act?: () => void; want: string }>([
  {
    given: 'plain PKCE',
    more: { code_challenge_method: 'plain' },
    want: 'invalid_request PKCE code challenge method is not supported. Valid values: [S256]',
  },
  {
    given: 'no PKCE',
    more: { code_challenge: '', code_challenge_method: '' },
    want: 'invalid_request PKCE code challenge is required by the application.',
  },
  { given: 'no scope', more: { scope: '' }, want: 'invalid_scope No scopes were requested.' },
  {
    given: 'a scope not in the grants',
    more: { scope: 'okta.apps.read' },
    want: 'invalid_scope One or more scopes are not configured for the authorization server resource.',
  },
  {
    given: 'an app without the grant type',
    more: { client_id: '0oadevice' },
    want: 'unauthorized_client The client is not authorized to use the provided grant type. Configured grant types: [urn:ietf:params:oauth:grant-type:device_code].',
  },
  {
    given: 'a person not assigned',
    more: { client_id: '0oaassigned' },
    want: 'access_denied User is not assigned to the client application.',
  },
  {
    given: 'a person who declines',
    act: () => server.signIn(LOGIN, { consents: false }),
    want: 'access_denied The resource owner or authorization server denied the request.',
  },
  {
    given: 'a person who is suspended',
    act: () => server.signIn('viktor.lindqvist@atlasworks.example'),
    want: 'access_denied The resource owner or authorization server denied the request.',
  },
])('$given comes back to the app as $want', async ({ more, act, want }) => {
  act?.();
  const { origin, pathname, searchParams } = new URL((await authorize(more)).headers.get('location') ?? '');
  expect(origin + pathname).toBe(REDIRECT);
  expect(`${searchParams.get('error')} ${searchParams.get('error_description')}`).toBe(want);
  expect(searchParams.get('state')).toBe('the-state');
  expect(searchParams.has('code')).toBe(false);
});

test('nobody signed in: the sign-in page', async () => {
  server.signIn();
  expect((await authorize()).text).toContain('Sign in');
});

test('the redirect holds code and state, nothing Okta does not send', async () => {
  const location = new URL((await authorize()).headers.get('location') ?? '');
  expect([...location.searchParams.keys()].sort()).toEqual(['code', 'state']);
});

test.each<{ given: string; more: Record<string, string>; want: string }>([
  { given: 'another verifier', more: { code_verifier: `${VERIFIER}x` }, want: 'PKCE verification failed.' },
  { given: 'no verifier', more: { code_verifier: '' }, want: 'PKCE verification failed.' },
  { given: 'a verifier that is too short', more: { code_verifier: 'short' }, want: 'PKCE verification failed.' },
  {
    given: 'another redirect_uri',
    more: { redirect_uri: 'http://localhost:1/' },
    want: 'The authorization code is invalid or has expired.',
  },
  { given: 'an unknown code', more: { code: 'unknown' }, want: 'The authorization code is invalid or has expired.' },
])('the exchange with $given: invalid_grant', async ({ more, want }) => {
  expect(refusal(await exchange(await code(), more))).toBe(`400 invalid_grant ${want}`);
});

test('a code is used once', async () => {
  const value = await code();
  expect((await exchange(value)).status).toBe(200);
  expect(refusal(await exchange(value))).toBe('400 invalid_grant The authorization code is invalid or has expired.');
});

test('a custom authorization server: its own issuer, audience, scopes and groups, verifiable with its keys', async () => {
  const base = '/oauth2/ausmcp/v1';
  const value = await code({ scope: 'mcp:read' }, base);
  const { access_token } = (await exchange(value, {}, base)).json;
  const { payload, protectedHeader } = await jwtVerify(
    access_token,
    createRemoteJWKSet(new URL(`${server.origin}${base}/keys`)),
    { issuer: `${server.origin}/oauth2/ausmcp`, audience: 'https://mcp.example.com/mcp' },
  );
  expect(protectedHeader).toEqual({ alg: 'RS256', kid: expect.any(String) });
  expect(payload).toMatchObject({
    ver: 1,
    jti: expect.stringMatching(/^AT\./),
    sub: LOGIN,
    cid: '0oanative',
    uid: expect.stringMatching(/^00u/),
    scp: ['mcp:read'],
    groups: expect.arrayContaining(['Everyone', 'IT']),
    auth_time: expect.any(Number),
  });
});

test('userinfo, introspection and revocation of an access token', async () => {
  const { access_token, refresh_token } = (await exchange(await code({ scope: 'openid email offline_access' }))).json;
  const at = (name: string) => `${server.origin}/oauth2/v1/${name}`;
  const authorization = `Bearer ${access_token}`;
  const { uid } = decodeJwt(access_token);
  expect((await send(at('userinfo'), { headers: { authorization } })).json).toEqual({
    sub: uid,
    email: LOGIN,
    email_verified: true,
  });
  const introspect = (token: string) => post(at('introspect'), { client_id: '0oanative', token });
  expect((await introspect(access_token)).json).toMatchObject({
    active: true,
    scope: 'openid email offline_access',
    client_id: '0oanative',
    username: LOGIN,
    uid,
    token_type: 'Bearer',
  });
  expect((await introspect(refresh_token)).json).toMatchObject({ active: true, client_id: '0oanative' });
  expect((await introspect('unknown')).json).toEqual({ active: false });

  expect((await post(at('revoke'), { client_id: '0oadevice', token: access_token })).status).toBe(200);
  expect((await introspect(access_token)).json.active).toBe(true);
  const revoked = await post(at('revoke'), { client_id: '0oanative', token: access_token });
  expect([revoked.status, revoked.text]).toEqual([200, '']);
  expect((await introspect(access_token)).json).toEqual({ active: false });
  expect((await introspect(refresh_token)).json.active).toBe(true);
  expect((await send(at('userinfo'), { headers: { authorization } })).status).toBe(401);
});

test('introspection: an expired token is not active, and without a token there is nothing to say', async () => {
  const { access_token } = (await exchange(await code())).json;
  const introspect = (token: string) =>
    post(`${server.origin}/oauth2/v1/introspect`, { client_id: '0oanative', token });
  expect((await introspect(access_token)).json.active).toBe(true);
  server.expireAccessTokens();
  expect((await introspect(access_token)).json).toEqual({ active: false });
  expect(refusal(await introspect(''))).toBe("400 invalid_request The 'token' parameter is required.");
});

test('userinfo wants the openid scope', async () => {
  const { access_token } = (await exchange(await code({ scope: 'okta.users.read' }))).json;
  const answer = await send(`${server.origin}/oauth2/v1/userinfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  expect(answer.status).toBe(403);
  expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
});
