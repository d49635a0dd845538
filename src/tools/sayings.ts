import type { ToolDefinition } from './definition.js';
import { dot, unit, type WordVectors } from './word-vectors.js';
import type { Words } from './words.js';

/** What people say when they need an operation, or one tool alone, by its id or name: `words/sayings.txt`. */
export type SayingsFile = Readonly<Record<string, readonly string[]>>;

/** How much less a word counts for each saying of the tool that has it already, and how much for having many (BM25). */
const SATURATION = 1;
const LENGTH = 0.5;

/** So many of the closest sayings tell what the tool is about. */
const CLOSEST = 3;

/** How a tool fits a query, by what people say when they need it. */
export interface Heard {
  /** Words in common; rare ones count more. */
  words: number;
  /** How close the closest saying is in meaning, the closest few, and all of them together: from -1 to 1. */
  closest: number;
  close: number;
  about: number;
}

/** Reads `words/sayings.txt`: `key: saying | saying`, one key a line; `#` begins a comment. */
export function parseSayings(text: string): SayingsFile {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2).split(' | ')];
    }),
  );
}

/** Compares queries with what people say, by words and by meaning. */
export class Sayings {
  /** By word: the tools whose sayings have it, and how many of them. */
  readonly #postings = new Map<string, [tool: number, times: number][]>();
  /** What a long list of sayings takes away. */
  readonly #lengths: readonly number[];
  readonly #meanings: readonly (readonly Float32Array[])[];
  readonly #together: readonly Float32Array[];

  constructor(
    tools: readonly ToolDefinition[],
    file: SayingsFile,
    private readonly words: Words,
    private readonly vectors: WordVectors,
  ) {
    const said = tools.map(({ name, operation }) => [...(file[operation] ?? []), ...(file[name] ?? [])]);
    for (const [tool, sayings] of said.entries()) {
      const times = new Map<string, number>();
      for (const saying of sayings)
        for (const word of new Set(words.of(saying))) times.set(word, (times.get(word) ?? 0) + 1);
      for (const [word, count] of times) {
        const postings = this.#postings.get(word);
        if (postings) postings.push([tool, count]);
        else this.#postings.set(word, [[tool, count]]);
      }
    }
    const mean = said.reduce((sum, { length }) => sum + length, 0) / Math.max(1, said.length) || 1;
    this.#lengths = said.map(({ length }) => SATURATION * (1 - LENGTH + (LENGTH * length) / mean));
    this.#meanings = tools.map(({ name, title, description }, tool) => {
      const own = [title, description.split(/\.\s/, 1)[0]!, name.replaceAll('_', ' ')];
      return [...own, ...said[tool]!].map((text) => vectors.of(text));
    });
    this.#together = this.#meanings.map((all) => {
      const sum = new Float32Array(all[0]!.length);
      for (const each of all) for (let at = 0; at < sum.length; at += 1) sum[at]! += each[at]!;
      return unit(sum);
    });
  }

  /** For each tool, in their order. */
  hear(query: string): Heard[] {
    const meant = this.vectors.of(query);
    const heard = this.#meanings.map((all, tool) => {
      const best = all
        .map((each) => dot(meant, each))
        .sort((a, b) => b - a)
        .slice(0, CLOSEST);
      const close = best.reduce((sum, each) => sum + each, 0) / CLOSEST;
      return { words: 0, closest: best[0] ?? 0, close, about: dot(meant, this.#together[tool]!) };
    });
    for (const word of new Set(this.words.of(query))) {
      const postings = this.#postings.get(word) ?? [];
      const rarity = Math.log(1 + (heard.length - postings.length + 0.5) / (postings.length + 0.5));
      for (const [tool, times] of postings) {
        heard[tool]!.words += (rarity * times * (SATURATION + 1)) / (times + this.#lengths[tool]!);
      }
    }
    return heard;
  }
}
