/** What the rate limit headers of one reply say, the end of the window by our clock. */
export interface Rate {
  /** Requests per window. */
  readonly limit: number;
  readonly remaining: number;
  /** End of the window as Okta names it, in seconds since 1970; tells windows apart. */
  readonly reset: number;
  /** The same by our clock, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** A request must not go yet. */
export interface Held {
  /** Milliseconds after which to ask again. */
  readonly wait: number;
  /** The limit that holds it, with what is left now. */
  readonly rate: Rate;
}

/** What is left of each rate limit. Asynchronous, so that several processes can share one. */
export interface BudgetStore {
  /** Takes one request from the budget of a bucket, unless it must wait. */
  take(bucket: string, now: number): Promise<Held | undefined>;
  /** A request that was taken is over; with what its reply said, if there was one that said anything. */
  settle(bucket: string, rate?: Rate): Promise<void>;
}

/** Share of every limit that is left to the other clients of the org. */
export const RESERVE = 0.1;
/** With less than this share of the limit left, the rest is spread over the window. */
export const SLOW_SHARE = 0.25;
/** No spreading is slower than one request in so many milliseconds: somebody waits for each of them. */
export const SLOWEST_GAP_MS = 1000;

interface Budget {
  rate?: Rate;
  /** Lower than what the last reply said by the requests that were taken since. */
  remaining: number;
  underWay: number;
  /** When the next request may go, where requests are spread. */
  nextAt: number;
}

/** The budgets of one process. */
export class BudgetsInMemory implements BudgetStore {
  readonly #budgets = new Map<string, Budget>();

  /** @param reserve share of every limit that is left to the other clients of the org */
  constructor(private readonly reserve = RESERVE) {}

  async take(bucket: string, now: number): Promise<Held | undefined> {
    const budget = this.#budgets.get(bucket) ?? { remaining: 0, underWay: 0, nextAt: 0 };
    this.#budgets.set(bucket, budget);
    const { rate } = budget;
    // Nothing is known about a window before its first reply.
    if (rate && now < rate.endsAt) {
      const { remaining } = budget;
      const left = remaining - Math.floor(rate.limit * this.reserve);
      if (left <= 0) return { wait: rate.endsAt - now, rate: { ...rate, remaining } };
      if (remaining < rate.limit * SLOW_SHARE) {
        if (now < budget.nextAt) return { wait: budget.nextAt - now, rate: { ...rate, remaining } };
        budget.nextAt = now + Math.min(SLOWEST_GAP_MS, (rate.endsAt - now) / left);
      }
    }
    budget.remaining -= 1;
    budget.underWay += 1;
    return undefined;
  }

  async settle(bucket: string, rate?: Rate): Promise<void> {
    const budget = this.#budgets.get(bucket);
    if (!budget) return;
    budget.underWay -= 1;
    if (!rate || (budget.rate && rate.reset < budget.rate.reset)) return;
    const same = budget.rate?.reset === rate.reset;
    // Others use the same limit, and replies overtake each other: the lower number is the later one.
    budget.remaining = same ? Math.min(budget.remaining, rate.remaining) : rate.remaining - budget.underWay;
    budget.rate = rate;
  }
}
