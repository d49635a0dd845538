import { OktaMcpError } from '../errors.js';
import type { CallContext } from '../okta/operation.js';
import type { NextPage } from '../okta/page.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import type { ListPage } from './dispatch.js';
import type { ToolAccess } from './toolbox.js';

/** A place in a list: a page, and how many of its items are behind. */
export interface Place {
  /** What the link to that page says; absent on the first one. */
  readonly from?: NextPage;
  readonly skip: number;
}

/**
 * Why a walk goes no further. `end`: nothing more is known to exist. `late`: no time for another page. `stuck`: Okta has
 * more, but there is no way on. Or the error of a page.
 */
export type Ended = 'end' | 'late' | 'stuck' | OktaMcpError;

/** Time left for the answer, and for a page that takes longer than any before, in milliseconds. */
const RESERVE = 5000;
/** Time left for the answer when a page takes all the rest. */
const ANSWER = 2000;

/** A list, page after page. */
export class ListWalk {
  place: Place;
  ended: Ended | undefined;
  /** The page read last. */
  page: ListPage | undefined;
  #slowest = 0;

  constructor(
    private readonly parts: {
      readonly dispatch: Pick<ToolAccess['dispatch'], 'page'>;
      /** Milliseconds since 1970. */
      readonly now: () => number;
    },
    private readonly tool: ToolDefinition,
    private readonly args: JsonObject,
    private readonly context: CallContext & { readonly deadline: number },
    place: Place,
  ) {
    this.place = place;
  }

  /** The items of the page at `place`; undefined when the walk has ended. The first page is read however late it is. */
  async read(): Promise<readonly unknown[] | undefined> {
    const { parts, tool, args, context } = this;
    const { deadline, signal } = context;
    const started = parts.now();
    if (this.page && started + this.#slowest + RESERVE > deadline) this.ended ??= 'late';
    if (this.ended) return undefined;
    try {
      signal?.throwIfAborted();
      const timed = { ...context, deadline: deadline - ANSWER };
      this.page = await parts.dispatch.page(tool, args, timed, this.place.from);
    } catch (error) {
      if (signal?.aborted) throw cancelled(error);
      if (!(error instanceof OktaMcpError)) throw error;
      this.ended = error;
      return undefined;
    }
    this.#slowest = Math.max(this.#slowest, parts.now() - started);
    return this.page.items;
  }

  /** Goes behind so many items of the page read last, and on to the next page when that is all of them. */
  pass(items: number): void {
    const { page, place, tool, args } = this;
    if (!page) return;
    if (items < page.items.length) {
      this.place = { ...place, skip: items };
      return;
    }
    const { next } = page;
    const still = next?.after !== undefined && next.after === (place.from?.after ?? args.after);
    // A query of the log without an end always has a next page; at its end it stays where it is.
    if (!next || (still && page.items.length === 0)) this.ended = 'end';
    else if (still || next.after === undefined || !tool.page?.resumable) this.ended = 'stuck';
    else this.place = { from: next, skip: 0 };
  }
}

function cancelled(error: unknown): OktaMcpError {
  if (error instanceof OktaMcpError && error.code === 'cancelled') return error;
  const fix = 'Call again if it is still wanted.';
  return new OktaMcpError('cancelled', 'The caller cancelled the collection.', fix, {}, { cause: error });
}
