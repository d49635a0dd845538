import { clean } from './result.js';

/** Rows as a result shows them, as many as fit. */
export class ShownRows {
  readonly #texts: string[] = [];
  #bytes = 0;
  #full = false;
  #omitted = 0;

  /**
   * @param room UTF-8 bytes
   * @param most rows
   */
  constructor(
    private readonly room: number,
    private readonly most: number,
  ) {}

  /** @returns false when it does not fit. The first one always does: too large, it is only named. */
  add(row: unknown): boolean {
    if (this.#full) return false;
    let text = JSON.stringify(clean(row)) ?? 'null';
    const bytes = Buffer.byteLength(text);
    if (bytes > this.room) {
      if (this.#texts.length > 0) return this.#stop();
      this.#omitted += 1;
      text = JSON.stringify({ ...idOf(row), omitted: `${bytes} bytes` });
    }
    const more = Buffer.byteLength(text) + 1;
    if (this.#bytes + more > this.room && this.#texts.length > 0) return this.#stop();
    this.#texts.push(text);
    this.#bytes += more;
    if (this.#texts.length >= this.most) this.#full = true;
    return true;
  }

  /** No further row fits. */
  get full(): boolean {
    return this.#full;
  }

  get count(): number {
    return this.#texts.length;
  }

  /** Rows that were too large to show. */
  get omitted(): number {
    return this.#omitted;
  }

  /** A JSON array. */
  get text(): string {
    return `[${this.#texts.join(',')}]`;
  }

  #stop(): false {
    this.#full = true;
    return false;
  }
}

function idOf(row: unknown): { id?: string } {
  const id = (row as { id?: unknown } | null)?.id;
  return typeof id === 'string' && id.length <= 100 ? { id } : {};
}
