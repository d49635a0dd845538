import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoOrg } from '../src/demo-org/demo-org.js';
import { lookUp, startAgent } from './agent.js';
import { type Ground, HARMLESS, now, POISONS, type Poison, poisonedGround, rewritten } from './poison.js';

// Text that end users and administrators write, in an org that differs in nothing else from one with harmless text. What
// the server answers, asks and sends must differ in nothing else either: the text stands where the harmless one stands.

/** One thing an agent does. */
interface Probe {
  readonly name: string;
  readonly args: object;
  /** Of `save_as`. */
  readonly file?: string;
  /** Okta refuses with these words. */
  readonly refusal?: true;
}

type Place = 'users' | 'groups' | 'apps' | 'logs' | 'zones' | 'policies' | 'errors';

const collect = (tool: string, rest: object, args: object = {}): Probe => ({
  name: 'collect',
  args: { tool, arguments: args, ...rest },
  ...('save_as' in rest && { file: rest.save_as as string }),
});
const batch = (tool: string, ...calls: object[]): Probe => ({ name: 'run_batch', args: { tool, calls } });

function probesOf({ ids }: Ground): Record<Place, readonly Probe[]> {
  const { user, other, group, second, app, zone, policy } = ids;
  const found = { search: `id eq "${user}" or id eq "${other}"` };
  const groups = { filter: `id eq "${group}" or id eq "${second}"` };
  const since = { since: '2026-03-01T11:50:00Z', until: '2026-03-01T12:00:00Z' };
  const sign = { type: 'OKTA_SIGN_ON' };
  return {
    users: [
      { name: 'list_users', args: found },
      { name: 'list_users', args: { ...found, fields: ['profile.title', 'profile.nickname'] } },
      { name: 'get_user', args: { id: user } },
      collect('list_users', { fields: ['profile.title'] }, found),
      collect('list_users', { count_by: ['profile.title', 'status'] }, found),
      collect('list_users', { count_by: 'profile.department' }, found),
      collect('list_users', { sort: 'profile.title' }, found),
      collect('list_users', { save_as: 'users.csv', fields: ['profile.title'] }, found),
      collect('list_users', { save_as: 'users.jsonl', fields: ['*'] }, found),
      { name: 'deactivate_user', args: { id: user } },
      batch('deactivate_user', { id: user }, { id: other }),
      batch('deactivate_user', { id: user }, { id: 'poison@example.com' }),
      batch('get_user', { id: user }, { id: other }),
      { name: 'update_user', args: { id: other, body: { profile: { city: 'Berlin' } } } },
    ],
    groups: [
      { name: 'list_groups', args: groups },
      { name: 'get_group', args: { groupId: group } },
      { name: 'list_user_groups', args: { id: user } },
      collect('list_groups', { fields: ['*'] }, groups),
      collect('list_groups', { count_by: 'profile.description' }, groups),
      collect('list_groups', { save_as: 'groups.csv' }, groups),
      { name: 'delete_group', args: { groupId: group } },
      batch('delete_group', { groupId: group }, { groupId: second }),
      { name: 'remove_user_from_group', args: { groupId: group, userId: user } },
      { name: 'update_group', args: { groupId: second, body: { profile: { description: 'As agreed' } } } },
      batch('update_group', { groupId: group, body: { profile: { description: 'As agreed' } } }),
    ],
    apps: [
      { name: 'list_applications', args: { q: 'bookmark' } },
      { name: 'get_application', args: { appId: app } },
      collect('list_applications', {}),
      collect('list_applications', { count_by: 'label' }),
      collect('list_applications', { save_as: 'apps.csv' }),
      { name: 'deactivate_application', args: { appId: app } },
      { name: 'update_application', args: { appId: app, body: { label: 'As agreed' } } },
    ],
    logs: [
      { name: 'get_logs', args: since },
      { name: 'get_logs', args: { ...since, fields: ['*'] } },
      collect('get_logs', {}, since),
      collect('get_logs', { fields: ['*'] }, since),
      collect('get_logs', { count_by: 'client.userAgent.rawUserAgent' }, since),
      collect('get_logs', { count_by: 'outcome.reason' }, since),
      collect('get_logs', { count_by: 'actor.displayName' }, since),
      collect('get_logs', { save_as: 'logs.csv', fields: ['*'] }, since),
      collect('get_logs', { save_as: 'paged.csv', fields: ['*'] }, { ...since, limit: 1 }),
      collect('get_logs', { save_as: 'logs.jsonl', fields: ['*'] }, since),
    ],
    zones: [
      { name: 'list_network_zones', args: {} },
      { name: 'get_network_zone', args: { zoneId: zone } },
      collect('list_network_zones', { count_by: 'name' }),
      { name: 'delete_network_zone', args: { zoneId: zone } },
      { name: 'update_network_zone', args: { zoneId: zone, body: { name: 'As agreed' } } },
    ],
    policies: [
      { name: 'list_policies', args: sign },
      { name: 'get_policy', args: { policyId: policy } },
      collect('list_policies', { count_by: 'name' }, sign),
      { name: 'delete_policy', args: { policyId: policy } },
      { name: 'update_policy', args: { policyId: policy, body: { description: 'As agreed' } } },
    ],
    errors: [
      { name: 'get_user', args: { id: '00uNobodyIsThere0000' }, refusal: true },
      batch('unsuspend_user', { id: '00uNobodyIsThere0000' }),
      {
        name: 'collect',
        args: { tool: 'list_group_users', arguments: { groupId: '00gNoSuchGroup000000' } },
        refusal: true,
      },
      { ...batch('get_user', { id: '00uNobodyIsThere0000' }), refusal: true },
    ],
  };
}

/** What came of a probe. */
interface Seen {
  readonly isError: boolean;
  readonly texts: readonly string[];
  readonly questions: readonly string[];
  readonly requests: readonly string[];
  readonly file?: string;
}

interface World {
  readonly ground: Ground;
  readonly seen: ReadonlyMap<Probe, Seen>;
  readonly probes: Record<Place, readonly Probe[]>;
}

const worlds = new Map<Poison, Promise<World>>();
const folder = mkdtempSync(join(tmpdir(), 'okta-mcp-poison-'));
let makeGround: Awaited<ReturnType<typeof poisonedGround>>;
let agent: Awaited<ReturnType<typeof startAgent>>;
/** Behind the one server, so that schemas are compiled once. */
let org: DemoOrg;

beforeAll(async () => {
  makeGround = await poisonedGround();
  org = makeGround(HARMLESS).org;
  const fetch: DemoOrg['fetch'] = async (request) => {
    const response = await org.fetch(request);
    // Orgs in which time stands still must not add up to one that is out of requests.
    for (const name of ['limit', 'remaining', 'reset']) response.headers.delete(`x-rate-limit-${name}`);
    return response;
  };
  agent = await startAgent({ org: { ...org, fetch }, folder, now, person: () => ({ action: 'decline' }) });
  // What a server learns once, it has learnt before the first comparison.
  await makeWorld(HARMLESS);
});
afterAll(async () => {
  await agent.close();
  rmSync(folder, { recursive: true });
});

function worldOf(poison: Poison): Promise<World> {
  const known = worlds.get(poison) ?? makeWorld(poison);
  worlds.set(poison, known);
  return known;
}

/** Does everything there is to do, once. */
async function makeWorld(poison: Poison): Promise<World> {
  const ground = makeGround(poison);
  org = ground.org;
  const probes = probesOf(ground);
  const seen = new Map<Probe, Seen>();
  for (const probe of Object.values(probes).flat()) {
    const { text } = poison;
    if (probe.refusal) {
      const change = (body: object) => ({ ...body, errorSummary: text, errorCauses: [{ errorSummary: text }] });
      org.inject({ path: '**', times: 4, fault: { kind: 'body', change } });
    }
    const [asked, sent] = [agent.questions.length, org.journal.length];
    const { isError, texts } = await agent.call(probe.name, probe.args);
    org.clearFaults();
    seen.set(probe, {
      isError,
      texts,
      questions: agent.questions.slice(asked),
      requests: org.journal.slice(sent).map(({ method, path, status }) => `${method} ${path} ${status}`),
      ...(probe.file && { file: readFileSync(join(folder, probe.file), 'utf8') }),
    });
    if (probe.file) rmSync(join(folder, probe.file));
  }
  return { ground, probes, seen };
}

/** What others wrote, in questions and refusals, stands in quotes; this is the rest of it. */
const frame = (text: string) =>
  text.replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""').replaceAll(/ \(and \d+ more characters\)/g, '');

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u;

const PLACES: readonly Place[] = ['users', 'groups', 'apps', 'logs', 'zones', 'policies', 'errors'];
const CASES = POISONS.flatMap((poison) => PLACES.map((place) => ({ place, poison, kind: poison.kind })));

test('over a hundred cases', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(100);
});

describe('text of others is only data', () => {
  test.each(CASES)('$kind in $place', async ({ place, poison }) => {
    const harmless = await worldOf(HARMLESS);
    const poisoned = await worldOf(poison);
    const as = (value: unknown) => rewritten(value, HARMLESS.text, poison.shown);
    const within = (cell: string) => (/^[[{]/.test(cell) ? JSON.stringify(as(JSON.parse(cell))) : (as(cell) as string));
    for (const [at, probe] of poisoned.probes[place].entries()) {
      const what = `${probe.name} ${JSON.stringify(probe.args)}`;
      const got = poisoned.seen.get(probe)!;
      const want = harmless.seen.get(harmless.probes[place][at]!)!;
      expect(got.requests, what).toEqual(want.requests);
      expect(got.isError, what).toBe(want.isError);

      expect(got.questions.map(frame), what).toEqual(want.questions.map(frame));
      for (const question of got.questions) {
        expect(question, what).not.toMatch(/[<>`]|\]\(/);
        expect(question.replaceAll('\n', ''), what).not.toMatch(INVISIBLE);
      }

      expect(got.texts, what).toHaveLength(want.texts.length);
      for (const [part, text] of got.texts.entries()) {
        const expected = want.texts[part]!;
        expect(text.replaceAll('\n', ''), what).not.toMatch(INVISIBLE);
        if (expected.startsWith('{"tool"')) {
          // Refusals quote within a text.
          const errors = (given: string) => JSON.parse(given, (key, value) => (key === 'error' ? frame(value) : value));
          expect(errors(text), what).toEqual(as(errors(expected)));
        } else if (expected.startsWith('{')) {
          const harm = told(expected);
          // Words of the server itself are the same words.
          const own = Object.fromEntries(OWN.filter((name) => name in harm).map((name) => [name, harm[name]]));
          expect(told(text), what).toEqual({ ...(as(harm) as object), ...own });
        } else expect(frame(text), what).toBe(frame(expected));
      }
      if (probe.file?.endsWith('.csv'))
        expect(cells(got.file!), what).toEqual(
          cells(want.file!).map((row) => row.map((cell) => neutral(within(cell)))),
        );
      if (probe.file?.endsWith('.jsonl')) expect(lines(got.file!), what).toEqual(as(lines(want.file!)));
    }
  });

  test.each(POISONS)('$kind is written back as it is by an update of something else', async (poison) => {
    const { ground } = await worldOf(poison);
    const { second, other } = ground.ids;
    const group = (await (await lookUp(ground.org, `/api/v1/groups/${second}`)).json()) as { profile: object };
    expect(group.profile).toMatchObject({ name: `${poison.text} 2`, description: 'As agreed' });
    const user = (await (await lookUp(ground.org, `/api/v1/users/${other}`)).json()) as { profile: object };
    expect(user.profile).toMatchObject({ title: poison.text, city: 'Berlin' });
  });
});

/** What is no data in a result. */
const OWN = ['note', 'complete', 'next', 'omitted', 'read', 'matched'];

/** A result, without what every run has its own of. */
function told(text: string): Record<string, unknown> {
  const { cursor, file, note, ...result } = JSON.parse(text);
  // How many cells were made harmless depends on the text.
  const words = note?.replace(/^In \d+ cells, .*? as a formula\.\s*/, '');
  return { ...result, ...(words && { note: words }), ...(file && { rows: file.rows }) };
}

function lines(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** RFC 4180. */
function cells(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && quoted === undefined && bare === '' && rows.at(-1)!.length === 0) break;
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '\r\n') rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

/** Formulas begin with an apostrophe. */
function neutral(cell: string): string {
  return /^[\s"'`]*[=+\-@＝]/.test(cell) ? `'${cell}` : cell;
}
