import { setTimeout } from 'node:timers/promises';
import type { RequiredScopes } from './access.js';
import { Faults, type Injection } from './fault.js';
import { routerOf } from './generic-router.js';
import { type Habits, LIKELY_HABITS } from './habits.js';
import type { JournalEntry } from './journal.js';
import { memberGroups } from './memberships.js';
import { type OAuthClient, oauthClientOf } from './oauth-client.js';
import { Org } from './org.js';
import { createFetch } from './pipeline.js';
import { type ApiTokenGrant, Principals, rolesOf, type TokenGrant } from './principal.js';
import { Random } from './random.js';
import { type RateLimits, RateWindows } from './rate-window.js';
import type { Router } from './router.js';
import { seedOrg } from './seed.js';
import { checkSnapshot, type OrgSnapshot, restoreSnapshot, takeSnapshot } from './snapshot.js';

export interface DemoOrgOptions {
  /** Where the org pretends to live; no slash at the end. */
  readonly origin?: string;
  /** Same seed and same clock: same records, same ids, same log. */
  readonly seed?: number;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** How many users there are at the start, at least 1. */
  readonly users?: number;
  /**
   * Okta's specification, one of `specs/*.json`, read on the first request: every operation in it is answered, and
   * requests are held against it. Without it the org knows only what it models.
   */
  readonly specification?: () => object;
  /**
   * Scopes a request needs; without a table the specification says, or else the path's noun. All must be held; manage
   * covers read.
   */
  readonly requiredScopes?: RequiredScopes;
  /** Where Okta may behave in two ways: which. */
  readonly habits?: Partial<Habits>;
  /** Rate limits; by default counted and shown but never refused, for a demo (or a clock that stands) blocks nobody. */
  readonly rateLimits?: RateLimits;
  /** Percent of a rate limit one credential may use: 100 here, 50 in a new Okta org. */
  readonly credentialShare?: number;
  /** How many requests at once the org takes; any number by default, 75 in a paid Okta org. */
  readonly concurrency?: number;
  /** Waits, for the latency of faults; a test moves its clock instead. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Begins as the org this was taken of; its origin, seed, users and age take precedence over the options. */
  readonly snapshot?: object;
}

/** An Okta org in memory. Everything in it is invented. */
export interface DemoOrg {
  readonly origin: string;
  /** Answers as Okta would; rejects only when the request was aborted, or a fault drops the connection. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** An API token (`SSWS`) of the first user, a super administrator. Invented: it opens nothing else. */
  readonly token: string;
  /** Every request so far and what it changed: what really happened. */
  readonly journal: readonly JournalEntry[];
  /** An access token, for `Authorization: Bearer` (or `DPoP`, with the proof checked in front of the org). */
  issueToken(grant: TokenGrant): string;
  /** Another API token (`SSWS`): dies with its user, and after 30 days without use. */
  issueApiToken(grant: ApiTokenGrant): string;
  revokeToken(token: string): void;
  /** Makes something go wrong for the next requests that match. */
  inject(injection: Injection): void;
  clearFaults(): void;
  /** A person by login or id, as an authorization server in front of the org needs to know them. */
  account(reference: string): Account | undefined;
  /** The OAuth client behind an app id, for the same purpose. */
  client(id: string): OAuthClient | undefined;
  /** Back to the start (the seed, or the snapshot it was made from): same records and ids, empty journal, no tokens, no faults. */
  reset(): void;
  /** The org as it is now, ready for JSON; `createDemoOrg({ snapshot })` makes an equal one. */
  snapshot(): OrgSnapshot;
}

/** What a sign-in and its tokens say about a person. */
export interface Account {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  /** Okta's user status; only an ACTIVE person can sign in. */
  readonly status: string;
  /** Names of their groups. */
  readonly groups: readonly string[];
  /** Standard administrator roles, their own and those of their groups. */
  readonly roles: readonly string[];
}

const API_TOKEN = '00invented-demo-token-'.padEnd(42, '0');

/** Makes an org. Its fetch can stand in for the global one wherever a client lets you inject it. */
export function createDemoOrg(options: DemoOrgOptions = {}): DemoOrg {
  const { now = Date.now, requiredScopes, concurrency, sleep = realSleep } = options;
  const given = options.snapshot && checkSnapshot(options.snapshot);
  const { origin = 'https://atlasworks-demo.example', seed = 1, users = 64 } = given ?? options;
  const epoch = given?.epoch ?? now();
  const habits = { ...LIKELY_HABITS, ...options.habits };
  const journal: JournalEntry[] = [];
  // Made by the first request, so that starting a server with a demo org costs nothing.
  let state: ReturnType<typeof start> | undefined;
  const current = () => {
    state ??= start();
    return state;
  };

  function start() {
    const org = new Org(origin, seed, now, epoch, habits);
    const random = new Random(`requests ${seed}`);
    seedOrg(org, seed, users);
    const principals = new Principals(org, seed);
    principals.issueApiToken({ subject: org.store.users.first()?.id ?? '' }, API_TOKEN);
    if (given) restoreSnapshot(org, given, random);
    const rates = new RateWindows(options.rateLimits ?? 'off', options.credentialShare);
    return { org, principals, rates, faults: new Faults(), random };
  }

  let router: Router | undefined;
  const serve = createFetch(
    () => ({ ...current(), router: router as Router }),
    { requiredScopes, concurrency, sleep },
    journal,
  );

  function account(reference: string): Account | undefined {
    const { store } = current().org;
    const user = store.users.find(reference);
    if (!user) return undefined;
    const groups = memberGroups(store, user.id);
    const { login, email, firstName, lastName } = user.profile;
    return {
      id: user.id,
      login,
      name: `${firstName} ${lastName}`,
      email,
      status: user.status,
      groups: groups.map(({ profile }) => profile.name),
      roles: [...new Set(rolesOf(store, user.id).map(({ type }) => type))],
    };
  }

  return {
    origin,
    async fetch(request) {
      router ??= await routerOf(options.specification);
      return serve(request);
    },
    token: API_TOKEN,
    journal,
    issueToken: (grant) => current().principals.issue(grant),
    issueApiToken: (grant) => current().principals.issueApiToken(grant),
    revokeToken: (token) => current().principals.revoke(token),
    inject: (injection) => current().faults.inject(injection),
    clearFaults: () => current().faults.clear(),
    account,
    client: (id) => oauthClientOf(current().org.store, id),
    reset() {
      journal.length = 0;
      state = undefined;
    },
    snapshot: () => takeSnapshot(current().org, { seed, users }, current().random),
  };
}

function realSleep(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal });
}
