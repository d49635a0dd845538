import type { Fault } from './fault.js';
import type { Scheme } from './principal.js';

/** What a request did to one record. */
export interface Change {
  readonly kind: 'create' | 'update' | 'delete' | 'lifecycle' | 'assign' | 'unassign';
  /** Okta's name of the record's kind: `User`, `UserGroup`, `AppInstance`, ... */
  readonly type: string;
  readonly id: string;
  /** The other end of an assignment: the user put into the group, the group given the app. */
  readonly with?: string;
}

/** One request and its outcome. */
export interface JournalEntry {
  /** When it arrived, in milliseconds since the epoch, by the org's clock. */
  readonly at: number;
  readonly method: string;
  /** Path and query as received. */
  readonly path: string;
  /** What the client saw; 0 when it saw nothing: the connection was dropped, or the client went away. */
  readonly status: number;
  /** Who asked: login or client id; undefined when the request was not authenticated. */
  readonly principal: string | undefined;
  readonly requestId: string;
  /** The scheme of `Authorization`; undefined without one of Okta's. */
  readonly scheme?: Scheme;
  /** Why the org refused: Okta's error code, or `error` of the challenge (`insufficient_scope`, `invalid_token`). */
  readonly error?: string;
  /** What the org itself failed on (E0000009): a defect of the demo org. */
  readonly defect?: unknown;
  /** The faults it met, in order. */
  readonly faults?: readonly Fault['kind'][];
  /** With faults: the status the org itself gave; undefined when a fault came before. */
  readonly answered?: number;
  /** The change made; absent when nothing changed. */
  readonly change?: Change;
  /** Every change made, `change` first: a request such as "create user in groups" makes several. */
  readonly changes: readonly Change[];
}
