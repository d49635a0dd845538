import { type DumpedLinks, type Entry, Relation } from './collection.js';
import type { Crowd, Traits } from './crowd.js';

/** How somebody came into a group: by hand (or the seed), or through a group rule, named by its id. */
export type Membership = 'HAND' | { readonly rule: string };

interface DumpedMembers extends DumpedLinks<Membership> {
  /** Positions of the seeded crowd taken out, by the group that still holds the others. */
  readonly gone: readonly (readonly [group: string, positions: readonly number[]])[];
}

/**
 * Group to user; everybody's membership of "Everyone" is implied. The seeded crowd is not linked one by one but belongs
 * by its traits, except for those taken out.
 */
export class MemberRelation extends Relation<Membership> {
  readonly #belongs = new Map<string, (traits: Traits) => boolean>();
  readonly #gone = new Map<string, Set<number>>();
  readonly #counts = new Map<string, number>();
  #crowd: Crowd | undefined;
  /** Position of the crowd's first membership: links of the seed come before, later ones after. */
  #base = 0;

  /** Says who of the crowd is in a seeded group. */
  belong(group: string, test: (traits: Traits) => boolean): void {
    this.#belongs.set(group, test);
    this.#gone.set(group, new Set());
  }

  /** Lets the crowd in behind those already linked; once, by the seed. */
  follow(crowd: Crowd): void {
    this.#crowd = crowd;
    this.#base = this.next;
    this.next += crowd.end;
  }

  override has(group: string, user: string): boolean {
    return super.has(group, user) || this.#inCrowd(group, this.#crowd?.positionOf(user));
  }

  override delete(group: string, user: string): boolean {
    if (super.delete(group, user)) return true;
    const position = this.#crowd?.positionOf(user);
    if (position === undefined || !this.#inCrowd(group, position)) return false;
    this.#gone.get(group)?.add(position);
    return true;
  }

  override rights(group: string): readonly string[] {
    return [...this.entries(group)].map(([, { right }]) => right);
  }

  override lefts(user: string): readonly string[] {
    const position = this.#crowd?.positionOf(user);
    const crowded = position === undefined ? [] : [...this.#belongs.keys()].filter((id) => this.#inCrowd(id, position));
    return [...crowded, ...super.lefts(user)];
  }

  override count(group: string): number {
    const gone = this.#gone.get(group);
    return super.count(group) + (gone ? this.#seeded(group) - gone.size : 0);
  }

  override *entries(
    group: string,
    after = -1,
  ): Generator<Entry<{ readonly right: string; readonly value: Membership }>> {
    let waiting = this.#crowd !== undefined && this.#belongs.has(group);
    for (const entry of super.entries(group, after)) {
      if (waiting && entry[0] >= this.#base) {
        yield* this.#crowdEntries(group, after);
        waiting = false;
      }
      yield entry;
    }
    if (waiting) yield* this.#crowdEntries(group, after);
  }

  override dropLeft(group: string): void {
    this.#belongs.delete(group);
    this.#gone.delete(group);
    super.dropLeft(group);
  }

  override dump(): DumpedMembers {
    const gone = [...this.#gone].map(([group, out]) => [group, [...out].sort((a, b) => a - b)] as const);
    return { ...super.dump(), gone };
  }

  override load(dumped: DumpedMembers): void {
    super.load(dumped);
    const gone = new Map(dumped.gone);
    for (const group of [...this.#belongs.keys()]) {
      const out = gone.get(group);
      if (out) this.#gone.set(group, new Set(out));
      else this.dropLeft(group);
    }
  }

  #inCrowd(group: string, position: number | undefined): boolean {
    if (!this.#crowd || position === undefined || this.#gone.get(group)?.has(position)) return false;
    return this.#belongs.get(group)?.(this.#crowd.traits(position)) ?? false;
  }

  *#crowdEntries(group: string, after: number) {
    const crowd = this.#crowd;
    if (!crowd) return;
    for (let at = Math.max(crowd.start, after - this.#base + 1); at < crowd.end; at++)
      if (this.#inCrowd(group, at)) yield [this.#base + at, { right: crowd.id(at), value: 'HAND' }] as const;
  }

  /** How many of the crowd the seed put into a group. */
  #seeded(group: string): number {
    const known = this.#counts.get(group);
    if (known !== undefined || !this.#crowd) return known ?? 0;
    const test = this.#belongs.get(group);
    let count = 0;
    for (let at = this.#crowd.start; at < this.#crowd.end; at++) if (test?.(this.#crowd.traits(at))) count++;
    this.#counts.set(group, count);
    return count;
  }
}
