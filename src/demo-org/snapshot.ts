import type { LogEvent } from './event-log.js';
import type { Org } from './org.js';
import type { Random } from './random.js';

/**
 * An org as plain JSON: how it was made, and everything that a seeded org may differ in. Seeded users nobody touched are
 * not in it, for the seed makes them again. Neither are issued tokens, the journal and what is counted for rate limits.
 */
export interface OrgSnapshot {
  readonly kind: 'okta-demo-org';
  readonly version: 1;
  readonly origin: string;
  readonly seed: number;
  /** How many users the seed made. */
  readonly users: number;
  /** When the org was made, in milliseconds since the epoch. */
  readonly epoch: number;
  /** Where the sources of ids are in their sequences. */
  readonly random: { readonly records: number; readonly requests: number; readonly log: number };
  readonly store: Readonly<Record<string, unknown>>;
  /** What the System Log gained since the org was made. */
  readonly events: readonly LogEvent[];
}

type Making = Pick<OrgSnapshot, 'seed' | 'users'>;

/** The org as it is now. A copy: later changes do not show in it. */
export function takeSnapshot(org: Org, { seed, users }: Making, requests: Random): OrgSnapshot {
  const { origin, epoch, random, log, store } = org;
  const snapshot: OrgSnapshot = {
    kind: 'okta-demo-org',
    version: 1,
    origin,
    seed,
    users,
    epoch,
    random: { records: random.state, requests: requests.state, log: log.state },
    store: store.dump(),
    events: log.recent(),
  };
  return JSON.parse(JSON.stringify(snapshot)) as OrgSnapshot;
}

/** Makes a freshly seeded org the one in the snapshot. */
export function restoreSnapshot(org: Org, snapshot: OrgSnapshot, requests: Random): void {
  const { random, store, events } = JSON.parse(JSON.stringify(snapshot)) as OrgSnapshot;
  org.store.load(store);
  org.log.load(events, random.log);
  org.random.resume(random.records);
  requests.resume(random.requests);
}

/** Refuses what is no snapshot of this version; throws an Error that says so. */
export function checkSnapshot(value: unknown): OrgSnapshot {
  const { kind, version } = (value ?? {}) as Partial<OrgSnapshot>;
  if (kind !== 'okta-demo-org') throw new Error('Not a snapshot of a demo org: give what snapshot() returned, parsed.');
  if (version !== 1)
    throw new Error(`The snapshot has version ${version}, this program reads version 1: take it again with this one.`);
  return value as OrgSnapshot;
}
