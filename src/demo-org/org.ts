import { EventLog } from './event-log.js';
import { type Habits, LIKELY_HABITS } from './habits.js';
import { Random } from './random.js';
import { Store } from './store.js';

/** The state of one org between two resets: its records, log, clock and source of ids. */
export class Org {
  readonly store = new Store();
  readonly log: EventLog;
  readonly random: Random;
  /** Org id, `00o...`. */
  readonly id: string;
  /** When the org was made, in milliseconds since the epoch; seeded dates lie before it. */
  readonly epoch: number;
  readonly #now: () => number;

  constructor(
    /** Scheme and host without a slash at the end. */
    readonly origin: string,
    seed: number,
    now: () => number,
    epoch: number,
    readonly habits: Habits = LIKELY_HABITS,
  ) {
    this.random = new Random(seed);
    this.log = new EventLog(seed);
    this.id = this.random.id('00o');
    this.epoch = epoch;
    this.store.users.remembers = habits.searchLag > 0;
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  /** A moment as Okta writes it: `2026-01-31T12:00:00.000Z`. */
  date(at = this.now()): string {
    return new Date(at).toISOString();
  }

  mint(prefix: string): string {
    return this.random.id(prefix);
  }

  url(path: string): string {
    return this.origin + path;
  }

  /** A HAL link; with a method when it is an action. */
  link(path: string, method?: 'GET' | 'POST' | 'PUT' | 'DELETE'): object {
    return { href: this.url(path), ...(method && { hints: { allow: [method] } }) };
  }
}
