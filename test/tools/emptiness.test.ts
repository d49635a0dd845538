import { expect, test } from 'vitest';
import { operations } from '../../generated/operations.js';
import { createDemoOrg } from '../../src/demo-org/demo-org.js';
import type { Habits } from '../../src/demo-org/habits.js';
import { createOktaClient } from '../../src/okta/client.js';
import { readSpecification, readToolFile } from '../../src/package-files.js';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog } from '../../src/tools/catalog.js';
import { jsonOf, unguarded } from './fixture.js';

const file = readToolFile();
const all = Catalog.parse(file);
const NOTHING = { search: 'profile.login eq "nobody@nowhere.example"' };

/** An org as it looks to a principal with these roles, and a server with these scopes. */
function world({
  roles = ['SUPER_ADMIN'],
  scopes = file.scopes,
  noRole,
}: {
  roles?: string[];
  scopes?: readonly string[];
  noRole?: Habits['noRole'];
}) {
  const clock = { now: Date.UTC(2026, 2, 1) };
  const now = () => clock.now;
  const org = createDemoOrg({ now, specification: readSpecification, ...(noRole && { habits: { noRole } }) });
  const token = org.issueToken({ scopes: [...file.scopes], subject: '0oaTheServerItself00', roles });
  const client = createOktaClient({
    origin: org.origin,
    operations,
    userAgent: 'test',
    now,
    fetch: (request) => {
      request.headers.set('authorization', `Bearer ${token}`);
      return org.fetch(request);
    },
  });
  const toolbox = createToolbox({
    all,
    grant: () => ({ scopes, credential: 'any' }),
    operations,
    client,
    ...unguarded,
    log: { error: (facts) => console.error(facts) },
    now,
  });
  const call = async (name: string, args = {}) => jsonOf(await toolbox.call(name, args, {}));
  const requests = () => org.journal.map(({ path }) => path);
  return { org, call, requests, clock, toolbox };
}

test('an empty list is confirmed by one item of the same collection', async () => {
  const { call, requests } = world({});
  expect(await call('list_users', NOTHING)).toEqual({
    items: [],
    complete: true,
    note: expect.stringMatching(/^Nothing matches\. list_users does answer items/),
  });
  expect(requests().slice(1)).toEqual(['/api/v1/users?limit=1']);
});

test('a principal without a role is told apart from an empty org', async () => {
  const { call, requests } = world({ roles: [] });
  expect(await call('list_users', NOTHING)).toMatchObject({
    items: [],
    note: expect.stringMatching(/^This does not mean that nothing is there: .*check its admin role/),
  });
  expect(requests()).toHaveLength(2);
});

test('a list that is never empty needs no further request', async () => {
  const { call, requests } = world({ roles: [] });
  expect(await call('list_groups', { limit: 5 })).toMatchObject({
    note: expect.stringContaining('check its admin role'),
  });
  expect(requests()).toEqual(['/api/v1/groups?limit=5']);
});

test('items of another collection confirm nothing about a role that may not cover this one', async () => {
  const { call, requests } = world({ scopes: ['okta.trustedOrigins.read', 'okta.groups.read'] });
  expect(await call('list_trusted_origins', { q: 'nowhere' })).toMatchObject({
    items: [],
    note: expect.stringMatching(/^Nothing is there, or the admin role of the principal does not cover it: list_groups/),
  });
  expect(requests().slice(1)).toEqual(['/api/v1/groups?limit=1']);
});

test('where the grant allows no such read, it cannot be told', async () => {
  const { call, requests } = world({ scopes: ['okta.trustedOrigins.read'] });
  expect(await call('list_trusted_origins', { q: 'nowhere' })).toMatchObject({
    note: expect.stringMatching(/^Cannot tell/),
  });
  expect(requests()).toHaveLength(1);
});

test('a refused read tells nothing, and the next one is tried', async () => {
  const { org, call, requests } = world({
    scopes: ['okta.users.read', 'okta.groups.read', 'okta.trustedOrigins.read'],
  });
  org.inject({ path: '/api/v1/users', fault: { kind: 'status', status: 500 } });
  expect(await call('list_trusted_origins', { q: 'nowhere' })).toMatchObject({
    note: expect.stringMatching(/list_groups does answer items/),
  });
  expect(requests().slice(1)).toEqual(['/api/v1/users?limit=1', '/api/v1/groups?limit=1']);
});

test('the first page of a log that has nothing yet is noted, the pages after it are not, nor is what was asked to be empty', async () => {
  const { call, requests, clock } = world({});
  const since = new Date(clock.now + 3_600_000).toISOString();
  const { next, ...first } = await call('get_logs', { since });
  expect(first).toMatchObject({ items: [], complete: false, note: expect.any(String) });
  expect(await call('get_logs', { since, ...(next as object) })).toEqual({ items: [], complete: true, next });
  expect(await call('get_logs', { since, limit: 0 })).not.toHaveProperty('note');
  expect(requests()).toHaveLength(4);
});

test('the answer is remembered for some minutes, the bad one for less, and not for another principal', async () => {
  const { call, requests, clock, toolbox } = world({});
  const probes = () => requests().filter((path) => path.endsWith('users?limit=1')).length;
  for (let n = 0; n < 3; n += 1) await call('list_users', NOTHING);
  expect(probes()).toBe(1);
  clock.now += 6 * 60_000;
  await call('list_users', NOTHING);
  expect(probes()).toBe(2);
  toolbox.refresh();
  await call('list_users', NOTHING);
  expect(probes()).toBe(3);

  const blind = world({ roles: [] });
  await blind.call('list_users', NOTHING);
  await blind.call('list_users', NOTHING);
  expect(blind.requests()).toHaveLength(3);
  blind.clock.now += 60_000;
  await blind.call('list_users', NOTHING);
  expect(blind.requests()).toHaveLength(5);
});

test('an org that refuses instead of answering nothing is a failure', async () => {
  const { toolbox } = world({ roles: [], noRole: 'refuse' });
  expect(await toolbox.call('list_users', NOTHING, {})).toMatchObject({ isError: true });
});

test('every list that is said never to be empty has items', async () => {
  const marked = file.tools.filter(({ neverEmpty }) => neverEmpty !== undefined).map(({ name }) => name);
  expect(marked).toHaveLength(6);
  const { call } = world({});
  for (const name of marked) {
    const { items } = await call(name);
    expect((items as unknown[]).length, name).toBeGreaterThan(0);
  }
});
