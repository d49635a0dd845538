import type { DumpedRecords, Entry, StorePart } from './collection.js';
import type { Crowd } from './crowd.js';
import type { User } from './users.js';

/**
 * Users by id, login and login short name (what stands before the `@`), logins without case. The seeded crowd is not
 * kept but made when looked at; a member of it is kept from its first change on.
 */
export class UserDirectory implements StorePart {
  /** Users that are kept; undefined marks a deleted one. */
  readonly #kept = new Map<number, User | undefined>();
  readonly #byId = new Map<string, number>();
  readonly #byLogin = new Map<string, number>();
  readonly #byShortName = new Map<string, Set<number>>();
  /** Keeps what users were before they changed, for `asOf`. */
  remembers = false;
  /** The oldest first, by id. */
  readonly #past = new Map<string, User[]>();
  #crowd: Crowd | undefined;
  #next = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Lets the crowd in behind those already here; once, by the seed. */
  follow(crowd: Crowd): void {
    this.#crowd = crowd;
    this.#next = Math.max(this.#next, crowd.end);
    this.#size += crowd.size;
  }

  get(id: string): User | undefined {
    const position = this.positionOf(id);
    return position === undefined ? undefined : this.at(position);
  }

  has(id: string): boolean {
    return this.positionOf(id) !== undefined;
  }

  /** Place in the order of creation; undefined when there is no such user. */
  positionOf(id: string): number | undefined {
    return this.#byId.get(id) ?? this.#untouched(this.#crowd?.positionOf(id));
  }

  /** By the order of creation, from 0. */
  at(position: number): User | undefined {
    if (this.#kept.has(position)) return this.#kept.get(position);
    return this.#crowd?.has(position) ? this.#crowd.at(position) : undefined;
  }

  first(): User | undefined {
    return this[Symbol.iterator]().next().value;
  }

  byLogin(login: string): User | undefined {
    const position = this.#byLogin.get(login.toLowerCase()) ?? this.#untouched(this.#crowd?.positionOfLogin(login));
    return position === undefined ? undefined : this.at(position);
  }

  /** By id, login, or a short name only one login has. */
  find(reference: string): User | undefined {
    const direct = this.get(reference) ?? this.byLogin(reference);
    if (direct) return direct;
    const crowded = this.#untouched(this.#crowd?.positionOfLogin(`${reference}@atlasworks.example`));
    const found = new Set(this.#byShortName.get(reference.toLowerCase()));
    if (crowded !== undefined) found.add(crowded);
    const [only, ...others] = found;
    return only !== undefined && others.length === 0 ? this.at(only) : undefined;
  }

  /** The user as it was at a moment, by `lastUpdated`; undefined when it was not there yet. */
  asOf(user: User, date: string): User | undefined {
    return [...(this.#past.get(user.id) ?? []), user].findLast(({ lastUpdated }) => lastUpdated <= date);
  }

  /** Adds the user, or replaces the one with its id in place. */
  put(user: User): User {
    const before = this.remembers ? this.get(user.id) : undefined;
    if (before) this.#past.set(user.id, [...(this.#past.get(user.id) ?? []), before]);
    const known = this.positionOf(user.id);
    const position = known ?? this.#next++;
    if (known === undefined) this.#size++;
    this.#keep(position, user);
    return user;
  }

  delete(id: string): void {
    const position = this.positionOf(id);
    if (position === undefined) return;
    this.#keep(position, undefined);
    this.#past.delete(id);
    this.#size--;
  }

  /** Entries behind a position, in order; without one, all. */
  *entries(after = -1): Generator<Entry<User>> {
    for (let position = after + 1; position < this.#next; position++) {
      const user = this.at(position);
      if (user) yield [position, user];
    }
  }

  *[Symbol.iterator](): Generator<User> {
    for (const [, user] of this.entries()) yield user;
  }

  /** Everybody but the crowd as seeded, in the order they were first kept. */
  *kept(): Generator<User> {
    for (const user of this.#kept.values()) if (user) yield user;
  }

  dump(): DumpedRecords<User | null> {
    const records = [...this.#kept].map(([position, user]) => [position, user ?? null] as const);
    return { next: this.#next, records: records.sort((a, b) => a[0] - b[0]) };
  }

  /** What `dump` made, over the crowd of the same seed. */
  load({ next, records }: DumpedRecords<User | null>): void {
    for (const index of [this.#kept, this.#byId, this.#byLogin, this.#byShortName, this.#past]) index.clear();
    this.#next = next;
    this.#size = this.#crowd?.size ?? 0;
    for (const [position, user] of records) {
      this.#size += (user ? 1 : 0) - (this.#crowd?.has(position) ? 1 : 0);
      this.#keep(position, user ?? undefined);
    }
  }

  /** The position of somebody in the crowd, unless a change has brought it among the kept ones. */
  #untouched(position: number | undefined): number | undefined {
    return position === undefined || this.#kept.has(position) ? undefined : position;
  }

  #keep(position: number, user: User | undefined): void {
    const before = this.#kept.get(position);
    if (before) {
      const login = before.profile.login.toLowerCase();
      this.#byId.delete(before.id);
      this.#byLogin.delete(login);
      this.#byShortName.get(shortName(login))?.delete(position);
    }
    this.#kept.set(position, user);
    if (!user) return;
    const login = user.profile.login.toLowerCase();
    this.#byId.set(user.id, position);
    this.#byLogin.set(login, position);
    const short = shortName(login);
    this.#byShortName.set(short, (this.#byShortName.get(short) ?? new Set()).add(position));
  }
}

function shortName(login: string): string {
  return login.slice(0, Math.max(0, login.lastIndexOf('@'))) || login;
}
