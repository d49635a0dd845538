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

/** Single sayings are looked at where all of them together are among so many nearest; elsewhere they hardly matter. */
const NEAR = 300;

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
  /** Where all texts of a tool lie, one after the other, and where they lie together. */
  readonly #meanings: readonly { readonly texts: Float32Array; readonly together: Float32Array }[];

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
      const all = [...own, ...said[tool]!].map((text) => vectors.of(text));
      const size = all[0]!.length;
      const texts = new Float32Array(all.length * size);
      const sum = new Float32Array(size);
      for (const [index, each] of all.entries()) {
        texts.set(each, index * size);
        for (let at = 0; at < size; at += 1) sum[at]! += each[at]!;
      }
      return { texts, together: unit(sum) };
    });
  }

  /** For each tool, in their order. */
  hear(query: string): Heard[] {
    const meant = this.vectors.of(query);
    const heard = this.#meanings.map(({ together }) => {
      const about = dot(meant, together);
      return { words: 0, closest: about, close: about, about };
    });
    const near = [...heard.keys()].sort((a, b) => heard[b]!.about - heard[a]!.about).slice(0, NEAR);
    for (const tool of near) {
      const best = closestOf(meant, this.#meanings[tool]!.texts);
      heard[tool]!.closest = best[0]!;
      heard[tool]!.close = best.reduce((sum, each) => sum + each, 0) / CLOSEST;
    }
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

/** How close the closest few of many texts are, closest first. */
function closestOf(meant: Float32Array, texts: Float32Array): number[] {
  const best = new Array<number>(CLOSEST).fill(0);
  const size = meant.length;
  for (let from = 0; from < texts.length; from += size) {
    // In four sums, since each waits for its last addition; this is nearly all the time of a search.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let at = 0;
    for (; at + 3 < size; at += 4) {
      a += meant[at]! * texts[from + at]!;
      b += meant[at + 1]! * texts[from + at + 1]!;
      c += meant[at + 2]! * texts[from + at + 2]!;
      d += meant[at + 3]! * texts[from + at + 3]!;
    }
    for (; at < size; at += 1) a += meant[at]! * texts[from + at]!;
    const close = a + b + c + d;
    if (close <= best[CLOSEST - 1]!) continue;
    best[CLOSEST - 1] = close;
    best.sort((a, b) => b - a);
  }
  return best;
}
