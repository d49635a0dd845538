import type { ToolDefinition } from './definition.js';
import { dot, unit, type WordVectors } from './word-vectors.js';

/** What people say when they need an operation, or one tool alone, by its id or name: `words/sayings.txt`. */
export type SayingsFile = Readonly<Record<string, readonly string[]>>;

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

/** All that people say when they need a tool. */
export function saidOf({ name, operation }: ToolDefinition, file: SayingsFile): readonly string[] {
  return [...(file[operation] ?? []), ...(file[name] ?? [])];
}

/** Compares queries with what people say when they need a tool, by meaning. */
export class Sayings {
  /** Where all that is said of a tool lies together. */
  readonly #meanings: readonly Float32Array[];

  constructor(
    tools: readonly ToolDefinition[],
    file: SayingsFile,
    private readonly vectors: WordVectors,
  ) {
    this.#meanings = tools.map((tool) => {
      const sum = vectors.of(tool.name.replaceAll('_', ' '));
      for (const text of [tool.title, tool.description.split(/\.\s/, 1)[0]!, ...saidOf(tool, file)]) {
        const meaning = vectors.of(text);
        for (let at = 0; at < sum.length; at += 1) sum[at]! += meaning[at]!;
      }
      return unit(sum);
    });
  }

  /** For each tool, in their order, how close it is to a query: from -1 to 1. */
  hear(query: string): number[] {
    const meant = this.vectors.of(query);
    return this.#meanings.map((meaning) => dot(meant, meaning));
  }
}
