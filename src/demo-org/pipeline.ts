import { checkRoles, checkScopes, type RequiredScopes } from './access.js';
import { type Answer, compose, refusal } from './answer.js';
import { BearerFailure, OktaFailure } from './errors.js';
import { Exchange, type Reply } from './exchange.js';
import { connectionReset, type Fault, type Faults, insteadOf, latencyOf, spoil, stops, whenOf } from './fault.js';
import type { JournalEntry } from './journal.js';
import type { Org } from './org.js';
import { NOBODY, type Principal, type Principals, type Scheme, schemeOf } from './principal.js';
import type { Random } from './random.js';
import { concurrencyRate, type Rate, type RateWindows } from './rate-window.js';
import type { Match, Route, Router } from './router.js';

/** What a request meets; lasts from one reset to the next. */
export interface Meeting {
  readonly org: Org;
  readonly router: Router;
  readonly principals: Principals;
  readonly rates: RateWindows;
  readonly faults: Faults;
  /** Source of request and error ids. */
  readonly random: Random;
}

export interface Rules {
  readonly requiredScopes?: RequiredScopes | undefined;
  /** How many requests at once the org takes; without it, any number. */
  readonly concurrency?: number | undefined;
  /** Waits so many milliseconds; may reject when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

type Entry = { -readonly [Key in keyof JournalEntry]: JournalEntry[Key] };

/** A request with what follows from it before anything is decided. */
interface Arrival {
  readonly request: Request;
  /** As the org sees it: links in replies name the org's host, whatever host was called. */
  readonly url: URL;
  readonly match: Match;
  /** Scopes the operation needs. */
  readonly needed: readonly string[];
  readonly authorization: string | null;
  readonly scheme: Scheme | undefined;
  readonly requestId: string;
  readonly at: number;
  readonly text: string;
  /** More requests are under way than the org takes. */
  readonly crowded: boolean;
}

/** The way of a request through the org: faults, credential, rate limit, scopes, roles, handler, journal. */
export function createFetch(current: () => Meeting, rules: Rules, journal: JournalEntry[]) {
  let underWay = 0;

  return async function fetch(request: Request): Promise<Response> {
    request.signal.throwIfAborted();
    underWay++;
    try {
      return await answer(request, underWay > (rules.concurrency ?? Number.POSITIVE_INFINITY));
    } finally {
      underWay--;
    }
  };

  async function answer(request: Request, crowded: boolean): Promise<Response> {
    const meeting = current();
    const { faults, random } = meeting;
    const arrival = arrive(meeting, rules, request, await request.text(), crowded);
    const { url, at, requestId } = arrival;
    const met = faults.take(request);
    const entry: Entry = {
      at,
      method: request.method,
      path: url.pathname + url.search,
      status: 0,
      principal: undefined,
      requestId,
      ...(arrival.scheme && { scheme: arrival.scheme }),
      ...(met.length > 0 && { faults: met.map(({ kind }) => kind) }),
      changes: [],
    };

    // Aborted while it waits, a request leaves an entry with status 0; nothing was done.
    await pause(latencyOf(met, 'before'), request.signal, () => journal.push(entry));
    const early = met.find((fault) => stops(fault) && whenOf(fault) === 'before');
    let answer: Answer | undefined;
    if (!early) {
      const served = serve(meeting, arrival, entry);
      answer = compose(served.reply, arrival, served.rate);
      if (met.length > 0) entry.answered = answer.status;
    }
    const order = early ? [early, ...met.filter((fault) => fault !== early)] : met;
    for (const fault of order) answer = suffer(fault, answer, arrival, random);
    const dropped = met.some((fault) => fault.kind === 'drop');
    entry.status = dropped ? 0 : (answer?.status ?? 0);
    journal.push(entry);

    await pause(latencyOf(met, 'after'), request.signal, () => {
      entry.status = 0;
    });
    if (dropped || !answer) throw connectionReset();
    const body = request.method === 'HEAD' ? null : (answer.body ?? null);
    return new Response(body, { status: answer.status, headers: answer.headers });
  }

  async function pause(ms: number, signal: AbortSignal, aborted: () => void): Promise<void> {
    if (ms <= 0) return;
    try {
      await rules.sleep(ms, signal);
      signal.throwIfAborted();
    } catch (error) {
      aborted();
      // As `fetch` does: the reason of the abort, not the timer's.
      signal.throwIfAborted();
      throw error;
    }
  }
}

function arrive(meeting: Meeting, rules: Rules, request: Request, text: string, crowded: boolean): Arrival {
  const { org, router, random } = meeting;
  const { pathname, search } = new URL(request.url);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const match = router.match(method, pathname);
  const authorization = request.headers.get('authorization');
  return {
    request,
    url: new URL(org.origin + pathname + search),
    match,
    needed: rules.requiredScopes?.(method, pathname) ?? (match.kind === 'route' ? match.route.scopes : []),
    authorization,
    scheme: schemeOf(authorization),
    requestId: random.hex(32),
    at: org.now(),
    text,
    crowded,
  };
}

/** What the org makes of a request that reached it: the reply, and in `entry` why and what it changed. */
function serve(meeting: Meeting, arrival: Arrival, entry: Entry): { reply: Reply; rate: Rate | undefined } {
  const { request, match, needed, authorization, url, at } = arrival;
  let rate: Rate | undefined;
  let exchange: Exchange | undefined;
  try {
    const open = match.kind === 'route' && match.route.public === true;
    const credential = open ? NOBODY : attempt(() => meeting.principals.authenticate(authorization, needed));
    const principal = credential instanceof Error ? NOBODY : credential;
    if (principal !== NOBODY) entry.principal = principal.name;
    exchange = exchangeOf(meeting.org, arrival, principal);
    rate = arrival.crowded
      ? concurrencyRate(at)
      : meeting.rates.take(request.method, url.pathname, principal === NOBODY ? undefined : principal.credential, at);
    if (rate?.refused) throw tooMany(exchange, rate);
    if (request.method === 'OPTIONS' && match.kind === 'method')
      return { reply: { status: 204, headers: [['allow', allowed(meeting.router, url.pathname)]] }, rate };
    if (credential instanceof Error) throw credential;
    checkScopes(principal, needed, arrival.scheme);
    if (match.kind === 'none') throw new OktaFailure('E0000008');
    if (match.kind === 'method') throw new OktaFailure('E0000022');
    return { reply: run(exchange, match.route), rate };
  } catch (error) {
    entry.error = error instanceof BearerFailure ? error.error : error instanceof OktaFailure ? error.code : 'E0000009';
    if (!(error instanceof BearerFailure || error instanceof OktaFailure)) entry.defect = error;
    return { reply: refusal(error, url, meeting.random), rate };
  } finally {
    const changes = exchange?.changes ?? [];
    entry.changes = changes;
    if (changes[0]) entry.change = changes[0];
  }
}

function exchangeOf(org: Org, { request, url, match, requestId, text }: Arrival, principal: Principal): Exchange {
  const params = match.kind === 'route' ? match.params : {};
  const agent = request.headers.get('user-agent') ?? 'unknown';
  const payload = { type: request.headers.get('content-type') ?? '', text };
  return new Exchange(org, url, params, principal, requestId, agent, payload, request.headers);
}

function attempt(authenticate: () => Principal): Principal | Error {
  try {
    return authenticate();
  } catch (error) {
    return error as Error;
  }
}

/** The refusal of a request over a limit; the first of a window is logged. */
function tooMany(exchange: Exchange, { bucket, refused, limit }: Rate): OktaFailure {
  if (refused === 'first')
    exchange.org.log.append(exchange.org, exchange, {
      eventType: 'system.org.rate_limit.violation',
      displayMessage: 'Rate limit violation',
      severity: 'WARN',
      target: [{ id: bucket, type: 'URL Pattern', alternateId: 'unknown', displayName: bucket, detailEntry: null }],
      debugData: { rateLimitBucket: bucket, threshold: String(limit) },
    });
  return new OktaFailure('E0000047');
}

function allowed(router: Router, pathname: string): string {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((m) => router.match(m, pathname).kind === 'route');
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

/** Runs the handler, as far as the principal's administrator roles allow. */
function run(x: Exchange, route: Route): Reply {
  if (x.principal === NOBODY) return route.handler(x);
  const { noRole, outsideTargets } = x.org.habits;
  if (x.principal.roles.length === 0) {
    if (noRole === 'refuse' || route.method !== 'GET') throw new OktaFailure('E0000006');
    if (!Array.isArray(route.handler(x).body)) throw new OktaFailure('E0000006');
    return { status: 200, body: [] };
  }
  x.view = checkRoles(x, route, outsideTargets);
  return route.handler(x);
}

/** The answer after a fault; undefined when none is left. */
function suffer(fault: Fault, answer: Answer | undefined, arrival: Arrival, random: Random): Answer | undefined {
  const { url, needed, scheme } = arrival;
  let reply: Reply | undefined;
  try {
    reply = insteadOf(fault, needed, scheme);
  } catch (error) {
    reply = refusal(error, url, random);
  }
  return reply ? compose(reply, arrival, undefined) : answer && spoil(fault, answer, url.origin);
}
