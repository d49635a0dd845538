/** `generated/lexicon.json`: how people and tools speak of the same things. Written by codegen from tools.config.yaml. */
export interface Lexicon {
  /** Phrases of one meaning; each is read as the first of its line, in queries and in tools. */
  readonly same: readonly (readonly string[])[];
  /** What somebody says, and what our tools call it: each alternative is one way to say all of it. */
  readonly near: Readonly<Record<string, readonly string[]>>;
  /** The first words of tool names, joined by spaces, and how people say what such tools do. */
  readonly verbs: readonly (readonly [verbs: string, said: readonly string[]])[];
  /** What names that everybody knows stand for: `salesforce` is an app, `anna` a user. */
  readonly names: Readonly<Record<string, string>>;
  /** Words that tell nothing. */
  readonly ignore: string;
}

/** One notion of a query. */
export interface Said {
  /** As it was said. */
  readonly own: readonly string[];
  /** Other ways to say it. */
  readonly near: readonly (readonly string[])[];
  /** What it is, when it is the name of something. */
  readonly kind?: string;
}

/** Words in a row, `*` for any in between, by the first of them, longest first. */
type Phrases<T> = ReadonlyMap<string, readonly (readonly [phrase: readonly string[], value: T])[]>;

/** A verb within a clause says less of what is wanted than the one it begins with. */
const LATER = 0.5;
const CLAUSE = /[,.;:!?]\s|\s[-–—]\s|\b(?:and|but|then|so)\s/;

/** Turns text into the words that are compared: lower case, camelCase split, without endings, synonyms joined. */
export class Words {
  readonly #same: Phrases<string>;
  readonly #near: Phrases<readonly (readonly string[])[]>;
  readonly #verbs: Phrases<string>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #ignore: ReadonlySet<string>;
  readonly #known: ReadonlySet<string>;

  constructor({ same, near, verbs, names, ignore }: Lexicon) {
    this.#ignore = new Set(stemsOf(ignore));
    const all = [same, Object.keys(near), verbs.map(([, said]) => said), Object.values(names), ignore].flat(2);
    this.#known = new Set(all.flatMap(stemsOf));
    this.#same = phrases(
      same.flatMap(([first = '', ...others]) => {
        const one = stemsOf(first).join('');
        return [first, ...others].map((phrase) => [stemsOf(phrase), one] as const);
      }),
    );
    this.#near = phrases(
      Object.entries(near).map(([said, ways]) => [this.#joined(said), ways.map((way) => this.of(way))] as const),
    );
    this.#verbs = phrases(verbs.flatMap(([verb, said]) => said.map((each) => [this.#joined(each), verb] as const)));
    this.#names = new Map(
      Object.entries(names).flatMap(([kind, all]) => stemsOf(all).map((name) => [name, stem(kind)] as const)),
    );
  }

  /** The words of a text that tell something. */
  of(text: string): string[] {
    return this.#joined(text).filter((word) => !this.#ignore.has(word));
  }

  /** Whether there is something to say about a word. */
  knows(word: string): boolean {
    return this.#known.has(stem(word));
  }

  /** What a query asks for, notion by notion, each once. */
  notionsOf(query: string): Said[] {
    const words = this.#joined(query);
    const said = new Map<string, Said>();
    const add = (own: readonly string[], near: Said['near']) => {
      const telling = own.filter((word) => !this.#ignore.has(word));
      const kind = near.length === 0 && own.length === 1 ? this.#names.get(own[0]!) : undefined;
      if (telling.length + near.length > 0) said.set(own.join(' '), { own: telling, near, ...(kind && { kind }) });
    };
    for (let at = 0; at < words.length; ) {
      const [found] = matches(this.#near, words, at);
      // "get rid of" does not ask to get something.
      const verb = found ? undefined : matches(this.#verbs, words, at).find(([phrase]) => phrase.length > 1);
      // Within a gap there is more to be read.
      const length = found && !found[0].includes(GAP) ? found[0].length : 1;
      if (!verb) add(words.slice(at, at + length), found?.[1] ?? []);
      at += length;
    }
    return [...said.values()];
  }

  /**
   * What a query wants done: first words of tool names, each with how sure that is, from 0 to 1.
   * @param verbs all there are; each says itself
   */
  verbsOf(query: string, verbs: ReadonlySet<string>): ReadonlyMap<string, number> {
    const sure = new Map<string, number>();
    for (const clause of query.split(CLAUSE)) {
      let first = true;
      const words = this.#joined(clause);
      for (const [at, word] of words.entries()) {
        const found = matches(this.#verbs, words, at);
        const said = found.flatMap(([, each]) => each.split(' ').map(stem));
        if (verbs.has(word) && !found.some(([phrase]) => phrase.length > 1)) said.push(word);
        for (const verb of said) sure.set(verb, Math.max(sure.get(verb) ?? 0, first ? 1 : LATER));
        if (said.length > 0 || !this.#ignore.has(word)) first = false;
      }
    }
    return sure;
  }

  /** Every word, those that tell nothing included, phrases of one meaning joined. */
  #joined(text: string): string[] {
    const words = stemsOf(text);
    const joined: string[] = [];
    for (let at = 0; at < words.length; ) {
      const [found] = matches(this.#same, words, at);
      joined.push(found?.[1] ?? words[at]!);
      at += found?.[0].length ?? 1;
    }
    return joined;
  }
}

function phrases<T>(entries: readonly (readonly [readonly string[], T])[]): Phrases<T> {
  const byFirst = new Map<string, (readonly [readonly string[], T])[]>();
  for (const entry of entries) {
    const [first] = entry[0];
    if (first !== undefined) byFirst.set(first, [...(byFirst.get(first) ?? []), entry]);
  }
  for (const list of byFirst.values()) list.sort(([a], [b]) => b.length - a.length);
  return byFirst;
}

/** The phrases that begin at a word, the longest first. */
function matches<T>(phrases: Phrases<T>, words: readonly string[], at: number): (readonly [readonly string[], T])[] {
  return (phrases.get(words[at]!) ?? []).filter(([phrase]) => fits(phrase, words, at));
}

/** `take * away` fits whatever is taken, up to so many words. */
const GAP = '*';
const WIDEST = 4;

function fits(phrase: readonly string[], words: readonly string[], at: number): boolean {
  const gap = phrase.indexOf(GAP);
  const before = gap === -1 ? phrase : phrase.slice(0, gap);
  if (!before.every((word, index) => words[at + index] === word)) return false;
  if (gap === -1) return true;
  const rest = phrase.slice(gap + 1);
  for (let width = 1; width <= WIDEST; width += 1) {
    if (fits(rest, words, at + before.length + width)) return true;
  }
  return false;
}

/** The words of all tools together, and room for as many again. */
const MOST_STEMS = 20_000;
const stems = new Map<string, string>();

function stemsOf(text: string): string[] {
  const words = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .replace(/OAuth/g, 'Oauth')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z0-9]+|\*/g);
  return (words ?? []).map((word) => {
    const known = stems.get(word) ?? stem(word);
    // Words of queries would let it grow without end.
    if (stems.size < MOST_STEMS) stems.set(word, known);
    return known;
  });
}

/** Longer than the beginning that is left of any word. */
const ENDING = /(?<=[a-z]{3})(ation|ion|ment|ship|ing|ed|er|or|al|ance|ence|at|e|y)$/;

/** A word without its endings: plural, `-ing`, `-ed`, `-ation` and the like; enough for the vocabulary of an API. */
export function stem(word: string): string {
  if (word.length < 4) return word;
  let bare = word
    .replace(/(ss|x|z|ch|sh)es$/, '$1')
    .replace(/ies$/, 'y')
    .replace(/([^su])s$/, '$1');
  for (let before = ''; bare !== before && bare.length > 3; ) {
    before = bare;
    bare = bare.replace(ENDING, '').replace(/(?<=[a-z]{2})([bdglmnprt])\1$/, '$1');
  }
  return bare;
}
