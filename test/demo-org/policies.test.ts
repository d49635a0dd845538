import { expect, test } from 'vitest';
import { type Call, demoOrg } from './client.js';

const list = async (call: Call, type: string) => (await call('GET', `/api/v1/policies?type=${type}`)).json;

test.each(['OKTA_SIGN_ON', 'PASSWORD', 'MFA_ENROLL', 'IDP_DISCOVERY', 'ACCESS_POLICY', 'PROFILE_ENROLLMENT'])(
  '%s has a system policy, last, that cannot go',
  async (type) => {
    const { call } = demoOrg();
    const policy = (await list(call, type)).at(-1);
    expect(policy).toMatchObject({ type, system: true, status: 'ACTIVE' });
    expect((await call('DELETE', `/api/v1/policies/${policy.id}`)).status).toBe(400);
    expect((await call('POST', `/api/v1/policies/${policy.id}/lifecycle/deactivate`)).status).toBe(400);
    const [rule] = (await call('GET', `/api/v1/policies/${policy.id}/rules`)).json;
    expect((await call('DELETE', `/api/v1/policies/${policy.id}/rules/${rule.id}`)).status).toBe(400);
  },
);

test('priorities stay 1..n with the system policy last', async () => {
  const { call } = demoOrg();
  const create = async (name: string, priority?: number) =>
    (await call('POST', '/api/v1/policies', { type: 'PASSWORD', name, ...(priority && { priority }) })).json;
  const names = async () =>
    (await list(call, 'PASSWORD')).map((p: { name: string; priority: number }) => `${p.priority} ${p.name}`);
  await create('b');
  const first = await create('a', 1);
  expect(await names()).toEqual(['1 a', '2 Long passwords for finance', '3 b', '4 Default Policy']);
  expect((await call('DELETE', `/api/v1/policies/${first.id}`)).status).toBe(204);
  expect(await names()).toEqual(['1 Long passwords for finance', '2 b', '3 Default Policy']);
});

test('a policy and its rule live', async () => {
  const { org, call } = demoOrg();
  const policy = (await call('POST', '/api/v1/policies?activate=false', { type: 'OKTA_SIGN_ON', name: 'Night' })).json;
  expect(policy).toMatchObject({ id: expect.stringMatching(/^00p/), status: 'INACTIVE', system: false });
  const path = `/api/v1/policies/${policy.id}`;
  expect((await call('POST', `${path}/lifecycle/activate`)).status).toBe(204);
  const rule = (await call('POST', `${path}/rules`, { type: 'SIGN_ON', name: 'r' })).json;
  expect(rule).toMatchObject({ type: 'SIGN_ON', status: 'ACTIVE', priority: 1 });
  expect((await call('POST', `${path}/rules`, { type: 'PASSWORD', name: 'r' })).status).toBe(400);
  expect((await call('PUT', `${path}/rules/${rule.id}`, { name: 'renamed' })).json.name).toBe('renamed');
  expect((await call('POST', `${path}/rules/${rule.id}/lifecycle/deactivate`)).status).toBe(204);
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', `${path}/rules/${rule.id}`)).status).toBe(404);
  expect(org.journal.filter(({ change }) => change).map(({ change }) => `${change?.kind} ${change?.type}`)).toEqual([
    'create Policy',
    'lifecycle Policy',
    'create PolicyRule',
    'update PolicyRule',
    'lifecycle PolicyRule',
    'delete Policy',
  ]);
});
