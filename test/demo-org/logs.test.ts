import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DemoOrg } from '../../src/demo-org/demo-org.js';
import { type Call, demoOrg, NOON, nextPath, profile } from './client.js';

interface Event {
  readonly eventType: string;
  readonly outcome: { readonly result: string };
}

const since = '2026-01-15T00:00:00Z';

/** Each makes exactly one change. `USER`, `GROUP` and the rest stand for ids found in the seed. */
const CHANGES: [method: string, path: string, body: unknown, eventType: string][] = [
  ['POST', '/api/v1/users', { profile: profile('nova@atlasworks.example') }, 'user.lifecycle.create'],
  ['POST', '/api/v1/users/USER', { profile: { title: 'x' } }, 'user.account.update_profile'],
  ['PUT', '/api/v1/users/USER', { profile: profile('nova@atlasworks.example') }, 'user.account.update_profile'],
  [
    'POST',
    '/api/v1/users/USER',
    { credentials: { password: { value: 'invented-1' } } },
    'user.account.update_password',
  ],
  ['DELETE', '/api/v1/users/USER', undefined, 'user.lifecycle.deactivate'],
  ['DELETE', '/api/v1/users/GONE', undefined, 'user.lifecycle.delete.initiated'],
  ['DELETE', '/api/v1/users/USER/sessions', undefined, 'user.session.clear'],
  ['POST', '/api/v1/users/USER/lifecycle/suspend', undefined, 'user.lifecycle.suspend'],
  ['POST', '/api/v1/users/USER/lifecycle/reset_password', undefined, 'user.account.reset_password'],
  ['POST', '/api/v1/users/USER/lifecycle/expire_password', undefined, 'user.account.expire_password'],
  ['POST', '/api/v1/users/USER/lifecycle/reset_factors', undefined, 'user.mfa.factor.reset_all'],
  ['POST', '/api/v1/users/USER/roles', { type: 'REPORT_ADMIN' }, 'user.account.privilege.grant'],
  ['POST', '/api/v1/groups', { profile: { name: 'New' } }, 'group.lifecycle.create'],
  ['PUT', '/api/v1/groups/GROUP', { profile: { name: 'New' } }, 'group.profile.update'],
  ['DELETE', '/api/v1/groups/GROUP', undefined, 'group.lifecycle.delete'],
  ['PUT', '/api/v1/groups/GROUP/users/USER', undefined, 'group.user_membership.add'],
  ['DELETE', '/api/v1/groups/GROUP/users/cornelius.abernathy', undefined, 'group.user_membership.remove'],
  ['POST', '/api/v1/groups/GROUP/roles', { type: 'REPORT_ADMIN' }, 'group.privilege.grant'],
  ['POST', '/api/v1/apps', { label: 'x', signOnMode: 'SAML_2_0' }, 'application.lifecycle.create'],
  ['PUT', '/api/v1/apps/APP', { label: 'x', signOnMode: 'SAML_2_0' }, 'application.lifecycle.update'],
  ['POST', '/api/v1/apps/APP/lifecycle/deactivate', undefined, 'application.lifecycle.deactivate'],
  ['POST', '/api/v1/apps/APP/users', { id: 'USER' }, 'application.user_membership.add'],
  ['PUT', '/api/v1/apps/APP/groups/GROUP', undefined, 'group.application_assignment.add'],
  ['POST', '/api/v1/policies', { type: 'PASSWORD', name: 'x' }, 'policy.lifecycle.create'],
  ['POST', '/api/v1/zones', { type: 'IP', name: 'x' }, 'zone.create'],
  [
    'POST',
    '/api/v1/trustedOrigins',
    { name: 'x', origin: 'https://x.example', scopes: [] },
    'security.trusted_origin.create',
  ],
  ['POST', '/api/v1/authorizationServers', { name: 'x', audiences: ['x'] }, 'oauth2.as.created'],
  ['POST', '/api/v1/eventHooks', { name: 'x', events: {}, channel: {} }, 'event_hook.created'],
];

async function ids(call: Call): Promise<Record<string, string>> {
  return {
    USER: (await call('GET', '/api/v1/users/rafael.monteiro')).json.id,
    GONE: (await call('GET', '/api/v1/users/theo.marchetti')).json.id,
    GROUP: (await call('GET', '/api/v1/groups?q=Legal')).json[0].id,
    APP: (await call('GET', '/api/v1/apps?q=Salesforce')).json[0].id,
  };
}

const filled = (text: string, names: Record<string, string>) =>
  text.replace(/USER|GONE|GROUP|APP/g, (name) => names[name] ?? name);

const recent = async (call: Call) => (await call('GET', '/api/v1/logs?since=2026-03-01T12:00:00Z')).json;

test.each(CHANGES)('%s %s %j writes one event, %4$s', async (method, path, body, eventType) => {
  const { org, call } = demoOrg();
  const names = await ids(call);
  const answer = await call(
    method,
    filled(path, names),
    body === undefined ? undefined : JSON.parse(filled(JSON.stringify(body), names)),
  );
  expect(answer.status).toBeLessThan(300);
  const entry = org.journal.at(-1);
  expect(entry?.changes).toEqual([entry?.change]);
  const events = await recent(call);
  expect(events.map((event: { eventType: string }) => event.eventType)).toEqual([eventType]);
  expect(events[0]).toMatchObject({
    actor: { alternateId: 'marisol.vandersteen@atlasworks.example', type: 'User' },
    outcome: { result: 'SUCCESS' },
    published: '2026-03-01T12:00:00.000Z',
    version: '0',
    debugContext: { debugData: { requestId: entry?.requestId } },
  });
  expect(events[0].target.length).toBeGreaterThan(0);
});

test('any sequence of requests writes exactly as many events as it made changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...CHANGES), { maxLength: 15 }), async (steps) => {
      const { org, call } = demoOrg();
      const names = await ids(call);
      for (const [method, path, body] of steps)
        await call(
          method,
          filled(path, names),
          body === undefined ? undefined : JSON.parse(filled(JSON.stringify(body), names)),
        );
      expect(await recent(call)).toHaveLength(countChanges(org));
    }),
    { numRuns: 40 },
  );
});

function countChanges(org: DemoOrg): number {
  return org.journal.reduce((sum, { changes }) => sum + changes.length, 0);
}

test('a poll always has a next link, and what happens later is behind it', async () => {
  const { call } = demoOrg();
  const drained = await call('GET', '/api/v1/logs?since=2026-03-01T12:00:00Z');
  expect(drained.json).toEqual([]);
  const again = await call('GET', nextPath(drained) ?? '');
  expect(again.json).toEqual([]);
  await call('POST', '/api/v1/groups', { profile: { name: 'New' } });
  const news = await call('GET', nextPath(again) ?? '');
  expect(news.json).toMatchObject([{ eventType: 'group.lifecycle.create' }]);
  expect((await call('GET', nextPath(news) ?? '')).json).toEqual([]);
});

test('a bounded query ends', async () => {
  const { call } = demoOrg();
  const answer = await call('GET', `/api/v1/logs?since=${since}&until=2026-03-01T12:00:00Z&limit=1000`);
  expect(nextPath(answer)).toBeUndefined();
  expect(answer.json.length).toBeGreaterThan(300);
});

test('without since the log goes back 7 days; limit 0 is allowed', async () => {
  const { call } = demoOrg();
  const { json } = await call('GET', '/api/v1/logs?limit=1000');
  const [oldest] = json;
  expect(Date.parse(oldest.published)).toBeGreaterThanOrEqual(NOON - 7 * 86_400_000);
  expect((await call('GET', '/api/v1/logs?limit=0')).json).toEqual([]);
  expect((await call('GET', '/api/v1/logs')).json).toHaveLength(100);
});

test.each([
  [
    'filter=eventType eq "user.session.start" and outcome.result eq "FAILURE"',
    (e: Event) => e.eventType === 'user.session.start' && e.outcome.result === 'FAILURE',
  ],
  [
    'filter=target.type eq "AppInstance" and eventType sw "user.authentication"',
    (e: Event) => e.eventType === 'user.authentication.sso',
  ],
  ['q=mateus', (e: Event) => JSON.stringify(e).toLowerCase().includes('mateus')],
])('%s selects what it says', async (query, want) => {
  const { call } = demoOrg();
  const base = `/api/v1/logs?since=${since}&limit=1000`;
  const every = (await call('GET', base)).json;
  const selected = (await call('GET', `${base}&${query.replace(/=(.*)/, (_, text) => `=${encodeURIComponent(text)}`)}`))
    .json;
  expect(selected.length).toBeGreaterThan(3);
  expect(selected).toEqual(every.filter(want));
});

test('descending starts with the newest', async () => {
  const { call } = demoOrg();
  const up = (await call('GET', `/api/v1/logs?since=${since}&limit=1000`)).json;
  const down = (await call('GET', `/api/v1/logs?since=${since}&limit=1000&sortOrder=DESCENDING`)).json;
  expect(down).toEqual([...up].reverse());
});
