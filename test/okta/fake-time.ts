import type { Timing } from '../../src/okta/timing.js';

/** Time that passes only when everybody waits. */
export class FakeTime implements Timing {
  #now: number;
  readonly #timers = new Set<{ readonly at: number; readonly ring: () => void }>();
  /** How long each wait was to be, in milliseconds. */
  readonly waits: number[] = [];
  readonly random: () => number;
  /** Called whenever somebody begins to wait. */
  onWait = () => {};

  constructor({ start = Date.UTC(2026, 0, 1), random = () => 0 }: { start?: number; random?: () => number } = {}) {
    this.#now = start;
    this.random = random;
  }

  readonly now = () => this.#now;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      this.waits.push(ms);
      const timer = { at: this.#now + ms, ring: () => done(resolve) };
      const abort = () => done(() => reject(signal?.reason));
      const done = (settle: () => void) => {
        this.#timers.delete(timer);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#timers.add(timer);
      this.onWait();
    });

  /** Lets everything run until `work` is over, moving the clock to the next timer whenever nothing else happens. */
  async during<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const watched = work.finally(() => {
      over = true;
    });
    watched.catch(() => {});
    while (!over) {
      for (let turn = 0; turn < 20 && !over; turn += 1) await new Promise(setImmediate);
      if (over) break;
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
      if (!next) continue;
      this.#now = Math.max(this.#now, next.at);
      next.ring();
    }
    return watched;
  }
}
