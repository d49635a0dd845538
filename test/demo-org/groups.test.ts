import { expect, test } from 'vitest';
import { type Call, demoOrg, walk } from './client.js';

const named = async (call: Call, name: string) =>
  (await call('GET', `/api/v1/groups?q=${encodeURIComponent(name)}`)).json[0].id as string;

test.each([
  ['PUT', 'Everyone', '', { profile: { name: 'All' } }],
  ['DELETE', 'Everyone', '', undefined],
  ['PUT', 'Everyone', '/users/me', undefined],
  ['DELETE', 'Everyone', '/users/me', undefined],
  ['PUT', 'Atlas Repositories', '/users/me', undefined],
  ['DELETE', 'Atlas Repositories', '', undefined],
])('%s on %s%s is refused', async (method, name, rest, body) => {
  const { org, call } = demoOrg();
  const answer = await call(method, `/api/v1/groups/${await named(call, name)}${rest}`, body);
  expect([answer.status, answer.json.errorCode]).toEqual([400, 'E0000001']);
  expect(org.journal.flatMap(({ changes }) => changes)).toEqual([]);
});

test('a group lives: create, fill, rename, empty, delete', async () => {
  const { org, call } = demoOrg();
  const group = (await call('POST', '/api/v1/groups', { profile: { name: 'Night shift' } })).json;
  expect(group).toMatchObject({
    id: expect.stringMatching(/^00g\w{17}$/),
    type: 'OKTA_GROUP',
    profile: { name: 'Night shift', description: null },
  });
  const path = `/api/v1/groups/${group.id}`;
  const me = (await call('GET', '/api/v1/users/me')).json.id;
  for (let i = 0; i < 2; i++) expect((await call('PUT', `${path}/users/${me}`)).status).toBe(204);
  expect(await walk(call, `${path}/users`)).toEqual([me]);
  expect((await call('PUT', path, { profile: { name: 'Late shift', description: 'x' } })).json.profile.name).toBe(
    'Late shift',
  );
  expect((await call('PUT', path, { profile: { name: 'Sales' } })).status).toBe(409);
  for (let i = 0; i < 2; i++) expect((await call('DELETE', `${path}/users/${me}`)).status).toBe(204);
  expect(await walk(call, `${path}/users`)).toEqual([]);
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', path)).status).toBe(404);
  const changes = org.journal.flatMap((entry) => entry.changes).map(({ kind, with: other }) => [kind, other]);
  expect(changes).toEqual([
    ['create', undefined],
    ['assign', me],
    ['update', undefined],
    ['unassign', me],
    ['delete', undefined],
  ]);
});

test('deleting a group takes its assignments and roles, and invalidates its rules', async () => {
  const { call } = demoOrg();
  const [engineering, security] = [await named(call, 'Engineering'), await named(call, 'Security')];
  const app = (await call('GET', '/api/v1/apps?q=GitHub')).json[0].id;
  expect((await call('GET', `/api/v1/groups/${security}/roles`)).json).toHaveLength(1);
  for (const id of [engineering, security]) expect((await call('DELETE', `/api/v1/groups/${id}`)).status).toBe(204);
  expect(await walk(call, `/api/v1/apps/${app}/groups`)).not.toContain(engineering);
  const rules = (await call('GET', '/api/v1/groups/rules')).json;
  expect(rules.map(({ status }: { status: string }) => status)).toEqual(['INVALID', 'ACTIVE', 'INACTIVE']);
});

test('search, filter and stats', async () => {
  const { call } = demoOrg();
  const names = async (query: string) =>
    (await call('GET', `/api/v1/groups?${query}`)).json.map(
      (group: { profile: { name: string } }) => group.profile.name,
    );
  expect(await names(`filter=${encodeURIComponent('type eq "BUILT_IN"')}`)).toEqual(['Everyone']);
  expect(await names(`search=${encodeURIComponent('profile.name sw "Atlas" and type eq "APP_GROUP"')}`)).toEqual([
    'Atlas Repositories',
    'Atlas Repository Owners',
  ]);
  expect((await call('GET', '/api/v1/groups?q=Everyone&expand=stats')).json[0]._embedded.stats).toMatchObject({
    usersCount: 64,
    appsCount: 4,
  });
});

test('a rule is born inactive, adds users when activated, and is deleted only inactive', async () => {
  const { org, call } = demoOrg();
  const groupId = (await call('POST', '/api/v1/groups', { profile: { name: 'Counsel' } })).json.id;
  const expression = {
    value: 'user.department=="Legal" and user.title=="Corporate Counsel"',
    type: 'urn:okta:expression:1.0',
  };
  const body = {
    type: 'group_rule',
    name: 'Counsel',
    conditions: { expression },
    actions: { assignUserToGroups: { groupIds: [groupId] } },
  };
  const rule = (await call('POST', '/api/v1/groups/rules', body)).json;
  expect(rule).toMatchObject({ id: expect.stringMatching(/^0pr/), status: 'INACTIVE' });
  const path = `/api/v1/groups/rules/${rule.id}`;
  expect((await call('POST', `${path}/lifecycle/activate`)).status).toBe(204);
  expect(org.journal.at(-1)?.changes.map(({ kind }) => kind)).toEqual(['lifecycle', 'assign']);
  expect(await walk(call, `/api/v1/groups/${groupId}/users`)).toHaveLength(1);
  expect((await call('DELETE', path)).status).toBe(400);
  expect((await call('PUT', path, body)).status).toBe(400);
  expect((await call('POST', `${path}/lifecycle/deactivate`)).status).toBe(204);
  expect((await call('PUT', path, { ...body, name: 'Lawyers' })).json.name).toBe('Lawyers');
  const deleted = await call('DELETE', `${path}?removeUsers=true`);
  expect([deleted.status, deleted.text]).toEqual([202, '']);
  expect(await walk(call, `/api/v1/groups/${groupId}/users`)).toEqual([]);
});

test('administrator roles are granted once and revoked', async () => {
  const { call } = demoOrg();
  const path = '/api/v1/users/marcus.okonjo/roles';
  const granted = await call('POST', path, { type: 'HELP_DESK_ADMIN' });
  expect([granted.status, granted.json]).toEqual([
    201,
    expect.objectContaining({ assignmentType: 'USER', status: 'ACTIVE', label: 'Help Desk Administrator' }),
  ]);
  expect((await call('POST', path, { type: 'HELP_DESK_ADMIN' })).json.errorCode).toBe('E0000090');
  expect((await call('POST', path, { type: 'KING' })).json.errorCode).toBe('E0000001');
  expect((await call('DELETE', `${path}/${granted.json.id}`)).status).toBe(204);
  expect((await call('GET', path)).json).toEqual([]);
  const inherited = (await call('GET', '/api/v1/users/malik.johnson/roles')).json;
  expect(inherited).toMatchObject([{ type: 'READ_ONLY_ADMIN', assignmentType: 'GROUP' }]);
});
