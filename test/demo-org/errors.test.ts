import { describe, expect, test } from 'vitest';
import { demoOrg, NOON } from './client.js';

/** Method, path, body, status, error code: section 2.2 of the Okta facts. */
test.each([
  ['GET', '/api/v1/users/00uMISSING', undefined, 404, 'E0000007'],
  ['GET', '/api/v1/groups/00gMISSING', undefined, 404, 'E0000007'],
  ['GET', '/api/v1/groups/rules/0prMISSING', undefined, 404, 'E0000007'],
  ['GET', '/api/v1/apps/0oaMISSING', undefined, 404, 'E0000007'],
  ['GET', '/api/v1/policies/00pMISSING', undefined, 404, 'E0000007'],
  ['GET', '/api/v1/zones/nzoMISSING', undefined, 404, 'E0000007'],
  ['GET', '/api/v1/nothing/here', undefined, 404, 'E0000008'],
  ['GET', '/api/v1/users//groups', undefined, 404, 'E0000008'],
  ['GET', '/api/v1/users/%E0%A4%A', undefined, 404, 'E0000008'],
  ['PATCH', '/api/v1/users', {}, 405, 'E0000022'],
  ['DELETE', '/api/v1/logs', undefined, 405, 'E0000022'],
  ['POST', '/api/v1/users', '{"profile":', 400, 'E0000003'],
  ['POST', '/api/v1/users', '[]', 400, 'E0000003'],
  ['POST', '/api/v1/users', '', 400, 'E0000003'],
  ['POST', '/api/v1/users', {}, 400, 'E0000001'],
  ['POST', '/api/v1/groups', { profile: { name: ' ' } }, 400, 'E0000001'],
  ['POST', '/api/v1/groups', { profile: { name: 'Engineering' } }, 409, 'E0000055'],
  ['POST', '/api/v1/apps', { label: 'x' }, 400, 'E0000001'],
  ['GET', '/api/v1/policies', undefined, 400, 'E0000028'],
  ['GET', '/api/v1/policies?type=NOPE', undefined, 400, 'E0000001'],
  ['GET', '/api/v1/users?limit=0', undefined, 400, 'E0000001'],
  ['GET', '/api/v1/users?limit=ten', undefined, 400, 'E0000001'],
  ['GET', '/api/v1/users?after=made-up', undefined, 400, 'E0000029'],
  ['GET', '/api/v1/users?q=a&filter=status+eq+%22ACTIVE%22', undefined, 400, 'E0000033'],
  ['GET', '/api/v1/users?filter=profile.city+eq+%22Berlin%22', undefined, 400, 'E0000053'],
  ['GET', '/api/v1/users?filter=status+sw+%22A%22', undefined, 400, 'E0000053'],
  ['GET', '/api/v1/users?filter=status', undefined, 400, 'E0000053'],
  ['GET', '/api/v1/users?search=status+ne+%22ACTIVE%22', undefined, 400, 'E0000031'],
  ['GET', '/api/v1/users?search=not+(status+eq+%22ACTIVE%22)', undefined, 400, 'E0000031'],
  ['GET', '/api/v1/logs?since=yesterday', undefined, 400, 'E0000030'],
  ['GET', '/api/v1/logs?since=2025-01-01T00:00:00Z', undefined, 400, 'E0000053'],
  ['GET', '/api/v1/logs?filter=published+gt+%222026-01-01%22', undefined, 400, 'E0000053'],
  ['GET', '/api/v1/logs?limit=1001', undefined, 400, 'E0000001'],
])('%s %s is refused', async (method, path, body, status, code) => {
  const { org, call } = demoOrg();
  const answer = await call(method, path, body);
  expect([answer.status, answer.json.errorCode]).toEqual([status, code]);
  expect(Object.keys(answer.json)).toEqual(
    expect.arrayContaining(['errorCode', 'errorSummary', 'errorId', 'errorCauses']),
  );
  expect(org.journal).toHaveLength(1);
  expect(org.journal[0]).not.toHaveProperty('change');
});

test('the error object of a missing user, to the letter', async () => {
  const { json } = await demoOrg().call('GET', '/api/v1/users/00uMISSING');
  expect(json).toEqual({
    errorCode: 'E0000007',
    errorSummary: 'Not found: Resource not found: 00uMISSING (User)',
    errorLink: 'E0000007',
    errorId: expect.stringMatching(/^oae\w{22}$/),
    errorCauses: [],
  });
});

test('the System Log words its errors differently', async () => {
  const { json } = await demoOrg().call('GET', '/api/v1/logs?since=2025-01-01T00:00:00Z');
  expect(json).not.toHaveProperty('errorLink');
  expect(json.errorId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a body that is not declared JSON is refused', async () => {
  const { org } = demoOrg();
  const authorization = `SSWS ${org.token}`;
  const request = new Request(`${org.origin}/api/v1/groups`, {
    method: 'POST',
    body: '{}',
    headers: { authorization },
  });
  expect(await (await org.fetch(request)).json()).toMatchObject({ errorCode: 'E0000021' });
});

test('every reply carries the headers of Okta', async () => {
  const { org, call } = demoOrg();
  const { headers } = await call('GET', '/api/v1/users/me');
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('x-okta-request-id')).toMatch(/^[0-9a-f]{32}$/);
  expect(headers.get('x-okta-request-id')).toBe(org.journal[0]?.requestId);
  expect(headers.get('date')).toBe('Sun, 01 Mar 2026 12:00:00 GMT');
  expect(headers.get('x-rate-limit-limit')).toBe('2000');
  expect(headers.get('x-rate-limit-remaining')).toBe('1999');
  expect(headers.get('x-rate-limit-reset')).toBe(String(NOON / 1000 + 60));
  expect((await call('GET', '/api/v1/users/me')).headers.get('x-rate-limit-remaining')).toBe('1998');
});

describe('access', () => {
  test.each([
    ['', 403, 'E0000005'],
    ['Basic dXNlcjpwYXNz', 403, 'E0000005'],
    ['SSWS 00wrong', 401, 'E0000011'],
    ['SSWS eyJhbGciOiJSUzI1NiJ9.e30.x', 401, 'E0000011'],
  ])('Authorization %j answers %i', async (authorization, status, code) => {
    const answer = await demoOrg().call('GET', '/api/v1/users', undefined, authorization);
    expect([answer.status, answer.json.errorCode]).toEqual([status, code]);
  });

  test('the organization document needs no credential', async () => {
    const { json } = await demoOrg().call('GET', '/.well-known/okta-organization', undefined, '');
    expect(json).toMatchObject({ id: expect.stringMatching(/^00o/), pipeline: 'idx' });
  });

  test('too few scopes: 403, empty, the scope needed in the challenge', async () => {
    const { org, call } = demoOrg();
    const bearer = `Bearer ${org.issueToken({ scopes: ['okta.users.read'] })}`;
    expect((await call('GET', '/api/v1/users', undefined, bearer)).status).toBe(200);
    const refused = await call('GET', '/api/v1/groups/00gX', undefined, bearer);
    expect([refused.status, refused.text]).toEqual([403, '']);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer authorization_uri="http://atlasworks-demo.example/oauth2/v1/authorize", ' +
        'realm="http://atlasworks-demo.example", scope="okta.groups.read", error="insufficient_scope", ' +
        'error_description="The access token provided does not contain the required scopes.", ' +
        'resource="/api/v1/groups/00gX"',
    );
  });

  test('manage includes read, read does not include manage', async () => {
    const { org, call } = demoOrg();
    const manage = `Bearer ${org.issueToken({ scopes: ['okta.groups.manage'] })}`;
    const read = `Bearer ${org.issueToken({ scopes: ['okta.groups.read'] })}`;
    expect((await call('GET', '/api/v1/groups', undefined, manage)).status).toBe(200);
    expect((await call('POST', '/api/v1/groups', { profile: { name: 'New' } }, read)).status).toBe(403);
    expect((await call('POST', '/api/v1/groups', { profile: { name: 'New' } }, manage)).status).toBe(200);
  });

  test('a table of scopes overrules the guess, and all of them are needed', async () => {
    const requiredScopes = (_: string, path: string) =>
      path === '/api/v1/groups' ? ['okta.a.read', 'okta.b.manage'] : undefined;
    const { org, call } = demoOrg({ requiredScopes });
    const one = `Bearer ${org.issueToken({ scopes: ['okta.a.manage'] })}`;
    const both = `Bearer ${org.issueToken({ scopes: ['okta.a.read', 'okta.b.manage'] })}`;
    expect((await call('GET', '/api/v1/groups', undefined, one)).status).toBe(403);
    expect((await call('GET', '/api/v1/groups', undefined, both)).status).toBe(200);
    expect((await call('GET', '/api/v1/users', undefined, both)).status).toBe(403);
  });

  test('unknown and expired Bearer tokens: 401, empty, invalid_token', async () => {
    let now = NOON;
    const { org, call } = demoOrg({ now: () => now });
    const token = `Bearer ${org.issueToken({ scopes: ['okta.users.read'], expiresIn: 3600 })}`;
    now += 3_599_999;
    expect((await call('GET', '/api/v1/users', undefined, token)).status).toBe(200);
    now += 1;
    for (const authorization of [token, 'Bearer nonsense']) {
      const refused = await call('GET', '/api/v1/users', undefined, authorization);
      expect([refused.status, refused.text]).toEqual([401, '']);
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  test.each([
    [[], 'GET', '/api/v1/users', 200],
    [[], 'GET', '/api/v1/users/00uMISSING', 404],
    [[], 'GET', '/api/v1/org', 403],
    [[], 'POST', '/api/v1/groups', 403],
    [['READ_ONLY_ADMIN'], 'GET', '/api/v1/groups', 200],
    [['READ_ONLY_ADMIN'], 'POST', '/api/v1/groups', 403],
    [['USER_ADMIN'], 'POST', '/api/v1/groups', 200],
    [['USER_ADMIN'], 'GET', '/api/v1/apps', 403],
    [['APP_ADMIN'], 'GET', '/api/v1/apps', 200],
    [['ORG_ADMIN'], 'GET', '/api/v1/iam/assignees/users', 403],
  ])('roles %j: %s %s answers %i', async (roles, method, path, status) => {
    const { org, call } = demoOrg();
    const scopes = ['okta.users.manage', 'okta.groups.manage', 'okta.apps.manage', 'okta.orgs.read', 'okta.roles.read'];
    const body = method === 'POST' ? { profile: { name: 'New' } } : undefined;
    const answer = await call(method, path, body, `Bearer ${org.issueToken({ scopes, roles })}`);
    expect(answer.status).toBe(status);
    if (roles.length === 0 && status === 200) expect(answer.json).toEqual([]);
    if (status === 403) expect(answer.json.errorCode).toBe('E0000006');
  });

  test('the API token dies with its owner', async () => {
    const { call } = demoOrg();
    await call('POST', '/api/v1/users/me/lifecycle/deactivate');
    expect((await call('GET', '/api/v1/users')).json.errorCode).toBe('E0000011');
  });
});
