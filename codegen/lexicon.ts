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
  /** Tool, operation or toolset -> more words for it. */
  known: z.record(z.string(), z.string().min(1)).default({}),
  /** Words that tell nothing. */
  ignore: z.string().default(''),
});

type LexiconConfig = z.output<typeof lexicon>;

/** `generated/lexicon.json`. */
export function lexiconOf({ same, near, verbs, names, known, ignore }: LexiconConfig): object {
  const listed = (text: string) => text.split(/\s*,\s*/).filter(Boolean);
  return {
    same: same.map(listed),
    near: Object.fromEntries(Object.entries(near).map(([said, ways]) => [said, listed(ways)])),
    verbs: Object.entries(verbs).map(([verb, said]) => [verb, listed(said)]),
    names,
    known,
    ignore,
  };
}

/** Words for what is not there help nobody. */
export function lexiconProblems(
  { known }: LexiconConfig,
  entries: readonly Entry[],
  problem: (key: string, message: string) => Problem,
): Problem[] {
  const keys = new Set(entries.flatMap(({ name, toolset, api }) => [name, toolset, api.id]));
  return Object.keys(known)
    .filter((key) => !keys.has(key))
    .map((key) => problem(key, `"${key}" is no tool, operation or toolset`));
}
