/** Position of a record, never reused: what a page cursor points at, so a deletion between pages loses no record. */
export type Entry<T> = readonly [position: number, record: T];

/** Records by id in the order they were created. Records are replaced, never mutated. */
export class Collection<T extends { readonly id: string }> {
  readonly #byId = new Map<string, number>();
  readonly #records: (T | undefined)[] = [];

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): T | undefined {
    const position = this.#byId.get(id);
    return position === undefined ? undefined : this.#records[position];
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  first(): T | undefined {
    return this[Symbol.iterator]().next().value;
  }

  /** Adds the record, or replaces the one with its id in place. */
  put(record: T): T {
    const position = this.#byId.get(record.id) ?? this.#records.length;
    this.#byId.set(record.id, position);
    this.#records[position] = record;
    return record;
  }

  delete(id: string): void {
    const position = this.#byId.get(id);
    if (position === undefined) return;
    this.#byId.delete(id);
    this.#records[position] = undefined;
  }

  /** Entries behind a position, in order; without one, all. */
  *entries(after = -1): Generator<Entry<T>> {
    for (let position = after + 1; position < this.#records.length; position++) {
      const record = this.#records[position];
      if (record) yield [position, record];
    }
  }

  *[Symbol.iterator](): Generator<T> {
    for (const [, record] of this.entries()) yield record;
  }
}

/** A many-to-many relation that can be read from both sides, in the order the links were made. */
export class Relation<T> {
  readonly #right = new Map<string, Map<string, Entry<T>>>();
  readonly #left = new Map<string, Set<string>>();
  #next = 0;

  get(left: string, right: string): T | undefined {
    return this.#right.get(left)?.get(right)?.[1];
  }

  has(left: string, right: string): boolean {
    return this.#right.get(left)?.has(right) ?? false;
  }

  put(left: string, right: string, value: T): T {
    const links = this.#right.get(left) ?? new Map<string, Entry<T>>();
    this.#right.set(left, links);
    links.set(right, [links.get(right)?.[0] ?? this.#next++, value]);
    const back = this.#left.get(right) ?? new Set<string>();
    this.#left.set(right, back.add(left));
    return value;
  }

  delete(left: string, right: string): boolean {
    this.#left.get(right)?.delete(left);
    return this.#right.get(left)?.delete(right) ?? false;
  }

  /** Ids on the right of `left`. */
  rights(left: string): readonly string[] {
    return [...(this.#right.get(left)?.keys() ?? [])];
  }

  /** Ids on the left of `right`. */
  lefts(right: string): readonly string[] {
    return [...(this.#left.get(right) ?? [])];
  }

  count(left: string): number {
    return this.#right.get(left)?.size ?? 0;
  }

  /** Links of `left` behind a position, in order. */
  *entries(left: string, after = -1): Generator<Entry<{ readonly right: string; readonly value: T }>> {
    for (const [right, [position, value]] of this.#right.get(left) ?? []) {
      if (position > after) yield [position, { right, value }];
    }
  }

  dropLeft(left: string): void {
    for (const right of this.rights(left)) this.delete(left, right);
    this.#right.delete(left);
  }

  dropRight(right: string): void {
    for (const left of this.lefts(right)) this.delete(left, right);
    this.#left.delete(right);
  }
}
