import { expect, test } from 'vitest';
import { interrupt } from './tools/collect-interrupted.js';
import { collectWorld, listAll } from './tools/collect-world.js';

test('collections interrupted anywhere', { timeout: 300_000 }, async () => {
  expect(await interrupt(500)).toBeGreaterThan(300);
});

test('100,000 users are counted as they are', { timeout: 120_000 }, async () => {
  const world = collectWorld({ users: 100_000 });
  const users = (await listAll(world, '/api/v1/users?limit=200')) as { profile: { department?: string } }[];
  expect(users.length).toBeGreaterThan(95_000);
  const want = new Map<string, number>();
  for (const { profile } of users) {
    const department = profile.department ?? '(none)';
    want.set(department, (want.get(department) ?? 0) + 1);
  }
  const got = await world.call({ tool: 'list_users', count_by: 'profile.department' });
  expect(got).toMatchObject({ read: users.length, matched: users.length, complete: true });
  expect(new Map(Object.entries(got.counts!))).toEqual(want);
});
