import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'gpt-tokenizer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OktaMcpError } from '../../src/errors.js';
import { collectWorld, listAll } from './collect-world.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collect-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type User = { id: string; status: string; lastLogin: string | null; profile: Record<string, string> };
const usersOf = async (world: ReturnType<typeof collectWorld>) =>
  (await listAll(world, '/api/v1/users?limit=200')) as unknown as User[];

function countsOf<T>(rows: readonly T[], value: (row: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[value(row)] = (counts[value(row)] ?? 0) + 1;
  return counts;
}

/** Changes the profile of the first user. */
async function rename(world: ReturnType<typeof collectWorld>, profile: object): Promise<void> {
  const [user] = await usersOf(world);
  const headers = { authorization: `SSWS ${world.org.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ profile });
  const request = new Request(`${world.org.origin}/api/v1/users/${user!.id}`, { method: 'POST', headers, body });
  expect((await world.org.fetch(request)).status).toBe(200);
}

const outage = () =>
  new OktaMcpError('okta_unavailable', 'Okta is down.', 'Try later.', { status: 503, requestId: 'r1' });

test('costs little before it is used', () => {
  const { toolbox } = collectWorld();
  const [{ name, title, description, inputSchema } = { name: '' }] = toolbox.local;
  expect(encode(JSON.stringify({ name, title, description, inputSchema })).length).toBeLessThan(350);
});

describe('counts', () => {
  test('of 10,000 users, by department', async () => {
    const world = collectWorld({ users: 10_000 });
    const users = await usersOf(world);
    const want = countsOf(users, ({ profile }) => profile.department ?? '(none)');
    expect(users.length).toBeGreaterThan(9500);
    const got = await world.call({ tool: 'list_users', count_by: 'profile.department' });
    expect(got).toMatchObject({ read: users.length, matched: users.length, complete: true, counts: want });
    expect(Object.keys(got.counts!)).toHaveLength(Object.keys(want).length);
    expect(Buffer.byteLength(got.text)).toBeLessThan(1000);
  });

  test('are most first, and what `top` leaves out is summed', async () => {
    const world = collectWorld({ users: 300 });
    const users = await usersOf(world);
    const all = Object.entries(countsOf(users, ({ profile }) => profile.department ?? '(none)')).map(([, n]) => n);
    const want = all.sort((a, b) => b - a);
    const got = await world.call({ tool: 'list_users', count_by: 'profile.department', top: 3 });
    expect(Object.values(got.counts!)).toEqual(want.slice(0, 3));
    const rest = want.slice(3);
    expect(got.others).toEqual({ values: rest.length, rows: rest.reduce((sum, n) => sum + n, 0) });
  });

  test('keep their order where values look like numbers', async () => {
    const world = collectWorld();
    const { text } = await world.call({ tool: 'get_logs', count_by: 'outcome.result' });
    expect(text).toMatch(/"counts":\{"SUCCESS":\d+/);
    const byNumber = await world.call({ tool: 'list_users', count_by: 'profile.employeeNumber', fields: ['*'] });
    const names = [...byNumber.text.matchAll(/"([^"]+)":1[,}]/g)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(10);
    expect(names).toEqual([...names].sort());
  });

  test('that do not fit are summed', async () => {
    const world = collectWorld({ users: 1500 });
    const got = await world.call({ tool: 'list_users', count_by: 'profile.login' });
    expect(Buffer.byteLength(got.text)).toBeLessThan(24_000);
    expect(Object.keys(got.counts!).length + got.others!.rows).toBe(got.read);
    expect(got.note).toMatch(/Not all counts fit/);
    expect(got.complete).toBe(true);
  });

  test('stop where there are too many values', async () => {
    const world = collectWorld({ users: 6000 });
    const got = await world.call({ tool: 'list_users', count_by: 'id' });
    expect(got.isError).toBe(true);
    expect(got.text).toMatch(/count_by id has more than 5000 different values/);
    expect(world.audited.at(-1)).toMatchObject({ tool: 'list_users', decision: 'failed' });
  });
});

describe('rows', () => {
  test('are those that match, with the usual fields and those asked for', async () => {
    const world = collectWorld({ users: 500 });
    const users = await usersOf(world);
    const before = '2026-02-20T00:00:00Z';
    const want = users.filter(
      ({ status, lastLogin }) => status === 'ACTIVE' && (lastLogin === null || lastLogin < before),
    );
    const where = `status eq "active" and (lastLogin lt "${before}" or not (lastLogin pr))`;
    const results = await world.toTheEnd({ tool: 'list_users', where, fields: ['profile.title'] });
    const rows = results.flatMap(({ rows = [] }) => rows);
    expect(rows.map(({ id }) => id)).toEqual(want.map(({ id }) => id));
    expect(want.length).toBeGreaterThan(3);
    expect(Object.keys(rows[0]!).sort()).toEqual(['created', 'id', 'lastLogin', 'profile', 'status']);
    expect(rows[0]).toHaveProperty('profile.title');
    expect(results.at(-1)).toMatchObject({ read: users.length, matched: want.length, complete: true });
  });

  test('are read with the largest pages there are, unless smaller ones are wanted', async () => {
    const world = collectWorld({ users: 450 });
    await world.call({ tool: 'list_users', count_by: 'status' });
    expect(world.requests().map((path) => /limit=(\d+)/.exec(path)?.[1])).toEqual(['200', '200', '200']);
    await world.call({ tool: 'list_users', count_by: 'status', arguments: { limit: 100 } });
    expect(world.requests()[3]).toContain('limit=100');
  });

  test('beyond the budget follow with the cursor, none twice and none left out', async () => {
    const world = collectWorld({ users: 400, budget: 9000 });
    const users = await usersOf(world);
    const results = await world.toTheEnd({ tool: 'list_users' });
    expect(results.flatMap(({ rows = [] }) => rows.map(({ id }) => id))).toEqual(users.map(({ id }) => id));
    expect(results.length).toBeGreaterThan(10);
    for (const { text } of results) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(9000);
    expect(results.slice(0, -1).every(({ complete, isError }) => !complete && !isError)).toBe(true);
    expect(results.at(-1)).toMatchObject({ complete: true, read: users.length });
    expect(results.at(-1)).not.toHaveProperty('cursor');
  });

  test('`top` stops the reading', async () => {
    const world = collectWorld({ users: 1000 });
    const users = await usersOf(world);
    const before = world.sent;
    const first = await world.call({ tool: 'list_users', top: 3 });
    expect(first.rows!.map(({ id }) => id)).toEqual(users.slice(0, 3).map(({ id }) => id));
    expect(first).toMatchObject({ read: 3, complete: false });
    expect(world.sent - before).toBe(1);
    const second = await world.call({ cursor: first.cursor });
    expect(second.rows!.map(({ id }) => id)).toEqual(users.slice(3, 6).map(({ id }) => id));
    const all = await world.call({ tool: 'list_users', arguments: { search: `id eq "${users[7]!.id}"` }, top: 1 });
    expect(all).toMatchObject({ matched: 1, complete: true });
  });

  test('`sort` keeps the first ones of all', async () => {
    const world = collectWorld({ users: 700 });
    const users = await usersOf(world);
    const want = users
      .filter(({ lastLogin }) => lastLogin !== null)
      .sort((a, b) => (a.lastLogin! < b.lastLogin! ? 1 : -1))
      .slice(0, 7)
      .map(({ id }) => id);
    const got = await world.call({ tool: 'list_users', sort: '-lastLogin', top: 7 });
    expect(got.rows!.map(({ id }) => id)).toEqual(want);
    expect(got).toMatchObject({ read: users.length, complete: true });
    expect((await world.call({ tool: 'list_users', sort: 'profile.login' })).rows).toHaveLength(20);
    const many = await world.call({ tool: 'list_users', sort: 'profile.login', top: 700 });
    expect(many).toMatchObject({ complete: false, note: expect.stringMatching(/Only the first \d+ of the \d+ rows/) });
    expect(Buffer.byteLength(many.text)).toBeLessThanOrEqual(24_000);
  });

  test('too large for any result are named', async () => {
    const world = collectWorld({ budget: 1200 });
    const results = await world.toTheEnd({ tool: 'list_users', fields: ['*'] });
    const users = await usersOf(world);
    expect(results.flatMap(({ rows = [] }) => rows.map(({ id }) => id))).toEqual(users.map(({ id }) => id));
    const named = results.filter(({ note }) => note?.includes('fewer `fields`'));
    expect(named.length).toBeGreaterThan(0);
    for (const { rows } of named)
      expect(rows).toEqual([{ id: expect.any(String), omitted: expect.stringMatching(/^\d+ bytes$/) }]);
  });

  test('of a log are read to where it stands still', async () => {
    const world = collectWorld();
    const whole = await world.call({ tool: 'get_logs', count_by: 'severity' });
    expect(whole.complete).toBe(true);
    expect(whole.read).toBeGreaterThan(50);
    const small = await world.call({ tool: 'get_logs', count_by: 'severity', arguments: { limit: 7 } });
    expect(small).toMatchObject({ complete: true, read: whole.read, counts: whole.counts });
  });
});

describe('words', () => {
  test('about nothing read, as for the list itself', async () => {
    const world = collectWorld();
    const nobody = { tool: 'list_users', arguments: { search: 'profile.login eq "nobody@nowhere.example"' } };
    expect(await world.call(nobody)).toMatchObject({
      read: 0,
      rows: [],
      complete: true,
      note: expect.stringMatching(/^Nothing matches\. list_users does answer items/),
    });
    const blind = collectWorld({ roles: [] });
    expect((await blind.call({ tool: 'list_groups', count_by: 'type' })).note).toMatch(/check its admin role/);
  });

  test('about nothing matched, and paths that no row has', async () => {
    const world = collectWorld();
    const got = await world.call({
      tool: 'list_users',
      where: 'profil.login pr',
      count_by: 'status',
      fields: ['nope'],
    });
    expect(got).toMatchObject({ matched: 0, counts: {}, complete: true });
    expect(got.note).toBe(
      `None of the ${got.read} rows read matches \`where\`. No row read has "nope", "profil.login": paths are dotted and case-sensitive, like profile.login.`,
    );
    expect(await world.call({ tool: 'list_users', where: 'lastLogin pr', top: 1 })).not.toHaveProperty('note');
  });
});

test('a path that only an earlier call has seen is not called unknown', async () => {
  const world = collectWorld();
  await rename(world, { nickName: 'Only One' });
  world.afterSend = () => {
    world.clock.now += 46_000;
  };
  const args = { tool: 'list_users', arguments: { limit: 30 }, count_by: 'profile.nickName' };
  const results = await world.toTheEnd(args);
  expect(results).toHaveLength(3);
  expect(results.at(-1)).toMatchObject({ complete: true, counts: { 'Only One': 1 } });
  expect(results.at(-1)).not.toHaveProperty('note');
});

describe('is refused before anything is sent', () => {
  test.each<[string, object, RegExp]>([
    ['no tool', {}, /`tool` is missing/],
    ['an unknown tool', { tool: 'list_user' }, /no tool named "list_user".*\n.*list_users/],
    ['a tool that is no list', { tool: 'get_user' }, /answers no list.*\n.*Lists to collect from: list_users/],
    ['a list that must be confirmed', { tool: 'list_app_client_secrets' }, /must be confirmed/],
    ['arguments that do not fit', { tool: 'list_users', arguments: { nope: 1 } }, /`nope` is not an argument/],
    ['a filter that is none', { tool: 'list_users', where: 'status is "x"' }, /at position 7.*\n.*Write it like/],
    ['sorted counts', { tool: 'list_users', sort: 'id', count_by: 'status' }, /Leave out `sort`/],
    ['a sorted file', { tool: 'list_users', sort: 'id', save_as: 'a.csv' }, /Leave out `sort`/],
    ['a cut file', { tool: 'list_users', top: 5, save_as: 'a.csv' }, /Leave out `top`/],
    ['a file elsewhere', { tool: 'list_users', save_as: '../a.csv' }, /plain file name/],
    ['a file without a folder', { tool: 'list_users', save_as: 'a.csv' }, /set OKTA_EXPORT_DIR/],
    ['an invented cursor', { cursor: 'x'.repeat(60) }, /this server has not issued it/],
  ])('%s', async (_, args, words) => {
    const world = collectWorld();
    const got = await world.call(args);
    expect(got.isError).toBe(true);
    expect(got.text).toMatch(words);
    expect(world.sent).toBe(0);
  });

  test('on record, under the tool that was named', async () => {
    const world = collectWorld();
    await world.call({ tool: 'list_app_client_secrets', arguments: { appId: 'x' } });
    expect(world.audited).toMatchObject([{ tool: 'list_app_client_secrets', decision: 'refused' }]);
    expect(world.audited).toHaveLength(1);
  });

  test('a file, by a server of others', async () => {
    const world = collectWorld({ withoutFiles: true });
    expect((await world.call({ tool: 'list_users', save_as: 'a.csv' })).text).toMatch(/`save_as` is not an argument/);
    expect(world.sent).toBe(0);
  });

  test('a tool outside the grant; without any list it is not offered', async () => {
    const world = collectWorld({ scopes: ['okta.groups.read'] });
    expect((await world.call({ tool: 'list_users' })).text).toMatch(/not available here.*okta\.users\.read/s);
    expect(world.sent).toBe(0);
    expect(collectWorld({ tools: ['get_user'] }).toolbox.local).toEqual([]);
  });
});

describe('a cursor', () => {
  const start = async () => {
    const world = collectWorld({ users: 300 });
    const args = { tool: 'list_users', top: 2, where: 'status eq "ACTIVE"' };
    const { cursor } = await world.call(args);
    return { world, args, cursor: cursor! };
  };

  test('may come with what it is about', async () => {
    const { world, args, cursor } = await start();
    expect((await world.call({ ...args, cursor })).isError).toBe(false);
    const changed = await world.call({ ...args, where: 'status eq "STAGED"', cursor });
    expect(changed.text).toMatch(/about another `where`/);
    expect((await world.call({ cursor, tool: 'list_groups' })).text).toMatch(/about another `tool`/);
    expect((await world.call({ cursor, count_by: 'status' })).text).toMatch(/about another `count_by`/);
  });

  test('ends after an hour', async () => {
    const { world, cursor } = await start();
    world.clock.now += 3_600_000;
    expect((await world.call({ cursor })).text).toMatch(/expired/);
  });

  test('belongs to who got it', async () => {
    const { world, cursor } = await start();
    expect((await world.call({ cursor }, { caller: 'somebody' })).text).toMatch(/belongs to somebody else/);
  });

  test('is void after somebody else has signed in, so that no total mixes two views', async () => {
    const { world, cursor } = await start();
    world.afterSend = () => {
      world.principal.incumbent = 2;
    };
    const mixed = await world.call({ cursor });
    expect(mixed).toMatchObject({ isError: true });
    expect(mixed.text).toMatch(/Somebody else has signed in.*Collect anew/s);
    expect((await world.call({ tool: 'list_users', count_by: 'status' })).complete).toBe(true);
  });

  test('is no confirmation, and a confirmation no cursor', async () => {
    const { world, cursor } = await start();
    expect(world.seal.open(cursor)).toBeUndefined();
    const confirmation = world.seal.close({
      kind: 'human',
      tool: 'list_users',
      arguments: '',
      principal: '',
      org: world.org.origin,
      version: '',
      expires: Number.MAX_SAFE_INTEGER,
      id: 'i',
    });
    expect((await world.call({ cursor: confirmation })).text).toMatch(/has not issued it/);
  });

  test('passes the gate, the check and the audit again', async () => {
    const { world, cursor } = await start();
    expect((await world.call({ cursor })).isError).toBe(false);
    expect(world.audited.map(({ tool, decision }) => [tool, decision])).toEqual([
      ['list_users', 'called'],
      ['list_users', 'called'],
    ]);
    world.grant = ['okta.groups.read'];
    world.toolbox.refresh();
    const before = world.sent;
    expect((await world.call({ cursor })).text).toMatch(/not available here/);
    expect(world.sent).toBe(before);
  });
});

describe('a page that fails', () => {
  test('in the middle leaves what was got and a way on', async () => {
    const world = collectWorld({ users: 900, folder });
    const users = await usersOf(world);
    const want = countsOf(users, ({ status }) => status);
    let fails = 3;
    world.beforeSend = () => {
      fails -= 1;
      if (fails === 0) throw outage();
    };
    const first = await world.call({ tool: 'list_users', count_by: 'status', save_as: 'a.jsonl' });
    expect(first).toMatchObject({ isError: true, complete: false, read: 400, matched: 400 });
    expect(first.error).toEqual({
      code: 'okta_unavailable',
      message: 'Okta is down.',
      fix: 'Try later.',
      status: 503,
      requestId: 'r1',
    });
    expect(Object.values(first.counts!).reduce((sum, n) => sum + n, 0)).toBe(400);
    expect(world.audited.at(-1)).toMatchObject({ decision: 'failed', code: 'okta_unavailable' });
    // Again on the same page, now the first of its call.
    fails = 1;
    const second = await world.call({ cursor: first.cursor });
    expect(second).toMatchObject({ isError: true, read: 400, counts: first.counts });
    const last = await world.call({ cursor: second.cursor });
    expect(last).toMatchObject({ isError: false, complete: true, read: users.length, counts: want });
    const lines = readFileSync(last.file!.path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(users.map(({ id }) => id));
    expect(readdirSync(folder)).toEqual(['a.jsonl']);
  });

  test('at the beginning is just that', async () => {
    const world = collectWorld({ folder });
    world.beforeSend = () => {
      throw outage();
    };
    const got = await world.call({ tool: 'list_users', save_as: 'a.csv' });
    expect(got.isError).toBe(true);
    expect(got.text).toMatch(/^Okta is down\.\nNext step: Try later\.\n/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('time', () => {
  test('is kept: it answers before the deadline, by how long pages take', async () => {
    const world = collectWorld({ users: 3000 });
    world.beforeSend = () => {
      world.clock.now += 6000;
    };
    const started = world.clock.now;
    const first = await world.call({ tool: 'list_users', count_by: 'status' });
    // Of 50 s: a page is begun as long as 5 s and another page of 6 s are left.
    expect(first).toMatchObject({ complete: false, isError: false, read: 1400, note: expect.stringMatching(/Time/) });
    expect(world.clock.now - started).toBe(42_000);
    const last = await world.call({ cursor: first.cursor });
    expect(last).toMatchObject({ complete: false, read: 2800 });
  });

  test('what is too much to go on with is not lost', async () => {
    const world = collectWorld({ users: 3000, folder });
    world.beforeSend = () => {
      world.clock.now += 6000;
    };
    const got = await world.call({ tool: 'list_users', count_by: 'profile.login', save_as: 'a.csv' });
    expect(got).toMatchObject({ complete: false, read: 1400, note: expect.stringMatching(/too much to go on with/) });
    expect(got).not.toHaveProperty('cursor');
    expect(readdirSync(folder)).toEqual([]);
    expect(Buffer.byteLength(got.text)).toBeLessThanOrEqual(24_000);
  });

  test('progress is told by page', async () => {
    const world = collectWorld({ users: 450 });
    const told: number[] = [];
    const { read } = await world.call(
      { tool: 'list_users', count_by: 'status' },
      { progress: (done) => told.push(done) },
    );
    expect(told).toEqual([200, 400, read]);
  });

  test('a cancelled call stops within a page and leaves no file', async () => {
    const world = collectWorld({ users: 3000, folder });
    const cancel = new AbortController();
    world.beforeSend = (number) => {
      if (number === 4) {
        expect(readdirSync(folder)).toHaveLength(1);
        cancel.abort();
      }
    };
    const got = await world.call({ tool: 'list_users', save_as: 'a.csv' }, { signal: cancel.signal });
    expect(got.isError).toBe(true);
    expect(got.text).toContain('"code":"cancelled"');
    expect(world.sent).toBe(4);
    expect(world.requests()).toHaveLength(3);
    expect(readdirSync(folder)).toEqual([]);
    expect(world.audited.at(-1)).toMatchObject({ code: 'cancelled' });
  });
});

describe('files', () => {
  test('hold all rows: CSV with the usual fields', async () => {
    const world = collectWorld({ users: 300, folder });
    const users = await usersOf(world);
    const got = await world.call({ tool: 'list_users', save_as: 'a.csv', fields: ['profile.title'] });
    expect(got).toMatchObject({ complete: true, file: { path: join(folder, 'a.csv'), rows: users.length } });
    const text = readFileSync(join(folder, 'a.csv'), 'utf8');
    expect(Buffer.byteLength(text)).toBe(got.file!.bytes);
    const lines = text.trimEnd().split('\r\n');
    expect(lines[0]).toBe(
      'id,status,profile.login,profile.firstName,profile.lastName,profile.email,profile.department,lastLogin,created,profile.title',
    );
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(users.map(({ id }) => id));
    expect(Buffer.byteLength(got.text)).toBeLessThan(500);
  });

  test('hold all fields: JSONL as results show them, CSV in the columns of the first page', async () => {
    const world = collectWorld({ folder });
    const users = await usersOf(world);
    await world.call({ tool: 'list_users', save_as: 'a.jsonl', fields: ['*'] });
    const lines = readFileSync(join(folder, 'a.jsonl'), 'utf8').trimEnd().split('\n');
    const shown = users.map((user) => JSON.parse(JSON.stringify({ ...user, _links: undefined })));
    expect(lines.map((line) => JSON.parse(line))).toEqual(shown);
    await world.call({ tool: 'list_users', save_as: 'a.csv', fields: ['*'] });
    const [header] = readFileSync(join(folder, 'a.csv'), 'utf8').split('\r\n');
    expect(header!.split(',')).toEqual(expect.arrayContaining(['id', 'profile.login', 'credentials.provider.type']));
    expect(header).not.toContain('_links');
  });

  test('say which columns came too late', async () => {
    const world = collectWorld({ folder });
    const got = await world.call({ tool: 'get_logs', arguments: { limit: 3 }, fields: ['*'], save_as: 'log.csv' });
    expect(got.note).toMatch(/columns are those of the first rows; not in the file: .*\.jsonl file holds everything/);
  });

  test('of no rows have their header', async () => {
    const world = collectWorld({ folder });
    const got = await world.call({ tool: 'list_users', where: 'status eq "NOPE"', save_as: 'a.csv' });
    expect(got).toMatchObject({ matched: 0, file: { rows: 0 } });
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toMatch(/^id,status,[\w.,]+\r\n$/);
  });

  test('neither run in a spreadsheet nor hide that they were changed', async () => {
    const world = collectWorld({ folder });
    await rename(world, { firstName: '=HYPERLINK("http://evil.example")', lastName: '\uff20x' });
    const got = await world.call({ tool: 'list_users', save_as: 'a.csv' });
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toContain(`"'=HYPERLINK(""http://evil.example"")","'\uff20x"`);
    expect(got.note).toMatch(/^In 2 cells, an apostrophe/);
  });

  test('are never overwritten', async () => {
    const world = collectWorld({ folder });
    await world.call({ tool: 'list_users', save_as: 'a.csv' });
    const before = readFileSync(join(folder, 'a.csv'), 'utf8');
    const sent = world.sent;
    expect((await world.call({ tool: 'list_users', save_as: 'a.csv' })).text).toMatch(/never overwritten/);
    expect(world.sent).toBe(sent);
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toBe(before);
  });
});
