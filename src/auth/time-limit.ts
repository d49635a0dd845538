/**
 * A signal that aborts when the time is up (`TimeoutError`) or one of the others does, for the reason it has.
 * Held by its timer: Node 20 loses `AbortSignal.any` and `AbortSignal.timeout` to garbage collection while a request
 * waits. `clear` ends it.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #follow = ({ target }: Event) => this.#controller.abort((target as AbortSignal).reason);

  constructor(
    milliseconds: number,
    private readonly others: readonly AbortSignal[],
  ) {
    const late = () => this.#controller.abort(new DOMException('The time limit was reached.', 'TimeoutError'));
    this.#timer = setTimeout(late, milliseconds).unref();
    for (const other of others) {
      if (other.aborted) this.#controller.abort(other.reason);
      other.addEventListener('abort', this.#follow);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    for (const other of this.others) other.removeEventListener('abort', this.#follow);
  }
}
