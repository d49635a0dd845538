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

test.each([
  ['PASSWORD', 1, undefined],
  ['ACCESS_POLICY', 0, 99],
])('rules of a %s policy are numbered from %i, the system rule last', async (type, base, last) => {
  const { call } = demoOrg();
  const policy = (await list(call, type)).at(-1);
  const path = `/api/v1/policies/${policy.id}/rules`;
  const create = async (name: string, priority?: number) =>
    (
      await call('POST', path, {
        name,
        conditions: { network: { connection: 'ZONE' } },
        ...(priority !== undefined && { priority }),
      })
    ).json;
  const shown = async () =>
    (await call('GET', path)).json.map((rule: { name: string; priority: number }) => `${rule.priority} ${rule.name}`);
  await create('a');
  const b = await create('b', base);
  const c = await create('c', base + 1);
  const system = `${last ?? base + 3} Default Rule`;
  expect(c).toMatchObject({ priority: base + 1, conditions: { network: { connection: 'ZONE' } } });
  expect(await shown()).toEqual([`${base} b`, `${base + 1} c`, `${base + 2} a`, system]);
  await call('PUT', `${path}/${c.id}`, { name: 'c', priority: 98 });
  expect(await shown()).toEqual([`${base} b`, `${base + 1} a`, `${base + 2} c`, system]);
  await call('DELETE', `${path}/${b.id}`);
  expect(await shown()).toEqual([`${base} a`, `${base + 1} c`, `${last ?? base + 2} Default Rule`]);
});

test('an access policy is born with its catch-all rule, and is cloned with all of them', async () => {
  const { org, call } = demoOrg();
  const { id } = (await call('POST', '/api/v1/policies', { type: 'ACCESS_POLICY', name: 'Night' })).json;
  await call('POST', `/api/v1/policies/${id}/rules`, { name: 'First' });
  const clone = (await call('POST', `/api/v1/policies/${id}/clone`)).json;
  const rules = async (policy: string) =>
    (await call('GET', `/api/v1/policies/${policy}/rules`)).json.map((rule: { name: string; system: boolean }) => [
      rule.name,
      rule.system,
    ]);
  expect(clone).toMatchObject({ name: '[cloned] Night', type: 'ACCESS_POLICY', system: false });
  for (const policy of [id, clone.id])
    expect(await rules(policy)).toEqual([
      ['First', false],
      ['Catch-all Rule', true],
    ]);
  expect(org.journal.flatMap(({ changes }) => changes)).toHaveLength(3);
});
