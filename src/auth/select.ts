import type { Log } from '../log.js';
import type { Secret } from '../secret.js';
import { apiTokenStrategy } from './api-token.js';
import { demoStrategy } from './demo.js';
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
  dependencies.log.info({ strategy: auth.strategy, org: orgUrl }, 'authentication chosen');
  switch (auth.strategy) {
    case 'api-token':
      return apiTokenStrategy(auth.token);
    case 'private-key-jwt':
      return privateKeyJwtStrategy({ orgUrl, scopes, ...auth }, dependencies);
    case 'demo':
      return demoStrategy(auth.token, scopes);
  }
}
