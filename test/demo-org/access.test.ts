import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operations } from '../../generated/operations.js';
import { roleAllows } from '../../src/demo-org/access.js';
import type { DemoOrg, DemoOrgOptions } from '../../src/demo-org/demo-org.js';
import { ROLE_RIGHTS } from '../../src/demo-org/role-rights.js';
import type { Method } from '../../src/demo-org/router.js';
import { readSpecification } from '../../src/package-files.js';
import type { ToolFile } from '../../src/tools/definition.js';
import { demoOrg, NOON, profile, walk } from './client.js';

const SCOPES = [
  ...['users', 'groups', 'apps', 'policies', 'roles', 'devices'].map((noun) => `okta.${noun}.manage`),
  ...['logs', 'orgs', 'schemas', 'authorizationServers', 'networkZones'].map((noun) => `okta.${noun}.read`),
];

/** An org and a function that calls it as somebody with every scope and these roles. */
function as(grant: Omit<Parameters<DemoOrg['issueToken']>[0], 'scopes'>, options?: DemoOrgOptions) {
  const { org, call } = demoOrg(options);
  const token = org.issueToken({ scopes: SCOPES, ...grant });
  return { org, owner: call, call: caller(call, `Bearer ${token}`) };
}

const caller =
  (call: ReturnType<typeof demoOrg>['call'], authorization: string) => (method: string, path: string, body?: unknown) =>
    call(method, path, body, authorization);

const outcome = ({ status, json }: { status: number; json: { errorCode?: string } | undefined }) =>
  [status, json?.errorCode].filter(Boolean).join(' ');

describe('roles, section 3.1 of the facts', () => {
  test.each([
    ['SUPER_ADMIN', 'GET', '/api/v1/iam/assignees/users', '200'],
    ['SUPER_ADMIN', 'GET', '/api/v1/apps', '200'],
    ['ORG_ADMIN', 'GET', '/api/v1/policies?type=OKTA_SIGN_ON', '200'],
    ['ORG_ADMIN', 'GET', '/api/v1/logs', '200'],
    ['ORG_ADMIN', 'GET', '/api/v1/apps', '200'],
    ['ORG_ADMIN', 'POST', '/api/v1/apps', '403 E0000006'],
    ['ORG_ADMIN', 'GET', '/api/v1/iam/assignees/users', '403 E0000006'],
    ['APP_ADMIN', 'GET', '/api/v1/users', '200'],
    ['APP_ADMIN', 'GET', '/api/v1/groups', '200'],
    ['APP_ADMIN', 'GET', '/api/v1/apps', '200'],
    ['APP_ADMIN', 'GET', '/api/v1/logs', '200'],
    ['APP_ADMIN', 'POST', '/api/v1/groups', '403 E0000006'],
    ['APP_ADMIN', 'GET', '/api/v1/zones', '403 E0000006'],
    ['USER_ADMIN', 'GET', '/api/v1/users', '200'],
    ['USER_ADMIN', 'POST', '/api/v1/groups', '200'],
    ['USER_ADMIN', 'GET', '/api/v1/apps', '403 E0000006'],
    ['USER_ADMIN', 'GET', '/api/v1/logs', '403 E0000006'],
    ['HELP_DESK_ADMIN', 'GET', '/api/v1/users', '200'],
    ['HELP_DESK_ADMIN', 'POST', '/api/v1/groups', '403 E0000006'],
    ['HELP_DESK_ADMIN', 'GET', '/api/v1/logs', '403 E0000006'],
    ['GROUP_MEMBERSHIP_ADMIN', 'GET', '/api/v1/users', '200'],
    ['GROUP_MEMBERSHIP_ADMIN', 'POST', '/api/v1/groups', '403 E0000006'],
    ['READ_ONLY_ADMIN', 'GET', '/api/v1/users', '200'],
    ['READ_ONLY_ADMIN', 'GET', '/api/v1/logs', '200'],
    ['READ_ONLY_ADMIN', 'POST', '/api/v1/groups', '403 E0000006'],
    ['READ_ONLY_ADMIN', 'GET', '/api/v1/iam/assignees/users', '403 E0000006'],
    ['REPORT_ADMIN', 'GET', '/api/v1/logs', '200'],
    ['REPORT_ADMIN', 'GET', '/api/v1/users', '403 E0000006'],
    ['API_ACCESS_MANAGEMENT_ADMIN', 'GET', '/api/v1/authorizationServers', '200'],
    ['API_ACCESS_MANAGEMENT_ADMIN', 'GET', '/api/v1/zones', '403 E0000006'],
    ['MOBILE_ADMIN', 'GET', '/api/v1/devices', '200'],
    ['MOBILE_ADMIN', 'GET', '/api/v1/users', '403 E0000006'],
    ['WORKFLOWS_ADMIN', 'GET', '/api/v1/users', '403 E0000006'],
    ['NO_SUCH_ROLE', 'GET', '/api/v1/users', '403 E0000006'],
  ])('%s: %s %s answers %s', async (role, method, path, want) => {
    const { call, org } = as({ roles: [role] });
    const body = method === 'POST' ? { profile: { name: 'New' } } : undefined;
    expect(outcome(await call(method, path, body))).toBe(want);
    if (want !== '200') expect(org.journal[0]?.changes).toEqual([]);
  });

  test.each([
    ['unlock', '200'],
    ['reset_password?sendEmail=false', '200'],
    ['suspend', '403 E0000006'],
    ['deactivate', '403 E0000006'],
  ])('a help desk may %s: %s', async (operation, want) => {
    const { call, owner } = as({ roles: ['HELP_DESK_ADMIN'] });
    const filter = `status eq "${operation === 'unlock' ? 'LOCKED_OUT' : 'ACTIVE'}"`;
    const found = (await owner('GET', `/api/v1/users?filter=${encodeURIComponent(filter)}`)).json;
    const roles = await Promise.all(found.map(({ id }: { id: string }) => owner('GET', `/api/v1/users/${id}/roles`)));
    const ordinary = found.find((_: unknown, index: number) => roles[index]!.json.length === 0);
    const answer = await call('POST', `/api/v1/users/${ordinary.id}/lifecycle/${operation}`);
    expect(outcome(answer)).toBe(want);
  });

  test('every tool whose roles are verified is open to them and to nobody else', () => {
    const { tools } = JSON.parse(readFileSync('generated/tools.json', 'utf8')) as ToolFile;
    const verified = tools.filter(({ roles }) => roles.verified);
    expect(verified.length).toBeGreaterThan(50);
    const differences = verified.flatMap(({ name, operation, roles, scopes }) => {
      const { method, path } = operations[operation as keyof typeof operations];
      // The narrowest scope of each alternative is what the operation needs.
      const route = { method: method as Method, template: path, scopes: scopes.map(([scope]) => scope!) };
      const open = Object.keys(ROLE_RIGHTS).filter((role) => roleAllows(role, route));
      const want = [...new Set(['SUPER_ADMIN', ...roles.anyOf])];
      const more = open.filter((role) => !want.includes(role));
      const fewer = want.filter((role) => !open.includes(role));
      return more.length + fewer.length === 0 ? [] : [{ name, more, fewer }];
    });
    expect(differences).toEqual([]);
  });

  test("what is one's own in governance needs no role, the rest its administrators", async () => {
    const { org } = demoOrg({ specification: readSpecification });
    const scopes = ['okta.governance.principalSettings.read', 'okta.governance.accessCertifications.read'];
    const status = async (roles: string[], path: string) => {
      const authorization = `Bearer ${org.issueToken({ scopes, roles })}`;
      return (await org.fetch(new Request(org.origin + path, { headers: { authorization } }))).status;
    };
    expect(await status(['REPORT_ADMIN'], '/governance/api/v1/my/settings')).toBe(200);
    expect(await status(['REPORT_ADMIN'], '/governance/api/v1/campaigns')).toBe(403);
    expect(await status(['ACCESS_CERTIFICATIONS_ADMIN'], '/governance/api/v1/campaigns')).toBe(200);
  });

  test('several roles add up', async () => {
    const { call } = as({ roles: ['REPORT_ADMIN', 'USER_ADMIN'] });
    expect((await call('GET', '/api/v1/logs')).status).toBe(200);
    expect((await call('GET', '/api/v1/users')).status).toBe(200);
    expect(outcome(await call('GET', '/api/v1/apps'))).toBe('403 E0000006');
  });
});

describe('no role at all, by switch', () => {
  test.each([
    ['empty', 'GET', '/api/v1/users', '200'],
    ['empty', 'GET', '/api/v1/groups', '200'],
    ['empty', 'GET', '/api/v1/iam/assignees/users', '403 E0000006'],
    ['empty', 'GET', '/api/v1/users/me', '403 E0000006'],
    ['empty', 'POST', '/api/v1/groups', '403 E0000006'],
    ['refuse', 'GET', '/api/v1/users', '403 E0000006'],
    ['refuse', 'GET', '/api/v1/users/me', '403 E0000006'],
    ['refuse', 'POST', '/api/v1/groups', '403 E0000006'],
  ] as const)('%s: %s %s answers %s', async (noRole, method, path, want) => {
    const subject = 'x@y.example';
    const { org, call } = demoOrg({ habits: { noRole } });
    await call('POST', '/api/v1/users', { profile: profile(subject) });
    const token = org.issueToken({ scopes: SCOPES, subject });
    const body = method === 'POST' ? { profile: { name: 'New' } } : undefined;
    const answer = await call(method, path, body, `Bearer ${token}`);
    expect(outcome(answer)).toBe(want);
    if (want === '200') expect(answer.json).toEqual([]);
  });
});

describe('targets', () => {
  /** Ids of two groups of different sizes, their members, and everybody, as a super administrator sees them. */
  async function scene(owner: ReturnType<typeof demoOrg>['call']) {
    const groups: { id: string; type: string; profile: { name: string } }[] = (
      await owner('GET', '/api/v1/groups?limit=200')
    ).json;
    const made = groups.filter(({ type }) => type === 'OKTA_GROUP');
    const members = await Promise.all(made.map(({ id }) => walk(owner, `/api/v1/groups/${id}/users`)));
    const everybody = await walk(owner, '/api/v1/users');
    const holders: { id: string }[] = (await owner('GET', '/api/v1/iam/assignees/users')).json.value;
    const administrators = new Set(holders.map(({ id }) => id));
    const index = members.findIndex((ids) => ids.length > 2 && ids.some((id) => !administrators.has(id)));
    const inside = members[index]!;
    return {
      groups,
      made,
      everybody,
      target: made[index]!.id,
      inside,
      member: inside.find((id) => !administrators.has(id))!,
      outsider: everybody.find((id) => !inside.includes(id) && !administrators.has(id))!,
      administrators,
    };
  }

  const within = async (role: string, options?: DemoOrgOptions) => {
    const { org, call: owner } = demoOrg(options);
    const facts = await scene(owner);
    const token = org.issueToken({ scopes: SCOPES, roles: [role], targets: { groups: [facts.target] } });
    return { org, owner, call: caller(owner, `Bearer ${token}`), ...facts };
  };

  test('lists hold the targets and nothing else', async () => {
    const { call, inside, target, member } = await within('USER_ADMIN');
    expect((await walk(call, '/api/v1/users?limit=2')).sort()).toEqual([...inside].sort());
    expect(await walk(call, '/api/v1/groups')).toEqual([target]);
    expect(await walk(call, `/api/v1/users/${member}/groups`)).toEqual([target]);
  });

  test.each([
    ['refuse', '403 E0000006'],
    ['hide', '404 E0000007'],
  ] as const)('a record outside, by switch: %s', async (outsideTargets, want) => {
    const { call, groups, target, member, outsider } = await within('USER_ADMIN', { habits: { outsideTargets } });
    const other = groups.find(({ id }) => id !== target)!.id;
    expect(outcome(await call('GET', `/api/v1/users/${member}`))).toBe('200');
    expect(outcome(await call('GET', `/api/v1/groups/${target}`))).toBe('200');
    expect(outcome(await call('GET', `/api/v1/users/${outsider}`))).toBe(want);
    expect(outcome(await call('POST', `/api/v1/users/${outsider}/lifecycle/suspend`))).toBe(want);
    expect(outcome(await call('GET', `/api/v1/groups/${other}`))).toBe(want);
    expect(outcome(await call('GET', `/api/v1/groups/${other}/users`))).toBe(want);
    expect(outcome(await call('GET', '/api/v1/users/00uMISSING'))).toBe('404 E0000007');
  });

  test('a group administrator changes and creates within the targets only', async () => {
    const { call, target, member } = await within('USER_ADMIN');
    const changes = async (method: string, path: string, body?: unknown) => outcome(await call(method, path, body));
    const person = (login: string, groupIds?: string[]) => ({ profile: profile(login), ...(groupIds && { groupIds }) });
    expect(await changes('POST', `/api/v1/users/${member}`, { profile: { title: 'Changed' } })).toBe('200');
    expect(await changes('POST', '/api/v1/users', person('a@b.example', [target]))).toBe('200');
    expect(await changes('POST', '/api/v1/users', person('c@d.example'))).toBe('403 E0000006');
    expect(await changes('POST', '/api/v1/users', person('e@f.example', ['00gElsewhere']))).toBe('403 E0000006');
    expect(await changes('POST', '/api/v1/groups', { profile: { name: 'New' } })).toBe('403 E0000006');
  });

  test('a membership administrator finds anybody and puts them into the targets', async () => {
    const { call, everybody, made, target, outsider } = await within('GROUP_MEMBERSHIP_ADMIN');
    const other = made.find(({ id }) => id !== target)!.id;
    expect((await walk(call, '/api/v1/users')).length).toBe(everybody.length);
    expect(await walk(call, '/api/v1/groups')).toEqual([target]);
    expect(outcome(await call('PUT', `/api/v1/groups/${target}/users/${outsider}`))).toBe('204');
    expect(outcome(await call('PUT', `/api/v1/groups/${other}/users/${outsider}`))).toBe('403 E0000006');
  });

  test('an application administrator sees the targeted applications, by id or catalog name', async () => {
    const { org, call: owner } = demoOrg();
    const apps: { id: string; name: string }[] = (await owner('GET', '/api/v1/apps?limit=200')).json;
    const [first, second] = [apps[0]!, apps.find(({ name }) => name !== apps[0]!.name)!];
    const targets = { apps: [first.id, second.name] };
    const call = caller(owner, `Bearer ${org.issueToken({ scopes: SCOPES, roles: ['APP_ADMIN'], targets })}`);
    const want = apps.filter(({ id, name }) => id === first.id || name === second.name).map(({ id }) => id);
    const other = apps.find(({ id }) => !want.includes(id))!;
    expect(await walk(call, '/api/v1/apps?limit=1')).toEqual(want);
    expect(outcome(await call('GET', `/api/v1/apps/${other.id}`))).toBe('403 E0000006');
    expect(outcome(await call('POST', `/api/v1/apps/${first.id}/lifecycle/deactivate`))).toBe('200');
    expect((await call('GET', '/api/v1/users')).json.length).toBeGreaterThan(2);
  });

  test('a role without targets beside one with them sees everything it may see', async () => {
    const { org, owner, everybody, target } = await within('USER_ADMIN');
    const roles = ['USER_ADMIN', 'READ_ONLY_ADMIN'];
    const token = org.issueToken({ scopes: SCOPES, roles, targets: { groups: [target] } });
    const call = caller(owner, `Bearer ${token}`);
    expect((await walk(call, '/api/v1/users')).length).toBe(everybody.length);
    expect(outcome(await call('POST', '/api/v1/groups', { profile: { name: 'New' } }))).toBe('403 E0000006');
  });

  test('any targets and any page size: every visible user once, nobody else', async () => {
    const { org, call: owner } = demoOrg();
    const { made } = await scene(owner);
    const members = new Map<string, string[]>();
    for (const { id } of made) members.set(id, await walk(owner, `/api/v1/groups/${id}/users`));
    const alive = new Set(await walk(owner, '/api/v1/users'));
    const ids = made.map(({ id }) => id);
    await fc.assert(
      fc.asyncProperty(fc.subarray(ids), fc.integer({ min: 1, max: 70 }), async (groups, limit) => {
        const token = org.issueToken({ scopes: SCOPES, roles: ['HELP_DESK_ADMIN'], targets: { groups } });
        const seen = await walk(caller(owner, `Bearer ${token}`), `/api/v1/users?limit=${limit}`);
        const want = new Set(groups.flatMap((id) => members.get(id)!).filter((id) => alive.has(id)));
        expect(seen.toSorted()).toEqual([...want].sort());
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    ['USER_ADMIN', 'READ_ONLY_ADMIN', '403 E0000006'],
    ['USER_ADMIN', undefined, '200'],
    ['ORG_ADMIN', 'SUPER_ADMIN', '403 E0000006'],
    ['ORG_ADMIN', 'READ_ONLY_ADMIN', '200'],
    ['SUPER_ADMIN', 'SUPER_ADMIN', '200'],
  ])('%s changes somebody who is %s: %s', async (role, held, want) => {
    const { call, owner } = as({ roles: [role] });
    const { id } = (await owner('POST', '/api/v1/users', { profile: profile('x@y.example') })).json;
    if (held) await owner('POST', `/api/v1/users/${id}/roles`, { type: held });
    expect(outcome(await call('POST', `/api/v1/users/${id}`, { profile: { title: 'Changed' } }))).toBe(want);
    expect((await call('GET', `/api/v1/users/${id}`)).status).toBe(200);
  });
});

describe('credentials', () => {
  test('a DPoP token is an access token; its challenge names the scheme', async () => {
    const { org, call } = demoOrg();
    const token = org.issueToken({ scopes: ['okta.users.read'] });
    expect((await call('GET', '/api/v1/users', undefined, `DPoP ${token}`)).status).toBe(200);
    const refused = await call('GET', '/api/v1/groups', undefined, `DPoP ${token}`);
    expect([refused.status, refused.text]).toEqual([403, '']);
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512", authorization_uri=".*", error="insufficient_scope", /,
    );
  });

  test('an access token is no API token, nor the other way round', async () => {
    const { org, call } = demoOrg();
    const token = org.issueToken({ scopes: ['okta.users.read'] });
    expect(outcome(await call('GET', '/api/v1/users', undefined, `SSWS ${token}`))).toBe('401 E0000011');
    expect((await call('GET', '/api/v1/users', undefined, `Bearer ${org.token}`)).status).toBe(401);
  });

  test('life: for so many seconds, or for ever', async () => {
    let now = NOON;
    const { org, call } = demoOrg({ now: () => now });
    const short = `Bearer ${org.issueToken({ scopes: SCOPES, expiresIn: 60 })}`;
    const endless = `Bearer ${org.issueToken({ scopes: SCOPES })}`;
    const status = async (token: string) => (await call('GET', '/api/v1/groups', undefined, token)).status;
    now += 59_999;
    expect([await status(short), await status(endless)]).toEqual([200, 200]);
    now += 1;
    expect([await status(short), await status(endless)]).toEqual([401, 200]);
    now += 10 * 365 * 86_400_000;
    expect(await status(endless)).toBe(200);
  });

  test('an API token ends after 30 days without use, counted from the last one', async () => {
    let now = NOON;
    const { org, call } = demoOrg({ now: () => now });
    const DAY = 86_400_000;
    const { id } = (await call('GET', '/api/v1/users/me')).json;
    const token = `SSWS ${org.issueApiToken({ subject: id })}`;
    expect(token).toMatch(/^SSWS 00\w{40}$/);
    const code = async () => outcome(await call('GET', '/api/v1/groups', undefined, token));
    for (const [wait, want] of [
      [29 * DAY, '200'],
      [29 * DAY, '200'],
      [30 * DAY, '401 E0000011'],
      [0, '401 E0000011'],
    ] as const) {
      now += wait;
      expect(await code()).toBe(want);
    }
  });

  test('a revoked token and the token of somebody deactivated are refused', async () => {
    const { org, call } = demoOrg();
    const { id } = (await call('POST', '/api/v1/users', { profile: profile('x@y.example') })).json;
    const grant = { scopes: SCOPES, subject: 'x@y.example', roles: ['SUPER_ADMIN'] };
    const [first, second] = [org.issueToken(grant), org.issueToken(grant)];
    const status = async (token: string) =>
      (await call('GET', '/api/v1/users/me', undefined, `Bearer ${token}`)).status;
    expect([await status(first), await status(second)]).toEqual([200, 200]);
    org.revokeToken(first);
    expect([await status(first), await status(second)]).toEqual([401, 200]);
    await call('POST', `/api/v1/users/${id}/lifecycle/deactivate`);
    expect(await status(second)).toBe(401);
  });

  test('a person acts with the roles held at the time of the call, those of groups too', async () => {
    const { org, call } = demoOrg();
    const { id } = (await call('POST', '/api/v1/users', { profile: profile('x@y.example') })).json;
    const token = `Bearer ${org.issueToken({ scopes: SCOPES, subject: id })}`;
    const apiToken = `SSWS ${org.issueApiToken({ subject: id })}`;
    const reads = async (one: string) => (await call('GET', '/api/v1/groups', undefined, one)).json.length > 0;
    const both = async () => [await reads(token), await reads(apiToken)];
    expect(await both()).toEqual([false, false]);
    const role = (await call('POST', `/api/v1/users/${id}/roles`, { type: 'READ_ONLY_ADMIN' })).json;
    expect(await both()).toEqual([true, true]);
    await call('DELETE', `/api/v1/users/${id}/roles/${role.id}`);
    expect(await both()).toEqual([false, false]);
    const group = (await call('POST', '/api/v1/groups', { profile: { name: 'Administrators' } })).json;
    await call('POST', `/api/v1/groups/${group.id}/roles`, { type: 'ORG_ADMIN' });
    await call('PUT', `/api/v1/groups/${group.id}/users/${id}`);
    expect(await both()).toEqual([true, true]);
  });

  test('a person acts within the targets their role has been given', async () => {
    const { org, call } = demoOrg();
    const { id } = (await call('POST', '/api/v1/users', { profile: profile('x@y.example') })).json;
    const role = (await call('POST', `/api/v1/users/${id}/roles`, { type: 'USER_ADMIN' })).json;
    const token = `Bearer ${org.issueToken({ scopes: SCOPES, subject: id })}`;
    const groups = async () =>
      (await call('GET', '/api/v1/groups', undefined, token)).json.map((g: { id: string }) => g.id);
    const all = await walk(call, '/api/v1/groups');
    expect(await groups()).toEqual(all);
    const target = `/api/v1/users/${id}/roles/${role.id}/targets/groups/${all[1]}`;
    expect((await call('PUT', target)).status).toBe(204);
    expect(await groups()).toEqual([all[1]]);
  });

  test('"me" is the person behind the token', async () => {
    const { org, call } = demoOrg();
    const { id } = (await call('POST', '/api/v1/users', { profile: profile('x@y.example') })).json;
    const token = org.issueToken({ scopes: SCOPES, subject: id, roles: ['HELP_DESK_ADMIN'], targets: { groups: [] } });
    expect((await call('GET', '/api/v1/users/me', undefined, `Bearer ${token}`)).json.id).toBe(id);
    const app = org.issueToken({ scopes: SCOPES });
    expect(outcome(await call('GET', '/api/v1/users/me', undefined, `Bearer ${app}`))).toBe('404 E0000007');
  });
});
