import type { Stop } from './transport.js';

/**
 * One signal for a time limit and a caller's own signal, which also tells which of them stopped the exchange. It is
 * handed to `fetch` as an option and held by its timer: Node 20 loses `AbortSignal.any`, and the signal inside a
 * `Request`, to garbage collection while a request is waiting.
 */
export class Deadline {
  /** Set as soon as `signal` is aborted. */
  stop: Stop | undefined;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #cancel = () => this.#end('cancelled', new DOMException('The caller cancelled the request.', 'AbortError'));

  constructor(
    milliseconds: number,
    private readonly caller?: AbortSignal,
  ) {
    const late = () => this.#end('timeout', new DOMException('The time limit was reached.', 'TimeoutError'));
    this.#timer = setTimeout(late, milliseconds).unref();
    if (caller?.aborted) this.#end('withdrawn', caller.reason);
    else caller?.addEventListener('abort', this.#cancel, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exchange is over: lets go of the timer and of the caller's signal. */
  clear(): void {
    clearTimeout(this.#timer);
    this.caller?.removeEventListener('abort', this.#cancel);
  }

  #end(stop: Stop, reason: unknown): void {
    this.clear();
    this.stop = stop;
    this.#controller.abort(reason);
  }
}
