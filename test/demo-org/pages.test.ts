import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demoOrg, nextPath, walk } from './client.js';

const { call } = demoOrg();
const everyone = (await call('GET', '/api/v1/groups?q=Everyone')).json[0].id;
const engineering = (await call('GET', '/api/v1/groups?q=Engineering')).json[0].id;
const portal = (await call('GET', '/api/v1/apps?q=Atlas%20Portal')).json[0].id;
const all = '2026-01-01T00:00:00Z';

/** List, how many it has, and the name of the id. Counts: 64 people of whom 3 are deprovisioned. */
const LISTS: [path: string, count: number | undefined, id: string][] = [
  ['/api/v1/users', 61, 'id'],
  ['/api/v1/users?search=', 64, 'id'],
  ['/api/v1/users?search=profile.department%20eq%20%22Engineering%22&sortBy=profile.lastName', 15, 'id'],
  [`/api/v1/groups/${everyone}/users`, 64, 'id'],
  [`/api/v1/groups/${engineering}/users`, 15, 'id'],
  [`/api/v1/groups/${engineering}/apps`, 1, 'id'],
  ['/api/v1/groups', 18, 'id'],
  ['/api/v1/apps', 15, 'id'],
  [`/api/v1/apps/${portal}/users`, 61, 'id'],
  [`/api/v1/apps/${portal}/groups`, 1, 'id'],
  ['/api/v1/zones', 4, 'id'],
  ['/api/v1/devices', 5, 'id'],
  [`/api/v1/logs?since=${all}&until=2026-03-01T12:00:00Z`, undefined, 'uuid'],
  [`/api/v1/logs?since=${all}&sortOrder=DESCENDING`, undefined, 'uuid'],
];

test.each(LISTS)('%s is walked exactly once for any page size', async (path, count, id) => {
  const whole = await walk(call, path.includes('/logs') ? `${path}&limit=1000` : path, id);
  expect(new Set(whole).size).toBe(whole.length);
  if (count !== undefined) expect(whole).toHaveLength(count);
  const least = path.includes('/logs') ? 60 : 1;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: least, max: 300 }), async (limit) => {
      expect(await walk(call, `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`, id)).toEqual(whole);
    }),
    { numRuns: 12 },
  );
});

test('links keep the query, name the org, and the last page has no next', async () => {
  const first = await call('GET', '/api/v1/users?limit=60&search=');
  expect(first.headers.get('link')).toMatch(
    /^<https:\/\/atlasworks-demo\.example\/api\/v1\/users\?limit=60&search=>; rel="self", <https:\/\/atlasworks-demo\.example\/api\/v1\/users\?search=&after=[\w-]+&limit=60>; rel="next"$/,
  );
  const last = await call('GET', nextPath(first) ?? '');
  expect(last.json).toHaveLength(4);
  expect(nextPath(last)).toBeUndefined();
  expect(nextPath(await call('GET', '/api/v1/users?limit=64&search='))).toBeUndefined();
});

test('a limit above the maximum is cut down', async () => {
  const { call: big } = demoOrg({ users: 450 });
  expect((await big('GET', '/api/v1/users?limit=9999')).json).toHaveLength(200);
  expect((await big('GET', '/api/v1/users')).json).toHaveLength(200);
});

test('a deletion between pages loses nobody else', async () => {
  const { call: own } = demoOrg();
  const group = (await own('GET', '/api/v1/groups?q=Engineering')).json[0].id;
  const whole = await walk(own, `/api/v1/groups/${group}/users`);
  const first = await own('GET', `/api/v1/groups/${group}/users?limit=5`);
  await own('DELETE', `/api/v1/groups/${group}/users/${whole[4]}`);
  await own('DELETE', `/api/v1/groups/${group}/users/${whole[5]}`);
  expect(await walk(own, nextPath(first) ?? '')).toEqual(whole.slice(6));
});

test('administrators are enveloped and page through _links', async () => {
  const path = '/api/v1/iam/assignees/users';
  const ids: string[] = [];
  for (let next: string | undefined = `${path}?limit=3`; next; ) {
    const { json, headers } = await call('GET', next);
    expect(headers.get('link')).toBeNull();
    ids.push(...json.value.map((each: { id: string }) => each.id));
    next = json._links.next?.href.slice('https://atlasworks-demo.example'.length);
  }
  expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
});
