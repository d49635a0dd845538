/** Position of a record, never reused: what a page cursor points at, so a deletion between pages loses no record. */
export type Entry<T> = readonly [position: number, record: T];

/** A part of the store that can be written to JSON and read back. `load` takes what `dump` made and forgets the rest. */
export interface StorePart {
  dump(): unknown;
  load(dumped: never): void;
}

/** Records as written to a snapshot; `next` is the position of the next record. */
export interface DumpedRecords<T> {
  readonly next: number;
  readonly records: readonly Entry<T>[];
}

/** Records by id in the order they were created. Records are replaced, never mutated. */
export class Collection<T extends { readonly id: string }> implements StorePart {
  readonly #byId = new Map<string, number>();
  #records: (T | undefined)[] = [];

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

  dump(): DumpedRecords<T> {
    return { next: this.#records.length, records: [...this.entries()] };
  }

  load({ next, records }: DumpedRecords<T>): void {
    this.#byId.clear();
    this.#records = new Array(next).fill(undefined);
    for (const [position, record] of records) {
      this.#byId.set(record.id, position);
      this.#records[position] = record;
    }
  }
}

/** Links as written to a snapshot, in the order they were made. */
export interface DumpedLinks<T> {
  readonly next: number;
  readonly links: readonly (readonly [left: string, right: string, position: number, value: T])[];
}

/** A many-to-many relation that can be read from both sides, in the order the links were made. */
export class Relation<T> implements StorePart {
  readonly #right = new Map<string, Map<string, Entry<T>>>();
  readonly #left = new Map<string, Set<string>>();
  /** Position of the next link. */
  protected next = 0;

  get(left: string, right: string): T | undefined {
    return this.#right.get(left)?.get(right)?.[1];
  }

  has(left: string, right: string): boolean {
    return this.#right.get(left)?.has(right) ?? false;
  }

  put(left: string, right: string, value: T): T {
    const position = this.#right.get(left)?.get(right)?.[0] ?? this.next++;
    this.#link(left, right, position, value);
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

  dump(): DumpedLinks<T> {
    const links: DumpedLinks<T>['links'][number][] = [];
    for (const [left, rights] of this.#right)
      for (const [right, [position, value]] of rights) links.push([left, right, position, value]);
    return { next: this.next, links: links.sort((a, b) => a[2] - b[2]) };
  }

  load({ next, links }: DumpedLinks<T>): void {
    this.#right.clear();
    this.#left.clear();
    this.next = next;
    for (const link of links) this.#link(...link);
  }

  #link(left: string, right: string, position: number, value: T): void {
    const links = this.#right.get(left) ?? new Map<string, Entry<T>>();
    this.#right.set(left, links.set(right, [position, value]));
    const back = this.#left.get(right) ?? new Set<string>();
    this.#left.set(right, back.add(left));
  }
}
