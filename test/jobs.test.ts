import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDemoOrg, type DemoOrg } from '../src/demo-org/demo-org.js';
import { composeEvent, type EventTarget, type LogEvent } from '../src/demo-org/event-log.js';
import { Org } from '../src/demo-org/org.js';
import { Random } from '../src/demo-org/random.js';
import { seedOrg } from '../src/demo-org/seed.js';
import { type AgentOptions, ERAS, lookUp, lookUpAll, type Person, startAgent, writesIn } from './agent.js';

// The four jobs people ask for first. The agent is a script that knows what tools/list and the results tell it; what it
// reports and does is held against the org itself.

const START = Date.UTC(2026, 2, 1, 12);
const DAY = 86_400_000;
const SEED = 3;
const iso = (at: number) => new Date(at).toISOString();

interface User {
  readonly id: string;
  readonly status: string;
  readonly created: string;
  readonly lastLogin: string | null;
  readonly profile: { readonly login: string; readonly department?: string };
}

async function agentFor(options: AgentOptions) {
  const agent = await startAgent(options);
  onTestFinished(() => agent.close());
  const { tools } = await agent.client.listTools();
  return Object.assign(agent, {
    /** The tools there are, and what they say about themselves. */
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    /** A line for the record, and bounds that must hold. */
    state(job: string, most: { calls: number; bytes: number }) {
      console.log(`${job}: ${agent.calls} calls, ${agent.bytes} bytes, the largest result ${agent.largest} bytes`);
      expect(agent.calls).toBeLessThanOrEqual(most.calls);
      expect(agent.bytes).toBeLessThanOrEqual(most.bytes);
    },
  });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'okta-mcp-jobs-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

test.each(ERAS)('a new employee joins the engineering group (%s)', async (era) => {
  const org = createDemoOrg({ now: () => START });
  const agent = await agentFor({ org, era, now: () => START });
  const { data: groups } = await agent.call('list_groups', { q: 'Engineering' });
  const group = groups.items.find(({ profile }: { profile: { name: string } }) => profile.name === 'Engineering');
  const login = 'ada.okonkwo@atlasworks.example';
  const profile = { firstName: 'Ada', lastName: 'Okonkwo', email: login, login, title: 'Staff Engineer' };
  const { data: ada } = await agent.call('create_user', { body: { profile } });
  const added = await agent.call('add_user_to_group', { groupId: group.id, userId: ada.id });
  expect(added).toMatchObject({ isError: false, data: { ok: true } });

  const members = await lookUpAll<User>(org, `/api/v1/groups/${group.id}/users?limit=200`);
  expect(members.map((user) => user.profile.login)).toContain(login);
  expect(writesIn(org.journal)).toEqual(['POST /api/v1/users', `PUT /api/v1/groups/${group.id}/users/${ada.id}`]);
  agent.state('add a new employee to the engineering group', { calls: 3, bytes: 2500 });
});

test('users inactive for 90 days, of 50,000', { timeout: 120_000 }, async () => {
  const clock = { now: START };
  const org = createDemoOrg({ now: () => clock.now, users: 50_000, seed: SEED });
  const state = new Org(org.origin, SEED, () => START, START);
  seedOrg(state, SEED, 50_000);
  const users = [...state.store.users];
  const since = START - 90 * DAY;
  const before = (date: string) => Date.parse(date) < since;
  const inactive = users.filter(({ status, created, lastLogin }) => {
    return status === 'ACTIVE' && before(lastLogin ?? created);
  });
  expect(users.length).toBe(50_000);
  expect(inactive.length).toBeGreaterThan(3000);

  const exports = folder();
  const sleep = async (ms: number) => {
    clock.now += ms;
  };
  const agent = await agentFor({ org, now: () => clock.now, sleep, folder: exports });
  const rows = {
    tool: 'list_users',
    where: `status eq "ACTIVE" and (lastLogin lt "${iso(since)}" or (not (lastLogin pr) and created lt "${iso(since)}"))`,
  };
  const { data: report } = await agent.collect({ ...rows, count_by: 'profile.department', save_as: 'inactive.csv' });
  expect(report).toMatchObject({ matched: inactive.length, complete: true, file: { rows: inactive.length } });
  expect(report.counts).toEqual(counted(inactive.map(({ profile }) => String(profile.department ?? '(none)'))));
  const [header, ...lines] = readFileSync(join(exports, 'inactive.csv'), 'utf8').trimEnd().split('\r\n');
  expect(header!.split(',')).toEqual(expect.arrayContaining(['id', 'profile.login', 'lastLogin']));
  expect(lines.map((line) => line.slice(0, 20)).sort()).toEqual(inactive.map(({ id }) => id).sort());

  expect(writesIn(org.journal)).toEqual([]);
  agent.state('report the users inactive for 90 days of 50,000', { calls: 1, bytes: 10_000 });
});

/** An org in which people, and others, have tried to sign in within the last minutes. */
async function busyOrg() {
  const quiet = createDemoOrg({ now: () => START });
  const users = await lookUpAll<User>(quiet, '/api/v1/users?limit=200');
  const [admin, ...others] = users;
  const active = others.filter(({ status }) => status === 'ACTIVE');
  const random = new Random(5);
  const events: { readonly at: number; readonly event: LogEvent }[] = [];
  const record = (
    minutes: number,
    actor: Pick<EventTarget, 'id' | 'type' | 'alternateId'>,
    result: 'SUCCESS' | 'FAILURE',
    eventType = 'user.session.start',
  ) => {
    const at = START - minutes * 60_000;
    const reason = result === 'FAILURE' ? { reason: 'INVALID_CREDENTIALS' } : {};
    const event = composeEvent(
      random,
      iso(at),
      { eventType, displayMessage: 'User login to Okta', outcome: { result, ...reason } },
      {
        actor: { ...actor, displayName: actor.alternateId, detailEntry: null },
        client: {
          ipAddress: '192.0.2.7',
          city: 'Berlin',
          country: 'Germany',
          userAgent: 'Mozilla/5.0',
          device: 'Computer',
        },
        requestId: random.hex(32),
        requestUri: '/idp/idx/identify',
      },
    );
    events.push({ at, event });
  };
  const person = ({ id, profile }: User) => ({ id, type: 'User', alternateId: profile.login });
  const unknown = { id: 'unknown', type: 'User', alternateId: 'root' };
  const app = { id: '0oaServiceApp0000000', type: 'PublicClientApp', alternateId: 'nightly-sync' };
  const succeeding = active.slice(0, 9);
  const failing = active.slice(7, 20);
  for (const [at, user] of succeeding.entries()) record(28 - at, person(user), 'SUCCESS');
  for (const [at, user] of failing.entries()) {
    for (let attempt = 0; attempt <= at % 3; attempt += 1) record(25 - at, person(user), 'FAILURE');
  }
  for (const user of active.slice(20, 24)) record(31, person(user), 'FAILURE');
  record(3, person(admin!), 'SUCCESS');
  record(4, person(admin!), 'FAILURE');
  for (const minutes of [20, 10]) record(minutes, unknown, 'FAILURE');
  record(6, app, 'SUCCESS');
  record(5, { id: 'unknown', type: 'SystemPrincipal', alternateId: 'system@okta.com' }, 'SUCCESS');
  for (const user of active.slice(24, 28)) record(9, person(user), 'SUCCESS', 'user.authentication.sso');
  const snapshot = quiet.snapshot();
  events.sort((a, b) => a.at - b.at);
  const org = createDemoOrg({ now: () => START, snapshot: { ...snapshot, events: events.map(({ event }) => event) } });
  return { org, admin: admin!, succeeding, failing };
}

/** Ticks the box, and counts the lines where a number is wanted. */
const agreeing: Person = (message) => {
  const calls = message.match(/^\d+\. /gm)?.length ?? 1;
  return { action: 'accept', content: { confirm: true, ...(calls > 10 && { count: calls }) } };
};

const statuses = (users: readonly User[]) => new Map(users.map(({ id, status }) => [id, status]));

async function everybody(org: DemoOrg): Promise<User[]> {
  const deactivated = `/api/v1/users?limit=200&filter=${encodeURIComponent('status eq "DEPROVISIONED"')}`;
  return [...(await lookUpAll<User>(org, '/api/v1/users?limit=200')), ...(await lookUpAll<User>(org, deactivated))];
}

describe.each(ERAS)('deactivate every user who within 30 minutes (%s)', (era) => {
  test.each(['tried', 'failed'] as const)('%s to log in', async (which) => {
    const { org, admin, succeeding, failing } = await busyOrg();
    const meant = which === 'tried' ? [...new Set([...succeeding, ...failing])] : failing;
    expect(meant.length).toBeGreaterThan(10);
    const before = statuses(await everybody(org));
    const agent = await agentFor({ org, era, person: agreeing, now: () => START });

    const failed = which === 'failed' ? ' and outcome.result eq "FAILURE"' : '';
    const { data: actors } = await agent.collect({
      tool: 'get_logs',
      arguments: {
        since: iso(START - 30 * 60_000),
        until: iso(START),
        filter: `eventType eq "user.session.start" and actor.type eq "User"${failed}`,
      },
      count_by: 'actor.id',
    });
    expect(actors.complete).toBe(true);
    let ids = Object.keys(actors.counts);
    const batch = () => ({ tool: 'deactivate_user', calls: ids.map((id) => ({ id })) });

    // An id that nobody has, and the administrator this server acts as: both are told at once.
    const refused = await agent.call('run_batch', batch());
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain('what this server acts as');
    expect(refused.text).toMatch(/Next step: Call run_batch again without them.*another administrator/);
    const { calls: out } = JSON.parse(refused.text.split('\n').at(-1)!) as { calls: number[] };
    expect(out.map((at) => ids[at]).sort()).toEqual([admin.id, 'unknown'].sort());
    expect(agent.questions).toEqual([]);
    ids = ids.filter((_, at) => !out.includes(at));

    const done = await agent.call('run_batch', batch());
    expect(done).toMatchObject({ isError: false, data: { done: meant.length, failed: 0 } });
    expect(agent.questions).toHaveLength(1);
    for (const { profile } of meant) expect(agent.questions[0]).toContain(JSON.stringify(profile.login));

    const wanted = meant.map(({ id }) => `POST /api/v1/users/${id}/lifecycle/deactivate`);
    expect(writesIn(org.journal).sort()).toEqual(wanted.sort());
    const after = statuses(await everybody(org));
    const changed = [...after].filter(([id, status]) => before.get(id) !== status);
    expect(changed.sort()).toEqual(meant.map(({ id }) => [id, 'DEPROVISIONED']).sort());
    agent.state(`deactivate those who ${which} to log in`, { calls: 3, bytes: 6000 });
  });
});

test('a 30-day audit report of changes of users and of group memberships', async () => {
  const org = createDemoOrg({ now: () => START });
  // Something that happened since the history: it is in the report as well.
  const [group] = await lookUpAll<{ id: string }>(org, '/api/v1/groups?q=Engineering');
  const user = (await lookUpAll<User>(org, '/api/v1/users?limit=200')).at(-1)!;
  await lookUp(org, `/api/v1/groups/${group!.id}/users/${user.id}`, { method: 'PUT' });
  const since = iso(START - 30 * DAY);
  const events = (await lookUpAll<LogEvent>(org, `/api/v1/logs?limit=1000&since=${since}`)).filter(({ eventType }) =>
    /^(user\.lifecycle|user\.account|group\.user_membership)\./.test(eventType),
  );
  expect(events.length).toBeGreaterThan(30);
  const before = org.journal.length;

  const exports = folder();
  const agent = await agentFor({ org, now: () => START, folder: exports });
  const rows = {
    tool: 'get_logs',
    arguments: {
      since,
      until: iso(START),
      filter: 'eventType sw "user.lifecycle" or eventType sw "user.account" or eventType sw "group.user_membership"',
    },
  };
  const { data: report } = await agent.collect({ ...rows, count_by: 'eventType', save_as: 'changes.csv' });
  expect(report).toMatchObject({ matched: events.length, complete: true, file: { rows: events.length } });
  expect(report.counts).toEqual(counted(events.map(({ eventType }) => eventType)));
  const lines = readFileSync(join(exports, 'changes.csv'), 'utf8').trimEnd().split('\r\n');
  const [header, ...body] = lines.map((line) => line.split(',').slice(0, 2));
  expect(header).toEqual(['published', 'eventType']);
  expect(body).toEqual(events.map(({ published, eventType }) => [published, eventType]));
  expect(writesIn(org.journal.slice(before))).toEqual([]);
  agent.state('audit report of 30 days', { calls: 1, bytes: 1000 });
});
