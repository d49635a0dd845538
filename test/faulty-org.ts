import pino from 'pino';
import { createApp } from '../src/app.js';
import type { AuthStrategy } from '../src/auth/strategy.js';
import { parseConfig } from '../src/config.js';
import { createDemoOrg } from '../src/demo-org/demo-org.js';
import type { Fault } from '../src/demo-org/fault.js';
import type { JournalEntry } from '../src/demo-org/journal.js';
import { Random } from '../src/demo-org/random.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import { FakeTime } from './okta/fake-time.js';
import { textOf } from './tools/fixture.js';

const file = readToolFile();

/** What a run met and how it ended. */
export interface Tally {
  calls: number;
  requests: number;
  /** Requests that faults met, by fault and moment. */
  readonly faults: Record<string, number>;
  succeeded: number;
  /** Failed calls by error code. */
  readonly failed: Record<string, number>;
  /** Changes that the org made. */
  changes: number;
  /** Changes made although the answer never arrived as it was. */
  changesUnanswered: number;
  /** Lists that were walked to a last page. */
  complete: number;
  /** Collections that were gone on with, after what ended them, to a true total. */
  resumed: number;
  /** Calls of batches that ended, well or not. */
  batched: number;
  retries: number;
  /** What is not true; must stay empty. */
  readonly lies: string[];
}

interface Item {
  readonly id: string;
}

/** What one tool call did, by what it said and by what arrived at the org. */
interface Outcome {
  readonly text: string;
  readonly isError: boolean;
  readonly entries: readonly JournalEntry[];
  readonly data: {
    items?: Item[];
    complete?: boolean;
    next?: object;
    note?: string;
    id?: string;
    cursor?: string;
    counts?: Record<string, number>;
    done?: number;
    outcomes?: { call: number; ok: boolean; error?: string }[];
  };
}

const done = (code: number | undefined) => code !== undefined && code >= 200 && code < 300;
/** The org carried it out, whatever the client saw. */
const executed = ({ faults, answered, status }: JournalEntry) => done(faults ? answered : status);

/** What the org made of the request reached the client whole. */
function arrivedAsIs(entry: JournalEntry | undefined): boolean {
  const spoiling = entry?.status === 204 ? ['drop'] : ['drop', 'html', 'truncate', 'status', 'invalid-token'];
  return entry !== undefined && executed(entry) && !entry.faults?.some((kind) => spoiling.includes(kind));
}

const IN_DOUBT = /may or may not|most likely made/;

/** An org with rate limits in which requests can fail, with the whole server in front of it, in a time of its own. */
export async function faultyOrg(random = new Random(1)) {
  const time = new FakeTime({ start: Date.UTC(2026, 2, 1), random: () => random.next() });
  const org = createDemoOrg({
    now: time.now,
    sleep: (ms, signal) => time.sleep(ms, signal),
    rateLimits: 'okta',
    concurrency: 35,
    users: 40,
  });
  const token = org.issueToken({ scopes: [...file.scopes], subject: '0oaTheServerItself00' });
  const strategy: AuthStrategy = {
    name: 'test',
    credential: 'oauth',
    async authenticate(attempt) {
      attempt.headers.set('authorization', `Bearer ${token}`);
    },
    recover: async () => true,
    granted: () => undefined,
    onChange: () => () => {},
    close: async () => {},
  };
  const { config } = parseConfig(
    { OKTA_ORG_URL: org.origin, OKTA_API_TOKEN: 'x'.repeat(42), OKTA_SCOPES: file.scopes.join(' ') },
    knownNames(file),
    { demo: false },
  );
  const urls: string[] = [];
  let retries = 0;
  const { toolbox } = await createApp({
    config,
    tools: file,
    version: '0',
    log: pino({ level: 'silent' }),
    strategy,
    fetch: (input, init) => {
      const request = new Request(input, init);
      urls.push(request.url);
      if (request.headers.has('x-okta-retry-count')) retries += 1;
      return org.fetch(request);
    },
    stderr: () => {},
    now: time.now,
    waiting: time,
  });
  const during: typeof toolbox.call = (name, args, context) => time.during(toolbox.call(name, args, context));
  return { org, toolbox: { call: during }, time, urls, retries: () => retries };
}

/**
 * Calls tools one after the other through the whole server, at an org with rate limits in which requests fail at random,
 * and holds every result against the org's journal. The same seed makes the same run.
 */
export async function callThroughFaults({ calls, seed }: { calls: number; seed: number }): Promise<Tally> {
  const random = new Random(seed);
  const lies: string[] = [];
  const { org, toolbox, time, urls, retries } = await faultyOrg(random);
  const tally: Tally = {
    calls: 0,
    requests: 0,
    faults: {},
    succeeded: 0,
    failed: {},
    changes: 0,
    changesUnanswered: 0,
    complete: 0,
    resumed: 0,
    batched: 0,
    retries: 0,
    lies,
  };
  const admin = async (path: string, init?: RequestInit): Promise<Item[]> => {
    const headers = { authorization: `SSWS ${org.token}`, 'content-type': 'application/json' };
    const items: Item[] = [];
    for (let url: string | undefined = org.origin + path; url; ) {
      const response: Response = await org.fetch(new Request(url, { ...init, headers }));
      if (response.status === 429) {
        await time.during(time.sleep(61_000));
        continue;
      }
      items.push(...[(await response.json()) as Item | Item[]].flat());
      url = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    return items;
  };

  /** Calls a tool through a storm of faults, and judges what it says about itself. */
  async function call(
    name: string,
    args: object,
    storm: readonly Fault[],
    judged: (name: string, outcome: Outcome) => void = judge,
  ): Promise<Outcome> {
    const before = org.journal.length;
    const writes = !/^(get_|list_|collect)/.test(name);
    for (const fault of storm) {
      const times = 1 + random.below(3);
      if (random.below(3) === 0) org.inject({ path: '**', skip: random.below(3), times, fault });
      else org.inject({ path: ({ method }) => method !== 'GET' || !writes, times, fault });
    }
    const caller = new AbortController();
    time.onWait = () => random.below(40) === 0 && caller.abort();
    const result = await toolbox.call(name, args as never, { signal: caller.signal });
    time.onWait = () => {};
    org.clearFaults();
    if ('ask' in result) throw new Error('the client cannot ask');
    const entries = org.journal.slice(before);
    const text = textOf(result);
    const isError = result.isError === true;
    const outcome = { text, isError, entries, data: text.startsWith('{') ? JSON.parse(text) : {} };
    count(outcome);
    judged(name, outcome);
    await time.during(time.sleep(random.below(800)));
    return outcome;
  }

  function count({ entries, isError, text }: Outcome): void {
    tally.calls += 1;
    tally.requests += entries.length;
    if (!isError) tally.succeeded += 1;
    const code = /"code":"(\w+)"/.exec(text)?.[1];
    if (isError && code) tally.failed[code] = (tally.failed[code] ?? 0) + 1;
    for (const entry of entries) {
      const changed = entry.method !== 'GET' && executed(entry);
      if (changed) tally.changes += 1;
      if (changed && !done(entry.status)) tally.changesUnanswered += 1;
      for (const fault of entry.faults ?? []) {
        const key = `${fault} ${entry.answered === undefined ? 'before' : 'after'}`;
        tally.faults[key] = (tally.faults[key] ?? 0) + 1;
      }
    }
  }

  function judge(name: string, { entries, isError, text, data }: Outcome): void {
    const lie = (what: string) =>
      lies.push(
        `${name}: ${what}\n${text.slice(0, 300)}\n${entries.map((one) => `${one.method} ${one.path} ${one.status} ${one.faults} ${one.answered}`).join('\n')}`,
      );
    const changes = entries.filter((entry) => entry.method !== 'GET' && executed(entry));
    if (changes.length > 1) lie(`executed ${changes.length} times`);
    // After an empty list, one item of another is asked for; nothing else here asks for a single item.
    const last = entries.filter(({ path }) => !path.endsWith('?limit=1')).at(-1);
    const arrived = arrivedAsIs(last);
    if (!isError && !arrived) lie('claims success for a failed request');
    if (!isError && last?.method !== 'GET' && changes.length !== 1) lie('claims a change that was not made');
    if (data.note?.startsWith('This does not mean')) lie('doubts a role that is there');
    if (isError && changes.length > 0 && !IN_DOUBT.test(text)) {
      lie('does not say that the change may have been made');
    }
    if (isError && changes.length > 0 && /was not sent|Nothing was sent|"sent":false/.test(text)) {
      lie('says that nothing was sent, which was');
    }
  }

  function storm(list: boolean): Fault[] {
    const when = () => random.pick(['before', 'after'] as const);
    const status = (): Fault => {
      const code = random.pick([500, 502, 503, 504, 429]);
      // Okta refuses for its limits, and for maintenance (503), before it does anything.
      return { kind: 'status', status: code, when: code === 429 || code === 503 ? 'before' : when() };
    };
    const kinds: (() => Fault)[] = [
      status,
      status,
      () => ({ kind: 'drop', when: when() }),
      () => ({ kind: 'drop', when: 'after' }),
      () => ({ kind: 'html', when: when() }),
      () => ({ kind: 'latency', ms: 1 + random.below(3000), when: when() }),
      () => ({ kind: 'invalid-token' }),
      () => ({ kind: 'truncate' }),
      () => ({ kind: 'clock', skew: (random.below(7200) - 3600) * 1000 }),
      () => ({
        kind: 'link',
        next: random.pick([
          `https://elsewhere.example/api/v1/users?after=${random.hex(4)}`,
          `${org.origin}/api/v1/apps/1/users?after=x`,
          '/oauth2/v1/clients?after=x',
          '?after=x',
        ]),
      }),
      ...(list ? [(): Fault => ({ kind: 'body', change: () => ({ error: 'not a list' }) })] : []),
    ];
    return random.below(10) < 3 ? [] : Array.from({ length: 1 + random.below(2) }, () => random.pick(kinds)());
  }

  /** Follows a list to its end, and holds the whole against what the org has. */
  async function walk(name: string, path: string, args: object): Promise<void> {
    const want = (await admin(path)).map(({ id }) => id).sort();
    const got: string[] = [];
    let next: object = {};
    for (let pages = 0; pages < 40; pages += 1) {
      const { isError, data, entries } = await call(name, { ...args, ...next }, random.below(3) ? [] : storm(true));
      if (isError) return;
      got.push(...data.items!.map(({ id }) => id));
      if (data.complete) {
        const same = JSON.stringify([...got].sort()) === JSON.stringify(want);
        if (!same) lies.push(`${name}: complete with ${got.length} of ${want.length}`);
        tally.complete += 1;
        return;
      }
      if (entries.some(({ faults }) => faults?.includes('link'))) return;
      if (!data.next) return;
      next = data.next;
    }
    lies.push(`${name} has no end`);
  }

  /** Collects a list to its end, going on after whatever ends it, and holds the counts against what the org has. */
  async function gather(tool: string, path: string, limit: number): Promise<void> {
    const want = (await admin(path)).length;
    let args: object = { tool, arguments: { limit }, count_by: 'status' };
    let bent = false;
    for (let turns = 0; turns < 40; turns += 1) {
      const { isError, data, entries, text } = await call('collect', args, random.below(3) ? storm(true) : []);
      bent ||= entries.some(({ faults }) => faults?.includes('link'));
      const got = Object.values(data.counts ?? {}).reduce((sum, rows) => sum + rows, 0);
      if (isError && data.complete) lies.push(`collect: an error that is complete\n${text}`);
      if (isError && data.counts && !data.cursor && !bent) lies.push(`collect: an error without a way on\n${text}`);
      if (!bent && got > want) lies.push(`collect: ${got} of ${want}`);
      if (data.complete) {
        if (!bent && got !== want) lies.push(`collect: complete with ${got} of ${want}`);
        tally.complete += 1;
        if (turns > 0 && !bent) tally.resumed += 1;
        return;
      }
      // Without a cursor nothing was collected, or Okta's own link led astray.
      if (!data.cursor && !isError && !bent) lies.push(`collect: neither complete nor to go on with\n${text}`);
      if (data.cursor) args = { cursor: data.cursor };
      else if (!isError) return;
    }
  }

  /** Several calls of a tool at once; `path` is where each of them changes something. */
  async function together(tool: string, calls: readonly object[], path: (at: number) => string): Promise<void> {
    const judged = (_: string, { entries, isError, text, data }: Outcome) => {
      const lie = (what: string) =>
        lies.push(`run_batch ${tool}: ${what}\n${text.slice(0, 600)}\n${JSON.stringify(entries)}`);
      const writes = entries.filter(({ method }) => method !== 'GET');
      let done = 0;
      for (const at of calls.keys()) {
        const mine = writes.filter((entry) => entry.path === path(at));
        const changes = mine.filter(executed).length;
        const outcome = data.outcomes?.find(({ call }) => call === at);
        if (outcome) tally.batched += 1;
        if (outcome?.ok) done += 1;
        if (changes > 1) lie(`calls[${at}] executed ${changes} times`);
        if (outcome?.ok && !arrivedAsIs(mine.at(-1))) lie(`calls[${at}] claims success for a failed request`);
        if (outcome?.ok && changes !== 1) lie(`calls[${at}] claims a change that was not made`);
        if (!outcome && mine.length > 0) lie(`calls[${at}] was sent, and nothing is said about it`);
        if (outcome?.ok === false && changes > 0 && !IN_DOUBT.test(outcome.error!)) lie(`calls[${at}] hides a change`);
      }
      if (writes.some((entry) => !calls.some((_, at) => entry.path === path(at)))) lie('did something else');
      if (done !== (data.done ?? 0)) lie('counts wrongly');
      if (isError !== done < calls.length) lie('is an error when all is well, or none when it is not');
    };
    const args = { tool, calls, ...(random.below(3) === 0 && { stop_on_error: true }) };
    const { text } = await call('run_batch', args, storm(false), judged);
    const confirmation = confirmationIn(text);
    if (confirmation) await call('run_batch', { ...args, confirmation }, storm(false), judged);
  }

  /** A call that must be confirmed, in two steps. */
  async function confirmed(name: string, args: object): Promise<void> {
    const first = await call(name, args, random.below(3) ? [] : storm(false));
    if (first.entries.some(({ method }) => method !== 'GET')) lies.push(`${name} acted unconfirmed`);
    const confirmation = confirmationIn(first.text);
    if (confirmation) await call(name, { ...args, confirmation }, storm(false));
  }

  const some = () => {
    const from = random.below(people.length - 8);
    return people.slice(from, from + 2 + random.below(6));
  };

  const people = (await admin('/api/v1/users?limit=200')).slice(5);
  const groups = (await admin('/api/v1/groups?filter=type%20eq%20%22OKTA_GROUP%22')).slice(0, 5);
  let made = 0;
  const jobs: (() => Promise<unknown>)[] = [
    () => call('get_user', { id: random.pick(people).id }, storm(false)),
    () => call('get_group', { groupId: random.pick(groups).id }, storm(false)),
    () => call('get_logs', { limit: 5 }, storm(true)),
    () => call('list_users', { search: 'profile.login eq "nobody@nowhere.example"' }, storm(true)),
    () => walk('list_users', '/api/v1/users', { limit: 10 }),
    () => walk('list_groups', '/api/v1/groups', { limit: 4 }),
    () => walk('list_applications', '/api/v1/apps', { limit: 3 }),
    () => call('create_group', { body: { profile: { name: `Team ${++made}` } } }, storm(false)),
    () => call('create_user', { activate: false, body: { profile: person(++made) } }, storm(false)),
    () => call('add_user_to_group', { groupId: random.pick(groups).id, userId: random.pick(people).id }, storm(false)),
    () => call('update_user', { id: random.pick(people).id, body: { profile: { title: `T${++made}` } } }, storm(false)),
    () => confirmed('remove_user_from_group', { groupId: random.pick(groups).id, userId: random.pick(people).id }),
    () => confirmed('suspend_user', { id: random.pick(people).id }),
    () => call('unsuspend_user', { id: random.pick(people).id }, storm(false)),
    () => gather('list_users', '/api/v1/users', 8),
    () => gather('list_applications', '/api/v1/apps', 3),
    async () => {
      const users = some();
      const calls = users.map(({ id }) => ({ id, body: { profile: { title: `T${++made}` } } }));
      await together('update_user', calls, (at) => `/api/v1/users/${users[at]!.id}`);
    },
    async () => {
      const [users, group] = [some(), random.pick(groups).id];
      const calls = users.map(({ id }) => ({ groupId: group, userId: id }));
      await together('remove_user_from_group', calls, (at) => `/api/v1/groups/${group}/users/${users[at]!.id}`);
    },
    async () => {
      const [group] = await admin('/api/v1/groups', {
        method: 'POST',
        body: JSON.stringify({ profile: { name: `Old ${++made}` } }),
      });
      await confirmed('delete_group', { groupId: group!.id });
    },
  ];
  while (tally.calls < calls) await random.pick(jobs)();
  tally.retries = retries();
  for (const url of urls) if (!url.startsWith(`${org.origin}/`)) lies.push(`a request left the org: ${url}`);
  return tally;
}

function confirmationIn(text: string): string | undefined {
  return /"confirmation":"([\w.-]+)"/.exec(text)?.[1];
}

function person(number: number): object {
  const email = `new${number}@atlasworks-demo.example`;
  return { firstName: 'New', lastName: `Person ${number}`, email, login: email };
}
