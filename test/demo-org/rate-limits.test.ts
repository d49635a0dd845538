import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateWindows } from '../../src/demo-org/rate-window.js';
import { demoOrg, NOON, walk } from './client.js';

const rateOf = ({ headers }: { headers: Headers }) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-rate-limit-${name}`)));

/** Numbers of a Workforce org: section 2.4 of the facts. */
test.each([
  ['GET', '/api/v1/users', 600],
  ['POST', '/api/v1/users', 600],
  ['GET', '/api/v1/users/00uX', 2000],
  ['POST', '/api/v1/users/00uX', 600],
  ['GET', '/api/v1/users/00uX/groups', 1200],
  ['GET', '/api/v1/groups', 500],
  ['PUT', '/api/v1/groups/00gX', 1000],
  ['GET', '/api/v1/groups/00gX/users', 1200],
  ['GET', '/api/v1/apps', 100],
  ['GET', '/api/v1/apps/0oaX', 500],
  ['GET', '/api/v1/logs', 120],
  ['GET', '/api/v1/devices', 100],
  ['GET', '/api/v1/devices/guoX', 100],
  ['GET', '/oauth2/v1/clients/0oaX/roles', 100],
  ['GET', '/api/v1/zones', 1200],
])('%s %s belongs to a bucket of %i', async (method, path, limit) => {
  const { call } = demoOrg({ rateLimits: 'okta' });
  const body = method === 'GET' ? undefined : {};
  expect(rateOf(await call(method, path, body))).toEqual([limit, limit - 1, NOON / 1000 + 60]);
});

test('public metadata is not limited', async () => {
  const { headers } = await demoOrg().call('GET', '/.well-known/okta-organization', undefined, '');
  expect(headers.has('x-rate-limit-limit')).toBe(false);
});

describe('which bucket', () => {
  test.each([
    [{ '/api/v1/*': 7, '/api/v1/users*': 8, '/api/v1/users/me': 9 }, '/api/v1/users/me', 9],
    [{ '/api/v1/*': 7, '/api/v1/users/*': 8 }, '/api/v1/users/me/groups', 8],
    [{ '/api/v1/users/{}/groups': 7, '/api/v1/users/me/groups': 8 }, '/api/v1/users/me/groups', 8],
    [{ 'GET /api/v1/zones': 7, '/api/v1/zones': 8 }, '/api/v1/zones', 7],
    [{ '/api/v1/zones': 8, 'GET /api/v1/zones': 7 }, '/api/v1/zones', 7],
    [{ 'POST /api/v1/zones': 7, '/api/v1/zones': 8 }, '/api/v1/zones', 8],
    [{ '/api/v1/zone': 7 }, '/api/v1/zones', 1200],
  ])('%j: %s has %i', (limits: Record<string, number>, path, want) => {
    expect(new RateWindows(limits).take('GET', path, 'a', NOON)?.limit).toBe(want);
  });
});

test('over the limit: 429 E0000047 with the headers and no Retry-After, until the window ends', async () => {
  let now = NOON + 37_250;
  const { call, org } = demoOrg({ now: () => now, rateLimits: { '/api/v1/groups': 2 } });
  const get = (path = '/api/v1/groups') => call('GET', path);
  const reset = Math.ceil((now + 60_000) / 1000);
  expect(rateOf(await get())).toEqual([2, 1, reset]);
  now += 30_000;
  expect(rateOf(await get())).toEqual([2, 0, reset]);
  const refused = await get();
  expect(refused.status).toBe(429);
  expect(refused.json).toEqual({
    errorCode: 'E0000047',
    errorSummary: 'API call exceeded rate limit due to too many requests.',
    errorLink: 'E0000047',
    errorId: expect.stringMatching(/^oae\w{22}$/),
    errorCauses: [],
  });
  expect(rateOf(refused)).toEqual([2, 0, reset]);
  expect(refused.headers.has('retry-after')).toBe(false);
  expect((await get('/api/v1/users')).status).toBe(200);
  now += 29_999;
  expect((await get()).status).toBe(429);
  now += 1;
  expect(rateOf(await get())).toEqual([2, 1, Math.ceil((now + 60_000) / 1000)]);
  expect(org.journal.map(({ status }) => status)).toEqual([200, 200, 429, 200, 429, 200]);
});

test('a refused request changes nothing; the first of a window is logged', async () => {
  const { call, org } = demoOrg({ rateLimits: { '/api/v1/groups': 1 } });
  const before = (await walk(call, '/api/v1/users/me/groups')).length;
  await call('GET', '/api/v1/groups');
  const logged = async () =>
    (await call('GET', '/api/v1/logs?filter=eventType+eq+%22system.org.rate_limit.violation%22')).json.length;
  expect(await logged()).toBe(0);
  for (let i = 0; i < 3; i++) await call('POST', '/api/v1/groups', { profile: { name: 'New' } });
  expect(await logged()).toBe(1);
  expect(org.journal.filter(({ error }) => error === 'E0000047').map(({ changes }) => changes)).toEqual([[], [], []]);
  expect((await walk(call, '/api/v1/users/me/groups')).length).toBe(before);
});

test('the bucket is the whole org’s; with shares, each credential has its part', async () => {
  const limits = { '/api/v1/groups': 4 };
  for (const [credentialShare, want] of [
    [100, [200, 200, 200, 200, 429, 429]],
    [50, [200, 200, 429, 200, 200, 429]],
  ] as const) {
    const { org, call } = demoOrg({ rateLimits: limits, credentialShare });
    const tokens = [1, 2].map(() => `Bearer ${org.issueToken({ scopes: ['okta.groups.read'] })}`);
    const statuses: number[] = [];
    for (const token of tokens.flatMap((one) => [one, one, one]))
      statuses.push((await call('GET', '/api/v1/groups', undefined, token)).status);
    expect(statuses).toEqual(want);
  }
});

test('the headers speak of whichever ends first', () => {
  const windows = new RateWindows({ '/a': 10 }, 50);
  const take = (credential: string) => {
    const { limit, remaining, refused } = windows.take('GET', '/a', credential, NOON)!;
    return [limit, remaining, refused !== undefined];
  };
  for (let i = 0; i < 3; i++) take('b');
  expect(take('a')).toEqual([5, 4, false]);
  for (let i = 0; i < 3; i++) take('a');
  expect(take('a')).toEqual([5, 0, false]);
  expect(take('a')).toEqual([5, 0, true]);
  expect(take('b')).toEqual([10, 1, false]);
  expect(take('b')).toEqual([10, 0, false]);
  expect(take('c')).toEqual([10, 0, true]);
});

test('off: counted, never refused, never below zero', async () => {
  const { call } = demoOrg();
  for (let i = 0; i < 99; i++) await call('GET', '/api/v1/apps?limit=1');
  expect(rateOf(await call('GET', '/api/v1/apps?limit=1')).slice(0, 2)).toEqual([100, 0]);
  const more = await call('GET', '/api/v1/apps?limit=1');
  expect([more.status, ...rateOf(more).slice(0, 2)]).toEqual([200, 100, 0]);
});

test('never more than n in a window, whenever requests come; and the reset can be trusted', () => {
  const gap = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 30_000 }), fc.constant(60_000));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(gap, { maxLength: 80 }), (n, gaps) => {
      const windows = new RateWindows({ '/a': n });
      const served: number[] = [];
      const windowOf = new Map<number, number[]>();
      let now = NOON;
      for (const wait of gaps) {
        now += wait;
        const rate = windows.take('GET', '/a', 'x', now)!;
        expect(rate.reset * 1000).toBeGreaterThan(now);
        if (rate.refused) {
          // Refused only when this window has had its n.
          expect(windowOf.get(rate.reset)).toHaveLength(n);
          continue;
        }
        served.push(now);
        windowOf.set(rate.reset, [...(windowOf.get(rate.reset) ?? []), now]);
        expect(rate.remaining).toBe(n - windowOf.get(rate.reset)!.length);
      }
      for (const times of windowOf.values()) {
        expect(times.length).toBeLessThanOrEqual(n);
        expect(times.at(-1)! - times[0]!).toBeLessThan(60_000);
      }
      // Windows do not overlap, so any minute touches two of them at most.
      for (const start of served)
        expect(served.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(2 * n);
      // Whoever waits for the reset is served.
      const last = windows.take('GET', '/a', 'x', now)!;
      expect(windows.take('GET', '/a', 'x', last.reset * 1000)!.refused).toBeUndefined();
    }),
  );
});

test('too many at once: 429 with limit 0 and remaining 0, and the rest is served', async () => {
  const { call, org } = demoOrg({ concurrency: 3 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => call('GET', '/api/v1/groups')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
  for (const refused of answers.filter(({ status }) => status === 429)) {
    expect(refused.json.errorCode).toBe('E0000047');
    expect(rateOf(refused)).toEqual([0, 0, NOON / 1000 + 1]);
  }
  expect((await call('GET', '/api/v1/groups')).status).toBe(200);
  expect(org.journal.filter(({ error }) => error === 'E0000047')).toHaveLength(2);
});
