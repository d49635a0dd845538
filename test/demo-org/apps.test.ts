import { expect, test } from 'vitest';
import { type Call, demoOrg, walk } from './client.js';

const app = async (call: Call, q: string) => (await call('GET', `/api/v1/apps?q=${encodeURIComponent(q)}`)).json[0];

test.each([
  [{ signOnMode: 'BOOKMARK', settings: { app: { url: 'https://x.example' } } }, 'bookmark'],
  [{ signOnMode: 'SAML_2_0' }, 'nightdesk_1'],
  [{ signOnMode: 'AUTO_LOGIN', name: 'template_swa' }, 'template_swa'],
  [{ signOnMode: 'OPENID_CONNECT', settings: { oauthClient: { grant_types: ['client_credentials'] } } }, 'oidc_client'],
])('%j is made, named %s', async (body, name) => {
  const { call } = demoOrg();
  const { status, json } = await call('POST', '/api/v1/apps', { label: 'Night Desk', ...body });
  expect([status, json.name, json.status, json.label]).toEqual([200, name, 'ACTIVE', 'Night Desk']);
  expect(json.id).toMatch(/^0oa\w{17}$/);
  if (name === 'oidc_client') expect(json.credentials.oauthClient.client_id).toBe(json.id);
});

test.each([
  [{ signOnMode: 'BOOKMARK' }],
  [{ signOnMode: 'OPENID_CONNECT' }],
  [{ signOnMode: 'OPENID_CONNECT', settings: { oauthClient: {} } }],
  [{ signOnMode: 'MAGIC' }],
])('%j is refused', async (body) => {
  expect((await demoOrg().call('POST', '/api/v1/apps', { label: 'x', ...body })).json.errorCode).toBe('E0000001');
});

test('an app is deleted only when inactive', async () => {
  const { org, call } = demoOrg();
  const path = `/api/v1/apps/${(await app(call, 'Salesforce')).id}`;
  const refused = await call('DELETE', path);
  expect([refused.status, refused.json.errorCode]).toEqual([403, 'E0000056']);
  expect(refused.json.errorCauses).toEqual([{ errorSummary: 'The application must be deactivated before deletion.' }]);
  for (let i = 0; i < 2; i++) expect((await call('POST', `${path}/lifecycle/deactivate`)).json).toEqual({});
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', path)).status).toBe(404);
  expect(org.journal.flatMap(({ changes }) => changes).map(({ kind }) => kind)).toEqual(['lifecycle', 'delete']);
});

test('a user is assigned directly once, updated and unassigned', async () => {
  const { call } = demoOrg();
  const path = `/api/v1/apps/${(await app(call, 'Partner')).id}/users`;
  const id = (await call('GET', '/api/v1/users/noor.al-khatib')).json.id;
  expect((await call('GET', `${path}/${id}`)).status).toBe(404);
  expect((await call('POST', path, { id })).json).toMatchObject({ id, scope: 'USER' });
  expect((await call('POST', path, { id })).json.errorCode).toBe('E0000062');
  const changed = await call('POST', `${path}/${id}`, { credentials: { userName: 'nk' }, profile: { role: 'reader' } });
  expect(changed.json).toMatchObject({ credentials: { userName: 'nk' }, profile: { role: 'reader' } });
  expect((await call('DELETE', `${path}/${id}`)).status).toBe(204);
  expect((await call('DELETE', `${path}/${id}`)).status).toBe(404);
});

test('a group brings its members, who leave only with it', async () => {
  const { call } = demoOrg();
  const { id } = await app(call, 'Partner');
  const legal = (await call('GET', '/api/v1/groups?q=Legal')).json[0].id;
  const before = await walk(call, `/api/v1/apps/${id}/users`);
  const members = await walk(call, `/api/v1/groups/${legal}/users`);
  expect((await call('PUT', `/api/v1/apps/${id}/groups/${legal}`)).json).toMatchObject({ id: legal });
  expect(new Set(await walk(call, `/api/v1/apps/${id}/users`))).toEqual(new Set([...before, ...members]));
  const one = await call('GET', `/api/v1/apps/${id}/users/${members[0]}`);
  expect(one.json.scope).toBe('GROUP');
  const refused = await call('DELETE', `/api/v1/apps/${id}/users/${members[0]}`);
  expect([refused.status, refused.json.errorCode]).toEqual([403, 'E0000046']);
  const links = (await call('GET', `/api/v1/users/${members[0]}/appLinks`)).json;
  expect(links.map(({ appInstanceId }: { appInstanceId: string }) => appInstanceId)).toContain(id);
  expect((await call('DELETE', `/api/v1/apps/${id}/groups/${legal}`)).status).toBe(204);
  expect(await walk(call, `/api/v1/apps/${id}/users`)).toEqual(before);
});

test('filters by status, user and group', async () => {
  const { call } = demoOrg();
  const find = async (filter: string) =>
    (await call('GET', `/api/v1/apps?filter=${encodeURIComponent(filter)}`)).json.map(
      ({ label }: { label: string }) => label,
    );
  const finance = (await call('GET', '/api/v1/groups?q=Finance')).json[0].id;
  const me = (await call('GET', '/api/v1/users/me')).json.id;
  expect(await find('status eq "INACTIVE"')).toEqual(['Old Help Desk']);
  expect(await find(`group.id eq "${finance}"`)).toEqual(['Payroll Desk', 'Expense Reports']);
  expect(await find(`user.id eq "${me}" and name eq "template_swa3field"`)).toEqual(['Payroll Desk']);
});

test('PUT keeps identity, name and client secret, which no read shows', async () => {
  const { call } = demoOrg();
  const before = await app(call, 'Atlas Portal');
  const { settings } = before;
  const replace = () =>
    call('PUT', `/api/v1/apps/${before.id}`, { label: 'Portal', signOnMode: 'OPENID_CONNECT', settings });
  const { json } = await replace();
  expect(json).toMatchObject({ id: before.id, name: before.name, label: 'Portal', created: before.created });
  const { client_secret, ...client } = json.credentials.oauthClient;
  expect(client).toEqual(before.credentials.oauthClient);
  expect(client_secret).toMatch(/.{14}/);
  expect((await replace()).json.credentials.oauthClient.client_secret).toBe(client_secret);
});

test('an empty password says that there is one', async () => {
  const { call } = demoOrg();
  const swa = {
    name: 'template_swa',
    label: 'Shared',
    signOnMode: 'BROWSER_PLUGIN',
    credentials: {
      scheme: 'SHARED_USERNAME_AND_PASSWORD',
      userName: 'joint',
      password: { value: 'Long3rThan+Needed' },
    },
    settings: { app: { url: 'https://a.example', usernameField: 'u', passwordField: 'p', buttonField: 'b' } },
  };
  const made = (await call('POST', '/api/v1/apps', swa)).json;
  expect(made.credentials.password).toEqual({});
  expect((await call('GET', `/api/v1/apps/${made.id}`)).json.credentials.password).toEqual({});
});

/** What Okta fills in, by sign-on mode. */
test.each([
  [
    'AUTO_LOGIN',
    {},
    { settings: { signOn: { loginUrl: null } }, credentials: { scheme: 'EDIT_USERNAME_AND_PASSWORD' } },
  ],
  [
    'BASIC_AUTH',
    { app: { url: 'https://x.example' } },
    { name: 'template_basic_auth', settings: { app: { authURL: null } } },
  ],
  [
    'BOOKMARK',
    { app: { url: 'https://x.example' } },
    { name: 'bookmark', settings: { app: { requestIntegration: false } } },
  ],
  ['BROWSER_PLUGIN', {}, { name: 'template_swa', settings: { app: { buttonField: null } } }],
  [
    'OPENID_CONNECT',
    { oauthClient: { grant_types: ['client_credentials'] } },
    {
      settings: {
        oauthClient: { application_type: 'service', dpop_bound_access_tokens: true, issuer_mode: 'DYNAMIC' },
      },
    },
  ],
  ['SAML_1_1', {}, { settings: { signOn: { ssoAcsUrlOverride: null } } }],
  ['SAML_2_0', {}, { settings: { signOn: { signatureAlgorithm: 'RSA_SHA256', digestAlgorithm: 'SHA256' } } }],
  ['SECURE_PASSWORD_STORE', {}, { name: 'template_sps', settings: { app: { passwordField: null } } }],
  ['WS_FEDERATION', {}, { name: 'template_wsfed', settings: { app: { wReplyOverride: false } } }],
])('an app with %s', async (signOnMode, settings, filled) => {
  const { call } = demoOrg();
  const { json } = await call('POST', '/api/v1/apps?activate=false', { label: 'Night Desk', signOnMode, settings });
  expect(json).toMatchObject({
    ...filled,
    signOnMode,
    status: 'INACTIVE',
    features: [],
    accessibility: { selfService: false },
    visibility: { hide: { iOS: false, web: false } },
  });
  expect('metadata' in json._links).toBe(signOnMode.startsWith('SAML'));
});

test('an assignment turns from the group to the user and back', async () => {
  const { call } = demoOrg();
  const { id } = await app(call, 'Partner');
  const legal = (await call('GET', '/api/v1/groups?q=Legal')).json[0].id;
  await call('PUT', `/api/v1/apps/${id}/groups/${legal}`);
  const [user] = await walk(call, `/api/v1/groups/${legal}/users`);
  const path = `/api/v1/apps/${id}/users`;
  const scope = async () => (await call('GET', `${path}/${user}`)).json.scope;
  expect(await scope()).toBe('GROUP');
  expect((await call('POST', `${path}/${user}`, { profile: { role: 'x' } })).json).toMatchObject({ scope: 'GROUP' });
  expect((await call('POST', path, { id: user, scope: 'USER' })).json).toMatchObject({
    scope: 'USER',
    profile: { role: 'x' },
  });
  expect((await call('POST', path, { id: user, scope: 'USER' })).json.errorCode).toBe('E0000062');
  expect((await call('POST', path, { id: user, scope: 'GROUP' })).json.scope).toBe('GROUP');
  await call('DELETE', `/api/v1/apps/${id}/groups/${legal}`);
  expect((await call('GET', `${path}/${user}`)).status).toBe(404);
  const refused = await call('POST', path, { id: (await call('GET', '/api/v1/users/me')).json.id, scope: 'GROUP' });
  expect(refused.json.errorCode).toBe('E0000001');
});

test('a group assignment is patched', async () => {
  const { call } = demoOrg();
  const path = `/api/v1/apps/${(await app(call, 'Salesforce')).id}/groups/${(await call('GET', '/api/v1/groups?q=Sales')).json[0].id}`;
  const steps = [
    { op: 'replace', path: '/priority', value: 7 },
    { op: 'add', path: '/profile/role', value: 'reader' },
  ];
  expect((await call('PATCH', path, steps)).json).toMatchObject({ priority: 7, profile: { role: 'reader' } });
  expect((await call('PATCH', path, [{ op: 'remove', path: '/profile/role' }])).json.profile).toEqual({});
  expect((await call('PATCH', path, [{ op: 'remove', path: '/id' }])).json.errorCode).toBe('E0000001');
  expect((await call('PATCH', path, {})).json.errorCode).toBe('E0000003');
});

test("expand shows one user's assignment", async () => {
  const { call } = demoOrg();
  const me = (await call('GET', '/api/v1/users/me')).json.id;
  const { json } = await call('GET', `/api/v1/apps?q=Payroll&expand=user/${me}`);
  expect(json[0]._embedded.user).toMatchObject({ id: me, scope: 'USER' });
});

test('how many apps a page has without a limit is a habit', async () => {
  const counts = [];
  for (const habits of [{}, { appsPerPage: 200 }]) {
    const { call } = demoOrg({ habits });
    for (let i = 0; i < 10; i++) await call('POST', '/api/v1/apps', { label: `A${i}`, signOnMode: 'SAML_2_0' });
    counts.push((await call('GET', '/api/v1/apps')).json.length);
  }
  expect(counts).toEqual([20, 25]);
});
