import { z } from 'zod';
import type { Problem } from './errors.js';
import type { Entry } from './slice.js';

/** How people speak of what the tools do, for finding tools; see `Lexicon` in `src/tools/words.ts`. */
export const lexicon = z.strictObject({
  /** Phrases of one meaning, joined by commas. */
  same: z.array(z.string().includes(',')).default([]),
  /** What somebody says -> what our tools call it; alternatives are joined by commas. */
  near: z.record(z.string(), z.string().min(1)).default({}),
  /** First words of tool names -> how people say what such tools do, joined by commas. */
  verbs: z.record(z.string(), z.string().min(1)).default({}),
  /** `app`, `user`, `group` -> names that everybody knows. */
  names: z.record(z.string(), z.string().min(1)).default({}),
  /** Words that tell nothing. */
  ignore: z.string().default(''),
});

type LexiconConfig = z.output<typeof lexicon>;

/** `generated/lexicon.json`. */
export function lexiconOf({ same, near, verbs, names, ignore }: LexiconConfig): object {
  const listed = (text: string) => text.split(/\s*,\s*/).filter(Boolean);
  return {
    same: same.map(listed),
    near: Object.fromEntries(Object.entries(near).map(([said, ways]) => [said, listed(ways)])),
    verbs: Object.entries(verbs).map(([verb, said]) => [verb, listed(said)]),
    names,
    ignore,
  };
}

/** A line of `words/sayings.txt`: `key: saying | saying`. */
const LINE = /^([\w.]+): (\S.*)$/;

/** What is wrong with `words/sayings.txt`: words for what is not there help nobody, and what nobody has words for is not found. */
export function sayingsProblems(text: string, entries: readonly Entry[]): Problem[] {
  const file = 'words/sayings.txt';
  const keys = new Set(entries.flatMap(({ name, api }) => [name, api.id]));
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const problem = (message: string) => problems.push({ file, line: at + 1, message });
    const key = LINE.exec(line)?.[1];
    if (key === undefined) problem('is not "operation: saying | saying"');
    else if (!keys.has(key)) problem(`"${key}" is no tool and no operation behind one`);
    else if (seen.has(key)) problem(`"${key}" is here twice`);
    else seen.add(key);
  }
  return problems;
}
