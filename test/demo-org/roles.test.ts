import { describe, expect, test } from 'vitest';
import { type Call, demoOrg } from './client.js';

const one = async (call: Call, path: string) => (await call('GET', path)).json[0].id as string;
const automation = (call: Call) => one(call, '/api/v1/apps?q=Nightly');

test('clients hold roles too', async () => {
  const { org, call } = demoOrg();
  const path = `/oauth2/v1/clients/${await automation(call)}/roles`;
  expect((await call('GET', path)).json).toMatchObject([
    { type: 'READ_ONLY_ADMIN', assignmentType: 'CLIENT', label: 'Read-Only Administrator', status: 'ACTIVE' },
  ]);
  const granted = await call('POST', path, { type: 'HELP_DESK_ADMIN' });
  expect([granted.status, granted.json.assignmentType]).toEqual([200, 'CLIENT']);
  expect((await call('POST', path, { type: 'HELP_DESK_ADMIN' })).json.errorCode).toBe('E0000090');
  expect((await call('GET', `${path}/${granted.json.id}`)).json).toEqual(granted.json);
  expect((await call('DELETE', `${path}/${granted.json.id}`)).status).toBe(204);
  expect((await call('GET', path)).json).toHaveLength(1);
  const events = (await call('GET', '/api/v1/logs?since=2026-03-01T12:00:00Z')).json;
  expect(events.map(({ eventType }: { eventType: string }) => eventType)).toEqual([
    'app.oauth2.client.privilege.grant',
    'app.oauth2.client.privilege.revoke',
  ]);
  expect(org.journal.flatMap(({ changes }) => changes)).toHaveLength(2);
});

test('an invented client sees what it holds, an app that is no client is none', async () => {
  const { org, call } = demoOrg();
  const bearer = `Bearer ${org.issueToken({ scopes: ['okta.roles.read'], subject: '0oaINVENTEDCLIENT000' })}`;
  const { json } = await call('GET', '/oauth2/v1/clients/0oaINVENTEDCLIENT000/roles', undefined, bearer);
  expect(json).toMatchObject([{ type: 'SUPER_ADMIN', assignmentType: 'CLIENT' }]);
  for (const id of ['0oaINVENTEDCLIENT000', await one(call, '/api/v1/apps?q=Salesforce')])
    expect((await call('GET', `/oauth2/v1/clients/${id}/roles`)).json.errorCode).toBe('E0000007');
});

describe('targets', () => {
  test.each(['/api/v1/users/marcus.okonjo', '/api/v1/groups/GROUP', '/oauth2/v1/clients/CLIENT'])(
    '%s',
    async (holder) => {
      const { org, call } = demoOrg();
      const group = await one(call, '/api/v1/groups?q=Legal');
      const path = `${holder.replace('GROUP', group).replace('CLIENT', await automation(call))}/roles`;
      const { id } = (await call('POST', path, { type: 'USER_ADMIN' })).json;
      const targets = `${path}/${id}/targets`;
      const [sales, finance] = [await one(call, '/api/v1/groups?q=Sales'), await one(call, '/api/v1/groups?q=Finance')];
      const listed = async () =>
        (await call('GET', `${targets}/groups`)).json.map(({ profile }: { profile: { name: string } }) => profile.name);
      expect(await listed()).toEqual([]);
      for (const target of [sales, finance, sales])
        expect((await call('PUT', `${targets}/groups/${target}`)).status).toBe(204);
      expect(await listed()).toEqual(['Sales', 'Finance']);
      expect((await call('GET', `${targets}/groups?limit=1`)).json).toHaveLength(1);
      expect((await call('GET', `${path}/${id}?expand=targets/groups`)).json._embedded.targets.groups).toHaveLength(2);
      expect((await call('DELETE', `${targets}/groups/${sales}`)).status).toBe(204);
      expect((await call('DELETE', `${targets}/groups/${sales}`)).status).toBe(404);
      expect((await call('DELETE', `${targets}/groups/${finance}`)).json.errorCode).toBe('E0000001');
      expect(await listed()).toEqual(['Finance']);
      expect((await call('PUT', `${targets}/catalog/apps/salesforce`)).json.errorCode).toBe('E0000001');
      const changes = org.journal.flatMap(({ changes }) => changes).map(({ kind }) => kind);
      expect(changes).toEqual(['assign', 'assign', 'assign', 'unassign']);
    },
  );

  test('applications: all of a kind, one instance, all again', async () => {
    const { call } = demoOrg();
    const path = '/api/v1/users/marcus.okonjo/roles';
    const { id } = (await call('POST', path, { type: 'APP_ADMIN' })).json;
    const apps = `${path}/${id}/targets/catalog/apps`;
    const slack = await one(call, '/api/v1/apps?q=Slack');
    expect((await call('PUT', `${apps}/salesforce`)).status).toBe(204);
    expect((await call('PUT', `${apps}/slack/${slack}`)).status).toBe(204);
    expect((await call('PUT', `${apps}/salesforce/${slack}`)).status).toBe(404);
    expect((await call('PUT', `${apps}/no_such_app`)).status).toBe(404);
    const { json } = await call('GET', apps);
    expect(json).toMatchObject([{ name: 'salesforce' }, { name: 'slack', id: slack, signOnModes: ['SAML_2_0'] }]);
    expect(json[0]).not.toHaveProperty('id');
    const orns = (await call('GET', `${path}/${id}/targets`)).json.map(({ orn }: { orn: string }) => orn);
    expect(orns[1]).toMatch(new RegExp(`^orn:okta:idp:00o\\w{17}:apps:slack:${slack}$`));
    expect((await call('PUT', apps)).status).toBe(200);
    expect((await call('GET', apps)).json).toEqual([]);
  });

  test('they limit what the holder of the role sees', async () => {
    const { org, call } = demoOrg();
    const path = '/api/v1/users/isabella.rossetti/roles';
    const { id } = (await call('POST', path, { type: 'USER_ADMIN' })).json;
    const legal = await one(call, '/api/v1/groups?q=Legal');
    await call('PUT', `${path}/${id}/targets/groups/${legal}`);
    const subject = 'isabella.rossetti';
    const bearer = `Bearer ${org.issueToken({ scopes: ['okta.groups.read'], subject })}`;
    const { json } = await call('GET', '/api/v1/groups', undefined, bearer);
    expect(json.map((group: { id: string }) => group.id)).toEqual([legal]);
  });
});

describe('custom roles', () => {
  const make = async (call: Call) => {
    const permissions = ['okta.users.read', 'okta.groups.read'];
    const role = (await call('POST', '/api/v1/iam/roles', { label: 'Reader', description: 'Reads', permissions })).json;
    const resources = ['orn:okta:directory:00o:users', 'orn:okta:directory:00o:groups'];
    const set = (await call('POST', '/api/v1/iam/resource-sets', { label: 'All', description: 'x', resources })).json;
    return { role, set };
  };

  test('a role lives: created, found by label, reworded, permissions changed, deleted', async () => {
    const { org, call } = demoOrg();
    const { role } = await make(call);
    expect(role).toMatchObject({ id: expect.stringMatching(/^cr0\w{17}$/), label: 'Reader' });
    expect((await call('GET', '/api/v1/iam/roles/Reader')).json).toEqual(role);
    const path = `/api/v1/iam/roles/${role.id}`;
    const twice = { label: 'Reader', description: 'x', permissions: ['okta.apps.read'] };
    expect((await call('POST', '/api/v1/iam/roles', twice)).json.errorCode).toBe('E0000001');
    expect((await call('PUT', path, { label: 'Looker', description: 'Looks' })).json.label).toBe('Looker');
    expect((await call('POST', `${path}/permissions/okta.logs.read`)).status).toBe(204);
    expect((await call('DELETE', `${path}/permissions/okta.users.read`)).status).toBe(204);
    expect((await call('GET', `${path}/permissions/okta.users.read`)).status).toBe(404);
    const { json, headers } = await call('GET', `${path}/permissions`);
    expect(json.permissions.map(({ label }: { label: string }) => label)).toEqual([
      'okta.groups.read',
      'okta.logs.read',
    ]);
    expect(headers.get('link')).toBeNull();
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', '/api/v1/iam/roles')).json.roles).toEqual([]);
    expect(org.journal.flatMap(({ changes }) => changes).map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      'create IamRole',
      'create ResourceSet',
      'update IamRole',
      'update IamRole',
      'update IamRole',
      'delete IamRole',
    ]);
  });

  test('lists page through _links.next, without a link header', async () => {
    const { call } = demoOrg();
    const description = 'x';
    for (let i = 0; i < 105; i++)
      await call('POST', '/api/v1/iam/roles', { label: `R${i}`, description, permissions: ['okta.users.read'] });
    const labels: string[] = [];
    let pages = 0;
    for (let next: string | undefined = '/api/v1/iam/roles'; next; pages++) {
      const { json, headers } = await call('GET', next);
      expect(headers.get('link')).toBeNull();
      labels.push(...json.roles.map(({ label }: { label: string }) => label));
      next = json._links.next?.href.slice('https://atlasworks-demo.example'.length);
    }
    expect([pages, labels.length, new Set(labels).size]).toEqual([2, 105, 105]);
  });

  test('resources are added once and taken away', async () => {
    const { call } = demoOrg();
    const { set } = await make(call);
    const path = `/api/v1/iam/resource-sets/${set.id}/resources`;
    const additions = ['orn:okta:directory:00o:users', 'orn:okta:idp:00o:apps'];
    expect((await call('PATCH', path, { additions })).status).toBe(200);
    const { resources, _links } = (await call('GET', path)).json;
    expect(resources).toHaveLength(3);
    expect(_links['resource-set'].href).toMatch(new RegExp(`/${set.id}$`));
    expect((await call('DELETE', `${path}/${resources[0].id}`)).status).toBe(204);
    expect((await call('GET', `${path}/${resources[0].id}`)).status).toBe(404);
    expect((await call('GET', `${path}/${resources[1].id}`)).json.orn).toBe(resources[1].orn);
  });

  test('a member of a binding is an assignment of the role, and the other way round', async () => {
    const { org, call } = demoOrg();
    const { role, set } = await make(call);
    const bindings = `/api/v1/iam/resource-sets/${set.id}/bindings`;
    const me = (await call('GET', '/api/v1/users/me')).json.id;
    const group = await one(call, '/api/v1/groups?q=Legal');
    const members = [`${org.origin}/api/v1/users/${me}`];
    expect((await call('POST', bindings, { role: role.id, members })).json.id).toBe(role.id);
    expect((await call('POST', bindings, { role: role.id, members })).status).toBe(400);
    const path = `${bindings}/${role.id}/members`;
    const additions = [`${org.origin}/api/v1/groups/${group}`, ...members];
    expect((await call('PATCH', path, { additions })).json._links.bindings.href).toMatch(/\/bindings$/);
    const listed = (await call('GET', path)).json.members;
    expect(listed).toHaveLength(2);
    const roles = (await call('GET', '/api/v1/users/me/roles')).json;
    const custom = roles.find(({ type }: { type: string }) => type === 'CUSTOM');
    expect(custom).toMatchObject({ id: listed[0].id, role: role.id, 'resource-set': set.id, label: 'Reader' });
    expect((await call('GET', bindings)).json.roles).toMatchObject([{ id: role.id }]);

    const body = { type: 'CUSTOM', role: role.id, 'resource-set': set.id };
    expect((await call('POST', '/api/v1/users/me/roles', body)).json.errorCode).toBe('E0000090');
    const given = (await call('POST', '/api/v1/users/marcus.okonjo/roles', body)).json;
    expect(given.id).toMatch(/^irb\w{17}$/);
    expect((await call('GET', `${path}/${given.id}`)).json.id).toBe(given.id);
    expect((await call('DELETE', `/api/v1/iam/roles/${role.id}`)).json.errorCode).toBe('E0000107');
    expect((await call('DELETE', `${path}/${given.id}`)).status).toBe(204);
    expect((await call('GET', '/api/v1/users/marcus.okonjo/roles')).json).toEqual([]);
    expect((await call('DELETE', `${bindings}/${role.id}`)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('GET', '/api/v1/users/me/roles')).json).toHaveLength(1);
  });
});

test('scopes are granted by a super administrator only, to clients only, once', async () => {
  const { org, call } = demoOrg();
  const path = `/api/v1/apps/${await automation(call)}/grants`;
  const scopes = async () => (await call('GET', path)).json.map(({ scopeId }: { scopeId: string }) => scopeId);
  expect(await scopes()).toEqual(['okta.users.read', 'okta.groups.read', 'okta.logs.read']);
  const body = { scopeId: 'okta.apps.read', issuer: org.origin };
  const lesser = `Bearer ${org.issueToken({ scopes: ['okta.appGrants.manage'], roles: ['APP_ADMIN'] })}`;
  expect((await call('POST', path, body, lesser)).json.errorCode).toBe('E0000006');
  const granted = await call('POST', path, body);
  expect([granted.status, granted.json]).toEqual([
    201,
    expect.objectContaining({
      id: expect.stringMatching(/^oag/),
      status: 'ACTIVE',
      scopeId: 'okta.apps.read',
      source: 'ADMIN',
    }),
  ]);
  expect((await call('POST', path, body)).json).toEqual(granted.json);
  expect((await call('POST', path, { ...body, issuer: 'https://other.example' })).status).toBe(400);
  const salesforce = await one(call, '/api/v1/apps?q=Salesforce');
  expect((await call('POST', `/api/v1/apps/${salesforce}/grants`, body)).status).toBe(400);
  expect((await call('DELETE', `${path}/${granted.json.id}`)).status).toBe(204);
  expect(await scopes()).toHaveLength(3);
  expect(org.journal.flatMap(({ changes }) => changes).map(({ kind }) => kind)).toEqual(['create', 'delete']);
});
