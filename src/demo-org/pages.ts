import type { Entry } from './collection.js';
import { invalid, OktaFailure } from './errors.js';
import type { Exchange, Reply } from './exchange.js';

export interface Limits {
  /** Page size when the request names none. */
  readonly fallback: number;
  /** Larger limits are cut down to this, as Okta does on most lists. */
  readonly max: number;
}

/** The `limit` of a request, within bounds. */
export function limitOf(exchange: Exchange, limits: Limits, min = 1): number {
  const given = exchange.query.get('limit');
  if (given === null || given === '-1') return limits.fallback;
  if (!/^\d{1,9}$/.test(given) || Number(given) < min) throw invalid(['limit', `must be ${min} or more`]);
  return Math.min(Number(given), limits.max);
}

/** A cursor clients cannot read anything into. */
export function encodeCursor(position: number): string {
  return Buffer.from(`demo:${position}`).toString('base64url');
}

/** The position behind which to go on; -1 without `after`. */
export function cursorOf(exchange: Exchange): number {
  const after = exchange.query.get('after');
  if (after === null) return -1;
  const position = /^demo:(-?\d{1,12})$/.exec(Buffer.from(after, 'base64url').toString())?.[1];
  if (position === undefined || encodeCursor(Number(position)) !== after) throw new OktaFailure('E0000029');
  return Number(position);
}

/**
 * One page of a list: the array, and two separate `link` headers, `self` and (unless this is the last page) `next`.
 * `from` yields entries behind a position in ascending order, lazily: no more than one beyond the page is taken.
 */
export function page<T>(
  exchange: Exchange,
  limits: Limits,
  from: (after: number) => Iterable<Entry<T>>,
  render: (record: T) => unknown,
): Reply {
  const limit = limitOf(exchange, limits);
  const items: unknown[] = [];
  let last = -1;
  let more = false;
  for (const [position, record] of from(cursorOf(exchange))) {
    const item = render(record);
    if (!exchange.lists(item)) continue;
    if (items.length === limit) {
      more = true;
      break;
    }
    items.push(item);
    last = position;
  }
  return listReply(exchange, items, more ? { after: encodeCursor(last), limit } : undefined);
}

/** The reply of a list, with its links; `next` holds what the next request says instead. */
export function listReply(
  exchange: Exchange,
  items: readonly unknown[],
  next?: { readonly after: string; readonly limit: number },
): Reply {
  const headers: [string, string][] = [['link', `<${exchange.url.href}>; rel="self"`]];
  if (next) {
    const url = new URL(exchange.url);
    url.searchParams.delete('after');
    url.searchParams.delete('limit');
    url.searchParams.set('after', next.after);
    url.searchParams.set('limit', String(next.limit));
    headers.push(['link', `<${url.href}>; rel="next"`]);
  }
  return { status: 200, body: items.filter((item) => exchange.lists(item)), headers };
}

/** The list endpoints under `/api/v1/iam`: wrapped under a name, paged through `_links.next`, no `link` header. */
export function enveloped<T>(
  x: Exchange,
  name: string,
  items: readonly T[],
  render: (item: T) => unknown,
  links: object = { self: x.org.link(x.url.pathname) },
): Reply {
  const start = cursorOf(x) + 1;
  const limit = limitOf(x, { fallback: 100, max: 100 });
  const next = `${x.url.pathname}?after=${encodeCursor(start + limit - 1)}&limit=${limit}`;
  return {
    status: 200,
    body: {
      [name]: items.slice(start, start + limit).map(render),
      _links: { ...links, ...(start + limit < items.length && { next: x.org.link(next) }) },
    },
  };
}

/** Entries that pass, still lazily. */
export function* where<T>(entries: Iterable<Entry<T>>, keep: (record: T) => boolean): Generator<Entry<T>> {
  for (const entry of entries) if (keep(entry[1])) yield entry;
}

/** An array as entries behind a position. */
export function* listed<T>(records: readonly T[], after: number): Generator<Entry<T>> {
  for (let position = after + 1; position < records.length; position++) yield [position, records[position] as T];
}
