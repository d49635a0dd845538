import { expect, test } from 'vitest';
import { caller, demoOrg, NOON, profile } from './client.js';

test.each([
  ['id,status', ['_links', 'id', 'status'], undefined],
  ['profile', ['_links', 'id', 'profile'], undefined],
  ['status,profile:(login, email)', ['_links', 'id', 'profile', 'status'], ['email', 'login']],
])('fields=%s', async (fields, keys, inner) => {
  const { json } = await demoOrg().call('GET', `/api/v1/users?limit=1&fields=${encodeURIComponent(fields)}`);
  expect(Object.keys(json[0]).sort()).toEqual(keys);
  if (inner) expect(Object.keys(json[0].profile).sort()).toEqual(inner);
});

test.each([['id,'], ['profile:(login'], ['a b']])('fields=%s is refused', async (fields) => {
  const { json } = await demoOrg().call('GET', `/api/v1/users?fields=${encodeURIComponent(fields)}`);
  expect(json.errorCode).toBe('E0000001');
});

test('expand', async () => {
  const { call } = demoOrg();
  const list = (await call('GET', '/api/v1/users?limit=1&expand=classification')).json;
  expect(list[0]._embedded.classification).toMatchObject({ type: 'STANDARD' });
  const { _embedded } = (await call('GET', '/api/v1/users/mateus.figueiredo?expand=blocks')).json;
  expect(_embedded.blocks).toEqual([{ type: 'DEVICE_BASED', appliesTo: 'UNKNOWN_DEVICES' }]);
  expect((await call('GET', '/api/v1/users/me')).json).not.toHaveProperty('_embedded');
});

test('an update with the ETag of an older version is refused', async () => {
  const { org, call } = demoOrg();
  const etag = async () => (await call('GET', '/api/v1/users/me')).headers.get('etag') ?? '';
  const update = async (version: string) => {
    const headers = { authorization: `SSWS ${org.token}`, 'content-type': 'application/json', 'if-match': version };
    const body = JSON.stringify({ profile: { title: version } });
    const response = await org.fetch(new Request(`${org.origin}/api/v1/users/me`, { method: 'POST', headers, body }));
    return [response.status, ((await response.json()) as { errorCode?: string }).errorCode];
  };
  const first = await etag();
  expect(first).toMatch(/^W\/"[0-9a-f]{64}"$/);
  expect(await etag()).toBe(first);
  expect(await update(first)).toEqual([200, undefined]);
  expect(await etag()).not.toBe(first);
  expect(await update(first)).toEqual([412, 'E0000231']);
});

test('with a search lag, search sees users as they were; everything else is at once', async () => {
  let now = NOON;
  const { org } = demoOrg({ now: () => now, habits: { searchLag: 5_000 } });
  const call = caller(org);
  const found = async (title: string) =>
    (await call('GET', `/api/v1/users?search=${encodeURIComponent(`profile.title eq "${title}"`)}`)).json.length;
  await call('POST', '/api/v1/users', { profile: { ...profile('nova@atlasworks.example'), title: 'Navigator' } });
  await call('POST', '/api/v1/users/marcus.okonjo', { profile: { title: 'Navigator' } });
  expect([await found('Navigator'), await found('VP Sales')]).toEqual([0, 1]);
  const filter = encodeURIComponent('profile.login eq "nova@atlasworks.example"');
  expect((await call('GET', `/api/v1/users?filter=${filter}`)).json).toHaveLength(1);
  now += 5_000;
  expect([await found('Navigator'), await found('VP Sales')]).toEqual([2, 0]);
});
