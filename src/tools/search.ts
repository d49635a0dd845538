import { distance } from 'fastest-levenshtein';
import type { ToolDefinition } from './definition.js';
import { Sayings, type SayingsFile, saidOf } from './sayings.js';
import type { WordVectors } from './word-vectors.js';
import { type Lexicon, Words } from './words.js';

// A linear model: how close a query is to what people say when they need a tool, the rarity of the words they have in
// common (as in BM25 without repetition, which short texts hardly have), and a few facts about both. The numbers were
// fitted to the tuning part of test/evaluation.

/** How much a word counts that stands anywhere, and how much more because of where it stands. */
const ANYWHERE = 1.43;
const FIELDS = { name: 0.5, path: 0.88, description: 0.4, title: 0, toolset: 0, said: 0 } as const;
type Field = keyof typeof FIELDS;

/** Words of single tools are rare whatever they mean. */
const RAREST = 5;
/** What is asked for by a synonym, a misspelt word or a name is asked for less surely. */
const NEAR = 0.85;
const TYPO = 0.7;
const NAMED = 0.8;

/** It means what people mean when they need the tool. */
const HEARD = 400;
/** Closer in meaning than texts are by chance. */
const RELATED = 0.3;

/** The whole name was asked for. */
const NAME = 28;
/** The query is the name itself. */
const NAMED_ITSELF = 1000;
/** What the tool does was asked for; it changes where something is to be read, or the other way round. */
const VERB = 24;
const WRONG_KIND = 20;
/** A single thing is read less often than listed. */
const SINGLE = 27;

interface Document {
  readonly tool: ToolDefinition;
  /** Its whole name, as words are compared. */
  readonly spelling: string;
  /** First word of its name. */
  readonly verb: string;
  /** The others, each with the share of the name that it makes up; rare ones make up more. */
  readonly name: readonly (readonly [word: string, share: number])[];
}

type Posting = readonly [document: number, weight: number];

/** One notion of a query: ways to say it, of which the one that fits best counts. */
interface Notion {
  readonly ways: readonly { readonly terms: readonly string[]; readonly weight: number }[];
}

export interface SearchParts {
  /** URL path of the operation behind a tool; its words are searched too. */
  readonly pathOf: (tool: ToolDefinition) => string;
  readonly lexicon: Lexicon;
  readonly sayings: SayingsFile;
  readonly vectors: WordVectors;
}

/** Ranks tools by what somebody wants to do, offline, with synonyms and tolerance for typos. */
export class ToolSearch {
  readonly #documents: readonly Document[];
  readonly #postings = new Map<string, Posting[]>();
  readonly #rarities = new Map<string, number>();
  /** Whether tools whose names begin with a verb read, change, or both. */
  readonly #kinds = new Map<string, Set<boolean>>();
  readonly #verbs: ReadonlySet<string>;
  readonly #words: Words;
  readonly #sayings: Sayings;

  constructor(tools: readonly ToolDefinition[], { pathOf, lexicon, sayings, vectors }: SearchParts) {
    this.#words = new Words(lexicon);
    this.#sayings = new Sayings(tools, sayings, vectors);
    const about = this.#fieldsOf(tools, pathOf, (tool) => vectors.strangersIn(saidOf(tool, sayings).join(' ')));
    for (const [at, fields] of about.entries()) {
      const weights = new Map<string, number>();
      for (const [field, weight] of Object.entries(FIELDS)) {
        for (const term of new Set(fields[field as Field])) weights.set(term, (weights.get(term) ?? ANYWHERE) + weight);
      }
      for (const [term, weight] of weights) {
        const postings = this.#postings.get(term);
        if (postings) postings.push([at, weight]);
        else this.#postings.set(term, [[at, weight]]);
      }
    }
    for (const [term, { length }] of this.#postings) {
      const rarity = Math.log(1 + (tools.length - length + 0.5) / (length + 0.5));
      this.#rarities.set(term, Math.min(RAREST, rarity));
    }
    this.#documents = tools.map((tool, at) => {
      const { name } = about[at]!;
      const [verb = '', ...rest] = name;
      const words = [...new Set(rest)];
      const whole = words.reduce((sum, word) => sum + this.#rarity(word), 0);
      return { tool, spelling: name.join(' '), verb, name: words.map((word) => [word, this.#rarity(word) / whole]) };
    });
    for (const { tool, verb } of this.#documents) {
      this.#kinds.set(verb, (this.#kinds.get(verb) ?? new Set()).add(tool.annotations.readOnlyHint));
    }
    this.#verbs = new Set(this.#kinds.keys());
  }

  /** Every tool that has to do with the query, the one that fits it best first. */
  rank(query: string): ToolDefinition[] {
    const notions = this.#notionsOf(query);
    const asked = new Set(notions.flatMap(({ ways }) => ways.flatMap(({ terms }) => terms)));
    const verbs = this.#words.verbsOf(query, this.#verbs);
    const kinds = this.#kindsOf(verbs);
    const spelt = this.#words.of(query).join(' ');
    const heard = this.#sayings.hear(query);
    const scores = this.#documents.map(({ tool, spelling, verb, name }, at) => {
      return (
        HEARD * heard[at]! +
        NAME * name.reduce((sum, [word, share]) => (asked.has(word) ? sum + share : sum), 0) +
        VERB * (verbs.get(verb) ?? 0) +
        (spelt === spelling ? NAMED_ITSELF : 0) -
        (kinds.has(tool.annotations.readOnlyHint) ? 0 : WRONG_KIND) -
        (tool.annotations.readOnlyHint && !tool.page ? SINGLE : 0)
      );
    });
    const related = new Set([...heard.keys()].filter((at) => heard[at]! > RELATED));
    for (const notion of notions) {
      for (const [at, score] of this.#fit(notion)) {
        scores[at]! += score;
        related.add(at);
      }
    }
    return [...related].sort((a, b) => scores[b]! - scores[a]! || a - b).map((at) => this.#documents[at]!.tool);
  }

  #fieldsOf(
    tools: readonly ToolDefinition[],
    pathOf: SearchParts['pathOf'],
    strangersOf: (tool: ToolDefinition) => readonly string[],
  ): Record<Field, string[]>[] {
    const of = (text: string) => this.#words.of(text);
    const about = tools.map((tool) => {
      return {
        name: of(tool.name),
        title: of(tool.title),
        path: of(pathOf(tool).replace(/\{[^}]*\}|\b(api|v\d)\b/g, ' ')),
        description: [] as string[],
        toolset: of(tool.toolset),
        // What the meaning of its sayings lacks.
        said: of(strangersOf(tool).join(' ')),
      };
    });
    const places = new Map(tools.map(({ name }, at) => [name, at]));
    for (const [at, tool] of tools.entries()) {
      for (const sentence of tool.description.split(/[.;](?=\s|$)/)) {
        const others = (sentence.match(TOOL_NAME) ?? []).filter((name) => places.has(name));
        const words = of(sentence.replace(TOOL_NAME, ' '));
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
        for (const [at, here] of this.#postings.get(term) ?? []) sums.set(at, (sums.get(at) ?? 0) + rarity * here);
      }
      for (const [at, sum] of sums) best.set(at, Math.max(best.get(at) ?? 0, weight * sum));
    }
    return best;
  }

  #rarity(term: string): number {
    return this.#rarities.get(term) ?? RAREST;
  }

  /** Whether something is to be read (true), changed (false), or either. */
  #kindsOf(verbs: ReadonlyMap<string, number>): ReadonlySet<boolean> {
    const sure = [...verbs].filter(([, each]) => each === 1).flatMap(([verb]) => [...(this.#kinds.get(verb) ?? [])]);
    return new Set(sure.length > 0 ? sure : [true, false]);
  }
}

/** The name of a tool in a sentence. */
const TOOL_NAME = /\b[a-z]+(?:_[a-z0-9]+)+\b/g;
