/** Reads `words/vocabulary.txt`: a word and its scale a line. */
export function parseVocabulary(text: string): [word: string, scale: number][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [word = '', scale] = line.split(' ');
      return [word, Number(scale)];
    });
}

/** Places texts in a space where those of similar meaning are close: the sum of the places of their words. */
export class WordVectors {
  readonly #rows: ReadonlyMap<string, number>;
  readonly #scales: Float32Array;
  readonly #size: number;

  /**
   * @param words each with what the values of its row are to be multiplied by
   * @param rows the place of each word, one after the other
   */
  constructor(
    words: readonly (readonly [word: string, scale: number])[],
    private readonly rows: Int8Array,
  ) {
    this.#rows = new Map(words.map(([word], row) => [word, row]));
    this.#scales = Float32Array.from(words, ([, scale]) => scale);
    this.#size = words.length === 0 ? 0 : rows.length / words.length;
  }

  /** A unit vector; of length 0 for a text without any known word. */
  of(text: string): Float32Array {
    const sum = new Float32Array(this.#size);
    for (const word of wordsOf(text)) {
      const row = this.#rows.get(word);
      if (row === undefined) continue;
      const scale = this.#scales[row]!;
      const from = row * this.#size;
      for (let at = 0; at < this.#size; at += 1) sum[at]! += scale * this.rows[from + at]!;
    }
    return unit(sum);
  }

  /** Whether a word has a place. */
  knows(word: string): boolean {
    return this.#rows.has(word);
  }

  /** The words of a text that have no place. */
  strangersIn(text: string): string[] {
    return wordsOf(text).filter((word) => !this.knows(word));
  }
}

function wordsOf(text: string): readonly string[] {
  const plain = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return plain.replace(/['’]s\b/g, '').match(/[a-z0-9]+/g) ?? [];
}

/** Makes a vector as long as 1, in place; one of length 0 stays as it is. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  if (length > 0) for (let at = 0; at < vector.length; at += 1) vector[at]! /= length;
  return vector;
}

/** Of unit vectors, how close they are: 1 for the same, 0 for strangers. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}
