/** Of a text that everybody uses, a word tells little (Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline", 2017). */
const COMMON = 1e-3;
/** Share of the most frequent word in English text; that of the others falls with their rank (Zipf). */
const SHARE = 0.08;

/** Places texts in a space where those of similar meaning are close: the sum of the places of their words. */
export class WordVectors {
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #size: number;

  /**
   * @param words most frequent first
   * @param rows the place of each word, one after the other
   */
  constructor(
    words: readonly string[],
    private readonly rows: Int8Array,
  ) {
    this.#ranks = new Map(words.map((word, rank) => [word, rank]));
    this.#size = words.length === 0 ? 0 : rows.length / words.length;
  }

  /** A unit vector; of length 0 for a text without any known word. */
  of(text: string): Float32Array {
    const sum = new Float32Array(this.#size);
    const words = text
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .replace(/['’]s\b/g, '')
      .match(/[a-z0-9]+/g);
    for (const word of words ?? []) {
      const rank = this.#ranks.get(word);
      if (rank === undefined) continue;
      const weight = COMMON / (COMMON + SHARE / (rank + 3));
      const from = rank * this.#size;
      for (let at = 0; at < this.#size; at += 1) sum[at]! += weight * this.rows[from + at]!;
    }
    return unit(sum);
  }
}

/** The same direction, of length 1. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Of unit vectors, how close they are: 1 for the same, 0 for strangers. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}
