import { authenticate, checkScopes, type Principal, type RequiredScopes, roleAllows } from './access.js';
import { BearerFailure, OktaFailure } from './errors.js';
import { Exchange, type Reply } from './exchange.js';
import type { JournalEntry } from './journal.js';
import { Org } from './org.js';
import { Random } from './random.js';
import { RateWindows } from './rate-window.js';
import type { Match } from './router.js';
import { buildRouter } from './routes.js';
import { seedOrg } from './seed.js';
import { userTarget } from './users.js';

export interface DemoOrgOptions {
  /** Where the org pretends to live; no slash at the end. */
  readonly origin?: string;
  /** Same seed and same clock: same records, same ids, same log. */
  readonly seed?: number;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** How many users there are at the start, at least 1. */
  readonly users?: number;
  /** Scopes a request needs; without a table they follow from the path's noun. All must be held; manage covers read. */
  readonly requiredScopes?: RequiredScopes;
}

/** An Okta org in memory. Everything in it is invented. */
export interface DemoOrg {
  readonly origin: string;
  /** Answers as Okta would; rejects only when the request was aborted. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** An API token (`SSWS`) of the first user, a super administrator. Invented: it opens nothing else. */
  readonly token: string;
  /** Every request so far and what it changed: what really happened. */
  readonly journal: readonly JournalEntry[];
  /** A Bearer token of a service application. `roles` are Okta `RoleType`s (default SUPER_ADMIN), life 3600 s. */
  issueToken(grant: { readonly scopes: readonly string[]; readonly roles?: readonly string[] }): string;
  /** Back to the start: same records and ids, empty journal, no issued tokens. */
  reset(): void;
}

const router = buildRouter();
const API_TOKEN = '00invented-demo-token-'.padEnd(42, '0');
const TOKEN_LIFE_MS = 3_600_000;

/** Makes an org. Its fetch can stand in for the global one wherever a client lets you inject it. */
export function createDemoOrg(options: DemoOrgOptions = {}): DemoOrg {
  const { origin = 'https://atlasworks-demo.example', seed = 1, now = Date.now, users = 64, requiredScopes } = options;
  const epoch = now();
  const journal: JournalEntry[] = [];
  // Made by the first request, so that starting a server with a demo org costs nothing.
  let state: ReturnType<typeof start> | undefined;
  const current = () => {
    state ??= start();
    return state;
  };

  function start() {
    const org = new Org(origin, seed, now, epoch);
    seedOrg(org, seed, users);
    return {
      org,
      rates: new RateWindows(),
      random: new Random(`requests ${seed}`),
      accessTokens: new Map<string, Principal>(),
      owner: org.store.users.first()?.id ?? '',
    };
  }

  /** The token acts as its creator is now, so it dies with them. */
  function apiTokens(): ReadonlyMap<string, Principal> {
    const { org, owner: ownerId } = current();
    const owner = org.store.users.get(ownerId);
    if (!owner || owner.status === 'DEPROVISIONED') return new Map();
    const { id, alternateId, displayName } = userTarget(owner);
    return new Map([[API_TOKEN, { id, name: alternateId, displayName, type: 'User', roles: ['SUPER_ADMIN'] }]]);
  }

  async function answer(request: Request): Promise<Response> {
    request.signal.throwIfAborted();
    const { org, rates, random } = current();
    const at = org.now();
    const url = new URL(request.url);
    const asked = url.pathname + url.search;
    const payload = { type: request.headers.get('content-type') ?? '', text: await request.text() };
    const requestId = random.hex(32);
    const match = router.match(request.method, url.pathname);
    let principal: Principal | undefined;
    let exchange: Exchange | undefined;
    let reply: Reply;
    try {
      principal = admit(request, url, match, at);
      if (match.kind === 'none') throw new OktaFailure('E0000008');
      if (match.kind === 'method') throw new OktaFailure('E0000022');
      const agent = request.headers.get('user-agent') ?? 'unknown';
      exchange = new Exchange(org, inOrg(org, url), match.params, principal ?? NOBODY, requestId, agent, payload);
      reply = allowed(exchange, match, principal);
    } catch (error) {
      reply = refusal(error, inOrg(org, url), random);
    }

    const changes = exchange?.changes ?? [];
    const [change] = changes;
    const who = principal?.name;
    const { method } = request;
    journal.push({
      at,
      method,
      path: asked,
      status: reply.status,
      principal: who,
      requestId,
      changes,
      ...(change && { change }),
    });
    return toResponse(reply, requestId, at, rates.count(url.pathname, at));
  }

  function admit(request: Request, url: URL, match: Match, at: number): Principal | undefined {
    if (match.kind === 'route' && match.route.public) return undefined;
    const byRoute = match.kind === 'route' ? match.route.scopes : [];
    const needed = requiredScopes?.(request.method, url.pathname) ?? byRoute;
    const credentials = { apiTokens: apiTokens(), accessTokens: current().accessTokens };
    const principal = authenticate(request.headers.get('authorization'), credentials, at, needed);
    checkScopes(principal, needed);
    return principal;
  }

  return {
    origin,
    fetch: answer,
    token: API_TOKEN,
    journal,
    issueToken({ scopes, roles = ['SUPER_ADMIN'] }) {
      const { random, accessTokens } = current();
      const token = `demo.access.${random.hex(32)}`;
      const id = random.id('0oa');
      accessTokens.set(token, {
        id,
        name: id,
        displayName: 'Demo service app',
        type: 'PublicClientApp',
        scopes: new Set(scopes),
        roles,
        expires: now() + TOKEN_LIFE_MS,
      });
      return token;
    },
    reset() {
      journal.length = 0;
      state = undefined;
    },
  };
}

const NOBODY: Principal = { id: 'unknown', name: 'unknown', displayName: 'Unknown', type: 'User', roles: [] };

/** The request as seen by the org: links in replies name the org's host, whatever host was called. */
function inOrg(org: Org, url: URL): URL {
  return new URL(url.pathname + url.search, org.origin);
}

/** Runs the handler. A principal without any role reads empty lists, as connector vendors report of Okta. */
function allowed(exchange: Exchange, match: Match & { kind: 'route' }, principal: Principal | undefined): Reply {
  const { route } = match;
  if (!principal || roleAllows(principal, route)) return route.handler(exchange);
  if (principal.roles.length > 0 || route.method !== 'GET') throw new OktaFailure('E0000006');
  const reply = route.handler(exchange);
  if (!Array.isArray(reply.body)) throw new OktaFailure('E0000006');
  return { status: 200, body: [] };
}

function refusal(error: unknown, url: URL, random: Random): Reply {
  if (error instanceof BearerFailure)
    return { status: error.status, headers: [['www-authenticate', error.challenge(url.origin, url.pathname)]] };
  const failure = error instanceof OktaFailure ? error : new OktaFailure('E0000009');
  // The System Log words its errors differently: a UUID, and no errorLink.
  const errorId = url.pathname === '/api/v1/logs' ? random.uuid() : `oae${random.id('').concat(random.hex(2))}`;
  return { status: failure.status, body: failure.body(errorId) };
}

function toResponse(
  reply: Reply,
  requestId: string,
  at: number,
  rate: { limit: number; remaining: number; reset: number } | undefined,
): Response {
  const headers = new Headers({
    date: new Date(at).toUTCString(),
    'x-okta-request-id': requestId,
    'cache-control': 'no-cache, no-store',
    pragma: 'no-cache',
    expires: '0',
    'strict-transport-security': 'max-age=315360000; includeSubDomains',
    'x-content-type-options': 'nosniff',
  });
  if (rate) {
    headers.set('x-rate-limit-limit', String(rate.limit));
    headers.set('x-rate-limit-remaining', String(rate.remaining));
    headers.set('x-rate-limit-reset', String(rate.reset));
  }
  for (const [name, value] of reply.headers ?? []) headers.append(name, value);
  if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(reply.body), { status: reply.status, headers });
}
