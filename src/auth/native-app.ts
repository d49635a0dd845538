import { authCodeSignIn } from './auth-code.js';
import { AuthorizationServer } from './authorization-server.js';
import { browserOpener } from './browser.js';
import { deviceSignIn } from './device.js';
import { InteractiveGrant } from './interactive.js';
import { oauthStrategy } from './oauth-strategy.js';
import { openStore, sessionDirectory } from './open-store.js';
import { isOidcScope } from './scopes.js';
import type { AuthDependencies } from './select.js';
import { Session } from './session.js';
import type { NativeApp } from './settings.js';
import type { AuthStrategy } from './strategy.js';
import { sessionId, type TokenStore } from './token-store.js';

export interface NativeAppTarget {
  readonly orgUrl: string;
  readonly scopes: readonly string[];
  readonly auth: NativeApp &
    ({ readonly strategy: 'device' } | { readonly strategy: 'auth-code'; readonly redirectPort: number });
}

export interface NativeAppDependencies extends AuthDependencies {
  readonly store?: TokenStore;
  readonly openBrowser?: (uri: string) => void;
  /** Waits between polls of the device flow. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** How long one answer of Okta may take, in milliseconds. */
  readonly timeout?: number;
}

/** Everything about the session of one native app in one org. */
export function nativeApp({ orgUrl, scopes, auth }: NativeAppTarget, dependencies: NativeAppDependencies) {
  const { now, log } = dependencies;
  const { clientId, dpop } = auth;
  const asked = [...scopes.filter((scope) => !isOidcScope(scope)), 'offline_access'];
  const server = new AuthorizationServer({ orgUrl, clientId, dpop, ...dependencies });
  const session = new Session({
    id: sessionId({ orgUrl, clientId, principal: 'user', scopes: asked }),
    server,
    store: dependencies.store ?? openStore(auth.store, log),
    directory: sessionDirectory(auth.store),
    scopes: asked,
    dpop,
    now,
    log,
  });
  return { server, session, asked };
}

/** A person signs in to a native app (public client), by device flow or in the browser of this machine. */
export function nativeAppStrategy(target: NativeAppTarget, dependencies: NativeAppDependencies): AuthStrategy {
  const { auth } = target;
  const { server, session, asked: scopes } = nativeApp(target, dependencies);
  const { openBrowser = auth.browser ? browserOpener() : () => {} } = dependencies;
  const signIn =
    auth.strategy === 'device'
      ? deviceSignIn({ server, scopes, ...dependencies })
      : authCodeSignIn({ server, scopes, port: auth.redirectPort, ...dependencies });
  return oauthStrategy(
    new InteractiveGrant({ name: auth.strategy, server, session, signIn, openBrowser, ...dependencies }),
    dependencies,
  );
}
