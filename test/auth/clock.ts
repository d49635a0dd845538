/** A clock that only the test moves, and the waits that hang on it. */
export class Clock {
  #offset = 0;
  readonly #waiting: { readonly ms: number; readonly wake: () => void }[] = [];
  #noticed = () => {};
  /** Every wait asked for, in milliseconds. */
  readonly waits: number[] = [];

  constructor(private readonly base: () => number = Date.now) {}

  readonly now = () => this.base() + this.#offset;

  advance(ms: number): void {
    this.#offset += ms;
  }

  readonly sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      this.waits.push(ms);
      if (signal.aborted) return reject(signal.reason);
      this.#waiting.push({ ms, wake: resolve });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#noticed();
    });

  /** Once something waits, lets that time pass. */
  async tick(): Promise<void> {
    while (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#noticed = resolve;
      });
    }
    const { ms, wake } = this.#waiting.shift()!;
    this.advance(ms);
    wake();
  }

  /** Once something waits. */
  async settled(): Promise<void> {
    while (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#noticed = resolve;
      });
    }
  }
}
