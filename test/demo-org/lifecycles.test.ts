import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DemoOrg } from '../../src/demo-org/demo-org.js';
import { type Call, demoOrg, profile, walk } from './client.js';

type Verdict = 'done' | 'refused';

/** What the test itself believes of the org: statuses by id, members by group, all by the rules of the Okta facts 2.7. */
interface Model {
  readonly users: Map<string, string>;
  readonly groups: Map<string, Set<string>>;
  readonly apps: Map<string, string>;
  readonly appUsers: Map<string, Set<string>>;
  readonly policies: Map<string, string>;
  serial: number;
}

type Step = (call: Call, model: Model, pick: (ids: Iterable<string>) => string | undefined) => Promise<void>;

const USER_MOVES: Record<string, { from: string[]; to: string }> = {
  activate: { from: ['STAGED', 'DEPROVISIONED'], to: 'PROVISIONED' },
  reactivate: { from: ['PROVISIONED', 'RECOVERY'], to: '' },
  deactivate: {
    from: ['STAGED', 'PROVISIONED', 'ACTIVE', 'RECOVERY', 'PASSWORD_EXPIRED', 'SUSPENDED'],
    to: 'DEPROVISIONED',
  },
  suspend: { from: ['ACTIVE'], to: 'SUSPENDED' },
  unsuspend: { from: ['SUSPENDED'], to: 'ACTIVE' },
  unlock: { from: ['LOCKED_OUT'], to: 'ACTIVE' },
  reset_password: { from: ['ACTIVE', 'PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED'], to: 'RECOVERY' },
  expire_password: { from: ['ACTIVE', 'RECOVERY', 'PASSWORD_EXPIRED'], to: 'PASSWORD_EXPIRED' },
};

async function expectVerdict(call: Call, method: string, path: string, legal: boolean, body?: unknown) {
  const answer = await call(method, path, body);
  const verdict: Verdict = answer.status < 300 ? 'done' : 'refused';
  expect([method, path, verdict, answer.status < 500]).toEqual([method, path, legal ? 'done' : 'refused', true]);
  return answer.json;
}

const STEPS: Record<string, Step> = {
  'create user': async (call, model) => {
    const body = { profile: profile(`made${model.serial++}@atlasworks.example`) };
    const { id } = await expectVerdict(call, 'POST', '/api/v1/users?activate=false', true, body);
    model.users.set(id, 'STAGED');
  },
  'create active user': async (call, model) => {
    const credentials = { password: { value: 'invented-pass-1' } };
    const body = { profile: profile(`made${model.serial++}@atlasworks.example`), credentials };
    const { id } = await expectVerdict(call, 'POST', '/api/v1/users', true, body);
    model.users.set(id, 'ACTIVE+');
  },
  'delete user': async (call, model, pick) => {
    const id = pick(model.users.keys());
    if (!id) return;
    await expectVerdict(call, 'DELETE', `/api/v1/users/${id}`, true);
    if (model.users.get(id) === 'DEPROVISIONED') {
      model.users.delete(id);
      for (const members of model.groups.values()) members.delete(id);
    } else model.users.set(id, 'DEPROVISIONED');
    for (const assigned of model.appUsers.values()) assigned.delete(id);
  },
  'create group': async (call, model) => {
    const body = { profile: { name: `Group ${model.serial++}` } };
    const { id } = await expectVerdict(call, 'POST', '/api/v1/groups', true, body);
    model.groups.set(id, new Set());
  },
  'delete group': async (call, model, pick) => {
    const id = pick(model.groups.keys());
    if (!id) return;
    await expectVerdict(call, 'DELETE', `/api/v1/groups/${id}`, true);
    model.groups.delete(id);
  },
  join: async (call, model, pick) => {
    const [group, user] = [pick(model.groups.keys()), pick(model.users.keys())];
    if (!group || !user) return;
    await expectVerdict(call, 'PUT', `/api/v1/groups/${group}/users/${user}`, true);
    model.groups.get(group)?.add(user);
  },
  leave: async (call, model, pick) => {
    const [group, user] = [pick(model.groups.keys()), pick(model.users.keys())];
    if (!group || !user) return;
    await expectVerdict(call, 'DELETE', `/api/v1/groups/${group}/users/${user}`, true);
    model.groups.get(group)?.delete(user);
  },
  'create app': async (call, model) => {
    const body = { label: `App ${model.serial++}`, signOnMode: 'SAML_2_0' };
    const { id } = await expectVerdict(call, 'POST', '/api/v1/apps', true, body);
    model.apps.set(id, 'ACTIVE');
    model.appUsers.set(id, new Set());
  },
  'turn app': async (call, model, pick) => {
    const id = pick(model.apps.keys());
    if (!id) return;
    const next = model.apps.get(id) === 'ACTIVE' ? 'INACTIVE' : 'ACTIVE';
    const verb = next === 'ACTIVE' ? 'activate' : 'deactivate';
    await expectVerdict(call, 'POST', `/api/v1/apps/${id}/lifecycle/${verb}`, true);
    model.apps.set(id, next);
  },
  'delete app': async (call, model, pick) => {
    const id = pick(model.apps.keys());
    if (!id) return;
    const legal = model.apps.get(id) === 'INACTIVE';
    await expectVerdict(call, 'DELETE', `/api/v1/apps/${id}`, legal);
    if (legal) for (const part of [model.apps, model.appUsers]) part.delete(id);
  },
  assign: async (call, model, pick) => {
    const [app, id] = [pick(model.apps.keys()), pick(model.users.keys())];
    if (!app || !id) return;
    const assigned = model.appUsers.get(app);
    const legal = model.apps.get(app) === 'ACTIVE' && model.users.get(id) !== 'DEPROVISIONED' && !assigned?.has(id);
    await expectVerdict(call, 'POST', `/api/v1/apps/${app}/users`, legal, { id });
    if (legal) assigned?.add(id);
  },
  unassign: async (call, model, pick) => {
    const [app, id] = [pick(model.apps.keys()), pick(model.users.keys())];
    if (!app || !id) return;
    const legal = model.appUsers.get(app)?.has(id) ?? false;
    await expectVerdict(call, 'DELETE', `/api/v1/apps/${app}/users/${id}`, legal);
    if (legal) model.appUsers.get(app)?.delete(id);
  },
  'create policy': async (call, model) => {
    const body = { type: 'PASSWORD', name: `Policy ${model.serial++}`, priority: 1 + (model.serial % 3) };
    const { id } = await expectVerdict(call, 'POST', '/api/v1/policies', true, body);
    model.policies.set(id, 'ACTIVE');
  },
  'turn policy': async (call, model, pick) => {
    const id = pick(model.policies.keys());
    if (!id) return;
    const next = model.policies.get(id) === 'ACTIVE' ? 'INACTIVE' : 'ACTIVE';
    const verb = next === 'ACTIVE' ? 'activate' : 'deactivate';
    await expectVerdict(call, 'POST', `/api/v1/policies/${id}/lifecycle/${verb}`, true);
    model.policies.set(id, next);
  },
  'delete policy': async (call, model, pick) => {
    const id = pick(model.policies.keys());
    if (!id) return;
    await expectVerdict(call, 'DELETE', `/api/v1/policies/${id}`, true);
    model.policies.delete(id);
  },
  'touch the system policy': async (call) => {
    const { json } = await call('GET', '/api/v1/policies?type=PASSWORD');
    const { id } = json.at(-1);
    await expectVerdict(call, 'DELETE', `/api/v1/policies/${id}`, false);
    await expectVerdict(call, 'POST', `/api/v1/policies/${id}/lifecycle/deactivate`, false);
  },
};
for (const [name, { from, to }] of Object.entries(USER_MOVES))
  STEPS[name] = async (call, model, pick) => {
    const id = pick(model.users.keys());
    if (!id) return;
    // A plus marks a password, with which an activation ends in ACTIVE.
    const [status = '', password] = (model.users.get(id) ?? '').split(/(?=\+)/);
    const legal = from.includes(status);
    await expectVerdict(call, 'POST', `/api/v1/users/${id}/lifecycle/${name}`, legal);
    if (!legal) return;
    const next = to || status;
    model.users.set(id, next === 'DEPROVISIONED' ? next : `${next}${password ?? ''}`);
    if (next === 'DEPROVISIONED') for (const assigned of model.appUsers.values()) assigned.delete(id);
  };

async function checkInvariants(org: DemoOrg, call: Call, model: Model) {
  for (const [id, status] of model.users)
    expect((await call('GET', `/api/v1/users/${id}`)).json.status).toBe(status.replace('+', ''));
  for (const [id, status] of model.apps) {
    expect((await call('GET', `/api/v1/apps/${id}`)).json.status).toBe(status);
    expect(new Set(await walk(call, `/api/v1/apps/${id}/users`))).toEqual(model.appUsers.get(id));
  }
  const everybody = await walk(call, '/api/v1/users?search=');
  const groups = (await call('GET', '/api/v1/groups?limit=1000&expand=stats')).json;
  const members = new Map<string, string[]>();
  for (const { id, type, _embedded } of groups) {
    members.set(id, await walk(call, `/api/v1/groups/${id}/users`));
    expect(_embedded.stats.usersCount).toBe(members.get(id)?.length);
    if (type === 'BUILT_IN') expect(members.get(id)).toEqual(everybody);
    const wanted = model.groups.get(id);
    if (wanted) expect(new Set(members.get(id))).toEqual(wanted);
  }
  for (const user of everybody) {
    const joined = (await walk(call, `/api/v1/users/${user}/groups`)).sort();
    expect(joined).toEqual(
      [...members]
        .filter(([, ids]) => ids.includes(user))
        .map(([id]) => id)
        .sort(),
    );
  }
  const policies = (await call('GET', '/api/v1/policies?type=PASSWORD')).json;
  expect(policies.map(({ priority }: { priority: number }) => priority)).toEqual(
    policies.map((_: unknown, i: number) => i + 1),
  );
  expect(policies.findIndex(({ system }: { system: boolean }) => system)).toBe(policies.length - 1);
  for (const { id, status } of policies) if (model.policies.has(id)) expect(status).toBe(model.policies.get(id));

  // Exactly one event for each change, in the same request and order.
  const { json: events } = await call('GET', '/api/v1/logs?since=2026-03-01T12:00:00Z&limit=1000');
  const logged = events.map((event: { transaction: { id: string } }) => event.transaction.id);
  expect(logged).toEqual(org.journal.flatMap(({ requestId, changes }) => changes.map(() => requestId)));
  for (const { status, changes } of org.journal) if (status >= 400) expect(changes).toEqual([]);
}

test('no sequence of requests over users, groups, apps and policies breaks the rules', async () => {
  const names = Object.keys(STEPS);
  const step = fc.tuple(fc.constantFrom(...names), fc.nat(7), fc.nat(7));
  let done = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const { org, call } = demoOrg({ users: 3 });
      const model: Model = {
        users: new Map(),
        groups: new Map(),
        apps: new Map(),
        appUsers: new Map(),
        policies: new Map(),
        serial: 0,
      };
      for (const start of ['create user', 'create active user', 'create group', 'create app', 'create policy'])
        await STEPS[start]?.(call, model, () => undefined);
      for (const [name, ...choices] of steps) {
        let next = 0;
        const pick = (ids: Iterable<string>) => {
          const all = [...ids];
          return all[(choices[next++ % 2] ?? 0) % all.length];
        };
        await STEPS[name]?.(call, model, pick);
        done++;
      }
      await checkInvariants(org, call, model);
    }),
    { numRuns: 60 },
  );
  expect(done).toBeGreaterThan(300);
}, 60_000);
