import { distance } from 'fastest-levenshtein';

/** Longer words may have two letters wrong, others one; shorter ones cannot be told from each other. */
const LONG = 8;
const SHORTEST = 4;
const LONGEST = 30;

/** A word of letters alone: no name of a person or of a thing, no address, no id. */
const WORD = /(?<![\p{L}\p{N}_@./-])[a-z]+(?![\p{L}\p{N}_@/]|[.-][\p{L}\p{N}])/giu;

export interface SpellingParts {
  /** What words are corrected to; asked for when there is one to correct. */
  readonly texts: () => readonly string[];
  /** Words that are right as they are. */
  readonly knows: (word: string) => boolean;
}

/** Corrects words that are in no text to the closest one that is. */
export class Spelling {
  #uses: ReadonlyMap<string, number> | undefined;

  constructor(private readonly parts: SpellingParts) {}

  correct(text: string): string {
    return text.replace(WORD, (word, at: number) => {
      const lower = word.toLowerCase();
      const name = at > 0 && word[0] !== lower[0];
      const short = word.length < SHORTEST || word.length > LONGEST;
      return name || short || this.parts.knows(lower) ? word : (this.#closest(lower) ?? word);
    });
  }

  /** Of the words that differ least, one that only doubles other letters, then one that begins alike, then the most used. */
  #closest(word: string): string | undefined {
    this.#uses ??= usesOf(this.parts.texts());
    if (this.#uses.has(word)) return word;
    const swapped = new Set(
      [...word].slice(1).map((_, at) => word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2)),
    );
    const limit = word.length < LONG ? 1 : 2;
    let closest: { readonly as: string; readonly rank: readonly number[] } | undefined;
    for (const [as, uses] of this.#uses) {
      if (as.length < SHORTEST || Math.abs(as.length - word.length) > limit) continue;
      const far = swapped.has(as) ? 1 : distance(as, word);
      if (far > limit) continue;
      const rank = [-far, Number(single(as) === single(word)), Number(as[0] === word[0]), uses];
      if (!closest || above(rank, closest.rank)) closest = { as, rank };
    }
    return closest?.as;
  }
}

/** `offboard` and `ofboard` alike. */
function single(word: string): string {
  return word.replace(/(.)\1+/g, '$1');
}

function above(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at !== -1 && one[at]! > other[at]!;
}

function usesOf(texts: readonly string[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const text of texts) {
    for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) uses.set(word, (uses.get(word) ?? 0) + 1);
  }
  return uses;
}
