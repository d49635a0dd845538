import { expect, test } from 'vitest';
import type { UserStatus } from '../../src/demo-org/users.js';
import { type Call, demoOrg, NOON, profile } from './client.js';

const READS = [
  '/api/v1/users?search=',
  '/api/v1/groups?expand=stats',
  '/api/v1/groups/rules',
  '/api/v1/apps',
  '/api/v1/policies?type=PASSWORD&expand=rules',
  '/api/v1/users/me/factors',
  '/api/v1/iam/assignees/users',
  '/api/v1/zones',
  '/api/v1/devices?expand=user',
  '/api/v1/brands',
  '/api/v1/features',
  '/api/v1/org',
  '/api/v1/authorizationServers',
  '/api/v1/idps',
  '/api/v1/trustedOrigins',
  '/api/v1/eventHooks',
  '/api/v1/meta/types/user',
  '/api/v1/meta/schemas/user/default',
  '/api/v1/logs?since=2026-01-15T00:00:00Z&limit=1000',
];

async function everything(call: Call): Promise<string[]> {
  const texts = [];
  for (const path of READS) {
    const { status, text } = await call('GET', path);
    expect([path, status]).toEqual([path, 200]);
    texts.push(text);
  }
  return texts;
}

test('same seed and clock, same org; another seed, another org', async () => {
  const first = await everything(demoOrg({ seed: 7 }).call);
  expect(await everything(demoOrg({ seed: 7 }).call)).toEqual(first);
  const other = await everything(demoOrg({ seed: 8 }).call);
  expect(other[0]).not.toBe(first[0]);
});

test('the same requests get the same ids', async () => {
  const create = async () => {
    const { call } = demoOrg();
    const made = await call('POST', '/api/v1/users', { profile: profile('nova@atlasworks.example') });
    return [
      made.text,
      made.headers.get('x-okta-request-id'),
      (await call('GET', '/api/v1/logs?since=2026-03-01T12:00:00Z')).text,
    ];
  };
  expect(await create()).toEqual(await create());
});

test('reset brings everything back', async () => {
  const { org, call } = demoOrg();
  const before = await everything(call);
  await call('POST', '/api/v1/users', { profile: profile('nova@atlasworks.example') });
  const token = org.issueToken({ scopes: ['okta.users.read'] });
  org.reset();
  expect(org.journal).toEqual([]);
  expect(await everything(call)).toEqual(before);
  expect((await call('GET', '/api/v1/users', undefined, `Bearer ${token}`)).status).toBe(401);
});

test('history does not depend on when it is first read', async () => {
  const { call } = demoOrg();
  const path = '/api/v1/logs?since=2026-01-15T00:00:00Z&until=2026-03-01T11:59:59Z&limit=1000';
  const before = (await call('GET', path)).text;
  const { call: later } = demoOrg();
  await later('DELETE', '/api/v1/users/mateus.figueiredo');
  await later('DELETE', '/api/v1/users/mateus.figueiredo');
  expect((await later('GET', path)).text).toBe(before);
});

test('the people are believable: every status, a manager, unusual names, some long gone', async () => {
  const { call } = demoOrg();
  const { json: users } = await call('GET', '/api/v1/users?search=');
  expect(users.length).toBeGreaterThanOrEqual(60);
  const statuses = new Set<UserStatus>(users.map(({ status }: { status: UserStatus }) => status));
  expect(statuses.size).toBe(8);
  const ids = new Set(users.map(({ id }: { id: string }) => id));
  expect(ids.size).toBe(users.length);
  let idle = 0;
  for (const { id, created, lastLogin, status, profile: person } of users) {
    expect(id).toMatch(/^00u[0-9A-Za-z]{17}$/);
    expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(person.login).toMatch(/@atlasworks\.example$/);
    if (person.managerId) expect(ids).toContain(person.managerId);
    if (lastLogin) expect(lastLogin > created && Date.parse(lastLogin) < NOON).toBe(true);
    if (status === 'ACTIVE' && lastLogin && Date.parse(lastLogin) < NOON - 90 * 86_400_000) idle++;
  }
  expect(idle).toBeGreaterThanOrEqual(5);
  const logins = users.map((user: { profile: { login: string } }) => user.profile.login).join(' ');
  for (const unusual of ["'", '+', '#EXT#', 'ë']) expect(logins).toContain(unusual);
  expect((await call('GET', '/api/v1/org')).json.companyName).toMatch(/demo/);
});

test('the log mentions the seeded users and apps, and agrees with lastLogin', async () => {
  const { call } = demoOrg();
  const { json: events } = await call('GET', '/api/v1/logs?since=2026-01-15T00:00:00Z&limit=1000');
  const users = new Map(
    (await call('GET', '/api/v1/users?search=')).json.map((user: { id: string }) => [user.id, user]),
  );
  const apps = new Set((await call('GET', '/api/v1/apps?limit=200')).json.map(({ id }: { id: string }) => id));
  const last = new Map<string, string>();
  const kinds = new Set<string>();
  for (const { eventType, actor, target, outcome, published } of events) {
    kinds.add(`${eventType} ${outcome.result}`);
    expect(users.has(actor.id)).toBe(true);
    for (const { type, id } of target) if (type === 'AppInstance') expect(apps).toContain(id);
    if (eventType === 'user.session.start' && outcome.result === 'SUCCESS') last.set(actor.id, published);
  }
  expect(last.size).toBeGreaterThan(30);
  for (const [id, published] of last) expect(users.get(id)).toMatchObject({ lastLogin: published });
  for (const kind of [
    'user.session.start FAILURE',
    'user.account.lock FAILURE',
    'policy.evaluate_sign_on DENY',
    'user.lifecycle.suspend SUCCESS',
    'user.lifecycle.deactivate SUCCESS',
    'group.user_membership.add SUCCESS',
  ])
    expect(kinds).toContain(kind);
});

test('any number of users', async () => {
  for (const users of [1, 2, 10, 500]) {
    const { call } = demoOrg({ users });
    await everything(call);
    const { json } = await call('GET', '/api/v1/groups?q=Everyone&expand=stats');
    expect(json[0]._embedded.stats.usersCount).toBe(users);
  }
});
