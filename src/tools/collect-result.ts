import type { OktaMcpError } from '../errors.js';
import type { Collection } from './collection.js';
import { clean, fitting, type ToolResult } from './result.js';
import type { Count } from './tally.js';

/** What is told of a collection beside its rows and counts. */
export interface CollectFacts {
  /** Nothing was left unread. */
  readonly complete: boolean;
  readonly notes: readonly (string | undefined)[];
  readonly file?: object | undefined;
  /** Goes on from here. */
  readonly cursor?: string | undefined;
  /** What ended it. */
  readonly error?: OktaMcpError | undefined;
}

/** Left for facts and words beside rows and counts, in bytes, of a budget of any usual size. */
const FACTS = 1600;

/** UTF-8 bytes for rows or counts, of the budget of a result whose cursor has so many characters. */
export function roomIn(budget: number, cursor: number): number {
  return budget - Math.min(FACTS, budget / 4) - cursor;
}

/**
 * `{note, read, matched, counts, others, rows, file, complete, error, cursor}`, as far as they apply. It is put together
 * from texts, since an object with names that look like numbers would not keep the order of its counts.
 */
export function collectResult(collection: Collection, facts: CollectFacts, top: number | undefined, budget: number) {
  const room = roomIn(budget, facts.cursor?.length ?? 0);
  const { tally, best, shown } = collection;
  const notes = [...facts.notes];
  const data: string[] = [];
  let complete = facts.complete;
  if (tally) {
    const sorted = tally.sorted();
    const counts = sorted.slice(0, top);
    const shownCounts = countsWithin(counts, room);
    const others = sorted.slice(shownCounts.length);
    const rest = others.reduce((sum, [, rows]) => sum + rows, 0);
    data.push(`"counts":{${shownCounts.join(',')}}`);
    if (others.length > 0) data.push(`"others":${JSON.stringify({ values: others.length, rows: rest })}`);
    if (shownCounts.length < counts.length)
      notes.push('Not all counts fit into the result: `others` sums the remaining.');
  }
  if (best) {
    const rows = best.ranked().map(([, row]) => JSON.stringify(clean(row)));
    const start = startOf(rows, room);
    data.push(`"rows":[${start.join(',')}]`);
    if (start.length < rows.length) {
      complete = false;
      notes.push(
        `Only the first ${start.length} of the ${rows.length} rows fit into the result: name fewer \`fields\`, or a smaller \`top\`.`,
      );
    }
  }
  if (shown) data.push(`"rows":${shown.text}`);
  if (shown && shown.omitted > 0) notes.push('A row that is `omitted` is too large to show: name fewer `fields`.');
  const { read, matched } = collection;
  const { file, error, cursor } = facts;
  const note = notes.filter((each) => each !== undefined).join(' ');
  const told = error && { code: error.code, message: error.message, fix: error.fix, ...error.details };
  const text = [
    ...(note ? [member('note', note)] : []),
    member('read', read),
    member('matched', matched),
    ...data,
    ...(file ? [member('file', file)] : []),
    member('complete', complete),
    ...(told ? [member('error', told)] : []),
    ...(cursor === undefined ? [] : [member('cursor', cursor)]),
  ].join(',');
  const result: ToolResult = { ...(error && { isError: true }), content: [{ type: 'text', text: `{${text}}` }] };
  return result;
}

function member(name: string, value: unknown): string {
  return `"${name}":${JSON.stringify(clean(value))}`;
}

function countsWithin(counts: readonly Count[], room: number): string[] {
  return startOf(
    counts.map(([value, rows]) => `${JSON.stringify(value)}:${rows}`),
    room,
  );
}

function startOf(texts: readonly string[], room: number): string[] {
  return texts.slice(0, fitting(texts, room));
}
