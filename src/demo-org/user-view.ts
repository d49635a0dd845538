import { createHash } from 'node:crypto';
import { invalid, OktaFailure } from './errors.js';
import { type Exchange, type JsonObject, ok, type Reply } from './exchange.js';
import { renderUser, type User } from './users.js';

/** One user with the parts asked for in `expand`, and its version as a weak ETag. */
export function showUser(x: Exchange, user: User): Reply {
  const parts = new Set(x.query.get('expand')?.split(','));
  const embedded = {
    ...(parts.has('blocks') && { blocks: blocksOf(user) }),
    ...(parts.has('classification') && { classification: classificationOf(user) }),
  };
  const body = { ...renderUser(x.org, user, true), ...(Object.keys(embedded).length > 0 && { _embedded: embedded }) };
  return { ...ok(body), headers: [['etag', version(user)]] };
}

/** Refuses a change of a version other than the one in `If-Match`: 412 E0000231. */
export function checkVersion(x: Exchange, user: User): void {
  const wanted = x.headers.get('if-match');
  if (wanted !== null && wanted !== '*' && wanted !== version(user)) throw new OktaFailure('E0000231');
}

/** How a list shows its users: with `expand=classification`, and cut down to what `fields` names. */
export function userView(x: Exchange): (user: User) => object {
  const classified = x.query.get('expand') === 'classification';
  const cut = fieldsOf(x.query.get('fields'));
  return (user) =>
    cut({
      ...renderUser(x.org, user, false),
      ...(classified && { _embedded: { classification: classificationOf(user) } }),
    });
}

/** Where a user is kept from signing in. */
export function blocksOf(user: User): readonly object[] {
  return user.status === 'LOCKED_OUT' ? [{ type: 'DEVICE_BASED', appliesTo: 'UNKNOWN_DEVICES' }] : [];
}

function classificationOf({ created }: User): object {
  return { type: 'STANDARD', lastUpdated: created };
}

function version(user: User): string {
  return `W/"${createHash('sha256').update(JSON.stringify(user)).digest('hex')}"`;
}

/** Reads `id,status,profile:(login,email)`. Identity and links always stay. */
function fieldsOf(text: string | null): (shown: object) => object {
  if (text === null || text === '') return (shown) => shown;
  const wanted = new Map<string, ReadonlySet<string> | undefined>();
  const names = '[\\w.]+(?:\\s*,\\s*[\\w.]+)*';
  if (!new RegExp(`^\\s*\\w+(:\\(\\s*${names}\\s*\\))?(\\s*,\\s*\\w+(:\\(\\s*${names}\\s*\\))?)*\\s*$`).test(text))
    throw invalid(['fields', 'must be names, with those of the profile in parentheses: id,profile:(login,email)']);
  for (const [, name = '', inner] of text.matchAll(/(\w+)(?::\(([^)]*)\))?/g))
    wanted.set(name, inner === undefined ? undefined : new Set(inner.split(',').map((each) => each.trim())));
  const part = (value: unknown, inner: ReadonlySet<string> | undefined) =>
    inner ? Object.fromEntries(Object.entries(value as JsonObject).filter(([name]) => inner.has(name))) : value;
  return (shown) =>
    Object.fromEntries(
      Object.entries(shown)
        .filter(([name]) => wanted.has(name) || name === 'id' || name === '_links' || name === '_embedded')
        .map(([name, value]) => [name, part(value, wanted.get(name))]),
    );
}
