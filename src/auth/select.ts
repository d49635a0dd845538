import type { Log } from '../log.js';
import type { Secret } from '../secret.js';
import { apiTokenStrategy } from './api-token.js';
import { demoStrategy } from './demo.js';
import { nativeAppStrategy } from './native-app.js';
import { privateKeyJwtStrategy } from './private-key-jwt.js';
import type { AuthSettings } from './settings.js';
import type { AuthStrategy } from './strategy.js';

/** What to authenticate to and how; the demo org hands out its token itself. */
export interface AuthTarget {
  readonly orgUrl: string;
  readonly scopes: readonly string[];
  readonly auth: Exclude<AuthSettings, { strategy: 'demo' }> | { readonly strategy: 'demo'; readonly token: Secret };
}

export interface AuthDependencies {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** The strategy the configuration asks for, announced in one log line. */
export function selectStrategy({ orgUrl, scopes, auth }: AuthTarget, dependencies: AuthDependencies): AuthStrategy {
  const { strategy } = auth;
  const facts = {
    ...('clientId' in auth && { clientId: auth.clientId, dpopMode: auth.dpop }),
    ...('store' in auth && { tokenStore: auth.store.kind }),
  };
  dependencies.log.info({ strategy, org: orgUrl, ...facts }, 'authentication chosen');
  switch (auth.strategy) {
    case 'api-token':
      return apiTokenStrategy(auth.token);
    case 'private-key-jwt':
      return privateKeyJwtStrategy({ orgUrl, scopes, ...auth }, dependencies);
    case 'device':
    case 'auth-code':
      return nativeAppStrategy({ orgUrl, scopes, auth }, dependencies);
    case 'demo':
      return demoStrategy(auth.token, scopes);
  }
}
