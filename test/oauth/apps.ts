import type { JWK } from 'jose';
import type { OAuthClient } from '../../src/demo-org/oauth-client.js';

export const GRANTS = {
  clientCredentials: 'client_credentials',
  authorizationCode: 'authorization_code',
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  refresh: 'refresh_token',
} as const;

export type Grant = (typeof GRANTS)[keyof typeof GRANTS];

interface AnyApp {
  readonly id: string;
  /** The grants collection: the `okta.*` scopes an administrator granted. */
  readonly scopes: readonly string[];
  /** `dpop_bound_access_tokens`: tokens only with a proof. On for service apps, as Okta has it, off for others. */
  readonly dpop?: boolean;
  /** The grant types enabled; by default all that fit the kind of app. */
  readonly grants?: readonly Grant[];
}

/** An "API Services" app. Without `secret` it authenticates with private_key_jwt, with one by that. */
export interface ServiceApp extends AnyApp {
  readonly kind: 'service';
  /** The registered JWK set: public, each with a `kid`; an inactive key counts as not registered. */
  readonly keys: readonly (JWK & { readonly status?: 'ACTIVE' | 'INACTIVE' })[];
  /** Administrator roles (Okta `RoleType`) assigned to the app; default SUPER_ADMIN. */
  readonly roles?: readonly string[];
  readonly secret?: string;
}

interface UserApp extends AnyApp {
  readonly redirectUris?: readonly string[];
  /** Logins assigned to the app; by default everybody. */
  readonly assigned?: readonly string[];
  /** Refresh token behaviour (default STATIC, as Okta has it for native and web apps). */
  readonly refresh?: 'STATIC' | 'ROTATE';
  /** How long a rotated refresh token still works, in seconds: 0 to 60, default 30. */
  readonly leeway?: number;
}

/** An OIDC native app, a public client. */
export interface NativeApp extends UserApp {
  readonly kind: 'native';
}

/** An OIDC web app, authenticating with client_secret_basic or client_secret_post. */
export interface WebApp extends UserApp {
  readonly kind: 'web';
  readonly secret: string;
}

export type App = ServiceApp | NativeApp | WebApp;

/** An app of the demo org that can sign in; undefined for an inactive one, and for single-page apps. */
export function appOf(client: OAuthClient | undefined): App | undefined {
  if (client?.status !== 'ACTIVE') return undefined;
  const { id, scopes, dpop, redirectUris, secret, applicationType } = client;
  const grants = Object.values(GRANTS).filter((grant) => client.grantTypes.includes(grant));
  const common = { id, scopes, dpop, grants };
  if (applicationType === 'service') {
    return { ...common, kind: 'service', keys: client.keys as JWK[], ...(secret !== undefined && { secret }) };
  }
  if (applicationType === 'native') return { ...common, kind: 'native', redirectUris };
  return secret === undefined ? undefined : { ...common, kind: 'web', redirectUris, secret };
}

export function isService(app: App): app is ServiceApp {
  return app.kind === 'service';
}

export function grantsOf(app: App): readonly Grant[] {
  if (app.grants) return app.grants;
  if (app.kind === 'service') return [GRANTS.clientCredentials];
  if (app.kind === 'web') return [GRANTS.authorizationCode, GRANTS.refresh];
  return [GRANTS.authorizationCode, GRANTS.device, GRANTS.refresh];
}

export function requiresProof(app: App): boolean {
  return app.dpop ?? app.kind === 'service';
}

/** Whether tokens of the app can be for this person. */
export function isAssigned(app: App, login: string): boolean {
  return isService(app) || app.assigned === undefined || app.assigned.includes(login);
}

/**
 * The app as client metadata of oidc-provider (RFC 7591).
 * @param edgeKey Lets the edge vouch for an assertion oidc-provider would refuse for a reason Okta does not share.
 */
export function clientMetadata(app: App, edgeKey: JWK): Record<string, unknown> {
  const grants = grantsOf(app);
  const redirectUris = isService(app) ? [] : (app.redirectUris ?? []);
  const byKey = app.kind === 'service' && app.secret === undefined;
  return {
    client_id: app.id,
    application_type: app.kind === 'native' ? 'native' : 'web',
    // Without a registered address oidc-provider refuses a client with this grant; Okta's edge refuses the request.
    grant_types: redirectUris.length > 0 ? grants : grants.filter((grant) => grant !== GRANTS.authorizationCode),
    response_types: grants.includes(GRANTS.authorizationCode) && redirectUris.length > 0 ? ['code'] : [],
    redirect_uris: redirectUris,
    dpop_bound_access_tokens: requiresProof(app),
    token_endpoint_auth_method: app.kind === 'native' ? 'none' : byKey ? 'private_key_jwt' : 'client_secret_basic',
    ...(app.kind !== 'native' && app.secret !== undefined && { client_secret: app.secret }),
    ...(byKey && { jwks: { keys: [...app.keys.map(publicPart), edgeKey] } }),
  };
}

function publicPart({ kty, kid, n, e, crv, x, y }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, kid, n, e, crv, x, y })) as JWK;
}
