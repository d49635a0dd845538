import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDemoOrg } from '../../src/demo-org/demo-org.js';
import { type Call, caller, demoOrg, NOON, profile } from './client.js';

const READS = [
  '/api/v1/users?search=',
  '/api/v1/groups?expand=stats',
  '/api/v1/groups/rules',
  '/api/v1/apps?limit=200',
  '/api/v1/policies?type=PASSWORD&expand=rules',
  '/api/v1/users/me/factors',
  '/api/v1/iam/assignees/users',
  '/api/v1/iam/roles',
  '/api/v1/zones',
  '/api/v1/logs?since=2026-01-15T00:00:00Z&limit=1000',
];

const first = async (call: Call, path: string) => (await call('GET', path)).json[0]?.id as string;

const CHANGES: Record<string, (call: Call, serial: number) => Promise<unknown>> = {
  'create user': (call, n) => call('POST', '/api/v1/users', { profile: profile(`n${n}@atlasworks.example`) }),
  'update user': (call, n) => call('POST', '/api/v1/users/rafael.monteiro', { profile: { title: `T${n}` } }),
  'delete user': async (call) => call('DELETE', `/api/v1/users/${await first(call, '/api/v1/users?q=ai')}`),
  'create group': (call, n) => call('POST', '/api/v1/groups', { profile: { name: `G${n}` } }),
  leave: async (call) =>
    call('DELETE', `/api/v1/groups/${await first(call, '/api/v1/groups?q=Legal')}/users/cornelius.abernathy`),
  'leave the crowd': async (call) => {
    const group = await first(call, '/api/v1/groups?q=Finance');
    const { json } = await call('GET', `/api/v1/groups/${group}/users?limit=20`);
    return call('DELETE', `/api/v1/groups/${group}/users/${json.at(-1)?.id}`);
  },
  'delete group': async (call) => call('DELETE', `/api/v1/groups/${await first(call, '/api/v1/groups?q=Support')}`),
  'create app': (call, n) => call('POST', '/api/v1/apps', { label: `A${n}`, signOnMode: 'SAML_2_0' }),
  'create policy': (call, n) => call('POST', '/api/v1/policies', { type: 'PASSWORD', name: `P${n}` }),
  'reset factors': (call) => call('POST', '/api/v1/users/me/lifecycle/reset_factors'),
  'create role': (call, n) =>
    call('POST', '/api/v1/iam/roles', { label: `R${n}`, description: 'x', permissions: ['okta.users.read'] }),
  fail: (call) => call('POST', '/api/v1/users', {}),
};

const step = fc.constantFrom(...Object.keys(CHANGES));
const run = async (call: Call, steps: readonly string[]) => {
  for (const [serial, name] of steps.entries()) await CHANGES[name]?.(call, serial);
  return texts(call);
};
const texts = async (call: Call) => {
  const all = [];
  for (const path of READS) {
    const { status, text } = await call('GET', path);
    expect([path, status]).toEqual([path, 200]);
    all.push(text);
  }
  return all;
};

test('an org made from a snapshot equals the original, and goes on as it does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), fc.array(step, { maxLength: 4 }), async (before, after) => {
      const { org, call } = demoOrg({ users: 80, seed: 5 });
      await run(call, before);
      const snapshot = org.snapshot();
      expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
      const copy = createDemoOrg({ now: () => NOON, snapshot: JSON.parse(JSON.stringify(snapshot)) });
      expect(copy.snapshot()).toEqual(snapshot);
      expect(await texts(caller(copy))).toEqual(await texts(call));
      expect(await run(caller(copy), after)).toEqual(await run(call, after));
      expect(copy.snapshot().store).toEqual(org.snapshot().store);
    }),
    { numRuns: 8 },
  );
}, 60_000);

test('a snapshot is a copy, and reading changes nothing', async () => {
  const { org, call } = demoOrg();
  const before = org.snapshot();
  await texts(call);
  expect(org.snapshot().store).toEqual(before.store);
  const text = JSON.stringify(before);
  await call('POST', '/api/v1/groups', { profile: { name: 'New' } });
  expect(JSON.stringify(before)).toBe(text);
});

test('reset goes back to the seed, or to the snapshot the org was made from', async () => {
  const { org, call } = demoOrg();
  const seed = org.snapshot();
  await call('POST', '/api/v1/groups', { profile: { name: 'Kept' } });
  const snapshot = org.snapshot();
  org.reset();
  expect(org.snapshot()).toEqual(seed);
  const copy = createDemoOrg({ now: () => NOON, snapshot });
  await caller(copy)('POST', '/api/v1/groups', { profile: { name: 'Lost' } });
  copy.reset();
  expect(copy.snapshot()).toEqual(snapshot);
  expect(copy.journal).toEqual([]);
});

test('a later clock does not make the restored org younger', async () => {
  const { org, call } = demoOrg();
  await call('GET', '/api/v1/org');
  const copy = createDemoOrg({ now: () => NOON + 86_400_000, snapshot: org.snapshot() });
  expect((await caller(copy)('GET', '/api/v1/users?search=')).text).toBe(
    (await call('GET', '/api/v1/users?search=')).text,
  );
});

test.each([[{}], [{ kind: 'okta-demo-org', version: 2 }], [[]]])('%j is refused with what to do', (snapshot) => {
  expect(() => createDemoOrg({ snapshot })).toThrow(/snapshot/);
});
