import okta from '@okta/okta-sdk-nodejs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDemoOrg, type DemoOrg } from '../../src/demo-org/demo-org.js';
import { serveDemoOrg } from '../../src/demo-org/listener.js';

/** Okta's own SDK lives a life in the demo org; what the org's journal says, not what the SDK returns, is what happened. */
describe('the SDK of Okta against the demo org', () => {
  const PEOPLE = 60;
  let org: DemoOrg;
  let client: okta.Client;
  let close: () => Promise<void>;

  beforeAll(async () => {
    // The SDK takes its proxy from there, for loopback too.
    for (const name of ['https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, '');
    const server = await serveDemoOrg((origin) => createDemoOrg({ origin, users: PEOPLE }));
    ({ org, close } = server);
    client = new okta.Client({ orgUrl: server.origin, token: org.token, cacheMiddleware: null });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await close();
  });
  beforeEach(() => org.reset());

  /** What a call returned, after asserting on the requests it took and the changes they made. */
  async function does<Result>(call: Promise<Result>, ...happened: readonly string[]): Promise<Result> {
    const before = org.journal.length;
    const result = await call;
    const lines = org.journal.slice(before).map(({ method, path, status, changes }) => {
      const made = changes.map(({ kind, type, id, with: other }) => `${kind} ${type} ${id}${other ? ` ${other}` : ''}`);
      return [`${method} ${decodeURIComponent(path.replace('/api/v1', ''))} ${status}`, ...made].join(', ');
    });
    expect(lines).toEqual(happened);
    return result;
  }

  /** For requests that name an id not known before: the last change says which. */
  async function creates<Result extends { id?: string }>(call: Promise<Result>, kind: string): Promise<string> {
    const { id = '' } = await call;
    expect(org.journal.at(-1)?.change).toEqual({ kind: 'create', type: kind, id });
    return id;
  }

  async function all<Item>(listing: Promise<okta.Collection<Item>>): Promise<Item[]> {
    const items: Item[] = [];
    await (await listing).each((item) => {
      items.push(item);
    });
    return items;
  }

  const person = (login: string, department: string) => ({
    profile: { login, email: login, firstName: 'Ada', lastName: "O'Brian", department },
    credentials: { password: { value: 'Invented-1234' } },
  });

  test('users: create, page, search, update, suspend, unsuspend, deactivate, delete', async () => {
    const { userApi } = client;
    const userId = await creates(userApi.createUser({ body: person('ada+1@example.com', 'Lab') }), 'User');
    const path = `/users/${userId}`;

    const before = org.journal.length;
    const everybody = await all(userApi.listUsers({ limit: 25 }));
    expect(org.journal.slice(before).map(({ status }) => status)).toEqual([200, 200, 200]);
    // The list leaves out who is deactivated, a search does not.
    const gone = await all(userApi.listUsers({ search: 'status eq "DEPROVISIONED"' }));
    expect(new Set([...everybody, ...gone].map(({ id }) => id)).size).toBe(PEOPLE + 1);
    expect(everybody.length + gone.length).toBe(PEOPLE + 1);

    const search = `profile.lastName eq "O'Brian" and profile.login sw "ada+1@"`;
    const [found, ...others] = await does(all(userApi.listUsers({ search })), `GET /users?search=${search} 200`);
    expect([found?.id, found?.status, others]).toEqual([userId, 'ACTIVE', []]);

    const user = { profile: { nickName: 'Countess' } };
    const updated = await does(userApi.updateUser({ userId, user }), `POST ${path} 200, update User ${userId}`);
    expect(updated.profile).toMatchObject({ nickName: 'Countess', department: 'Lab' });
    const profile = { ...person('ada+1@example.com', 'Lab').profile, title: 'Analyst' };
    const replaced = await does(
      userApi.replaceUser({ userId, user: { profile } }),
      `PUT ${path} 200, update User ${userId}`,
    );
    expect(replaced.profile?.title).toBe('Analyst');
    expect(replaced.profile?.nickName ?? null).toBeNull();

    const change = `lifecycle User ${userId}`;
    const status = async () => (await userApi.getUser({ userId })).status;
    await does(userApi.suspendUser({ userId }), `POST ${path}/lifecycle/suspend 200, ${change}`);
    expect(await status()).toBe('SUSPENDED');
    await does(userApi.unsuspendUser({ userId }), `POST ${path}/lifecycle/unsuspend 200, ${change}`);
    expect(await status()).toBe('ACTIVE');
    await does(
      userApi.deactivateUser({ userId, sendEmail: false }),
      `POST ${path}/lifecycle/deactivate?sendEmail=false 200, ${change}`,
    );
    expect(await status()).toBe('DEPROVISIONED');
    await does(userApi.deleteUser({ userId }), `DELETE ${path} 204, delete User ${userId}`);
    await expect(status()).rejects.toMatchObject({ status: 404, errorCode: 'E0000007' });

    const events = await all(client.systemLogApi.listLogEvents({ filter: `target.id eq "${userId}"` }));
    expect(events.map(({ eventType }) => eventType)).toEqual([
      'user.lifecycle.create',
      'user.account.update_profile',
      'user.account.update_profile',
      'user.lifecycle.suspend',
      'user.lifecycle.unsuspend',
      'user.lifecycle.deactivate',
      'user.lifecycle.delete.initiated',
    ]);
  });

  test('a first delete of a live user only deactivates it', async () => {
    const { userApi } = client;
    const userId = await creates(userApi.createUser({ body: person('ada@example.com', 'Lab') }), 'User');
    await does(userApi.deleteUser({ userId }), `DELETE /users/${userId} 204, lifecycle User ${userId}`);
    await does(userApi.deleteUser({ userId }), `DELETE /users/${userId} 204, delete User ${userId}`);
  });

  test('groups: create, join, list, rename, leave, delete', async () => {
    const { groupApi, userApi } = client;
    const userId = await creates(userApi.createUser({ body: person('ada@example.com', 'Lab') }), 'User');
    const group = { profile: { name: 'Engines & Numbers', description: 'Invented' } };
    const groupId = await creates(groupApi.createGroup({ group }), 'UserGroup');
    const path = `/groups/${groupId}`;

    const seat = `${path}/users/${userId}`;
    await does(
      groupApi.assignUserToGroup({ groupId, userId }),
      `PUT ${seat} 204, assign UserGroup ${groupId} ${userId}`,
    );
    expect((await all(groupApi.listGroupUsers({ groupId }))).map(({ id }) => id)).toEqual([userId]);
    expect((await all(userApi.listUserGroups({ userId }))).map(({ id }) => id)).toContain(groupId);
    const q = 'Engines &';
    expect((await does(all(groupApi.listGroups({ q })), `GET /groups?q=${q} 200`)).map(({ id }) => id)).toEqual([
      groupId,
    ]);

    const renamed = { profile: { name: 'Engines', description: 'Invented' } };
    await does(groupApi.replaceGroup({ groupId, group: renamed }), `PUT ${path} 200, update UserGroup ${groupId}`);
    await does(
      groupApi.unassignUserFromGroup({ groupId, userId }),
      `DELETE ${seat} 204, unassign UserGroup ${groupId} ${userId}`,
    );
    expect(await all(groupApi.listGroupUsers({ groupId }))).toEqual([]);
    await does(groupApi.deleteGroup({ groupId }), `DELETE ${path} 204, delete UserGroup ${groupId}`);
    await expect(groupApi.getGroup({ groupId })).rejects.toMatchObject({ status: 404, errorCode: 'E0000007' });
  });

  test('group rules: create, activate (its people join), deactivate, replace, delete', async () => {
    const { groupApi, userApi } = client;
    const userId = await creates(userApi.createUser({ body: person('ada@example.com', 'Difference Engine') }), 'User');
    const groupId = await creates(groupApi.createGroup({ group: { profile: { name: 'Engine' } } }), 'UserGroup');
    const rule: okta.CreateGroupRuleRequest = {
      type: 'group_rule',
      name: 'Engine people',
      conditions: {
        expression: { value: 'user.department=="Difference Engine"', type: 'urn:okta:expression:1.0' },
      },
      actions: { assignUserToGroups: { groupIds: [groupId] } },
    };
    const ruleId = await creates(groupApi.createGroupRule({ groupRule: rule }), 'GroupRule');
    const path = `/groups/rules/${ruleId}`;
    expect((await all(groupApi.listGroupRules({ search: 'Engine people' }))).map(({ id }) => id)).toEqual([ruleId]);

    await does(
      groupApi.activateGroupRule({ ruleId }),
      `POST ${path}/lifecycle/activate 204, lifecycle GroupRule ${ruleId}, assign UserGroup ${groupId} ${userId}`,
    );
    expect((await groupApi.getGroupRule({ ruleId })).status).toBe('ACTIVE');
    expect((await all(groupApi.listGroupUsers({ groupId }))).map(({ id }) => id)).toEqual([userId]);
    await expect(groupApi.replaceGroupRule({ ruleId, groupRule: rule })).rejects.toMatchObject({ status: 400 });
    await does(
      groupApi.deactivateGroupRule({ ruleId }),
      `POST ${path}/lifecycle/deactivate 204, lifecycle GroupRule ${ruleId}`,
    );
    const groupRule = { ...rule, name: 'Engine folk' };
    await does(groupApi.replaceGroupRule({ ruleId, groupRule }), `PUT ${path} 200, update GroupRule ${ruleId}`);
    await does(groupApi.deleteGroupRule({ ruleId }), `DELETE ${path} 202, delete GroupRule ${ruleId}`);
  });

  const bookmark: okta.BookmarkApplication = {
    name: 'bookmark',
    label: 'Wiki',
    signOnMode: 'BOOKMARK',
    settings: { app: { url: 'https://wiki.example.com' } },
  };
  const oidc: okta.OpenIdConnectApplication = {
    name: 'oidc_client',
    label: 'Single page',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'none' } },
    settings: {
      oauthClient: {
        application_type: 'browser',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: ['https://app.example.com/callback'],
      },
    },
  };
  const saml: okta.SamlApplication = {
    label: 'Payroll',
    signOnMode: 'SAML_2_0',
    settings: {
      signOn: {
        ssoAcsUrl: 'https://pay.example.com/acs',
        audience: 'https://pay.example.com',
        idpIssuer: 'http://www.okta.com/${org.externalKey}',
        requestCompressed: false,
        allowMultipleAcsEndpoints: false,
        recipient: 'https://pay.example.com/acs',
        destination: 'https://pay.example.com/acs',
        subjectNameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        subjectNameIdTemplate: '${user.userName}',
        responseSigned: true,
        assertionSigned: true,
        signatureAlgorithm: 'RSA_SHA256',
        digestAlgorithm: 'SHA256',
        honorForceAuthn: true,
        authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
        attributeStatements: [],
      },
    },
  };

  test.each([
    { kind: 'bookmark', application: bookmark },
    { kind: 'OpenID Connect', application: oidc },
    { kind: 'SAML', application: saml },
  ])('$kind app: create, assign user and group, relabel, unassign, deactivate, delete', async ({ application }) => {
    const { applicationApi, groupApi, userApi } = client;
    const userId = await creates(userApi.createUser({ body: person('ada@example.com', 'Lab') }), 'User');
    const groupId = await creates(groupApi.createGroup({ group: { profile: { name: 'Readers' } } }), 'UserGroup');
    const appId = await creates(applicationApi.createApplication({ application }), 'AppInstance');
    const path = `/apps/${appId}`;
    const made = await applicationApi.getApplication({ appId });
    const { label, signOnMode, settings } = application;
    expect(made).toMatchObject({ label, signOnMode, status: 'ACTIVE', settings });

    await does(
      applicationApi.assignUserToApplication({ appId, appUser: { id: userId } }),
      `POST ${path}/users 200, assign AppUser ${appId} ${userId}`,
    );
    await does(
      applicationApi.assignGroupToApplication({ appId, groupId }),
      `PUT ${path}/groups/${groupId} 200, assign AppGroup ${appId} ${groupId}`,
    );
    expect((await all(applicationApi.listApplicationUsers({ appId }))).map(({ id }) => id)).toEqual([userId]);
    const groups = await all(applicationApi.listApplicationGroupAssignments({ appId }));
    expect(groups.map(({ id }) => id)).toEqual([groupId]);

    const relabelled = { ...application, label: 'Renamed' };
    await does(
      applicationApi.replaceApplication({ appId, application: relabelled }),
      `PUT ${path} 200, update AppInstance ${appId}`,
    );
    expect((await all(applicationApi.listApplications({ q: 'Renamed' }))).map(({ id }) => id)).toEqual([appId]);

    await does(
      applicationApi.unassignUserFromApplication({ appId, userId }),
      `DELETE ${path}/users/${userId} 204, unassign AppUser ${appId} ${userId}`,
    );
    await does(
      applicationApi.unassignApplicationFromGroup({ appId, groupId }),
      `DELETE ${path}/groups/${groupId} 204, unassign AppGroup ${appId} ${groupId}`,
    );
    await expect(applicationApi.deleteApplication({ appId })).rejects.toMatchObject({ status: 403 });
    await does(
      applicationApi.deactivateApplication({ appId }),
      `POST ${path}/lifecycle/deactivate 200, lifecycle AppInstance ${appId}`,
    );
    await does(applicationApi.deleteApplication({ appId }), `DELETE ${path} 204, delete AppInstance ${appId}`);
  });

  test('policies and rules: create, list by type, replace, deactivate, delete', async () => {
    const { policyApi } = client;
    const policy: okta.OktaSignOnPolicy = { type: 'OKTA_SIGN_ON', name: 'Short sessions', description: 'Invented' };
    const policyId = await creates(policyApi.createPolicy({ policy }), 'Policy');
    const path = `/policies/${policyId}`;
    const listed = await does(
      all(policyApi.listPolicies({ type: 'OKTA_SIGN_ON' })),
      'GET /policies?type=OKTA_SIGN_ON 200',
    );
    expect(listed.map(({ id }) => id)).toContain(policyId);
    expect(listed.at(-1)?.system).toBe(true);

    const policyRule: okta.OktaSignOnPolicyRule = {
      type: 'SIGN_ON',
      name: 'An hour',
      actions: {
        signon: {
          access: 'ALLOW',
          requireFactor: false,
          session: { maxSessionLifetimeMinutes: 60, usePersistentCookie: false },
        },
      },
      conditions: { network: { connection: 'ANYWHERE' } },
    };
    const ruleId = await creates(policyApi.createPolicyRule({ policyId, policyRule }), 'PolicyRule');
    const rule = `${path}/rules/${ruleId}`;
    await does(
      policyApi.replacePolicyRule({ policyId, ruleId, policyRule: { ...policyRule, name: 'Sixty minutes' } }),
      `PUT ${rule} 200, update PolicyRule ${ruleId}`,
    );
    expect((await all(policyApi.listPolicyRules({ policyId }))).map(({ name }) => name)).toEqual(['Sixty minutes']);
    await does(
      policyApi.deactivatePolicyRule({ policyId, ruleId }),
      `POST ${rule}/lifecycle/deactivate 204, lifecycle PolicyRule ${ruleId}`,
    );
    await does(policyApi.deletePolicyRule({ policyId, ruleId }), `DELETE ${rule} 204, delete PolicyRule ${ruleId}`);

    await does(
      policyApi.replacePolicy({ policyId, policy: { ...policy, description: 'Still invented' } }),
      `PUT ${path} 200, update Policy ${policyId}`,
    );
    await does(
      policyApi.deactivatePolicy({ policyId }),
      `POST ${path}/lifecycle/deactivate 204, lifecycle Policy ${policyId}`,
    );
    await does(policyApi.deletePolicy({ policyId }), `DELETE ${path} 204, delete Policy ${policyId}`);
  });
});
