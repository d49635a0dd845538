import { OktaMcpError } from '../errors.js';
import { type BudgetStore, BudgetsInMemory, type Rate } from './rate-budget.js';
import { type Attempts, EXCHANGE_MS, pause, realTiming, type Timing } from './timing.js';

/** Okta's windows are a minute; a reset further away comes from a broken clock. */
const WINDOW_MS = 60_000;
/** Headers count in seconds, so the reset they name may be almost one second early. */
const ROUNDING_MS = 1000;
/** First pause after too many requests at once, in milliseconds; it doubles while that goes on. */
const CROWDED_MS = 1000;
const CROWDED_MOST_MS = 8000;

export interface RateLimitOptions {
  readonly timing?: Timing;
  readonly budgets?: BudgetStore;
  /** How many requests may be under way at once; the smallest orgs take 35 from everybody. */
  readonly concurrency?: number;
}

/** Keeps requests within the limits of the org: waits before Okta has to refuse. One for all calls to an org. */
export class RateLimit {
  readonly #timing: Timing;
  readonly #budgets: BudgetStore;
  readonly #concurrency: number;
  #underWay = 0;
  /** Wakes those who wait for an exchange to end. */
  readonly #queue = new Set<() => void>();
  /** Okta said that too many requests are in progress: how many pauses in a row that makes, and the end of this one. */
  #crowded = { times: 0, until: 0 };

  constructor({ timing = realTiming, budgets = new BudgetsInMemory(), concurrency = 8 }: RateLimitOptions = {}) {
    this.#timing = timing;
    this.#budgets = budgets;
    this.#concurrency = concurrency;
  }

  /**
   * Makes one exchange, from asking to the last byte of the answer, as soon as the limits allow it.
   * @param exchange tells every response it gets to its argument
   * @throws OktaMcpError `okta_rate_limited` at once when waiting would take too long, `cancelled`, or what the exchange throws
   */
  async run<T>(call: Attempts, exchange: (observe: (response: Response) => void) => Promise<T>): Promise<T> {
    const { host, method, path } = call.facts;
    const bucket = `${host} ${method} ${path}`;
    await this.#enter(bucket, call);
    let rate: Rate | undefined;
    try {
      return await exchange((response) => {
        rate = this.#observe(response);
      });
    } finally {
      this.#underWay -= 1;
      for (const wake of this.#queue) wake();
      await this.#budgets.settle(bucket, rate);
    }
  }

  async #enter(bucket: string, call: Attempts): Promise<void> {
    for (;;) {
      const now = this.#timing.now();
      const { until } = this.#crowded;
      if (now < until) {
        // All who wait would come back at the same moment.
        const wait = until - now + this.#timing.random() * CROWDED_MS;
        if (now + wait + EXCHANGE_MS > call.deadline) throw crowded(call);
        await pause(wait, this.#timing, call);
      } else if (this.#underWay >= this.#concurrency) {
        if (now + EXCHANGE_MS > call.deadline) throw crowded(call);
        await this.#slot(call.deadline - EXCHANGE_MS - now + 1, call);
      } else {
        // Counted before anything is awaited, or more would enter meanwhile.
        this.#underWay += 1;
        const held = await this.#budgets.take(bucket, now).catch((error: unknown) => {
          this.#underWay -= 1;
          throw error;
        });
        if (!held) return;
        this.#underWay -= 1;
        for (const wake of this.#queue) wake();
        if (now + held.wait + EXCHANGE_MS > call.deadline) throw spent(call, held.rate, now);
        await pause(held.wait, this.#timing, call);
      }
    }
  }

  /** Waits until an exchange ends, or for so many milliseconds. */
  async #slot(ms: number, call: Attempts): Promise<void> {
    const nap = new AbortController();
    const end = () => nap.abort();
    call.signal?.addEventListener('abort', end, { once: true });
    this.#queue.add(end);
    if (call.signal?.aborted) end();
    try {
      await this.#timing.sleep(ms, nap.signal).catch(() => {});
      if (call.signal?.aborted) await pause(0, this.#timing, call);
    } finally {
      this.#queue.delete(end);
      call.signal?.removeEventListener('abort', end);
    }
  }

  #observe({ status, headers }: Response): Rate | undefined {
    const now = this.#timing.now();
    const rate = rateOf(headers, now);
    if (status !== 429) {
      if (now >= this.#crowded.until) this.#crowded.times = 0;
      return rate;
    }
    // A limit of 0 marks the cap on simultaneous requests; a refusal that says nothing is treated alike.
    if (rate) return { ...rate, remaining: 0 };
    if (now >= this.#crowded.until) {
      const { times } = this.#crowded;
      this.#crowded = { times: times + 1, until: now + Math.min(CROWDED_MOST_MS, CROWDED_MS * 2 ** times) };
    }
    return undefined;
  }
}

/**
 * Reads `X-Rate-Limit-*`. The clock of this machine may be wrong, so the end of the window is counted from `Date`.
 * Undefined when they are missing, say nothing of use, or belong to the cap on simultaneous requests (a limit of 0).
 */
export function rateOf(headers: Headers, now: number): Rate | undefined {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => numberOf(headers, name));
  if (!limit || remaining === undefined || reset === undefined) return undefined;
  const date = Date.parse(headers.get('date') ?? '');
  const away = Math.min(reset * 1000 - (Number.isNaN(date) ? now : date), WINDOW_MS);
  return away < 0 ? undefined : { limit, remaining, reset, endsAt: now + away + ROUNDING_MS };
}

function numberOf(headers: Headers, name: string): number | undefined {
  const text = headers.get(`x-rate-limit-${name}`)?.trim() ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

function spent(
  { facts: { method, path } }: Attempts,
  { limit, remaining, reset, endsAt }: Rate,
  now: number,
): OktaMcpError {
  const seconds = Math.ceil((endsAt - now) / 1000);
  const resetAt = new Date(reset * 1000).toISOString();
  const used = remaining > 0 ? `nearly used up (${remaining} of ${limit} requests are left)` : 'used up';
  return new OktaMcpError(
    'okta_rate_limited',
    `${method} ${path} was not sent: the rate limit of the org for this address is ${used}.`,
    `Wait ${seconds} seconds (until ${resetAt}) and call again.`,
    { sent: false, concurrency: false, waitSeconds: seconds, resetAt },
  );
}

function crowded({ facts: { method, path } }: Attempts): OktaMcpError {
  return new OktaMcpError(
    'okta_rate_limited',
    `${method} ${path} was not sent: too many requests to this org are in progress at once.`,
    'Wait a few seconds and call again.',
    { sent: false, concurrency: true },
  );
}
