import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

let server: OktaServer;

beforeAll(async () => {
  server = await startOktaServer({
    apps: [],
    customServers: { default: { audience: 'api://default', scopes: ['mcp:read'] } },
  });
});
afterAll(() => server.close());

test.each([
  { path: '/.well-known/openid-configuration', issuer: '', base: '/oauth2/v1' },
  { path: '/.well-known/oauth-authorization-server', issuer: '', base: '/oauth2/v1' },
  { path: '/oauth2/default/.well-known/openid-configuration', issuer: '/oauth2/default', base: '/oauth2/default/v1' },
  {
    path: '/oauth2/default/.well-known/oauth-authorization-server',
    issuer: '/oauth2/default',
    base: '/oauth2/default/v1',
  },
  {
    path: '/.well-known/oauth-authorization-server/oauth2/default',
    issuer: '/oauth2/default',
    base: '/oauth2/default/v1',
  },
])('$path describes the server at $base', async ({ path, issuer, base }) => {
  const { origin } = server;
  const { status, json } = await send(origin + path);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    issuer: origin + issuer,
    authorization_endpoint: `${origin}${base}/authorize`,
    token_endpoint: `${origin}${base}/token`,
    jwks_uri: `${origin}${base}/keys`,
    device_authorization_endpoint: `${origin}${base}/device/authorize`,
    introspection_endpoint: `${origin}${base}/introspect`,
    revocation_endpoint: `${origin}${base}/revoke`,
    registration_endpoint: `${origin}/oauth2/v1/clients`,
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'],
  });
  expect(json).not.toHaveProperty('authorization_response_iss_parameter_supported');
  expect(json).not.toHaveProperty('client_id_metadata_document_supported');
});

test('the path-insertion form of the OpenID document does not exist', async () => {
  expect((await send(`${server.origin}/.well-known/openid-configuration/oauth2/default`)).status).not.toBe(200);
});

test.each(['/oauth2/v1/keys', '/oauth2/default/v1/keys'])('%s holds public signing keys only', async (path) => {
  const { json } = await send(server.origin + path);
  expect(json.keys).toEqual([expect.objectContaining({ kty: 'RSA', use: 'sig', kid: expect.any(String) })]);
  expect(json.keys[0]).not.toHaveProperty('d');
});

test('registration is not open', async () => {
  const answer = await send(`${server.origin}/oauth2/v1/clients`, { method: 'POST', body: '{}' });
  expect([answer.status, answer.json.errorCode]).toEqual([403, 'E0000005']);
});
