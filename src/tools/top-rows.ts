import { momentOf, valuesAt } from '../scim/comparison.js';

/** What a row is sorted by: dates by their moment, texts without case; null where it has no value. */
export type SortKey = number | string | null;

export type Ranked = readonly [key: SortKey, row: unknown];

/** The first rows in an order, however many pass by. Equal ones keep the order they came in; those without a value are last. */
export class TopRows {
  readonly #path: string;
  readonly #direction: 1 | -1;
  readonly #best: Ranked[];

  /** @param order dotted path; a leading `-` turns it round. Of an array, its first element counts. */
  constructor(
    order: string,
    private readonly size: number,
    best: readonly Ranked[] = [],
  ) {
    this.#direction = order.startsWith('-') ? -1 : 1;
    this.#path = pathOfOrder(order);
    this.#best = [...best];
  }

  /** @param show makes what is kept of the row */
  add(row: unknown, show: (row: unknown) => unknown): void {
    const key = keyOf(valuesAt(row, this.#path)[0]);
    let [low, high] = [0, this.#best.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(this.#best[middle]![0], key) <= 0) low = middle + 1;
      else high = middle;
    }
    if (low >= this.size) return;
    this.#best.splice(low, 0, [key, show(row)]);
    if (this.#best.length > this.size) this.#best.pop();
  }

  ranked(): readonly Ranked[] {
    return this.#best;
  }

  #compare(a: SortKey, b: SortKey): number {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return a === b ? 0 : a < b ? -this.#direction : this.#direction;
  }
}

export function pathOfOrder(order: string): string {
  return order.replace(/^-/, '');
}

function keyOf(value: unknown): SortKey {
  if (typeof value === 'string') return value === '' ? null : (momentOf(value) ?? value.toLowerCase());
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return value === null || value === undefined ? null : JSON.stringify(value);
}
