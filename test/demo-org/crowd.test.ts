import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Crowd } from '../../src/demo-org/crowd.js';
import { UserDirectory } from '../../src/demo-org/user-directory.js';
import { demoOrg, NOON, nextPath, profile, walk } from './client.js';

const END = 100_000;
const crowd = new Crowd(END, { epoch: NOON, typeId: 'oty' }, new Map(), '00oTEST');
const place = fc.integer({ min: crowd.start, max: END - 1 });

test('an id and a login lead back to the one position they were made from', () => {
  fc.assert(
    fc.property(place, (position) => {
      const { id, profile: made } = crowd.at(position);
      expect(id).toMatch(/^00u[0-9A-Za-z]{17}$/);
      expect(crowd.positionOf(id)).toBe(position);
      expect(crowd.positionOfLogin(made.login.toUpperCase())).toBe(position);
      expect(crowd.at(position)).toEqual(crowd.at(position));
    }),
  );
});

test('other ids and logins lead nowhere', () => {
  fc.assert(
    fc.property(place, fc.integer({ min: 3, max: 19 }), fc.constantFrom(...'aZ09'), (position, at, char) => {
      const id = crowd.id(position);
      fc.pre(id[at] !== char);
      expect(crowd.positionOf(id.slice(0, at) + char + id.slice(at + 1))).toBeUndefined();
    }),
  );
  for (const login of ['nobody@atlasworks.example', 'ada.lovelace99@atlasworks.example', '70@x', '', '@'])
    expect(crowd.positionOfLogin(login)).toBeUndefined();
  expect(crowd.positionOf(crowd.id(END))).toBeUndefined();
});

test('traits say what the whole user says', () => {
  fc.assert(
    fc.property(place, (position) => {
      const user = crowd.at(position);
      expect(crowd.traits(position)).toEqual({
        department: user.profile.department,
        title: user.profile.title,
        city: user.profile.city,
        employeeNumber: Number(user.profile.employeeNumber),
        employee: user.profile.userType === 'Employee',
        deprovisioned: user.status === 'DEPROVISIONED',
      });
    }),
  );
});

test('reading a page makes up the people on it and nobody else', () => {
  let made = 0;
  const counted = new (class extends Crowd {
    override at(position: number) {
      made++;
      return super.at(position);
    }
  })(END, { epoch: NOON, typeId: 'oty' }, new Map(), '00oTEST');
  const users = new UserDirectory();
  users.follow(counted);
  expect([users.size, made]).toEqual([END - crowd.start, 0]);
  let taken = 0;
  for (const _ of users.entries(50_000)) if (++taken === 200) break;
  expect(made).toBe(200);
  expect(users.get(crowd.id(777))?.id).toBe(crowd.id(777));
  expect(made).toBe(201);
  expect(users.dump().records).toEqual([]);
});

describe('an org of 100,000', () => {
  const { org, call } = demoOrg({ users: END });
  const group = async (name: string) => (await call('GET', `/api/v1/groups?q=${name}&expand=stats`)).json[0];

  test('everybody counts, nobody is kept', async () => {
    expect((await group('Everyone'))._embedded.stats.usersCount).toBe(END);
    expect((await call('GET', '/api/v1/users')).json).toHaveLength(200);
    const { store } = org.snapshot();
    expect((store.users as { records: unknown[] }).records).toHaveLength(64);
    expect(JSON.stringify(store).length).toBeLessThan(500_000);
  });

  test('a member of the crowd is found, changed, renamed, deleted', async () => {
    const first = await call('GET', '/api/v1/users?limit=200');
    const { json } = await call('GET', nextPath(first) ?? '');
    const [{ id, profile: before }, other] = json;
    const short = before.login.split('@')[0];
    for (const reference of [id, before.login, short])
      expect((await call('GET', `/api/v1/users/${reference}`)).json.id).toBe(id);
    const changed = await call('POST', `/api/v1/users/${id}`, { profile: { login: 'renamed@atlasworks.example' } });
    expect(changed.json).toMatchObject({ id, profile: { login: 'renamed@atlasworks.example' } });
    expect((await call('GET', `/api/v1/users/${before.login}`)).status).toBe(404);
    expect((await call('GET', '/api/v1/users/renamed')).json.id).toBe(id);
    const taken = await call('POST', '/api/v1/users', { profile: profile(other.profile.login) });
    expect(taken.json.errorCode).toBe('E0000001');
    for (let i = 0; i < 2; i++) await call('DELETE', `/api/v1/users/${id}`);
    expect((await call('GET', `/api/v1/users/${id}`)).status).toBe(404);
    expect((await group('Everyone'))._embedded.stats.usersCount).toBe(END - 1);
  });

  test('membership of the crowd is consistent from both sides, before and after changes', async () => {
    const { id } = await group('Legal');
    const page = (await call('GET', `/api/v1/groups/${id}/users?limit=20`)).json;
    const count = (await group('Legal'))._embedded.stats.usersCount;
    const member = page.at(-1).id;
    const groupsOf = async () => (await walk(call, `/api/v1/users/${member}/groups`)).includes(id);
    expect([page.length, count > 9000, await groupsOf()]).toEqual([20, true, true]);
    await call('DELETE', `/api/v1/groups/${id}/users/${member}`);
    expect(await groupsOf()).toBe(false);
    expect((await group('Legal'))._embedded.stats.usersCount).toBe(count - 1);
    await call('PUT', `/api/v1/groups/${id}/users/${member}`);
    expect(await groupsOf()).toBe(true);
    const all = await walk(call, `/api/v1/groups/${id}/users?limit=1000`);
    expect([all.length, new Set(all).size, all.at(-1)]).toEqual([count, count, member]);
    await call('DELETE', `/api/v1/groups/${id}`);
    expect(await groupsOf()).toBe(false);
  });

  test('the log stays as short as that of a small org', async () => {
    const events = async (users: number) => {
      const { call: own } = demoOrg({ users });
      return walk(own, '/api/v1/logs?since=2026-01-15T00:00:00Z&until=2026-03-01T12:00:00Z&limit=1000', 'uuid');
    };
    expect((await events(END)).length).toBeLessThan(2 * (await events(64)).length);
  });
});

test('a smaller org is the beginning of a larger one', async () => {
  const ids = async (users: number) => walk(demoOrg({ users }).call, '/api/v1/users?search=');
  const large = await ids(300);
  expect(large).toHaveLength(300);
  for (const users of [10, 64, 100]) expect(await ids(users)).toEqual(large.slice(0, users));
});
