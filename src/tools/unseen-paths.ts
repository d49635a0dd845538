import { valuesAt } from '../scim/comparison.js';

/** Paths that somebody asked for and no row has had yet: most likely misspelt. */
export class UnseenPaths {
  #paths: string[];

  constructor(paths: Iterable<string>) {
    this.#paths = [...new Set(paths)];
  }

  see(row: unknown): void {
    if (this.#paths.length > 0) this.#paths = this.#paths.filter((path) => valuesAt(row, path).length === 0);
  }

  list(): readonly string[] {
    return this.#paths;
  }
}
