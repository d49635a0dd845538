import { Collection } from './collection.js';
import type { User } from './users.js';

/** Users by id, login and login short name (what stands before the `@`), logins without case. */
export class UserDirectory extends Collection<User> {
  readonly #byLogin = new Map<string, string>();
  readonly #byShortName = new Map<string, Set<string>>();

  byLogin(login: string): User | undefined {
    const id = this.#byLogin.get(login.toLowerCase());
    return id === undefined ? undefined : this.get(id);
  }

  /** By id, login, or a short name only one login has. */
  find(reference: string): User | undefined {
    const direct = this.get(reference) ?? this.byLogin(reference);
    if (direct) return direct;
    const [only, ...others] = this.#byShortName.get(reference.toLowerCase()) ?? [];
    return only !== undefined && others.length === 0 ? this.get(only) : undefined;
  }

  override put(user: User): User {
    this.#forget(this.get(user.id));
    const login = user.profile.login.toLowerCase();
    this.#byLogin.set(login, user.id);
    const short = shortName(login);
    this.#byShortName.set(short, (this.#byShortName.get(short) ?? new Set()).add(user.id));
    return super.put(user);
  }

  override delete(id: string): void {
    this.#forget(this.get(id));
    super.delete(id);
  }

  #forget(user: User | undefined): void {
    if (!user) return;
    const login = user.profile.login.toLowerCase();
    this.#byLogin.delete(login);
    this.#byShortName.get(shortName(login))?.delete(user.id);
  }
}

function shortName(login: string): string {
  return login.slice(0, Math.max(0, login.lastIndexOf('@'))) || login;
}
