/** OpenID Connect Core 1.0 sections 5.4 and 11, and Okta's `groups`: about signing a person in, none opens a management API. */
const OIDC_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups'];

export function isOidcScope(scope: string): boolean {
  return OIDC_SCOPES.includes(scope);
}

/** Acts on the person the token belongs to; a token of an app has none, and Okta refuses the whole request over it. */
export function isSelfScope(scope: string): boolean {
  return scope.endsWith('.self');
}

/** Those an app may ask for by client credentials, where no person signs in. */
export function clientCredentialsScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !isOidcScope(scope) && !isSelfScope(scope));
}
