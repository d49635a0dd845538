import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GRANTS } from './apps.js';
import { clientCredentials, type Key, makeKey, nativeApp, post, refusal, serviceApp, webApp } from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

let server: OktaServer;
let key: Key;
let token: string;
let device: string;

beforeAll(async () => {
  key = await makeKey();
  server = await startOktaServer({
    apps: [
      serviceApp(key),
      nativeApp(),
      nativeApp({ id: '0oacode', grants: [GRANTS.authorizationCode, GRANTS.refresh] }),
      webApp(),
    ],
    customServers: {
      default: { audience: 'api://okta-mcp', scopes: ['mcp:read'], policy: false },
      ausmcp: { audience: 'https://mcp.example.com/mcp', scopes: ['mcp:read', 'mcp:write'] },
    },
  });
  token = `${server.origin}/oauth2/v1/token`;
  device = `${server.origin}/oauth2/v1/device/authorize`;
});
afterAll(() => server.close());

test.each([
  { scope: 'okta.users.read okta.groups.read', want: 'okta.users.read okta.groups.read' },
  { scope: ' okta.users.read ', want: 'okta.users.read' },
])('client credentials for "$scope" grant "$want"', async ({ scope, want }) => {
  const form = await clientCredentials(key, token, { scope: scope.trim() });
  expect((await post(token, form)).json.scope).toBe(want);
});

test('the access token of a service app is shaped as Okta shapes it', async () => {
  const { access_token } = (await post(token, await clientCredentials(key, token))).json;
  const claims = decodeJwt(access_token);
  expect(claims).toEqual({
    ver: 1,
    jti: expect.stringMatching(/^AT\./),
    iss: server.origin,
    aud: server.origin,
    sub: '0oaservice',
    iat: expect.any(Number),
    exp: (claims.iat ?? 0) + 3600,
    cid: '0oaservice',
    scp: ['okta.users.read'],
  });
});

test.each([
  { given: 'no scope', scope: '', want: '400 invalid_scope No scopes were requested.' },
  {
    given: 'a scope not in the grants',
    scope: 'okta.users.read okta.apps.read',
    want: '400 invalid_scope One or more scopes are not configured for the authorization server resource.',
  },
  {
    given: 'a scope that does not exist',
    scope: 'okta.nonsense',
    want: '400 invalid_scope One or more scopes are not configured for the authorization server resource.',
  },
  {
    given: 'a .self scope',
    scope: 'okta.users.read.self',
    want: "400 client_credentials_self_scope_requested The 'client_credentials' grant type may not request .self scopes.",
  },
  {
    given: 'an OpenID scope',
    scope: 'okta.users.read offline_access',
    want: "400 invalid_scope Cannot request 'openid' scopes using client credentials.",
  },
])('client credentials with $given: $want', async ({ scope, want }) => {
  expect(refusal(await post(token, await clientCredentials(key, token, { scope })))).toBe(want);
});

test.each([
  { given: 'no scope', form: {}, want: '400 invalid_scope No scopes were requested.' },
  {
    given: 'a scope not in the grants',
    form: { scope: 'okta.apps.read offline_access' },
    want: '400 invalid_scope One or more scopes are not configured for the authorization server resource.',
  },
  { given: 'no client_id', form: { client_id: '' }, want: '401 invalid_client No client credentials found.' },
  {
    given: 'an unknown client_id',
    form: { client_id: '0oanobody' },
    want: "401 invalid_client Invalid value for 'client_id' parameter.",
  },
  {
    given: 'an app without the grant type',
    form: { client_id: '0oacode', scope: 'okta.users.read' },
    want: '400 unauthorized_client The client is not authorized to use the provided grant type. Configured grant types: [authorization_code, refresh_token].',
  },
])('a device login with $given: $want', async ({ form, want }) => {
  expect(refusal(await post(device, { client_id: '0oanative', ...form } as Record<string, string>))).toBe(want);
});

test.each([
  {
    given: 'no grant type',
    form: {},
    want: "400 invalid_request The token request must specify a 'grant_type'. Valid values: [client_credentials, authorization_code, urn:ietf:params:oauth:grant-type:device_code, refresh_token]",
  },
  {
    given: 'a grant type Okta does not have',
    form: { grant_type: 'password' },
    want: '400 unsupported_grant_type The authorization grant type is not supported by the authorization server. Configured grant types: [client_credentials, authorization_code, urn:ietf:params:oauth:grant-type:device_code, refresh_token].',
  },
  {
    given: 'a grant type the app does not have',
    form: { grant_type: GRANTS.device, client_id: '0oacode', device_code: 'x' },
    want: '400 unauthorized_client The client is not authorized to use the provided grant type. Configured grant types: [authorization_code, refresh_token].',
  },
  {
    given: 'no device code',
    form: { grant_type: GRANTS.device, client_id: '0oanative' },
    want: "400 invalid_request The required parameter 'device_code' is missing.",
  },
  {
    given: 'no refresh token',
    form: { grant_type: GRANTS.refresh, client_id: '0oanative' },
    want: "400 invalid_request The required parameter 'refresh_token' is missing.",
  },
])('a token request with $given: $want', async ({ form, want }) => {
  expect(refusal(await post(token, form as Record<string, string>))).toBe(want);
});

test('a scope granted while the server runs is there for the next token', async () => {
  const form = () => clientCredentials(key, token, { scope: 'okta.logs.read' });
  expect((await post(token, await form())).status).toBe(400);
  server.setApp(serviceApp(key, { scopes: ['okta.users.read', 'okta.groups.read', 'okta.logs.read'] }));
  expect((await post(token, await form())).json.scope).toBe('okta.logs.read');
});

test.each([
  { given: 'grants its own scopes', id: 'ausmcp', scope: 'mcp:read', want: '200' },
  { given: 'grants no okta.* scope', id: 'ausmcp', scope: 'okta.users.read', want: '400 invalid_scope' },
  { given: 'without a matching policy grants nothing', id: 'default', scope: 'mcp:read', want: '401 access_denied' },
])('a custom authorization server $given', async ({ id, scope, want }) => {
  const url = `${server.origin}/oauth2/${id}/v1/token`;
  const answer = await post(url, await clientCredentials(key, url, { scope }));
  expect(`${answer.status} ${answer.json.error ?? ''}`.trim()).toBe(want);
});

test('a custom authorization server takes a secret for client credentials', async () => {
  server.setApp(webApp({ grants: [GRANTS.clientCredentials] }));
  const url = `${server.origin}/oauth2/ausmcp/v1/token`;
  const basic = Buffer.from('0oaweb:an-invented-secret').toString('base64');
  const form = { grant_type: GRANTS.clientCredentials, scope: 'mcp:write' };
  expect((await post(url, form, { authorization: `Basic ${basic}` })).json.scope).toBe('mcp:write');
});
