import { OktaMcpError } from '../errors.js';
import { valuesAt } from '../scim/comparison.js';
import { clean } from './result.js';

/** So many different values are counted, and so many characters of them: memory stays flat. */
const VALUES = 5000;
const CHARACTERS = 500_000;

const NONE = '(none)';

export type Count = readonly [value: string, rows: number];

/** How many rows have which value. Every element of an array counts. */
export class Tally {
  readonly #counts: Map<string, number>;
  #characters: number;

  /** @param paths of several, the combinations of their values are counted */
  constructor(
    private readonly paths: readonly string[],
    counted: readonly Count[] = [],
  ) {
    this.#counts = new Map(counted);
    this.#characters = counted.reduce((sum, [value]) => sum + value.length, 0);
  }

  /** @throws OktaMcpError `result_too_large` when there are too many different values */
  add(row: unknown): void {
    const each = this.paths.map((path) => labels(valuesAt(row, path)));
    for (const combination of combinations(each)) {
      const label = combination.length === 1 ? combination[0]! : combination.map(escaped).join(' | ');
      const known = this.#counts.get(label);
      if (known === undefined) this.#admit(label);
      this.#counts.set(label, (known ?? 0) + 1);
    }
  }

  get distinct(): number {
    return this.#counts.size;
  }

  /** Most frequent first, then by value. */
  sorted(): Count[] {
    return [...this.#counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  }

  /** In the order of first sight, to go on with. */
  counted(): readonly Count[] {
    return [...this.#counts];
  }

  #admit(label: string): void {
    this.#characters += label.length;
    if (this.#counts.size < VALUES && this.#characters <= CHARACTERS) return;
    throw new OktaMcpError(
      'result_too_large',
      `count_by ${this.paths.join(', ')} has more than ${this.#counts.size} different values: too many to count.`,
      'Count by something coarser, or narrow the rows with the arguments of the list or with `where`.',
    );
  }
}

function labels(values: readonly unknown[]): string[] {
  const given = values.filter((value) => value !== null && value !== '');
  return given.length === 0 ? [NONE] : given.map(label);
}

/** What looks the same in a result is counted as the same. */
function label(value: unknown): string {
  const shown = clean(value);
  return (typeof shown === 'object' ? JSON.stringify(shown) : String(shown)) || NONE;
}

function* combinations(lists: readonly (readonly string[])[], chosen: readonly string[] = []): Generator<string[]> {
  const list = lists[chosen.length];
  if (!list) yield [...chosen];
  else for (const each of list) yield* combinations(lists, [...chosen, each]);
}

function escaped(label: string): string {
  return label.replace(/[\\|]/g, '\\$&');
}
