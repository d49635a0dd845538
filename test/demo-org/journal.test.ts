import { expect, test } from 'vitest';
import type { JournalEntry } from '../../src/demo-org/journal.js';
import { demoOrg, NOON, profile } from './client.js';

const known = ({ at, requestId, ...entry }: JournalEntry) => {
  expect(at).toBe(NOON);
  expect(requestId).toMatch(/^[0-9a-f]{32}$/);
  return entry;
};

test('every request is there: served, refused for each reason, limited, faulted', async () => {
  const { org, call } = demoOrg({ rateLimits: { '/api/v1/zones': 0 } });
  const reader = org.issueToken({ scopes: ['okta.users.read'], subject: '0oaReader', roles: ['READ_ONLY_ADMIN'] });
  const owner = (await call('GET', '/api/v1/users/me')).json.profile.login;
  const nova = profile('nova@atlasworks.example');
  const { id } = (await call('POST', '/api/v1/users', { profile: nova })).json;
  await call('POST', '/api/v1/users', { profile: {} });
  await call('GET', '/api/v1/users', undefined, '');
  await call('GET', '/api/v1/users', undefined, 'Bearer nonsense');
  await call('GET', '/api/v1/groups', undefined, `Bearer ${reader}`);
  await call('GET', '/api/v1/users/me', undefined, `DPoP ${reader}`);
  await call('GET', '/api/v1/zones');
  await call('GET', '/nothing');
  org.inject({ path: '/api/v1/users/*', fault: { kind: 'status', status: 502, when: 'after' } });
  await call('DELETE', `/api/v1/users/${id}`);
  org.inject({ path: '/api/v1/users/*', fault: { kind: 'status', status: 503 } });
  await call('DELETE', `/api/v1/users/${id}?sendEmail=false`);

  const mine = { principal: owner, scheme: 'SSWS' };
  const nothing = { changes: [] };
  const create = { kind: 'create', type: 'User', id };
  const deactivate = { kind: 'lifecycle', type: 'User', id };
  const users = '/api/v1/users';
  expect(org.journal.map(known)).toEqual([
    { method: 'GET', path: `${users}/me`, status: 200, ...mine, ...nothing },
    { method: 'POST', path: users, status: 200, ...mine, change: create, changes: [create] },
    { method: 'POST', path: users, status: 400, error: 'E0000001', ...mine, ...nothing },
    { method: 'GET', path: users, status: 403, error: 'E0000005', principal: undefined, ...nothing },
    {
      method: 'GET',
      path: users,
      status: 401,
      error: 'invalid_token',
      principal: undefined,
      scheme: 'Bearer',
      ...nothing,
    },
    {
      method: 'GET',
      path: '/api/v1/groups',
      status: 403,
      error: 'insufficient_scope',
      principal: '0oaReader',
      scheme: 'Bearer',
      ...nothing,
    },
    {
      method: 'GET',
      path: `${users}/me`,
      status: 404,
      error: 'E0000007',
      principal: '0oaReader',
      scheme: 'DPoP',
      ...nothing,
    },
    { method: 'GET', path: '/api/v1/zones', status: 429, error: 'E0000047', ...mine, ...nothing },
    { method: 'GET', path: '/nothing', status: 404, error: 'E0000008', ...mine, ...nothing },
    {
      method: 'DELETE',
      path: `${users}/${id}`,
      status: 502,
      answered: 204,
      faults: ['status'],
      ...mine,
      change: deactivate,
      changes: [deactivate],
    },
    {
      method: 'DELETE',
      path: `${users}/${id}?sendEmail=false`,
      status: 503,
      faults: ['status'],
      principal: undefined,
      scheme: 'SSWS',
      ...nothing,
    },
  ]);
});

test('no token is in it', async () => {
  const { org, call } = demoOrg();
  const token = org.issueToken({ scopes: ['okta.users.read'] });
  await call('GET', '/api/v1/users', undefined, `Bearer ${token}`);
  await call('GET', '/api/v1/users');
  await call('GET', '/api/v1/users', undefined, 'Bearer eyJwasted');
  const text = JSON.stringify(org.journal);
  for (const secret of [token, org.token, 'eyJwasted']) expect(text).not.toContain(secret);
});

test('HEAD is a GET without a body; OPTIONS tells the methods of a path and needs no credential', async () => {
  const { org } = demoOrg();
  const ask = (method: string, path: string, authorization?: string) =>
    org.fetch(new Request(org.origin + path, { method, headers: authorization ? { authorization } : {} }));
  const head = await ask('HEAD', '/api/v1/users', `SSWS ${org.token}`);
  expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'application/json', '']);
  const options = await ask('OPTIONS', '/api/v1/users');
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
  expect((await ask('OPTIONS', '/api/v1/nothing')).status).toBe(403);
  expect(org.journal.map(({ method, status }) => [method, status])).toEqual([
    ['HEAD', 200],
    ['OPTIONS', 204],
    ['OPTIONS', 403],
  ]);
});
