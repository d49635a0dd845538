import { isObject, type JsonObject } from './exchange.js';
import type { Store } from './store.js';

/** An app that is an OAuth client, as an authorization server in front of the org needs to know it. */
export interface OAuthClient {
  readonly id: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  /** `service`, `native`, `web` or `browser`. */
  readonly applicationType: string;
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly secret?: string;
  /** Public JWKs. */
  readonly keys: readonly JsonObject[];
  readonly dpop: boolean;
  /** The `okta.*` scopes granted to it. */
  readonly scopes: readonly string[];
}

/** The client behind an app id; undefined when there is no such app, or it is no OAuth client. */
export function oauthClientOf(store: Store, id: string): OAuthClient | undefined {
  const app = store.apps.get(id);
  const settings = app?.settings.oauthClient;
  if (app === undefined || !isObject(settings)) return undefined;
  const credentials = isObject(app.credentials.oauthClient) ? app.credentials.oauthClient : {};
  const jwks = isObject(settings.jwks) ? settings.jwks.keys : undefined;
  return {
    id,
    status: app.status,
    applicationType: String(settings.application_type),
    grantTypes: texts(settings.grant_types),
    redirectUris: texts(settings.redirect_uris),
    ...(typeof credentials.client_secret === 'string' && { secret: credentials.client_secret }),
    keys: Array.isArray(jwks) ? jwks.filter(isObject) : [],
    dpop: settings.dpop_bound_access_tokens === true,
    scopes: [...store.grants].filter(({ appId }) => appId === id).map(({ scopeId }) => scopeId),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
