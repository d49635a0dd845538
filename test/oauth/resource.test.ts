import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { GRANTS } from './apps.js';
import {
  type Answer,
  ath,
  type Claims,
  callWithProof,
  clientCredentials,
  type Key,
  makeKey,
  nativeApp,
  post,
  postWithProof,
  proof,
  seconds,
  send,
  serviceApp,
} from './client.js';
import { type OktaServer, startOktaServer } from './server.js';

/** HELP_DESK_ADMIN in the seed; the other one has no role. */
const HELP_DESK = 'grace.oyelaran@atlasworks.example';
const PLAIN = 'rafael.monteiro@atlasworks.example';

let server: OktaServer;
let key: Key;
let dpopKey: Key;
let url: string;
let bearer: string;
let bound: string;

beforeAll(async () => {
  [key, dpopKey] = await Promise.all([makeKey(), makeKey()]);
  server = await startOktaServer({
    apps: [
      serviceApp(key),
      serviceApp(key, { id: '0oabound', dpop: true }),
      serviceApp(key, { id: '0oareader', roles: ['READ_ONLY_ADMIN'], scopes: ['okta.groups.manage'] }),
      nativeApp(),
    ],
    customServers: { ausmcp: { audience: 'api://okta-mcp', scopes: ['mcp:read'] } },
  });
  url = `${server.origin}/oauth2/v1/token`;
});
beforeEach(async () => {
  bearer = (await post(url, await clientCredentials(key, url))).json.access_token;
  const form = () => clientCredentials(key, url, { clientId: '0oabound' });
  bound = (await postWithProof(url, dpopKey, form)).json.access_token;
  server.switches.resourceNonce = false;
});
afterAll(() => server.close());

const get = (path: string, authorization?: string, dpop?: string) =>
  send(server.origin + path, { headers: { ...(authorization && { authorization }), ...(dpop && { dpop }) } });
const last = () => server.org.journal.at(-1);

/** The challenge's parameters; `scheme` first. */
function challenge({ headers, text }: Answer): Record<string, string> {
  expect(text).toBe('');
  const header = headers.get('www-authenticate') ?? '';
  const [scheme = ''] = header.split(' ');
  return {
    scheme,
    ...Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])),
  };
}

test('a Bearer token acts as the app', async () => {
  const { status, json } = await get('/api/v1/users?limit=2', `Bearer ${bearer}`);
  expect([status, json.length]).toEqual([200, 2]);
  expect(last()).toMatchObject({ path: '/api/v1/users?limit=2', principal: '0oaservice', status: 200 });
});

test('a DPoP token acts as the app, on a path with escapes and a query too', async () => {
  for (const path of ['/api/v1/users?limit=2', `/api/v1/users/${encodeURIComponent(PLAIN)}`])
    expect((await callWithProof(server.origin + path, dpopKey, bound)).status).toBe(200);
  expect(last()).toMatchObject({ path: '/api/v1/users/rafael.monteiro%40atlasworks.example', principal: '0oabound' });
});

test('a body goes through, and the change is the app’s', async () => {
  const form = await clientCredentials(key, url, { clientId: '0oabound', scope: 'okta.groups.manage' });
  server.setApp(serviceApp(key, { id: '0oabound', dpop: true, scopes: ['okta.users.read', 'okta.groups.manage'] }));
  const { json } = await postWithProof(url, dpopKey, () => form, await nonce());
  const target = `${server.origin}/api/v1/groups`;
  const answer = await send(target, {
    method: 'POST',
    headers: {
      authorization: `DPoP ${json.access_token}`,
      dpop: await proof(dpopKey, 'POST', target, { ath: ath(json.access_token) }),
      'content-type': 'application/json',
    },
    body: JSON.stringify({ profile: { name: 'Über-Testers' } }),
  });
  expect(answer.json.profile.name).toBe('Über-Testers');
  expect(last()?.change).toMatchObject({ kind: 'create', type: 'UserGroup' });
});

async function nonce(): Promise<string> {
  const answer = await post(url, await clientCredentials(key, url, { clientId: '0oabound' }), {
    dpop: await proof(dpopKey, 'POST', url),
  });
  return answer.headers.get('dpop-nonce') ?? '';
}

test.each<{ given: string; token: () => string | Promise<string>; want: string }>([
  {
    given: 'an expired token',
    token() {
      server.expireAccessTokens();
      return bearer;
    },
    want: 'The token has expired.',
  },
  {
    given: 'a revoked token',
    async token() {
      const revoke = `${server.origin}/oauth2/v1/revoke`;
      const { client_assertion = '', client_assertion_type = '' } = await clientCredentials(key, revoke);
      await post(revoke, { token: bearer, client_assertion, client_assertion_type });
      return bearer;
    },
    want: 'The access token has been revoked.',
  },
  { given: 'a changed token', token: () => `${bearer}x`, want: 'The access token is invalid.' },
  { given: 'no token of any kind', token: () => 'nonsense', want: 'The access token is invalid.' },
  {
    given: 'a token of a custom authorization server',
    async token() {
      const custom = `${server.origin}/oauth2/ausmcp/v1/token`;
      const form = await clientCredentials(key, custom, { scope: 'mcp:read' });
      return (await post(custom, form)).json.access_token;
    },
    want: 'The access token provided has an invalid issuer.',
  },
])('$given: 401 invalid_token', async ({ token, want }) => {
  const answer = await get('/api/v1/groups', `Bearer ${await token()}`);
  expect(answer.status).toBe(401);
  expect(challenge(answer)).toEqual({
    scheme: 'Bearer',
    authorization_uri: `${server.origin}/oauth2/v1/authorize`,
    realm: server.origin,
    scope: 'okta.groups.read',
    error: 'invalid_token',
    error_description: want,
    resource: '/api/v1/groups',
  });
});

test.each([
  { scheme: 'Bearer', call: () => get('/api/v1/groups', `Bearer ${bearer}`) },
  { scheme: 'DPoP', call: () => callWithProof(`${server.origin}/api/v1/groups`, dpopKey, bound) },
])('$scheme: a scope that is missing is named', async ({ scheme, call }) => {
  const answer = await call();
  expect(answer.status).toBe(403);
  expect(challenge(answer)).toMatchObject({ scheme, error: 'insufficient_scope', scope: 'okta.groups.read' });
});

test.each<{
  given: string;
  claims?: (now: number, origin: string) => Claims;
  header?: object;
  method?: string;
  want: string;
}>([
  {
    given: 'another ath',
    claims: () => ({ ath: ath('another') }),
    want: "'ath' claim in the DPoP proof does not match the presented access_token.",
  },
  {
    given: 'no ath',
    claims: () => ({ ath: undefined }),
    want: "'ath' claim in the DPoP proof does not match the presented access_token.",
  },
  { given: 'another htm', claims: () => ({ htm: 'POST' }), want: "'htm' claim in the DPoP proof JWT is invalid." },
  {
    given: 'the query in htu',
    claims: (_, origin) => ({ htu: `${origin}/api/v1/users/a@b.c?limit=2` }),
    want: "'htu' claim in the DPoP proof JWT is invalid.",
  },
  {
    given: 'the percent-encoded path in htu',
    claims: (_, origin) => ({ htu: `${origin}/api/v1/users/a%40b.c` }),
    want: "'htu' claim in the DPoP proof JWT is invalid.",
  },
  {
    given: 'another host in htu',
    claims: () => ({ htu: 'https://proxy.example/api/v1/users/a@b.c' }),
    want: "'htu' claim in the DPoP proof JWT is invalid.",
  },
  {
    given: 'an iat of five minutes ago',
    claims: (now) => ({ iat: now - 302 }),
    want: 'The DPoP proof JWT is issued more than five minutes in the past.',
  },
  { given: 'an iat ahead', claims: (now) => ({ iat: now + 60 }), want: 'The DPoP proof JWT is issued in the future.' },
  { given: 'another typ', header: { typ: 'JWT' }, want: "'typ' must be 'dpop+jwt' in the DPoP proof JWT." },
])('a proof with $given: 400 invalid_dpop_proof', async ({ claims, header, want }) => {
  const answer = await callWithProof(`${server.origin}/api/v1/users/a%40b.c?limit=2`, dpopKey, bound, {
    claims: claims?.(seconds(), server.origin) ?? {},
    ...(header && { header }),
  });
  expect(answer.status).toBe(400);
  expect(challenge(answer)).toEqual({
    scheme: 'DPoP',
    algs: 'RS256 RS384 RS512 ES256 ES384 ES512',
    authorization_uri: `${server.origin}/oauth2/v1/authorize`,
    realm: server.origin,
    scope: 'okta.users.read',
    error: 'invalid_dpop_proof',
    error_description: want,
    resource: '/api/v1/users/a%40b.c',
  });
});

test.each<{ given: string; call: () => Promise<Answer>; want: string }>([
  {
    given: 'a bound token sent as Bearer',
    call: () => get('/api/v1/users', `Bearer ${bound}`),
    want: '400 invalid_request The resource request must use the DPoP authentication scheme when using a DPoP bound token.',
  },
  {
    given: 'a bound token without proof',
    call: () => get('/api/v1/users', `DPoP ${bound}`),
    want: '400 invalid_request The resource request requires a DPoP proof.',
  },
  {
    given: 'an unbound token sent as DPoP',
    call: () => callWithProof(`${server.origin}/api/v1/users`, dpopKey, bearer),
    want: '401 invalid_token The presented access_token is not DPoP bound.',
  },
  {
    given: 'a proof by another key',
    call: async () => callWithProof(`${server.origin}/api/v1/users`, await makeKey(), bound),
    want: '400 invalid_dpop_proof The access_token is not bound to the provided DPoP proof.',
  },
  {
    given: 'a proof that was used before',
    async call() {
      const target = `${server.origin}/api/v1/users`;
      const dpop = await proof(dpopKey, 'GET', target, { ath: ath(bound) });
      expect((await get('/api/v1/users', `DPoP ${bound}`, dpop)).status).toBe(200);
      return get('/api/v1/users', `DPoP ${bound}`, dpop);
    },
    want: '400 invalid_dpop_proof The DPoP proof JWT has already been used.',
  },
])('$given is refused', async ({ call, want }) => {
  const answer = await call();
  const { scheme, error, error_description } = challenge(answer);
  expect(scheme).toBe('DPoP');
  expect(`${answer.status} ${error} ${error_description}`).toBe(want);
});

test.each([400, 401] as const)('a nonce at the resource, where it is switched on: %i', async (status) => {
  server.switches.resourceNonce = status;
  const target = `${server.origin}/api/v1/users`;
  const answer = await callWithProof(target, dpopKey, bound);
  expect(answer.status).toBe(status);
  expect(challenge(answer)).toMatchObject({ scheme: 'DPoP', error: 'use_dpop_nonce' });
  const nonce = answer.headers.get('dpop-nonce');
  expect((await callWithProof(target, dpopKey, bound, { claims: { nonce } })).status).toBe(200);
});

test.each([
  { given: 'an API token', authorization: () => `SSWS ${server.org.token}`, want: 200 },
  {
    given: 'a token of the demo org',
    authorization: () => `Bearer ${server.org.issueToken({ scopes: ['okta.users.read'] })}`,
    want: 200,
  },
  { given: 'nothing', authorization: () => undefined, want: 403 },
  { given: 'a JWT as API token', authorization: () => `SSWS ${bearer}`, want: 401 },
])('$given goes to the demo org as it is: $want', async ({ authorization, want }) => {
  expect((await get('/api/v1/users?limit=1', authorization())).status).toBe(want);
});

test('a service app has the roles assigned to it, whatever its scopes', async () => {
  const form = await clientCredentials(key, url, { clientId: '0oareader', scope: 'okta.groups.manage' });
  const { access_token } = (await post(url, form)).json;
  const authorization = `Bearer ${access_token}`;
  expect((await get('/api/v1/groups', authorization)).status).toBe(200);
  const answer = await send(`${server.origin}/api/v1/groups`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ profile: { name: 'Mine' } }),
  });
  expect([answer.status, answer.json.errorCode]).toEqual([403, 'E0000006']);
});

test.each([
  { given: 'with an administrator role', login: HELP_DESK, want: 2 },
  { given: 'without any role', login: PLAIN, want: 0 },
])('a person $given sees $want of 2 users', async ({ login, want }) => {
  const scope = 'okta.users.read';
  const start = await post(`${server.origin}/oauth2/v1/device/authorize`, { client_id: '0oanative', scope });
  await server.approveDevice(start.json.user_code, login);
  const form = { grant_type: GRANTS.device, client_id: '0oanative', device_code: start.json.device_code };
  const { access_token } = (await post(url, form)).json;
  expect((await get('/api/v1/users?limit=2', `Bearer ${access_token}`)).json).toHaveLength(want);
  expect(last()?.principal).toBe(login);
});
