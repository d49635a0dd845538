import {
  type BudgetStore,
  BudgetsInMemory,
  type Held,
  type Rate,
  RESERVE,
  SLOW_SHARE,
  SLOWEST_GAP_MS,
} from '../okta/rate-budget.js';
import { PREFIX, type SharedRedis } from './shared-redis.js';

const CLOCK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

// The same as BudgetsInMemory, by the clock of Redis.
const TAKE = `${CLOCK}
local reserve, slow, gap = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local limit, remaining, reset, ends, next = unpack(redis.call('HMGET', KEYS[1], 'limit', 'remaining', 'reset', 'ends', 'next'))
if not limit or now >= tonumber(ends) then return {} end
limit, remaining, ends, next = tonumber(limit), tonumber(remaining), tonumber(ends), tonumber(next) or 0
local left = remaining - math.floor(limit * reserve)
if left <= 0 then return {ends - now, limit, remaining, tonumber(reset), ends - now} end
if remaining < limit * slow then
  if now < next then return {math.ceil(next - now), limit, remaining, tonumber(reset), ends - now} end
  redis.call('HSET', KEYS[1], 'next', now + math.min(gap, (ends - now) / left))
end
redis.call('HINCRBY', KEYS[1], 'remaining', -1)
return {}
`;

const SETTLE = `${CLOCK}
local limit, remaining, reset, span, away = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local known, left = unpack(redis.call('HMGET', KEYS[1], 'reset', 'remaining'))
known = tonumber(known)
if known and reset < known then return 0 end
if known == reset then remaining = math.min(remaining, tonumber(left)) else remaining = remaining - away end
redis.call('HSET', KEYS[1], 'limit', limit, 'remaining', remaining, 'reset', reset, 'ends', now + span)
redis.call('PEXPIRE', KEYS[1], span + 60000)
return 1
`;

/** Budgets that replicas share. Without Redis each keeps its own: nothing that reads has to wait for it. */
export class BudgetsInRedis implements BudgetStore {
  readonly #alone: BudgetStore;
  /** Requests under way by bucket, and how many of them the own budgets know of. */
  readonly #underWay = new Map<string, { all: number; alone: number }>();

  /**
   * @param now milliseconds since 1970
   * @param reserve share of every limit that is left to the other clients of the org
   */
  constructor(
    private readonly redis: SharedRedis,
    private readonly now: () => number,
    private readonly reserve = RESERVE,
  ) {
    this.#alone = new BudgetsInMemory(reserve);
  }

  async take(bucket: string, now: number): Promise<Held | undefined> {
    let alone = 0;
    const held = await this.#take(bucket, now).catch(() => {
      alone = 1;
      return this.#alone.take(bucket, now);
    });
    if (held) return held;
    const underWay = this.#underWay.get(bucket) ?? { all: 0, alone: 0 };
    this.#underWay.set(bucket, { all: underWay.all + 1, alone: underWay.alone + alone });
    return undefined;
  }

  async settle(bucket: string, rate?: Rate): Promise<void> {
    const { all, alone } = this.#underWay.get(bucket) ?? { all: 1, alone: 0 };
    if (all > 1) this.#underWay.set(bucket, { all: all - 1, alone: Math.max(0, alone - 1) });
    else this.#underWay.delete(bucket);
    if (alone > 0) await this.#alone.settle(bucket, rate);
    if (!rate) return;
    const { limit, remaining, reset, endsAt } = rate;
    const span = Math.ceil(endsAt - this.now());
    if (span <= 0) return;
    const values = [limit, remaining, reset, span, all - 1].map(String);
    await this.redis
      .run((client) => client.eval(SETTLE, { keys: [keyOf(bucket)], arguments: values }))
      .catch(() => undefined);
  }

  async #take(bucket: string, now: number): Promise<Held | undefined> {
    const values = [this.reserve, SLOW_SHARE, SLOWEST_GAP_MS].map(String);
    const answer = await this.redis.run((client) => client.eval(TAKE, { keys: [keyOf(bucket)], arguments: values }));
    const [wait, limit, remaining, reset, span] = answer as number[];
    if (wait === undefined) return undefined;
    return { wait, rate: { limit: limit!, remaining: remaining!, reset: reset!, endsAt: now + span! } };
  }
}

function keyOf(bucket: string): string {
  return `${PREFIX}budget:${bucket}`;
}
