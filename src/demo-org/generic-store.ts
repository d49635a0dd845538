import { Collection, type DumpedRecords, type StorePart } from './collection.js';
import type { JsonObject } from './exchange.js';
import type { Resource } from './resource.js';

interface DumpedGeneric {
  readonly collections: Readonly<Record<string, DumpedRecords<Resource>>>;
  readonly singles: Readonly<Record<string, JsonObject>>;
  readonly gone: readonly string[];
}

/** Records of the nouns without a behaviour of their own, by path. What is not here yet is as seeded. */
export class GenericStore implements StorePart {
  readonly #collections = new Map<string, Collection<Resource>>();
  /** Settings that were written, by their path. */
  readonly singles = new Map<string, JsonObject>();
  /** Paths of things that existed from the start and were deleted. */
  readonly gone = new Set<string>();

  /** The collection at a path; `seed` fills it when it is first visited. */
  collection(path: string, seed: () => readonly Resource[]): Collection<Resource> {
    const known = this.#collections.get(path);
    if (known) return known;
    const rows = new Collection<Resource>();
    this.#collections.set(path, rows);
    for (const row of seed()) rows.put(row);
    return rows;
  }

  dump(): DumpedGeneric {
    const collections = [...this.#collections].map(([path, rows]) => [path, rows.dump()] as const);
    return {
      collections: Object.fromEntries(collections),
      singles: Object.fromEntries(this.singles),
      gone: [...this.gone],
    };
  }

  load({ collections, singles, gone }: DumpedGeneric): void {
    this.#collections.clear();
    this.singles.clear();
    this.gone.clear();
    for (const [path, rows] of Object.entries(collections)) this.collection(path, () => []).load(rows);
    for (const [path, value] of Object.entries(singles)) this.singles.set(path, value);
    for (const path of gone) this.gone.add(path);
  }
}
