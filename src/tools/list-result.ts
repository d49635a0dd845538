import { OktaMcpError } from '../errors.js';
import type { NextPage } from '../okta/page.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { nextArguments } from './next.js';
import { omittedOf, type Projected, project } from './projection.js';
import { clean, fitting, type ToolResult } from './result.js';

/** One page of a list, without secrets. */
export interface ReadPage {
  readonly items: readonly unknown[];
  /** What Okta's next link says, when there is one. */
  readonly next?: NextPage;
}

export interface ListCall {
  /** A list. */
  readonly tool: ToolDefinition;
  readonly args: JsonObject;
  /** UTF-8 bytes that the text of a result with more than one item may have. */
  readonly budget: number;
  /** Words about the list, beside it. */
  readonly note?: string | undefined;
  /** Reads the same page with this in place of its `limit`. @throws OktaMcpError */
  readonly again: (limit: number) => Promise<ReadPage>;
}

/** Reads of a page that is too large, each with a smaller `limit`, before it is cut without a way to go on. */
const READS = 2;

/** The cursor of a shorter page may be that much longer than the one at hand, in bytes. */
const CURSOR_SLACK = 64;

/**
 * One page as the model reads it: `{note, items, omitted, complete, next}`. Of each item it shows the projection of the
 * tool and what `fields` asks for, unless showing all costs no more; `omitted` names what else the items have.
 *
 * Of a page beyond the budget it shows the first items. Where the list can be resumed, the page is read again with a
 * `limit` of as many, so that Okta's own cursor goes on after the last one shown; elsewhere a note says how to see the
 * others. A single item is shown whatever its size.
 */
export async function listResult(page: ReadPage, call: ListCall): Promise<ToolResult> {
  const view = viewOf(page, call);
  let { whole, count: limit } = view;
  let pages = call.tool.page?.resumable === true && call.tool.page.limit !== undefined;
  for (let read = 0; whole === undefined && read < READS && pages; read++) {
    const shorter = await call.again(limit).catch((error: unknown) => {
      // What is at hand is true all the same.
      if (error instanceof OktaMcpError) return undefined;
      throw error;
    });
    if (shorter === undefined) break;
    // The first read answered more: without a way to go on, or with another limit than asked for, some would be lost.
    pages = shorter.next?.after !== undefined && shorter.items.length <= limit;
    if (pages) ({ whole, count: limit } = viewOf(shorter, call));
  }
  return { content: [{ type: 'text', text: whole ?? view.cut(pages) }] };
}

interface View {
  /** The text of the whole page; absent when it is beyond the budget. */
  readonly whole?: string | undefined;
  /** How many of the first items fit, with words on how to go on or a cursor; at least one. */
  readonly count: number;
  /** The text with that many. @param pages a smaller `limit` lets one go on */
  readonly cut: (pages: boolean) => string;
}

function viewOf({ items, next }: ReadPage, call: ListCall): View {
  const { tool, args, budget } = call;
  const shown = chosen(items.map(clean), call);
  const note = (...words: (string | undefined)[]) => [call.note, shown.note, ...words].filter(Boolean).join(' ');
  const text = (count: number, facts: Facts) => render(shown.items.slice(0, count), facts);
  const more = next && nextArguments(tool, args, next);
  const whole = text(items.length, {
    note: note(next && !more ? NO_WAY_ON : undefined),
    // A log query without an end always has a next link; it has answered all when that stands still on an empty page.
    complete: !next || (items.length === 0 && more !== undefined && more.after === args.after),
    ...(more && { next: more }),
  });
  const fits = items.length <= 1 || Buffer.byteLength(whole) <= budget;

  const cut = (count: number, pages: boolean) =>
    text(count, { note: note(cutNote(count, items.length, next !== undefined, pages, args)), complete: false });
  const resumed = (count: number) => text(count, { note: note(), complete: false, next: { ...more, limit: count } });
  const fitsCut = (count: number) =>
    Buffer.byteLength(cut(count, true)) <= budget && Buffer.byteLength(resumed(count)) + CURSOR_SLACK <= budget;
  let count = items.length;
  if (!fits) {
    count = fitting(
      shown.items.map((item) => item.text),
      budget,
    );
    while (count > 1 && !fitsCut(count)) count--;
  }
  return { whole: fits ? whole : undefined, count, cut: (pages) => cut(count, pages) };
}

const NO_WAY_ON =
  'Okta has more items, but this operation cannot continue from here; narrow the query to see the others.';

function cutNote(count: number, of: number, more: boolean, pages: boolean, { fields }: JsonObject): string {
  const ways = [
    ...(pages ? [`set limit to ${count}`] : []),
    ...(fields === undefined ? [] : ['ask for fewer fields']),
    'narrow the query',
    'use collect',
  ];
  const okta = more ? ', and Okta has more' : '';
  return `Shown are the first ${count} of ${of} items${okta}; the others do not fit into a result. To see them, ${ways.join(', or ')}.`;
}

/** An item with its text. */
interface Printed extends Projected {
  readonly text: string;
}

/** What is shown of the items: the projection where that is shorter than everything. */
function chosen(items: readonly unknown[], { tool, args }: ListCall): { items: readonly Printed[]; note?: string } {
  const all = items.map((value) => printed({ value, omitted: [] }));
  if (tool.projection === undefined) return { items: all };
  const projection = project(items, tool.projection, (args.fields ?? []) as readonly string[]);
  const some = projection.items.map(printed);
  const shorter =
    Buffer.byteLength(render(some, { complete: true })) < Buffer.byteLength(render(all, { complete: true }));
  return { ...projection, items: shorter ? some : all };
}

function printed(item: Projected): Printed {
  return { ...item, text: JSON.stringify(item.value) };
}

interface Facts {
  readonly note?: string;
  readonly complete: boolean;
  readonly next?: JsonObject;
}

function render(items: readonly Printed[], { note, complete, next }: Facts): string {
  const omitted = omittedOf(items);
  const members = [
    ...(note ? [`"note":${JSON.stringify(clean(note))}`] : []),
    `"items":[${items.map(({ text }) => text).join(',')}]`,
    ...(omitted.length > 0 ? [`"omitted":${JSON.stringify(omitted)}`] : []),
    `"complete":${complete}`,
    ...(next ? [`"next":${JSON.stringify(clean(next))}`] : []),
  ];
  return `{${members.join(',')}}`;
}
