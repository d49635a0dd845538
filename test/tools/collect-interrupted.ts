import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { OktaMcpError } from '../../src/errors.js';
import { type Collected, collectWorld } from './collect-world.js';

const WHERE = [undefined, 'status eq "ACTIVE"', 'profile.department eq "Sales" or not (lastLogin pr)'];
const WANTED: object[] = [
  { count_by: 'profile.department' },
  { count_by: ['status', 'profile.city'], top: 5 },
  { sort: '-lastLogin', top: 7 },
  { sort: 'profile.department', top: 30, fields: ['profile.city'] },
  { save_as: 'a.csv' },
  { save_as: 'a.csv', fields: ['*'] },
  { save_as: 'a.jsonl', count_by: 'status' },
  {},
  { top: 11 },
];

/** What happens to a request: the page fails, or time is up after it. */
type Event = 'ok' | 'fails' | 'late';

/** What a collection comes to, however many calls it took. */
interface Total {
  readonly read: number;
  readonly matched: number;
  readonly counts: string | undefined;
  readonly rows: readonly unknown[];
  readonly file: string | undefined;
  readonly calls: number;
}

type World = ReturnType<typeof collectWorld>;

async function collected(world: World, args: object, events: readonly Event[]): Promise<Total> {
  const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
  try {
    Object.assign(world, { sent: 0, folder });
    world.beforeSend = (number) => {
      if (events[number - 1] === 'fails') throw new OktaMcpError('okta_unavailable', 'Okta is down.', 'Try later.');
    };
    world.afterSend = (number) => {
      if (events[number - 1] === 'late') world.clock.now += 46_000;
    };
    const rows: unknown[] = [];
    let calls = 1;
    let last = await world.call(args);
    for (; !last.complete; calls += 1) {
      // Nothing was shown yet where the first page failed.
      if ('rows' in last && !('sort' in args)) rows.push(...last.rows!);
      expect(last.isError || last.cursor !== undefined).toBe(true);
      if (world.sent > events.length) expect(last.isError).toBe(false);
      last = await world.call(last.cursor === undefined ? args : { cursor: last.cursor });
    }
    rows.push(...(last.rows ?? []));
    if (last.file) expect(readdirSync(folder)).toEqual([last.file.path.slice(folder.length + 1)]);
    else expect(readdirSync(folder)).toEqual([]);
    return { ...totalOf(last), rows, calls, file: last.file && readFileSync(last.file.path, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function totalOf({ read, matched, text, counts }: Collected) {
  return { read, matched, counts: counts && /"counts":(\{.*?\})/.exec(text)![1]! };
}

/** Interrupted anywhere and gone on with, a collection comes to the same as in one go. @returns how often it was */
export async function interrupt(runs: number): Promise<number> {
  let interruptions = 0;
  // What takes longest is making them.
  const worlds = [70, 230, 400].map((users) => collectWorld({ users }));
  const event = fc.oneof(
    { weight: 5, arbitrary: fc.constant<Event>('ok') },
    { weight: 1, arbitrary: fc.constant<Event>('fails') },
    { weight: 1, arbitrary: fc.constant<Event>('late') },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...worlds),
      fc.constantFrom(...WANTED),
      fc.constantFrom(...WHERE),
      fc.integer({ min: 20, max: 100 }),
      fc.array(event, { minLength: 4, maxLength: 40 }),
      async (world, wanted, where, limit, events) => {
        const args = { tool: 'list_users', arguments: { limit }, ...wanted, ...(where !== undefined && { where }) };
        const { calls: once, ...want } = await collected(world, args, []);
        const { calls, ...got } = await collected(world, args, events);
        expect(got).toEqual(want);
        interruptions += calls - once;
      },
    ),
    { numRuns: runs },
  );
  return interruptions;
}
