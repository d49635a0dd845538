import { describe, expect, test } from 'vitest';
import { createDemoOrg } from '../../src/demo-org/demo-org.js';
import { createOktaClient } from '../../src/okta/client.js';
import type { CallContext, Operation } from '../../src/okta/operation.js';
import { RateLimit, rateOf } from '../../src/okta/rate-limit.js';
import { Retry } from '../../src/okta/retry.js';
import { FakeTime } from './fake-time.js';

const START = Date.UTC(2026, 0, 1);
const operations: Readonly<Record<string, Operation>> = {
  users: { method: 'GET', path: '/api/v1/users', query: ['limit'], reply: 'application/json' },
  apps: { method: 'GET', path: '/api/v1/apps', query: ['limit'], reply: 'application/json' },
  user: { method: 'GET', path: '/api/v1/users/{id}', reply: 'application/json' },
  create: { method: 'POST', path: '/api/v1/groups', body: 'application/json', reply: 'application/json' },
};

/** Headers as Okta sends them: `away` seconds to the reset, by a clock that is `skew` seconds ahead of ours. */
function rateHeaders(now: number, limit: number, remaining: number, away = 60, skew = 0): Record<string, string> {
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(now / 1000 + skew + away),
    date: new Date(now + skew * 1000).toUTCString(),
  };
}

function client(
  answer: (request: Request, nth: number) => Response | Promise<Response>,
  { time = new FakeTime({ start: START }), concurrency }: { time?: FakeTime; concurrency?: number } = {},
) {
  const sent: { readonly at: number; readonly path: string }[] = [];
  const { send } = createOktaClient({
    origin: 'https://example.okta.com',
    operations,
    userAgent: 'test',
    fetch: async (request) => {
      sent.push({ at: time.now(), path: new URL(request.url).pathname });
      return answer(request, sent.length);
    },
    retry: new Retry(time),
    limit: new RateLimit({ timing: time, ...(concurrency !== undefined && { concurrency }) }),
    now: time.now,
  });
  const call = (id = 'users', context?: CallContext) =>
    send(id, { ...(id === 'user' && { path: { id: '00u1' } }), ...(id === 'create' && { body: {} }) }, context);
  return { call, sent, time };
}

test.each<[string, Record<string, string>, ReturnType<typeof rateOf>]>([
  [
    'plain',
    rateHeaders(START, 600, 599, 30),
    { limit: 600, remaining: 599, reset: START / 1000 + 30, endsAt: START + 31_000 },
  ],
  [
    'Okta is an hour ahead',
    rateHeaders(START, 600, 599, 30, 3600),
    { limit: 600, remaining: 599, reset: START / 1000 + 3630, endsAt: START + 31_000 },
  ],
  [
    'Okta is an hour behind',
    rateHeaders(START, 600, 599, 30, -3600),
    { limit: 600, remaining: 599, reset: START / 1000 - 3570, endsAt: START + 31_000 },
  ],
  [
    'a reset that is too far away for a window of a minute',
    rateHeaders(START, 600, 599, 86_400),
    { limit: 600, remaining: 599, reset: START / 1000 + 86_400, endsAt: START + 61_000 },
  ],
  ['over already', rateHeaders(START, 600, 599, -5), undefined],
  ['too many at once', rateHeaders(START, 0, 0, 1), undefined],
  ['nothing', {}, undefined],
  ['broken', { ...rateHeaders(START, 600, 599), 'x-rate-limit-reset': 'soon' }, undefined],
])('headers: %s', (_, headers, want) => {
  expect(rateOf(new Headers(headers), START)).toEqual(want);
});

test('without a Date, our clock counts', () => {
  const { date: _, ...headers } = rateHeaders(START, 100, 50, 10);
  expect(rateOf(new Headers(headers), START)?.endsAt).toBe(START + 11_000);
});

describe('a budget', () => {
  test('is not used up: a tenth is left to others, then the reset is waited for', async () => {
    const { call, sent, time } = client((_, nth) =>
      Response.json([], { headers: rateHeaders(START + (nth > 90 ? 60_000 : 0), 100, nth > 90 ? 99 : 100 - nth) }),
    );
    for (let n = 0; n < 91; n += 1) await time.during(call('users', { deadline: time.now() + 120_000 }));
    const before = sent.filter(({ at }) => at < START + 61_000);
    expect(before).toHaveLength(90);
    expect(sent).toHaveLength(91);
  });

  test('is spread when a quarter is left', async () => {
    const { call, sent, time } = client((_, nth) => Response.json([], { headers: rateHeaders(START, 100, 100 - nth) }));
    for (let n = 0; n < 85; n += 1) await time.during(call());
    const at = sent.map((one) => one.at - START);
    // Waits begin once 24 of 100 are left, and never last longer than a second.
    expect(at.slice(0, 77)).toEqual(Array.from({ length: 77 }, () => 0));
    expect(at.slice(77)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((second) => second * 1000));
  });

  test('counts what is still under way', async () => {
    const { call, sent, time } = client((_, nth) =>
      Response.json([], { headers: rateHeaders(START, 20, nth === 1 ? 5 : 3) }),
    );
    await time.during(call());
    const calls = Array.from({ length: 8 }, () => call().catch((error: unknown) => error));
    await time.during(Promise.all(calls));
    // 5 were left and 2 are the reserve.
    expect(sent).toHaveLength(4);
  });

  test('belongs to one method and path', async () => {
    const { call, sent, time } = client((request) =>
      Response.json([], { headers: rateHeaders(START, 100, request.url.endsWith('users') ? 0 : 99) }),
    );
    await time.during(call('users'));
    await expect(time.during(call('users'))).rejects.toMatchObject({ code: 'okta_rate_limited' });
    await time.during(Promise.all([call('apps'), call('user'), call('create')]));
    expect(sent).toHaveLength(4);
  });

  test.each([
    ['the same window', 60],
    ['the window before', 50],
  ])('a late reply of %s does not raise it', async (_, away) => {
    const left = [50, 10, 40];
    const { call, sent, time } = client((_, nth) =>
      Response.json([], { headers: rateHeaders(START, 100, left[nth - 1]!, nth === 3 ? away : 60) }),
    );
    await time.during(Promise.all([call(), call(), call()]));
    await expect(time.during(call())).rejects.toMatchObject({ code: 'okta_rate_limited' });
    expect(sent).toHaveLength(3);
  });
});

describe('when the wait would be too long', () => {
  test('the call fails at once, telling until when', async () => {
    const { call, sent, time } = client(() => Response.json([], { headers: rateHeaders(START, 100, 10, 60) }));
    await time.during(call());
    const refused = call();
    await expect(time.during(refused)).rejects.toMatchObject({
      code: 'okta_rate_limited',
      message: expect.stringContaining('GET /api/v1/users was not sent'),
      fix: 'Wait 61 seconds (until 2026-01-01T00:01:00.000Z) and call again.',
      details: { sent: false, concurrency: false, waitSeconds: 61, resetAt: '2026-01-01T00:01:00.000Z' },
    });
    expect([sent.length, time.waits.length]).toEqual([1, 0]);
  });

  test('it waits where the time suffices', async () => {
    const { call, sent, time } = client(() => Response.json([], { headers: rateHeaders(START, 100, 10, 40) }));
    await time.during(call());
    await time.during(call());
    expect(sent.map(({ at }) => at - START)).toEqual([0, 41_000]);
  });

  test('a refusal by Okta is no different', async () => {
    const { call, sent, time } = client(
      () => new Response(null, { status: 429, headers: rateHeaders(START, 100, 0, 60) }),
    );
    await expect(time.during(call('create'))).rejects.toMatchObject({
      code: 'okta_rate_limited',
      details: { waitSeconds: 61, resetAt: '2026-01-01T00:01:00.000Z' },
    });
    expect([sent.length, time.waits.length]).toEqual([1, 0]);
  });
});

test('a refusal is waited out, with a clock that is wrong by an hour', async () => {
  const { call, sent, time } = client((_, nth) =>
    nth === 1
      ? new Response(null, { status: 429, headers: rateHeaders(START, 100, 0, 20, 3600) })
      : Response.json({ id: '00g1' }),
  );
  await time.during(call('create'));
  expect(sent.map(({ at }) => at - START)).toEqual([0, 21_000]);
});

describe('too many requests at once', () => {
  const crowd = () => new Response(null, { status: 429, headers: rateHeaders(START, 0, 0, 1) });

  test('is a short wait for everybody, longer each time', async () => {
    const { call, sent, time } = client((_, nth) => (nth < 3 ? crowd() : Response.json([])));
    await time.during(call());
    expect(sent.map(({ at }) => at - START)).toEqual([0, 1000, 3000]);
  });

  test('those who wait do not come back together', async () => {
    let chance = 0;
    const time = new FakeTime({ start: START, random: () => (chance += 0.1) });
    const { call, sent } = client((_, nth) => (nth === 1 ? crowd() : Response.json([])), { time });
    await time.during(Promise.all([call('users'), call('users').then(() => call('apps')), call('apps')]));
    const late = sent.map(({ at }) => at).filter((at) => at > START);
    expect(new Set(late).size).toBe(late.length);
  });

  test('is reported when it does not end', async () => {
    const { call, sent, time } = client(crowd);
    await expect(time.during(call('create'))).rejects.toMatchObject({
      code: 'okta_rate_limited',
      details: { concurrency: true },
    });
    expect(sent).toHaveLength(3);
  });
});

describe('concurrency', () => {
  const slow = (concurrency?: number) => {
    let underWay = 0;
    let most = 0;
    const time = new FakeTime({ start: START });
    const made = client(
      async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await time.sleep(100);
        underWay -= 1;
        return Response.json([]);
      },
      { time, ...(concurrency !== undefined && { concurrency }) },
    );
    return { ...made, most: () => most };
  };

  test.each([
    [undefined, 8],
    [1, 1],
    [3, 3],
  ])('%j: at most %i', async (concurrency, want) => {
    const { call, sent, time, most } = slow(concurrency);
    await time.during(Promise.all(Array.from({ length: 25 }, (_, n) => call(n % 2 ? 'users' : 'apps'))));
    expect([sent.length, most()]).toEqual([25, want]);
  });

  test('waiting for a turn ends with the caller, and with the deadline', async () => {
    const { call, sent, time } = slow(1);
    const caller = new AbortController();
    const first = call();
    const second = call('users', { signal: caller.signal });
    const third = call('users', { deadline: START + 2050 });
    third.catch(() => {});
    await new Promise(setImmediate);
    caller.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled', details: { sent: false } });
    await time.during(first);
    await expect(third).rejects.toMatchObject({ code: 'okta_rate_limited', details: { sent: false } });
    expect(sent).toHaveLength(1);
  });

  test('a failure frees its turn', async () => {
    const { call, sent, time } = client(
      () => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) });
      },
      { concurrency: 1 },
    );
    const calls = [1, 2, 3].map(() => call().catch(() => 'failed'));
    expect(await time.during(Promise.all(calls))).toEqual(['failed', 'failed', 'failed']);
    expect(sent).toHaveLength(3);
  });
});

test('waiting for a reset ends with the caller', async () => {
  const { call, sent, time } = client(() => Response.json([], { headers: rateHeaders(START, 100, 10, 40) }));
  await time.during(call());
  const caller = new AbortController();
  time.onWait = () => caller.abort();
  await expect(time.during(call('users', { signal: caller.signal }))).rejects.toMatchObject({
    code: 'cancelled',
    details: { sent: false },
  });
  expect(sent).toHaveLength(1);
});

test('an org with tight limits never has to refuse', async () => {
  const time = new FakeTime({ start: START });
  const org = createDemoOrg({
    now: time.now,
    rateLimits: { '/api/v1/users': 30, '/api/v1/apps': 20 },
    concurrency: 35,
  });
  const { send } = createOktaClient({
    origin: org.origin,
    operations,
    userAgent: 'test',
    fetch: (request) => {
      request.headers.set('authorization', `SSWS ${org.token}`);
      return org.fetch(request);
    },
    retry: new Retry(time),
    limit: new RateLimit({ timing: time }),
    now: time.now,
  });
  const calls = Array.from({ length: 200 }, (_, n) =>
    send(n % 2 ? 'users' : 'apps', { query: { limit: 1 } }, { deadline: START + 3_600_000 }),
  );
  await time.during(Promise.all(calls));
  expect(org.journal).toHaveLength(200);
  expect(org.journal.filter(({ status }) => status !== 200)).toEqual([]);
});
