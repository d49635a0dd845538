import { invalid, OktaFailure } from './errors.js';
import type { LogEvent } from './event-log.js';
import type { Exchange, Reply } from './exchange.js';
import { cursorOf, encodeCursor, limitOf, listReply } from './pages.js';
import type { AddRoute } from './router.js';
import { compileFilter } from './scim-match.js';

const DAY = 86_400_000;

const FILTER = {
  code: 'E0000053',
  attributes:
    /^(eventType|severity|displayMessage|uuid|version|legacyEventType|actor|client|outcome|target|transaction|request|device|authenticationContext|securityContext|debugContext)(\.\w+)*$/,
} as const;

export function routeLogs(add: AddRoute): void {
  add('GET', '/api/v1/logs', listEvents);
}

/**
 * The System Log. Ascending without `until` is a poll: order of persistence, and always a `next` link, so that one can
 * come back for more. Anything else is bounded: it ends. `after` alone decides where to go on; a next link repeats the
 * other parameters, as Okta's own does.
 */
function listEvents(x: Exchange): Reply {
  const now = x.org.now();
  const descending = /^desc/i.test(x.query.get('sortOrder') ?? '');
  const until = dateOf(x, 'until');
  const since = dateOf(x, 'since') ?? now - 7 * DAY;
  if (since < now - 180 * DAY)
    throw new OktaFailure(
      'E0000053',
      'Invalid parameter: The since parameter is over 180 days prior to the current day.',
    );
  const given = Number(x.query.get('limit') ?? 100);
  if (given > 1000) throw invalid(['limit', 'must be 1000 or less']);
  const limit = limitOf(x, { fallback: 100, max: 1000 }, 0);
  const keep = selection(x, since, until ?? Number.POSITIVE_INFINITY);

  const events = x.org.log.events();
  const after = cursorOf(x);
  const items: LogEvent[] = [];
  const step = descending ? -1 : 1;
  let at = !descending ? after + 1 : x.query.has('after') ? after - 1 : events.length - 1;
  let last = after;
  while (at >= 0 && at < events.length && items.length < limit) {
    const event = events[at] as LogEvent;
    if (keep(event)) items.push(event);
    last = at;
    at += step;
  }
  const polling = !descending && until === undefined;
  const more = polling || hasMore(events, at, step, keep);
  return listReply(x, items, more ? { after: encodeCursor(last), limit } : undefined);
}

function hasMore(events: readonly LogEvent[], from: number, step: number, keep: (event: LogEvent) => boolean): boolean {
  for (let at = from; at >= 0 && at < events.length; at += step) if (keep(events[at] as LogEvent)) return true;
  return false;
}

function selection(x: Exchange, since: number, until: number): (event: LogEvent) => boolean {
  const words = (x.query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 10 || words.some((word) => word.length > 40))
    throw invalid(['q', 'must have 10 words of 40 characters at most']);
  const text = x.query.get('filter');
  const filter = text === null || text === '' ? () => true : compileFilter<LogEvent>(text, FILTER);
  return (event) => {
    const at = Date.parse(event.published);
    if (at < since || at > until || !filter(event)) return false;
    if (words.length === 0) return true;
    const all = JSON.stringify(event).toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

function dateOf(x: Exchange, name: string): number | undefined {
  const text = x.query.get(name);
  if (text === null || text === '') return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at) || !/^\d{4}-\d{2}-\d{2}/.test(text)) throw new OktaFailure('E0000030');
  return at;
}
