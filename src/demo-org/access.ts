import { BearerFailure, notFound, OktaFailure } from './errors.js';
import type { Exchange } from './exchange.js';
import { isMember } from './memberships.js';
import { type AdminRole, type Principal, rolesOf, type Scheme } from './principal.js';
import { ROLE_RIGHTS, type RoleRights } from './role-rights.js';
import type { Route } from './router.js';
import type { Store } from './store.js';

/** Looks up the scopes a request needs, all of them; undefined when the table does not know the operation. */
export type RequiredScopes = (method: string, path: string) => readonly string[] | undefined;

/** Refuses a token without the scopes: 403, empty body, the scopes needed in `www-authenticate`. */
export function checkScopes({ scopes }: Principal, needed: readonly string[], scheme: Scheme | undefined): void {
  if (!scopes || needed.every((scope) => covers(scopes, scope))) return;
  const description = 'The access token provided does not contain the required scopes.';
  throw new BearerFailure(403, 'insufficient_scope', description, needed, scheme);
}

/** True when the scope, or the `.manage` that includes it, is in the set. */
function covers(granted: ReadonlySet<string>, scope: string): boolean {
  return granted.has(scope) || granted.has(scope.replace(/\.read$/, '.manage'));
}

/** What concerns the caller alone; no role is needed. */
const OWN = /^\/governance\/api\/v\d\/my\//;

/** True when a standard role, its targets aside, may use an operation. */
export function roleAllows(type: string, { method, template, scopes }: Pick<Route, 'method' | 'template' | 'scopes'>) {
  const rights = ROLE_RIGHTS[type];
  if (!rights) return false;
  const listed = (operations: readonly RegExp[] = []) => operations.some((one) => one.test(`${method} ${template}`));
  if (listed(rights.operations)) return true;
  if (listed(rights.closed)) return false;
  return scopes.every((scope) => mayUse(rights, scope));
}

function mayUse({ scopes, except = [] }: RoleRights, scope: string): boolean {
  if (except.some((left) => left === scope || scope.startsWith(`${left}.`))) return false;
  return (
    scopes.includes('*') || (scopes.includes('*.read') && scope.endsWith('.read')) || covers(new Set(scopes), scope)
  );
}

/** What a principal sees through roles that are all limited to targets. */
export class View {
  constructor(
    private readonly store: Store,
    private readonly roles: readonly AdminRole[],
  ) {}

  /** True for every record but users, groups and applications outside the targets. */
  sees(id: string): boolean {
    return this.roles.some((role) => this.#sees(role, ROLE_RIGHTS[role.type]?.limits ?? [], id));
  }

  #sees({ groups = [], apps = [] }: AdminRole, limits: NonNullable<RoleRights['limits']>, id: string): boolean {
    const { store } = this;
    const user = limits.includes('users') ? store.users.get(id) : undefined;
    if (user)
      return groups.some((target) => {
        const group = store.groups.get(target);
        return group !== undefined && isMember(store, group, user);
      });
    if (limits.includes('groups') && store.groups.has(id)) return groups.includes(id);
    const app = limits.includes('apps') ? store.apps.get(id) : undefined;
    return app === undefined || apps.includes(id) || apps.includes(String(app.name));
  }
}

/**
 * Decides by administrator role. Returns what the principal sees of lists: everything when undefined.
 * @throws OktaFailure 403 E0000006 when no role allows the operation, or none allows it for the records in the path
 * (404 E0000007 there when targets `hide` the rest)
 */
export function checkRoles(x: Exchange, route: Route, outside: 'refuse' | 'hide'): View | undefined {
  if (OWN.test(route.template)) return undefined;
  const { store } = x.org;
  const reads = route.method === 'GET';
  const named = namedIn(x, route);
  const spared = reads ? [] : rolesOf(store, named.find(({ managed }) => managed)?.id ?? '');
  const roles = x.principal.roles.filter(({ type }) => roleAllows(type, route) && !spares(type, spared));
  if (roles.length === 0) throw new OktaFailure('E0000006');
  if (roles.some((role) => !isLimited(role))) return undefined;

  const view = new View(store, roles);
  for (const { id, kind } of named) {
    if (view.sees(id) || (reads && id === x.principal.id)) continue;
    throw outside === 'hide' ? notFound(id, kind) : new OktaFailure('E0000006');
  }
  // A change that names no record reaches beyond any target; a new user in one's own groups does not.
  if (!reads && named.length === 0 && !createsWithin(view, x, route)) throw new OktaFailure('E0000006');
  return view;
}

function isLimited({ type, groups, apps }: AdminRole): boolean {
  const limits = ROLE_RIGHTS[type]?.limits ?? [];
  return limits.includes('apps') ? apps !== undefined : limits.length > 0 && groups !== undefined;
}

function spares(type: string, targets: readonly AdminRole[]): boolean {
  const spared = ROLE_RIGHTS[type]?.spares;
  if (spared === 'administrators') return targets.length > 0;
  return spared !== undefined && targets.some((role) => role.type === 'SUPER_ADMIN');
}

interface Named {
  readonly id: string;
  /** Okta's name of its kind. */
  readonly kind: string;
  /** A user who is what the operation is about, not one put into something. */
  readonly managed: boolean;
}

/** The users, groups and applications in the path, known by the segment before their parameter. */
function namedIn(x: Exchange, { template }: Route): readonly Named[] {
  const segments = template.split('/');
  return segments.flatMap((segment, index): Named[] => {
    const parameter = /^\{(.+)\}$/.exec(segment)?.[1];
    if (parameter === undefined) return [];
    const value = x.param(parameter);
    switch (segments[index - 1]) {
      case 'users': {
        const user = x.org.store.users.find(value === 'me' ? x.principal.id : value);
        return user ? [{ id: user.id, kind: 'User', managed: segments[index - 2] === 'v1' }] : [];
      }
      case 'groups':
        return [{ id: value, kind: 'UserGroup', managed: false }];
      case 'apps':
      case 'clients':
        return [{ id: value, kind: 'AppInstance', managed: false }];
      default:
        return [];
    }
  });
}

function createsWithin(view: View, x: Exchange, { method, template }: Route): boolean {
  if (`${method} ${template}` !== 'POST /api/v1/users') return false;
  const { groupIds } = x.json();
  return (
    Array.isArray(groupIds) &&
    groupIds.length > 0 &&
    groupIds.every((id) => x.org.store.groups.has(id) && view.sees(id))
  );
}
