import { afterAll, beforeAll, expect, test } from 'vitest';
import { ASSERTION_TYPE, assertion, type Key, makeKey, send } from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

let server: OktaServer;
let key: Key;
beforeAll(async () => {
  server = await startOktaServer({ apps: [] });
  key = await makeKey();
});
afterAll(() => server.close());

/** What an administrator does, through the org's API. */
async function admin(method: string, path: string, body?: object) {
  const headers = { authorization: `SSWS ${server.org.token}`, 'content-type': 'application/json' };
  return send(`${server.origin}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

async function signIn(clientId: string, scope: string) {
  const endpoint = `${server.origin}/oauth2/v1/token`;
  return send(endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(key, clientId, endpoint),
    }),
  });
}

test('an app made in the org signs in with its key, for the scopes granted there, with the roles it has there', async () => {
  const app = await admin('POST', '/apps', {
    name: 'oidc_client',
    label: 'Reporting',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        dpop_bound_access_tokens: false,
        jwks: { keys: [key.jwk] },
      },
    },
  });
  const { id } = app.json;
  expect(await signIn(id, 'okta.users.read')).toMatchObject({ status: 400, json: { error: 'invalid_scope' } });

  await admin('POST', `/apps/${id}/grants`, { scopeId: 'okta.users.read', issuer: server.origin });
  const granted = await signIn(id, 'okta.users.read');
  expect(granted).toMatchObject({ status: 200, json: { token_type: 'Bearer', scope: 'okta.users.read' } });
  const list = () =>
    send(`${server.origin}/api/v1/users?limit=1`, {
      headers: { authorization: `Bearer ${granted.json.access_token}` },
    });
  expect(await list()).toMatchObject({ status: 200, json: [] });

  const role = await send(`${server.origin}/oauth2/v1/clients/${id}/roles`, {
    method: 'POST',
    headers: { authorization: `SSWS ${server.org.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'READ_ONLY_ADMIN' }),
  });
  expect(role.status).toBeLessThan(300);
  expect((await list()).json).toHaveLength(1);

  await admin('POST', `/apps/${id}/lifecycle/deactivate`);
  expect(await signIn(id, 'okta.users.read')).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
});
