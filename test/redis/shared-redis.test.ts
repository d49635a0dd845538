import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BudgetsInRedis } from '../../src/redis/budgets.js';
import { inboundLimitInRedis } from '../../src/redis/inbound-limit.js';
import { SealsInRedis } from '../../src/redis/seals.js';
import { SharedRedis } from '../../src/redis/shared-redis.js';
import { Secret } from '../../src/secret.js';
import { hasRedis, type RedisServer, redisMustBeThere, startRedis } from './redis-server.js';

redisMustBeThere();

interface World {
  readonly server: RedisServer;
  /** Connections of two processes. */
  readonly a: SharedRedis;
  readonly b: SharedRedis;
  readonly log: string[];
}

async function connect(url: string, log: string[] = []): Promise<SharedRedis> {
  const line = (facts: object, message: string) => void log.push(`${message} ${JSON.stringify(facts)}`);
  const redis = await SharedRedis.open({ url: new Secret(url), now: Date.now, log: { info: line, error: line } });
  onTestFinished(() => redis.close());
  return redis;
}

async function world(password?: string): Promise<World> {
  const server = await startRedis(password === undefined ? {} : { password });
  onTestFinished(() => server.stop());
  const log: string[] = [];
  return { server, a: await connect(server.url, log), b: await connect(server.url), log };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

describe.skipIf(!hasRedis)('one connection', () => {
  test('refused credentials are an error at the start, without the password', async () => {
    const { server } = await world('the-password');
    const log: string[] = [];
    const wrong = server.url.replace('the-password', 'no-password-of-it');
    const refused = await connect(wrong, log).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('WRONGPASS') });
    const none = await connect(server.url.replace(/\/\/.*@/, '//'), log).catch((error: Error) => error);
    expect(none).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('NOAUTH') });
    expect(`${log} ${refused} ${none}`).not.toMatch(/password/);
  });

  test('a Redis that is away is no reason not to start, and is found when it comes', async () => {
    const server = await startRedis();
    await server.stop();
    const log: string[] = [];
    const redis = await connect(server.url, log);
    await expect(redis.check()).rejects.toThrow('no connection');
    onTestFinished(() => server.stop());
    await server.start();
    await until(() => redis.up);
    await redis.check();
    expect(log).toEqual([expect.stringContaining('ECONNREFUSED'), expect.stringContaining('Redis is back')]);
  }, 20_000);

  test('after a restart it goes on, and hears what is published', async () => {
    const { server, a, b, log } = await world();
    const heard: string[] = [];
    a.listen('news', (text) => void heard.push(text));
    await server.stop();
    await until(() => !a.up);
    await expect(a.run((client) => client.ping())).rejects.toThrow('no connection');
    await server.start();
    await until(() => a.up && b.up);
    await until(async () => (await b.run((client) => client.publish('news', 'again'))) === 1);
    await until(() => heard.length > 0);
    expect(heard).toEqual(['again']);
    expect(log.filter((line) => line.startsWith('Redis is back'))).toHaveLength(1);
  });

  test('one that stays silent costs a command its time limit, and is connected to anew', async () => {
    const { server, a } = await world();
    server.freeze();
    await expect(a.check()).rejects.toThrow('no answer of Redis in time');
    // Nobody else waits now.
    await expect(a.check()).rejects.toThrow('no connection');
    for (let times = 0; times < 1; times += 1) {
      await until(() => a.up);
      await expect(a.check()).rejects.toThrow('no answer of Redis in time');
    }
    server.thaw();
    await until(() => a.up);
    await a.check();
  }, 20_000);
});

describe.skipIf(!hasRedis)('seals', () => {
  const soon = () => Date.now() + 60_000;

  test('are used once, by whichever process is first', async () => {
    const { a, b } = await world();
    const seals = [a, b].map((redis) => new SealsInRedis(redis, Date.now)) as [SealsInRedis, SealsInRedis];
    const ids = Array.from({ length: 50 }, (_, at) => `seal-${at}`);
    for (const id of ids) await seals[0].issued(id, soon());
    const uses = ids.flatMap((id) => [seals[0].use(id), seals[1].use(id), seals[1].use(id)]);
    const results = await Promise.all(uses);
    expect(results.filter(Boolean)).toHaveLength(50);
    for (let at = 0; at < 50; at += 1) expect(results.slice(3 * at, 3 * at + 3).filter(Boolean)).toHaveLength(1);
  });

  test('are gone with the memory of Redis: one that was used does not come back', async () => {
    const { server, a } = await world();
    const seals = new SealsInRedis(a, Date.now);
    await seals.issued('used', soon());
    await seals.issued('open', soon());
    expect(await seals.use('used')).toBe(true);
    await server.stop();
    const refusal = { code: 'confirmation_unavailable', message: expect.stringContaining('Redis') };
    await expect(seals.use('open')).rejects.toMatchObject(refusal);
    await expect(seals.issued('new', soon())).rejects.toMatchObject(refusal);
    await server.start();
    await until(() => a.up);
    expect(await seals.use('used')).toBe(false);
    expect(await seals.use('open')).toBe(false);
    await seals.issued('new', soon());
    expect(await seals.use('new')).toBe(true);
  });

  test('are forgotten some time after they expire', async () => {
    const { a } = await world();
    await new SealsInRedis(a, Date.now).issued('brief', Date.now() + 1000);
    const left = Number(await a.run((client) => client.eval(`return redis.call('PTTL', 'okta-mcp:seal:brief')`)));
    expect(left).toBeGreaterThan(590_000);
    expect(left).toBeLessThan(602_000);
  });
});

describe.skipIf(!hasRedis)('rate budgets', () => {
  const bucket = 'acme.okta.com GET /things';
  const rate = (remaining: number, reset = 1_000) => ({ limit: 100, remaining, reset, endsAt: Date.now() + 30_000 });

  async function pair() {
    const opened = await world();
    const [a, b] = [opened.a, opened.b].map((redis) => new BudgetsInRedis(redis, Date.now));
    return { ...opened, a: a as BudgetsInRedis, b: b as BudgetsInRedis };
  }

  test('what one process uses is missing for the others', async () => {
    const { a, b } = await pair();
    expect(await a.take(bucket, Date.now())).toBeUndefined();
    await a.settle(bucket, rate(40));
    let taken = 0;
    // 10 of 100 stay with others; from below 25 on requests are spread.
    for (const budgets of Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? a : b))) {
      if (!(await budgets.take(bucket, Date.now()))) taken += 1;
    }
    expect(taken).toBe(17);
    const now = Date.now();
    const held = await b.take(bucket, now);
    expect(held?.rate).toMatchObject({ limit: 100, remaining: 23, reset: 1_000 });
    expect(held?.wait).toBeGreaterThan(0);
    expect(held?.wait).toBeLessThanOrEqual(1000);
    expect(Math.abs((held?.rate.endsAt ?? 0) - now - 30_000)).toBeLessThan(2_000);
  });

  test('at the reserve everybody waits for the end of the window', async () => {
    const { a, b } = await pair();
    await a.settle(bucket, rate(10));
    const held = await b.take(bucket, Date.now());
    expect(held?.wait).toBeGreaterThan(28_000);
    expect(held?.wait).toBeLessThanOrEqual(30_000);
    expect(await b.take('acme.okta.com GET /others', Date.now())).toBeUndefined();
  });

  test('the lower number counts, an older window does not, a newer one starts anew', async () => {
    const { a, b } = await pair();
    await a.settle(bucket, rate(11, 1_000));
    await b.settle(bucket, rate(90, 1_000));
    await b.settle(bucket, rate(99, 900));
    expect(await b.take(bucket, Date.now())).toBeUndefined();
    expect(await b.take(bucket, Date.now())).toMatchObject({ rate: { remaining: 10 } });
    await a.settle(bucket, rate(60, 1_060));
    expect(await b.take(bucket, Date.now())).toBeUndefined();
    await b.settle(bucket);
    // Requests of this process that are still under way will count in the new window.
    await b.take(bucket, Date.now());
    await b.take(bucket, Date.now());
    await b.settle(bucket, rate(12, 1_120));
    expect(await a.take(bucket, Date.now())).toMatchObject({ rate: { remaining: 10 } });
  });

  test('without Redis each process keeps its own, and nobody waits', async () => {
    const { server, a, b } = await pair();
    await a.settle(bucket, rate(10));
    await server.stop();
    expect(await a.take(bucket, Date.now())).toBeUndefined();
    await a.settle(bucket, rate(10));
    expect((await a.take(bucket, Date.now()))?.wait).toBeGreaterThan(28_000);
    expect(await b.take(bucket, Date.now())).toBeUndefined();
  });
});

describe.skipIf(!hasRedis)('inbound limits', () => {
  test('hold over all processes, for each caller', async () => {
    const { server, a, b } = await world();
    const [first, second] = [inboundLimitInRedis(a, 6), inboundLimitInRedis(b, 6)];
    const results = await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 ? first : second).take('jane')));
    expect(results.filter((wait) => wait === 0)).toHaveLength(6);
    for (const wait of results.filter((wait) => wait > 0)) expect(wait).toBeLessThanOrEqual(60_000);
    expect(await second.take('john')).toBe(0);
    await server.stop();
    const alone = await Promise.all(Array.from({ length: 8 }, () => first.take('jane')));
    expect(alone.filter((wait) => wait === 0)).toHaveLength(6);
  });
});
