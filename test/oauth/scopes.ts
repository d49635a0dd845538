import { type App, GRANTS } from './apps.js';
import type { AuthorizationServer } from './edge.js';
import { OAuthFailure } from './failure.js';

/** About the person, not about an API; every app that signs people in may ask for them. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'groups', 'offline_access'];

/**
 * The scopes of a request, checked against the app's grants (org server) or the server's own list (custom one).
 * The administrator roles of the subject do not matter here: Okta looks at them at the API.
 */
export function requestedScopes(
  server: AuthorizationServer,
  app: App,
  grant: string,
  parameter: string | null,
): readonly string[] {
  const scopes = parameter?.split(' ').filter(Boolean) ?? [];
  if (scopes.length === 0) throw new OAuthFailure('missing_scopes');
  if (grant === GRANTS.clientCredentials) {
    if (scopes.some((scope) => scope.endsWith('.self')))
      throw new OAuthFailure('client_credentials_self_scope_requested');
    if (scopes.some((scope) => OPENID_SCOPES.includes(scope)))
      throw new OAuthFailure('openid_not_allowed_client_creds');
  }
  const allowed = new Set([...(server.scopes ?? app.scopes), ...OPENID_SCOPES]);
  if (!scopes.every((scope) => allowed.has(scope))) throw new OAuthFailure('no_matching_scope');
  return scopes;
}
