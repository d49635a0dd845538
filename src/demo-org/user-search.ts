import { valuesAt } from '../scim/comparison.js';
import type { Entry } from './collection.js';
import { invalid, OktaFailure } from './errors.js';
import type { Exchange, Reply } from './exchange.js';
import { listed, page, where } from './pages.js';
import { compileFilter } from './scim-match.js';
import type { UserDirectory } from './user-directory.js';
import { userView } from './user-view.js';
import type { User } from './users.js';

const FILTER = {
  code: 'E0000053',
  attributes: /^(status|id|lastUpdated|profile\.(login|email|firstName|lastName))$/,
  operators: (path: string) => (path === 'lastUpdated' ? ['eq', 'gt', 'ge', 'lt', 'le'] : ['eq']),
  without: ['not'],
} as const;

const SEARCH = {
  code: 'E0000031',
  attributes:
    /^(status|id|created|activated|statusChanged|lastLogin|lastUpdated|passwordChanged|type\.id|profile\.\w+)$/,
  without: ['ne', 'not', 'ew'],
} as const;

const SORTABLE = /^(id|status|created|activated|statusChanged|lastLogin|lastUpdated|passwordChanged|profile\.\w+)$/;

/**
 * `GET /api/v1/users`: `q` is a prefix of first name, last name or email; a plain list and `q` hide deprovisioned users,
 * `filter` and `search` do not; sorting needs `search`.
 */
export function listUsers(x: Exchange): Reply {
  const q = x.query.get('q');
  const filter = x.query.get('filter');
  const search = x.query.get('search');
  if ([q, filter, search].filter((given) => given !== null).length > 1) throw new OktaFailure('E0000033');
  const limits = q === null ? { fallback: 200, max: 200 } : { fallback: 10, max: 10 };
  return page(x, limits, source(x, q, filter, search), userView(x));
}

function source(x: Exchange, q: string | null, filter: string | null, search: string | null) {
  const { users } = x.org.store;
  let keep: (user: User) => boolean;
  if (filter !== null) keep = compileFilter<User>(filter, FILTER);
  else if (search !== null) keep = search === '' ? () => true : compileFilter<User>(search, SEARCH);
  else {
    const prefix = (q ?? '').toLowerCase();
    keep = ({ status, profile }) =>
      status !== 'DEPROVISIONED' &&
      (prefix === '' ||
        [profile.firstName, profile.lastName, profile.email].some((name) => name.toLowerCase().startsWith(prefix)));
  }
  const entries = search === null ? (after: number) => users.entries(after) : indexed(x, users);
  const sortBy = sortedBy(x);
  if (sortBy === null) return (after: number): Iterable<Entry<User>> => where(entries(after), keep);
  if (!SORTABLE.test(sortBy)) throw new OktaFailure('E0000031');
  const kept = [...where(entries(-1), keep)].map(([, user]) => user);
  const sorted = sortRecords(kept, sortBy, x.query.get('sortOrder'));
  return (after: number): Iterable<Entry<User>> => listed(sorted, after);
}

/** Users as the search index has them: without what changed less than the org's search lag ago. */
function indexed(x: Exchange, users: UserDirectory) {
  const { searchLag } = x.org.habits;
  if (searchLag <= 0) return (after: number) => users.entries(after);
  return function* (after: number): Generator<Entry<User>> {
    for (const [position, user] of users.entries(after)) {
      const known = users.asOf(user, x.org.date(x.org.now() - searchLag));
      if (known) yield [position, known];
    }
  };
}

/** What to sort by; null when nothing is asked for, or no `search` to sort. */
export function sortedBy(x: Exchange): string | null {
  const sortBy = x.query.get('sortBy');
  if (sortBy === null || x.query.has('search')) return sortBy;
  if (x.org.habits.sortWithoutSearch === 'refuse') throw invalid(['sortBy', 'needs search']);
  return null;
}

/** Sorts by the attribute at a path, without case, records that lack it last; equal ones stay in place. */
export function sortRecords<T>(records: readonly T[], sortBy: string, sortOrder: string | null): readonly T[] {
  if (sortOrder !== null && !/^(asc|desc)/i.test(sortOrder)) throw invalid(['sortOrder', 'must be asc or desc']);
  const sign = sortOrder !== null && /^desc/i.test(sortOrder) ? -1 : 1;
  return records
    .map((record) => ({ record, key: valuesAt(record, sortBy)[0] ?? null }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
      const [x, y] = [String(a.key).toLowerCase(), String(b.key).toLowerCase()];
      return x === y ? 0 : sign * (x < y ? -1 : 1);
    })
    .map(({ record }) => record);
}
