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
  readonly status: number;
  /** Who asked: login or client id; undefined when the request was not authenticated. */
  readonly principal: string | undefined;
  readonly requestId: string;
  /** The change made; absent when nothing changed. */
  readonly change?: Change;
  /** Every change made, `change` first: a request such as "create user in groups" makes several. */
  readonly changes: readonly Change[];
}
