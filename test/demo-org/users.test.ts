import { describe, expect, test } from 'vitest';
import { demoOrg, profile, walk } from './client.js';

const query = (name: string, text: string) => `/api/v1/users?${name}=${encodeURIComponent(text)}`;

test.each([
  ["siobhan.o'rourke@atlasworks.example", "O'Rourke"],
  ['svc+automation@atlasworks.example', 'Service'],
  ['zoë.müller@atlasworks.example', 'Müller'],
  ['wei.li_lumen-partners.example#EXT#@atlasworks.example', 'Li'],
  ['MARCUS.okonjo@atlasworks.example', 'Okonjo'],
  ['marcus.okonjo', 'Okonjo'],
  ['me', 'Vandersteen'],
])('%s is found in the path', async (reference, lastName) => {
  const { json } = await demoOrg().call('GET', `/api/v1/users/${encodeURIComponent(reference)}`);
  expect(json.profile.lastName).toBe(lastName);
});

test.each([
  [query('q', 'mar'), ['marisol.vandersteen', 'theo.marchetti', 'marcus.okonjo'], ['theo.marchetti']],
  [query('filter', 'profile.firstName eq "Zoë"'), ['zoë.müller'], []],
  [query('filter', 'status eq "LOCKED_OUT"'), ['mateus.figueiredo', 'adeola.ogunbanjo'], []],
  [query('filter', 'status eq "DEPROVISIONED"'), ['tyrone.castellano', 'dylan.pritchard', 'theo.marchetti'], []],
  [query('search', 'profile.title sw "vp" and profile.department ne "x"'), undefined, []],
  [
    query('search', 'profile.department eq "legal" and (status eq "SUSPENDED" or status eq "LOCKED_OUT")'),
    ['birgitta.nystrom', 'adeola.ogunbanjo'],
    [],
  ],
  [
    query('search', 'lastLogin lt "2025-12-01T00:00:00.000Z" and status eq "ACTIVE"'),
    ['anders.holmstrom', 'nadia.benyoussef', 'akira.morishita', 'ravi.chandrasekhar', 'break.glass'],
    [],
  ],
])('%s', async (path, want, hidden) => {
  const { status, json } = await demoOrg().call('GET', path);
  if (want === undefined) return expect(status).toBe(400);
  const logins = json.map((user: { profile: { login: string } }) => user.profile.login.split('@')[0]);
  expect(logins).toEqual(want.filter((login) => !(hidden as string[]).includes(login)));
});

test('sorting needs search and goes both ways', async () => {
  const { call } = demoOrg();
  const names = async (order: string) =>
    (
      await call(
        'GET',
        `${query('search', 'profile.department eq "Legal"')}&sortBy=profile.lastName&sortOrder=${order}`,
      )
    ).json.map((user: { profile: { lastName: string } }) => user.profile.lastName);
  expect(await names('asc')).toEqual(['Abernathy', 'Hernández', 'Nyström', 'Ogunbanjo']);
  expect(await names('desc')).toEqual(['Ogunbanjo', 'Nyström', 'Hernández', 'Abernathy']);
  const plain = (await call('GET', '/api/v1/users')).json;
  expect((await call('GET', '/api/v1/users?sortBy=profile.lastName')).json).toEqual(plain);
  const strict = demoOrg({ habits: { sortWithoutSearch: 'refuse' } }).call;
  for (const path of ['/api/v1/users', '/api/v1/groups'])
    expect((await strict('GET', `${path}?sortBy=id`)).json.errorCode).toBe('E0000001');
});

describe('create', () => {
  test('every problem is a cause', async () => {
    const body = { profile: { login: 'no-at', firstName: '', lastName: 3, shoeSize: 44 } };
    const { json } = await demoOrg().call('POST', '/api/v1/users', body);
    const fields = json.errorCauses.map(({ errorSummary }: { errorSummary: string }) => errorSummary.split(':')[0]);
    expect(json.errorCode).toBe('E0000001');
    expect(new Set(fields)).toEqual(new Set(['login', 'email', 'firstName', 'lastName', 'shoeSize']));
  });

  test('a login that exists, in any case, is refused', async () => {
    const { json } = await demoOrg().call('POST', '/api/v1/users', {
      profile: profile('Marcus.Okonjo@atlasworks.example'),
    });
    expect(json.errorSummary).toBe('Api validation failed: login');
    expect(json.errorCauses).toEqual([
      { errorSummary: 'login: An object with this field already exists in the current organization' },
    ]);
  });

  test('groupIds puts the user into the groups', async () => {
    const { org, call } = demoOrg();
    const groupIds = (await call('GET', '/api/v1/groups?q=VPN')).json.map(({ id }: { id: string }) => id);
    const { json } = await call('POST', '/api/v1/users', { profile: profile('nova@atlasworks.example'), groupIds });
    expect(
      (await call('GET', `/api/v1/users/${json.id}/groups`)).json.map(
        (group: { profile: { name: string } }) => group.profile.name,
      ),
    ).toEqual(['Everyone', 'VPN Users']);
    expect(org.journal[1]?.changes.map(({ kind }) => kind)).toEqual(['create', 'assign']);
  });

  test('a group that does not exist leaves no half-made user', async () => {
    const { call } = demoOrg();
    const body = { profile: profile('nova@atlasworks.example'), groupIds: ['00gMISSING'] };
    expect((await call('POST', '/api/v1/users', body)).status).toBe(400);
    expect((await call('GET', '/api/v1/users/nova@atlasworks.example')).status).toBe(404);
  });
});

test('POST merges, PUT replaces', async () => {
  const { call } = demoOrg();
  const path = '/api/v1/users/isabella.rossetti@atlasworks.example';
  const merged = (await call('POST', path, { profile: { title: 'Director', city: null } })).json.profile;
  expect(merged).toMatchObject({ title: 'Director', city: null, department: 'Sales', firstName: 'Isabella' });
  const replaced = (await call('PUT', path, { profile: profile('isabella@atlasworks.example') })).json.profile;
  expect(replaced).not.toHaveProperty('department');
  expect((await call('GET', path)).status).toBe(404);
  expect((await call('GET', '/api/v1/users/isabella@atlasworks.example')).json.profile).toEqual(replaced);
  expect((await call('PUT', '/api/v1/users/me', { profile: { title: 'x' } })).status).toBe(400);
});

test('deactivation ends direct assignments; deletion leaves no trace', async () => {
  const { call } = demoOrg();
  const app = (await call('GET', '/api/v1/apps?q=Partner')).json[0].id;
  const [id] = await walk(call, `/api/v1/apps/${app}/users`);
  const [group] = (await call('GET', `/api/v1/users/${id}/groups`)).json.slice(1);
  await call('DELETE', `/api/v1/users/${id}`);
  expect(await walk(call, `/api/v1/apps/${app}/users`)).toEqual([]);
  await call('DELETE', `/api/v1/users/${id}`);
  expect(await walk(call, `/api/v1/groups/${group.id}/users`)).not.toContain(id);
});

test('factors can be taken away one by one and all at once', async () => {
  const { call } = demoOrg();
  const before = (await call('GET', '/api/v1/users/me/factors')).json;
  expect(before.length).toBeGreaterThan(0);
  expect((await call('DELETE', `/api/v1/users/me/factors/${before[0].id}`)).status).toBe(204);
  expect((await call('GET', `/api/v1/users/me/factors/${before[0].id}`)).status).toBe(404);
  expect((await call('GET', '/api/v1/users/me/factors')).json).toEqual(before.slice(1));
  expect((await call('POST', '/api/v1/users/me/lifecycle/reset_factors')).status).toBe(200);
  expect((await call('GET', '/api/v1/users/me/factors')).json).toEqual([]);
});
