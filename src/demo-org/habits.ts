/** Habits of Okta's that vary or are not known for certain; the defaults are the likelier ones. */
export interface Habits {
  /** How long `search` over users does not see a change, in milliseconds: its index is eventually consistent. */
  readonly searchLag: number;
  /** Applications on a page when no limit is given: 20 is what orgs do, the specification says all (200). */
  readonly appsPerPage: number;
  /** `sortBy` without `search` on users and groups: only documented together. */
  readonly sortWithoutSearch: 'ignore' | 'refuse';
  /** A list read by a principal without any administrator role: 200 `[]`, or 403 as for everything else. */
  readonly noRole: 'empty' | 'refuse';
  /** A record outside the targets of a limited administrator role: 403, or 404 as if it did not exist. */
  readonly outsideTargets: 'refuse' | 'hide';
}

export const LIKELY_HABITS: Habits = {
  searchLag: 0,
  appsPerPage: 20,
  sortWithoutSearch: 'ignore',
  noRole: 'empty',
  outsideTargets: 'refuse',
};
