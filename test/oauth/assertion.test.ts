import { afterAll, beforeAll, expect, test } from 'vitest';
import { GRANTS } from './apps.js';
import {
  ASSERTION_TYPE,
  assertion,
  type Claims,
  clientCredentials,
  type Key,
  makeKey,
  nativeApp,
  post,
  refusal,
  seconds,
  serviceApp,
  webApp,
} from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

let server: OktaServer;
let key: Key;
let other: Key;
let rsa: Key;
let url: string;

beforeAll(async () => {
  [key, other, rsa] = await Promise.all([makeKey(), makeKey('ES256', 'key-2'), makeKey('RS256', 'rsa')]);
  server = await startOktaServer({
    apps: [
      serviceApp(key, { keys: [key.jwk, rsa.jwk, { ...other.jwk, status: 'INACTIVE' }] }),
      serviceApp(key, { id: '0oakeyless', keys: [] }),
      serviceApp(key, { id: '0oasecret', secret: 'an-invented-secret' }),
      webApp(),
      nativeApp(),
    ],
  });
  url = `${server.origin}/oauth2/v1/token`;
});
afterAll(() => server.close());

test.each<{ given: string; claims?: (now: number) => Claims }>([
  { given: 'what Okta documents' },
  { given: 'an hour of life', claims: (now) => ({ exp: now + 3600 }) },
  { given: 'no iat', claims: () => ({ iat: undefined }) },
  { given: 'no jti, which oidc-provider would refuse', claims: () => ({ jti: undefined }) },
])('an assertion with $given is accepted', async ({ claims }) => {
  const answer = await post(url, await clientCredentials(key, url, { claims: claims?.(seconds()) ?? {} }));
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'okta.users.read' });
  expect(answer.json).not.toHaveProperty('refresh_token');
});

test('RSA keys work too', async () => {
  expect((await post(url, await clientCredentials(rsa, url))).status).toBe(200);
});

test.each<{ given: string; claims: (now: number, origin: string) => Claims; want: string }>([
  {
    given: 'the issuer as aud',
    claims: (_, origin) => ({ aud: origin }),
    want: 'The audience claim for client_assertion must be the endpoint invoked for the request.',
  },
  {
    given: 'a slash after the token URL',
    claims: (_, origin) => ({ aud: `${origin}/oauth2/v1/token/` }),
    want: 'The audience claim for client_assertion must be the endpoint invoked for the request.',
  },
  {
    given: 'no exp',
    claims: () => ({ exp: undefined }),
    want: "The client_assertion must contain the 'exp' claim as seconds since epoch.",
  },
  {
    given: 'exp in the past',
    claims: (now) => ({ iat: now - 400, exp: now - 100 }),
    want: 'The client_assertion token is expired.',
  },
  {
    given: 'exp more than an hour ahead',
    claims: (now) => ({ exp: now + 3700 }),
    want: 'The client_assertion token has an expiration too far into the future.',
  },
  {
    given: 'exp in milliseconds',
    claims: (now) => ({ exp: (now + 300) * 1000 }),
    want: 'The client_assertion token has an expiration too far into the future.',
  },
  {
    given: 'iat ahead',
    claims: (now) => ({ iat: now + 60 }),
    want: 'The client_assertion token must be issued before the current time.',
  },
  {
    given: 'an unknown iss',
    claims: () => ({ iss: '0oanobody' }),
    want: 'The issuer claim for client_assertion is not a valid client_id.',
  },
  {
    given: 'another sub',
    claims: () => ({ sub: '0oaweb' }),
    want: 'The subject claim for client_assertion is not a valid client_id.',
  },
  {
    given: 'the iss of an app without keys',
    claims: () => ({ iss: '0oakeyless', sub: '0oakeyless' }),
    want: 'The client does not have a JWKSet configured, but the client_assertion requires one.',
  },
])('$given: 401 invalid_client', async ({ claims, want }) => {
  const form = await clientCredentials(key, url, { claims: claims(seconds(), server.origin) });
  expect(refusal(await post(url, form))).toBe(`401 invalid_client ${want}`);
});

test.each<{ given: string; form: () => Promise<Record<string, string>>; want: string }>([
  {
    given: 'an unknown kid',
    form: () => clientCredentials(key, url, { header: { kid: 'key-9' } }),
    want: '401 invalid_client The client_assertion JWT kid is invalid.',
  },
  {
    given: 'no kid',
    form: () => clientCredentials(key, url, { header: { kid: undefined } }),
    want: '401 invalid_client The client_assertion JWT kid is invalid.',
  },
  {
    given: 'the kid of an inactive key',
    form: () => clientCredentials(other, url),
    want: '401 invalid_client The client_assertion JWT kid is invalid.',
  },
  {
    given: 'a signature by another key',
    form: () => clientCredentials(other, url, { header: { kid: key.jwk.kid } }),
    want: '401 invalid_client The client_assertion signature is invalid.',
  },
  {
    given: 'an algorithm Okta does not take',
    form: async () => clientCredentials(await makeKey('EdDSA', 'key-1'), url),
    want: '401 invalid_client The client_assertion JWT signature algorithm is invalid.',
  },
  {
    given: 'no JWT',
    form: async () => ({ ...(await clientCredentials(key, url)), client_assertion: 'not-a-jwt' }),
    want: '401 invalid_client The parsing of the client_assertion failed.',
  },
  {
    given: 'another client_assertion_type',
    form: async () => ({ ...(await clientCredentials(key, url)), client_assertion_type: 'jwt-bearer' }),
    want: '400 invalid_request The client_assertion_type is invalid.',
  },
  {
    given: 'a secret besides the assertion',
    form: async () => ({ ...(await clientCredentials(key, url)), client_id: '0oaservice', client_secret: 'x' }),
    want: '401 invalid_request Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.',
  },
  {
    given: 'the client_id of another app',
    form: async () => ({ ...(await clientCredentials(key, url)), client_id: '0oaweb' }),
    want: "401 invalid_client Invalid value for 'client_id' parameter.",
  },
  {
    given: 'an assertion of an app that has a secret',
    form: () => clientCredentials(key, url, { clientId: '0oasecret' }),
    want: '401 invalid_client Client authentication failed. Either the client or the client credentials are invalid.',
  },
  {
    given: 'no credentials at all',
    form: async () => ({ grant_type: GRANTS.clientCredentials, scope: 'okta.users.read' }),
    want: '401 invalid_client No client credentials found.',
  },
  {
    given: 'a service app with a secret',
    form: async () => ({
      grant_type: GRANTS.clientCredentials,
      scope: 'okta.users.read',
      client_id: '0oasecret',
      client_secret: 'an-invented-secret',
    }),
    want: '401 invalid_client Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
  },
  {
    given: 'an app that is no service app',
    form: async () => ({
      grant_type: GRANTS.clientCredentials,
      scope: 'okta.users.read',
      client_id: '0oaweb',
      client_secret: 'an-invented-secret',
    }),
    want: "401 invalid_client Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
  },
  {
    given: 'an unknown app',
    form: async () => ({ grant_type: GRANTS.device, client_id: '0oanobody', device_code: 'x' }),
    want: "401 invalid_client Invalid value for 'client_id' parameter.",
  },
  {
    given: 'a wrong secret',
    form: async () => ({
      grant_type: GRANTS.refresh,
      client_id: '0oaweb',
      client_secret: 'wrong',
      refresh_token: 'x',
    }),
    want: '401 invalid_client The client secret supplied for a confidential client is invalid.',
  },
  {
    given: 'a public client with a secret',
    form: async () => ({
      grant_type: GRANTS.refresh,
      client_id: '0oanative',
      client_secret: 'x',
      refresh_token: 'x',
    }),
    want: '401 invalid_client Client authentication failed. Either the client or the client credentials are invalid.',
  },
])('$given is refused', async ({ form, want }) => {
  expect(refusal(await post(url, await form()))).toBe(want);
});

test('an assertion is used once, whatever became of the request', async () => {
  const form = await clientCredentials(key, url, { scope: 'okta.apps.read' });
  expect((await post(url, form)).status).toBe(400);
  expect(refusal(await post(url, { ...form, scope: 'okta.users.read' }))).toBe(
    '401 invalid_client The client_assertion token has already been used.',
  );
  expect(server.repeatedJtis).toHaveLength(1);
});

test('the endpoint invoked is the one of the request: an assertion for the token endpoint does not revoke', async () => {
  const revoke = `${server.origin}/oauth2/v1/revoke`;
  const form = (endpoint: string) =>
    assertion(key, '0oaservice', endpoint).then((client_assertion) => ({
      token: 'unknown',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion,
    }));
  expect(refusal(await post(revoke, await form(url)))).toMatch(/^401 invalid_client The audience claim/);
  expect((await post(revoke, await form(revoke))).status).toBe(200);
});
