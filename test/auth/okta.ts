import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type pino from 'pino';
import { onTestFinished } from 'vitest';
import { type App, createApp } from '../../src/app.js';
import { type NativeAppDependencies, nativeAppStrategy } from '../../src/auth/native-app.js';
import { privateKeyJwtStrategy } from '../../src/auth/private-key-jwt.js';
import type { AuthStrategy } from '../../src/auth/strategy.js';
import { memoryStore, type StoreSettings } from '../../src/auth/token-store.js';
import { parseConfig } from '../../src/config.js';
import { knownNames, readToolFile } from '../../src/package-files.js';
import { Secret } from '../../src/secret.js';
import type { App as OktaApp } from '../oauth/apps.js';
import { type OktaServer, type OktaServerOptions, startOktaServer } from '../oauth/server.js';
import { Clock } from './clock.js';
import { jwk } from './keys.js';
import { silent } from './scratch.js';

export const SCOPES = ['okta.users.read', 'okta.groups.read'];
/** A super administrator of the demo org. */
export const ADMIN = 'marisol.vandersteen@atlasworks.example';
export const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const file = readToolFile();

export const service = (more: object = {}): OktaApp => ({
  kind: 'service',
  id: '0oaservice',
  keys: [{ ...JSON.parse(jwk(key.publicKey)), kid: 'kid-1' }],
  scopes: SCOPES,
  dpop: false,
  ...more,
});

export const native = (more: object = {}): OktaApp => ({
  kind: 'native',
  id: '0oanative',
  scopes: SCOPES,
  ...more,
});

/** An Okta on loopback whose clock the test moves. */
export async function startOkta(
  apps: readonly OktaApp[],
  options: Omit<OktaServerOptions, 'apps' | 'now'> = {},
): Promise<{ okta: OktaServer; clock: Clock }> {
  const clock = new Clock();
  const okta = await startOktaServer({ apps, now: clock.now, ...options });
  onTestFinished(() => okta.close());
  return { okta, clock };
}

export interface Asked {
  readonly okta: Pick<OktaServer, 'origin'>;
  readonly clock: Clock;
  readonly scopes?: readonly string[];
  readonly dpop?: 'auto' | 'always' | 'never';
  readonly timeout?: number;
  readonly log?: pino.Logger;
}

export function serviceStrategy({
  okta,
  clock,
  scopes = SCOPES,
  dpop = 'auto',
  log = silent,
  ...more
}: Asked & {
  readonly privateKey?: string;
  readonly keyId?: string;
  readonly clientId?: string;
}): AuthStrategy {
  const { privateKey = jwk(key.privateKey), keyId = 'kid-1', clientId = '0oaservice', timeout } = more;
  return privateKeyJwtStrategy(
    { orgUrl: okta.origin, clientId, privateKey: new Secret(privateKey), keyId, scopes, dpop },
    { fetch: globalThis.fetch, now: clock.now, log, ...(timeout && { timeout }) },
  );
}

export function deviceStrategy({
  okta,
  clock,
  scopes = SCOPES,
  dpop = 'auto',
  log = silent,
  timeout,
  ...more
}: Asked &
  Partial<Pick<NativeAppDependencies, 'store' | 'openBrowser' | 'fetch'>> & {
    readonly clientId?: string;
    readonly storage?: StoreSettings;
    readonly redirectPort?: number;
  }): AuthStrategy {
  const { clientId = '0oanative', storage = { kind: 'memory', directory: '/nowhere' }, redirectPort, ...given } = more;
  const strategy =
    redirectPort === undefined ? ({ strategy: 'device' } as const) : ({ strategy: 'auth-code', redirectPort } as const);
  return nativeAppStrategy(
    { orgUrl: okta.origin, scopes, auth: { ...strategy, clientId, dpop, store: storage, browser: false } },
    {
      fetch: globalThis.fetch,
      now: clock.now,
      sleep: clock.sleep,
      log,
      ...(storage.kind === 'memory' && { store: memoryStore() }),
      ...(timeout && { timeout }),
      ...given,
    },
  );
}

/** The product over a strategy. */
export async function appOver(
  strategy: AuthStrategy,
  { okta, scopes = SCOPES, log = silent }: Pick<Asked, 'okta' | 'scopes' | 'log'>,
): Promise<App> {
  const env = { OKTA_ORG_URL: okta.origin, OKTA_CLIENT_ID: '0oaAny', OKTA_SCOPES: scopes.join(' ') };
  const { config } = parseConfig(env, knownNames(file), { demo: false });
  const app = await createApp({ config, tools: file, version: '0', log, strategy });
  onTestFinished(() => app.close());
  return app;
}

/** Signs in at the device flow's page and lets the server notice. */
export async function signIn(
  strategy: AuthStrategy,
  { okta, clock }: { okta: OktaServer; clock: Clock },
): Promise<void> {
  const waiting = strategy.interaction!()!;
  await okta.approveDevice(waiting.code!, ADMIN);
  await clock.tick();
  if (!(await waiting.done)) throw new Error('the sign-in failed');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
