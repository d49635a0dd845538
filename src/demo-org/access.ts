import { BearerFailure, OktaFailure } from './errors.js';
import type { Route } from './router.js';

/** Who a request acts as. */
export interface Principal {
  /** User id or client id. */
  readonly id: string;
  /** Login or client id, as logs and the journal show it. */
  readonly name: string;
  readonly displayName: string;
  readonly type: 'User' | 'PublicClientApp';
  /** Undefined for API tokens: they have no scopes. */
  readonly scopes?: ReadonlySet<string>;
  /** Standard administrator roles (Okta `RoleType`). */
  readonly roles: readonly string[];
  /** When the credential ends, in milliseconds since the epoch. */
  readonly expires?: number;
}

/** Looks up the scopes a request needs, all of them; undefined when the table does not know the operation. */
export type RequiredScopes = (method: string, path: string) => readonly string[] | undefined;

/** Bearer and API tokens the org knows. */
export interface Credentials {
  readonly apiTokens: ReadonlyMap<string, Principal>;
  readonly accessTokens: ReadonlyMap<string, Principal>;
}

/** Who sent this `Authorization` header. Okta answers 403 to none and 401 to a wrong one. */
export function authenticate(header: string | null, credentials: Credentials, now: number, scopes: readonly string[]) {
  const [, scheme, token] = /^(\S+)\s+(\S+)\s*$/.exec(header ?? '') ?? [];
  switch (scheme?.toLowerCase()) {
    case 'ssws': {
      const principal = credentials.apiTokens.get(token ?? '');
      if (!principal) throw new OktaFailure('E0000011');
      return principal;
    }
    case 'bearer': {
      const principal = credentials.accessTokens.get(token ?? '');
      if (!principal) throw new BearerFailure(401, 'invalid_token', 'The access token is invalid.', scopes);
      if (principal.expires !== undefined && principal.expires <= now)
        throw new BearerFailure(401, 'invalid_token', 'The token has expired.', scopes);
      return principal;
    }
    default:
      throw new OktaFailure('E0000005');
  }
}

/** Refuses a token without the scopes: 403, empty body, the scopes needed in `www-authenticate`. */
export function checkScopes(principal: Principal, needed: readonly string[]): void {
  if (principal.scopes && !needed.every((scope) => covers(principal.scopes as ReadonlySet<string>, scope)))
    throw new BearerFailure(
      403,
      'insufficient_scope',
      'The access token provided does not contain the required scopes.',
      needed,
    );
}

/** True when the scope, or the `.manage` that includes it, is in the set. */
function covers(granted: ReadonlySet<string>, scope: string): boolean {
  return granted.has(scope) || granted.has(scope.replace(/\.read$/, '.manage'));
}

const READABLE_BY_APP_ADMIN = ['okta.users.read', 'okta.groups.read', 'okta.logs.read', 'okta.schemas.read'];
const HELP_DESK =
  /^\/api\/v1\/users\/\{\w+\}\/(lifecycle\/(unlock|reset_password|reset_factors|expire_password\w*)|sessions)$/;
const MEMBERSHIP = /^\/api\/v1\/groups\/\{\w+\}\/users\/\{\w+\}$/;

/** What the limited standard roles may do, in scopes. Approximate: Okta's matrix is finer. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  APP_ADMIN: ['okta.apps.manage', ...READABLE_BY_APP_ADMIN],
  USER_ADMIN: ['okta.users.manage', 'okta.groups.manage', 'okta.schemas.read'],
  HELP_DESK_ADMIN: ['okta.users.read', 'okta.groups.read'],
  GROUP_MEMBERSHIP_ADMIN: ['okta.users.read', 'okta.groups.read'],
  REPORT_ADMIN: ['okta.logs.read'],
  API_ACCESS_MANAGEMENT_ADMIN: ['okta.authorizationServers.manage', 'okta.apps.read', ...READABLE_BY_APP_ADMIN],
};

/** True when one of the principal's administrator roles allows the route. */
export function roleAllows(principal: Principal, route: Route): boolean {
  const reads = route.method === 'GET';
  const aboutRoles = route.scopes.some((scope) => scope.startsWith('okta.roles.'));
  return principal.roles.some((role) => {
    if (role === 'SUPER_ADMIN') return true;
    if (aboutRoles) return false;
    if (role === 'ORG_ADMIN') return true;
    if (role === 'READ_ONLY_ADMIN') return reads;
    if (role === 'HELP_DESK_ADMIN' && HELP_DESK.test(route.template)) return true;
    if (role === 'GROUP_MEMBERSHIP_ADMIN' && MEMBERSHIP.test(route.template)) return true;
    const rights = new Set(RIGHTS[role]);
    return route.scopes.every((scope) => covers(rights, scope));
  });
}
