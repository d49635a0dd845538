import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** One thing an administrator asks for. */
export interface Request {
  readonly text: string;
  /** Operation ids, each of them right alone. */
  readonly want: readonly string[];
  /** Operation ids that look right and are wrong. */
  readonly traps: readonly string[];
}

const ids = z.array(z.string().min(1));
const file = z.array(
  z.strictObject({ text: z.string().trim().min(1), want: ids.nonempty(), traps: ids.nonempty().optional() }),
);

/**
 * The requests of one half of `requests.yaml`, in the order of the file. Ranking, synonyms and descriptions may be
 * tuned while looking at `tuning` only; `test` is for the score.
 */
export function requests(part: 'tuning' | 'test'): Request[] {
  const text = readFileSync(resolve(import.meta.dirname, 'requests.yaml'), 'utf8');
  return file
    .parse(parse(text))
    .filter((request) => partOf(request.text) === part)
    .map(({ traps = [], ...request }) => ({ ...request, traps }));
}

/** The words decide, not their place: nobody can choose the half that a request falls into, nor move it by sorting. */
function partOf(text: string): 'tuning' | 'test' {
  return createHash('sha256').update(text).digest().readUInt8(0) % 2 === 0 ? 'tuning' : 'test';
}
