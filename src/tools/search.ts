import type { Operation } from '../okta/operation.js';
import type { ToolDefinition } from './definition.js';
import { Sayings, type SayingsFile, saidOf } from './sayings.js';
import { Spelling } from './spelling.js';
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
/** What is asked for by a synonym or a name is asked for less surely. */
const NEAR = 0.85;
const NAMED = 0.8;

/** It means what people mean when they need the tool. */
const HEARD = 400;
/** Closer in meaning than texts are by chance. */
const RELATED = 0.3;

/** The whole name was asked for. */
const NAME = 28;
/** It is named: by its name, one it had, its title, its operation id, or its request. */
const NAMED_ITSELF = 1000;
/** What the tool does was asked for; it changes where something is to be read, or the other way round. */
const VERB = 24;
const WRONG_KIND = 20;
/** Of so few words, none of which says what to do: they mostly ask what there is of something with that name. */
const BARE = { words: 3, name: 60, list: 40 } as const;
/** A single thing is read less often than listed. */
const SINGLE = 27;

interface Document {
  readonly tool: ToolDefinition;
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
  /** The operation behind a tool; the words of its path are searched too. */
  readonly operationOf: (tool: ToolDefinition) => Pick<Operation, 'method' | 'path'>;
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
  readonly #spelling: Spelling;
  /** The documents that something names, by its letters and digits. */
  readonly #named = new Map<string, number[]>();

  constructor(tools: readonly ToolDefinition[], { operationOf, lexicon, sayings, vectors }: SearchParts) {
    this.#words = new Words(lexicon);
    this.#spelling = new Spelling({
      texts: () => tools.flatMap((tool) => [tool.name, tool.title, tool.description, ...saidOf(tool, sayings)]),
      knows: (word) => vectors.knows(word) || this.#words.knows(word),
    });
    this.#sayings = new Sayings(tools, sayings, vectors);
    const about = this.#fieldsOf(tools, operationOf, (tool) => vectors.strangersIn(saidOf(tool, sayings).join(' ')));
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
      return { tool, verb, name: words.map((word) => [word, this.#rarity(word) / whole]) };
    });
    for (const [at, tool] of tools.entries()) {
      const { method, path } = operationOf(tool);
      const names = [tool.name, ...(tool.aliases ?? []), tool.title, tool.operation, path, `${method} ${path}`];
      for (const name of new Set(names.map(letters))) this.#named.set(name, [...(this.#named.get(name) ?? []), at]);
    }
    for (const { tool, verb } of this.#documents) {
      this.#kinds.set(verb, (this.#kinds.get(verb) ?? new Set()).add(tool.annotations.readOnlyHint));
    }
    this.#verbs = new Set(this.#kinds.keys());
  }

  /** Every tool that has to do with the query, the one that fits it best first. */
  rank(asked: string): ToolDefinition[] {
    const query = this.#spelling.correct(asked);
    const notions = this.#notionsOf(query);
    const terms = new Set(notions.flatMap(({ ways }) => ways.flatMap(({ terms }) => terms)));
    const verbs = this.#words.verbsOf(query, this.#verbs);
    const bare = verbs.size === 0 && notions.length <= BARE.words;
    const kinds = bare ? READS : this.#kindsOf(verbs);
    const named = this.#namedIn(asked);
    const heard = this.#sayings.hear(query);
    const scores = this.#documents.map(({ tool, verb, name }, at) => {
      return (
        HEARD * heard[at]! +
        (bare ? BARE.name : NAME) * name.reduce((sum, [word, share]) => (terms.has(word) ? sum + share : sum), 0) +
        VERB * (verbs.get(verb) ?? 0) +
        (bare && tool.page ? BARE.list : 0) +
        (named.has(at) ? NAMED_ITSELF : 0) -
        (kinds.has(tool.annotations.readOnlyHint) ? 0 : WRONG_KIND) -
        (tool.annotations.readOnlyHint && !tool.page ? SINGLE : 0)
      );
    });
    const related = new Set([...heard.keys()].filter((at) => named.has(at) || heard[at]! > RELATED));
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
    operationOf: SearchParts['operationOf'],
    strangersOf: (tool: ToolDefinition) => readonly string[],
  ): Record<Field, string[]>[] {
    const of = (text: string) => this.#words.of(text);
    const about = tools.map((tool) => {
      return {
        name: of(tool.name),
        title: of(tool.title),
        path: of(operationOf(tool).path.replace(/\{[^}]*\}|\b(api|v\d)\b/g, ' ')),
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
      return { ways };
    });
  }

  /** Documents that the query names, or that a name in it does. */
  #namedIn(query: string): ReadonlySet<number> {
    const names = [query, ...(query.match(NAME_OF_CODE) ?? [])];
    return new Set(names.flatMap((name) => this.#named.get(letters(name)) ?? []));
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

/** A name that only programs use: `list_users`, `listUsers`. */
const NAME_OF_CODE = /\b(?:[a-z]+(?:_[a-z0-9]+)+|[a-z]+(?:[A-Z][A-Za-z0-9]*)+)\b/g;

const READS: ReadonlySet<boolean> = new Set([true]);

/** What is left of a name however it is written; parameters of a path have many names. */
function letters(name: string): string {
  return name
    .replace(/\{[^}]*\}/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}
