import { distance } from 'fastest-levenshtein';
import type { ToolDefinition } from './definition.js';
import { type Lexicon, Words } from './words.js';

/** Where a word stands, and how much it says there. */
const FIELDS = { name: 3, title: 2, known: 2.5, path: 1, description: 1, toolset: 0.7 } as const;
type Field = keyof typeof FIELDS;

/** BM25 (Robertson and Zaragoza, 2009): how fast repetition stops counting, and how much length does. */
const K1 = 0.5;
const B = 0.8;

/** How much of the score depends on how much of the name was asked for. */
const NAME_ASKED = 0.8;
/** What is asked for by a synonym is asked for less surely. */
const NEAR = 0.85;
const TYPO = 0.7;
const NAMED = 0.8;
const RAREST = 4;
/** What a tool does with it counts beside what it is about. */
const VERB = 0.6;
const KIND = 0.7;
/** Of two that fit alike, people mostly want the one that was curated. */
const COMPOSED = 0.9;
const CORE = 1.05;

/** How much a saying that was used in full adds. */
const SAYING = 1;

interface Document {
  /** What people say for it, each saying by itself. */
  readonly sayings: readonly ReadonlySet<string>[];
  readonly tool: ToolDefinition;
  readonly verb: string;
  readonly name: readonly string[];
}

type Posting = [document: number, weight: number];

/** One notion of a query: ways to say it, of which the one that fits best counts. */
interface Notion {
  readonly ways: readonly { readonly terms: readonly string[]; readonly weight: number }[];
}

/** Ranks tools by what somebody wants to do, offline: BM25 over weighted fields, with synonyms and tolerance for typos. */
export class ToolSearch {
  readonly #documents: Document[] = [];
  readonly #postings = new Map<string, Posting[]>();
  /** Whether tools whose names begin with a verb read, change, or both. */
  readonly #kinds = new Map<string, Set<boolean>>();
  readonly #verbs: ReadonlySet<string>;
  readonly #words: Words;

  /** @param pathOf URL path of the operation behind a tool; its words are searched too */
  constructor(tools: readonly ToolDefinition[], pathOf: (tool: ToolDefinition) => string, lexicon: Lexicon) {
    this.#words = new Words(lexicon);
    const about = this.#fieldsOf(tools, pathOf, lexicon);
    const mean = (field: Field) => about.reduce((sum, fields) => sum + fields[field].length, 0) / about.length || 1;
    const means = Object.fromEntries(Object.keys(FIELDS).map((field) => [field, mean(field as Field)]));
    for (const [at, tool] of tools.entries()) {
      const fields = about[at]!;
      const [verb = '', ...name] = fields.name;
      const sayings = [tool.name, tool.operation]
        .flatMap((key) => (lexicon.known[key] ?? '').split(/[;,]/))
        .map((each) => new Set(this.#words.of(each)))
        .filter(({ size }) => size > 0);
      this.#documents.push({ tool, verb, sayings, name: [...new Set(name)] });
      const kinds = this.#kinds.get(verb) ?? new Set();
      this.#kinds.set(verb, kinds.add(tool.annotations.readOnlyHint));
      const weights = new Map<string, number>();
      for (const [field, weight] of Object.entries(FIELDS)) {
        const terms = fields[field as Field];
        const each = weight / (1 - B + (B * terms.length) / means[field]!);
        for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + each);
      }
      for (const [term, weight] of weights) {
        const postings = this.#postings.get(term);
        if (postings) postings.push([at, weight]);
        else this.#postings.set(term, [[at, weight]]);
      }
    }
    this.#verbs = new Set(this.#kinds.keys());
  }

  /** Every tool that has to do with the query, best first. */
  rank(query: string): ToolDefinition[] {
    const notions = this.#notionsOf(query);
    const asked = new Set(notions.flatMap(({ ways }) => ways.flatMap(({ terms }) => terms)));
    const scores = new Map<number, number>();
    for (const notion of notions) {
      for (const [at, score] of this.#fit(notion)) scores.set(at, (scores.get(at) ?? 0) + score);
    }
    const verbs = this.#words.verbsOf(query, this.#verbs);
    const kinds = this.#kindsOf(verbs);
    return [...scores]
      .map(([at, score]): [ToolDefinition, number] => {
        const { tool, verb, name, sayings } = this.#documents[at]!;
        const wanted = (1 + VERB * (verbs.get(verb) ?? 0)) * (kinds.has(tool.annotations.readOnlyHint) ? 1 : KIND);
        score += SAYING * this.#said(sayings, asked);
        return [tool, score * (1 + NAME_ASKED * this.#covered(name, asked)) * wanted * prior(tool)];
      })
      .sort(([a, high], [b, low]) => low - high || a.name.localeCompare(b.name))
      .map(([tool]) => tool);
  }

  #fieldsOf(
    tools: readonly ToolDefinition[],
    pathOf: (tool: ToolDefinition) => string,
    { known }: Lexicon,
  ): Record<Field, string[]>[] {
    const of = (text: string) => this.#words.of(text);
    const about = tools.map((tool) => ({
      name: of(tool.name),
      title: of(tool.title),
      known: [tool.name, tool.operation, tool.toolset].flatMap((key) => of(known[key] ?? '')),
      path: of(
        pathOf(tool)
          .replace(/\{[^}]*\}/g, ' ')
          .replace(/\b(api|v\d)\b/g, ' '),
      ),
      description: [] as string[],
      toolset: of(tool.toolset),
    }));
    const places = new Map(tools.map(({ name }, at) => [name, at]));
    for (const [at, tool] of tools.entries()) {
      for (const sentence of tool.description.split(/[.;](?=\s|$)/)) {
        const others = (sentence.match(/\b[a-z]+(?:_[a-z0-9]+)+\b/g) ?? []).filter((name) => places.has(name));
        const words = of(sentence.replace(/\b[a-z]+(?:_[a-z0-9]+)+\b/g, ' '));
        // "To offboard use deactivate_user" is about the other one.
        const whose = others.length > 0 ? others.map((name) => places.get(name)!) : [at];
        for (const place of whose) about[place]!.description.push(...words);
      }
    }
    return about;
  }

  #notionsOf(query: string): Notion[] {
    return this.#words.notionsOf(query).map(({ own, near, kind }) => {
      const known = own.filter((term) => this.#postings.has(term));
      const ways = near.map((terms) => ({ terms, weight: NEAR }));
      if (kind !== undefined) ways.push({ terms: [kind], weight: NAMED });
      if (known.length > 0) ways.push({ terms: known, weight: 1 });
      if (ways.length === 0) ways.push(...own.flatMap((term) => this.#meant(term)));
      return { ways };
    });
  }

  /** Words that a misspelt one may have meant. */
  #meant(term: string): { terms: string[]; weight: number }[] {
    if (term.length < 4 || term.length > 30) return [];
    const limit = term.length < 7 ? 1 : 2;
    return [...this.#postings.keys()]
      .filter((each) => Math.abs(each.length - term.length) <= limit && distance(each, term) <= limit)
      .map((each) => ({ terms: [each], weight: TYPO }));
  }

  /** The documents a notion fits, each by the way that fits it best. */
  #fit({ ways }: Notion): Map<number, number> {
    const best = new Map<number, number>();
    for (const { terms, weight } of ways) {
      const sums = new Map<number, number>();
      for (const term of terms) {
        const rarity = this.#rarity(term);
        for (const [at, often] of this.#postings.get(term) ?? []) {
          sums.set(at, (sums.get(at) ?? 0) + (rarity * often * (K1 + 1)) / (often + K1));
        }
      }
      for (const [at, sum] of sums) best.set(at, Math.max(best.get(at) ?? 0, weight * sum));
    }
    return best;
  }

  #rarity(term: string): number {
    const count = this.#postings.get(term)?.length ?? 0;
    return Math.min(RAREST, Math.log(1 + (this.#documents.length - count + 0.5) / (count + 0.5)));
  }

  /** The most that one saying has in common with what was asked, the less the more it says besides. */
  #said(sayings: readonly ReadonlySet<string>[], asked: ReadonlySet<string>): number {
    let best = 0;
    for (const saying of sayings) {
      let all = 0;
      let found = 0;
      for (const term of saying) {
        const rarity = this.#rarity(term);
        all += rarity;
        if (asked.has(term)) found += rarity;
      }
      best = Math.max(best, (found * found) / all);
    }
    return best;
  }

  /** Whether something is to be read (true), changed (false), or either. */
  #kindsOf(verbs: ReadonlyMap<string, number>): ReadonlySet<boolean> {
    const sure = [...verbs].filter(([, sure]) => sure === 1).flatMap(([verb]) => [...(this.#kinds.get(verb) ?? [])]);
    return new Set(sure.length > 0 ? sure : [true, false]);
  }

  /** The share of a name that was asked for; rare words count more. */
  #covered(name: readonly string[], asked: ReadonlySet<string>): number {
    let all = 0;
    let found = 0;
    for (const term of name) {
      const rarity = this.#rarity(term);
      all += rarity;
      if (asked.has(term)) found += rarity;
    }
    return all === 0 ? 0 : found / all;
  }
}

function prior({ composed, core }: ToolDefinition): number {
  return (composed ? COMPOSED : 1) * (core ? CORE : 1);
}
