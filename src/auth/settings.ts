import { OktaMcpError } from '../errors.js';
import { Secret } from '../secret.js';
import type { DpopMode } from './dpop.js';
import { checkPrivateKeys, matchKeyId } from './private-key.js';
import { isUsableStoreKey, MIN_PASSPHRASE } from './store-key.js';
import type { Surroundings } from './surroundings.js';
import type { StoreSettings } from './token-store.js';

/** How to authenticate, as configured. */
export type AuthSettings =
  | { readonly strategy: 'api-token'; readonly token: Secret }
  | {
      readonly strategy: 'private-key-jwt';
      readonly clientId: string;
      /** As set: keys in any form `checkPrivateKeys` knows, or the path of their file. */
      readonly privateKey: Secret;
      /** As set; absent, each key carries its own. */
      readonly keyId?: string;
      readonly dpop: DpopMode;
    }
  | ({ readonly strategy: 'device' } & NativeApp)
  | ({ readonly strategy: 'auth-code'; readonly redirectPort: number } & NativeApp)
  | { readonly strategy: 'demo' };

/** A public client that signs in people. */
export interface NativeApp {
  readonly clientId: string;
  readonly dpop: DpopMode;
  readonly store: StoreSettings;
  /** Whether to open the sign-in page here. */
  readonly browser: boolean;
}

export const CONFIGURABLE_STRATEGIES = ['api-token', 'private-key-jwt', 'device', 'auth-code'] as const;

/** Where the browser comes back to in the authorization code flow, unless set otherwise. */
export const DEFAULT_REDIRECT_PORT = 8765;

export interface CredentialVariables {
  readonly OKTA_AUTH?: (typeof CONFIGURABLE_STRATEGIES)[number] | undefined;
  readonly OKTA_API_TOKEN?: string | undefined;
  readonly OKTA_CLIENT_ID?: string | undefined;
  readonly OKTA_PRIVATE_KEY?: string | undefined;
  readonly OKTA_KEY_ID?: string | undefined;
  readonly OKTA_DPOP?: DpopMode | undefined;
  readonly OKTA_TOKEN_STORE?: StoreSettings['kind'] | undefined;
  readonly OKTA_TOKEN_STORE_KEY?: string | undefined;
  readonly OKTA_REDIRECT_PORT?: string | undefined;
}

type Report = (name: keyof CredentialVariables, message: string, fix: string) => void;

/** Derives the strategy from what is set and checks its credentials. Reports every problem; undefined when there is one. */
export function readAuthSettings(
  variables: CredentialVariables,
  surroundings: Surroundings,
  report: Report,
): AuthSettings | undefined {
  const { OKTA_AUTH: wanted, OKTA_API_TOKEN: token, OKTA_PRIVATE_KEY: privateKey } = variables;
  if (wanted === 'api-token') return apiToken(token, report);
  if (wanted === 'private-key-jwt') return privateKeyJwt(variables, report);
  if (wanted === 'device') return nativeApp('device', variables, surroundings, report);
  if (wanted === 'auth-code') return nativeApp('auth-code', variables, surroundings, report);
  if (token && privateKey) {
    report(
      'OKTA_AUTH',
      'OKTA_API_TOKEN and OKTA_PRIVATE_KEY are both set, and which of them to use is not said.',
      'Unset one of the two, or set OKTA_AUTH to api-token or to private-key-jwt.',
    );
    apiToken(token, report);
    privateKeyJwt(variables, report);
    return undefined;
  }
  if (privateKey || variables.OKTA_KEY_ID) return privateKeyJwt(variables, report);
  if (token) return apiToken(token, report);
  if (variables.OKTA_CLIENT_ID) return nativeApp('device', variables, surroundings, report);
  report(
    'OKTA_CLIENT_ID',
    'is not set, and neither is OKTA_API_TOKEN.',
    'Set OKTA_CLIENT_ID alone (native app, people sign in), or with OKTA_PRIVATE_KEY and OKTA_KEY_ID (API Services app), or set OKTA_API_TOKEN.',
  );
  return undefined;
}

function nativeApp(
  strategy: 'device' | 'auth-code',
  variables: CredentialVariables,
  { stateDirectory, browser, keychain }: Surroundings,
  report: Report,
): AuthSettings | undefined {
  const { OKTA_CLIENT_ID: clientId, OKTA_TOKEN_STORE_KEY: key, OKTA_DPOP: dpop = 'auto' } = variables;
  const { OKTA_TOKEN_STORE: wanted = 'auto' } = variables;
  if (!clientId) {
    report(
      'OKTA_CLIENT_ID',
      'is not set, so there is no app to sign in to.',
      'Set it to the Client ID of the native app (Admin Console > Applications > your app > General).',
    );
  }
  const usable = checkStore(wanted, key, report);
  const redirectPort = checkPort(variables.OKTA_REDIRECT_PORT, report);
  if (!clientId || !usable || !redirectPort) return undefined;
  const store = Object.freeze({
    kind: wanted === 'auto' && !keychain ? 'memory' : wanted,
    ...(wanted === 'file' && key && { key: new Secret(key) }),
    directory: stateDirectory,
  });
  const app = { clientId, dpop, store, browser };
  return strategy === 'device' ? { strategy, ...app } : { strategy, redirectPort, ...app };
}

function checkStore(kind: StoreSettings['kind'], key: string | undefined, report: Report): boolean {
  const fix = 'Set it to the output of: openssl rand -base64 32';
  if (kind === 'file' && !key) report('OKTA_TOKEN_STORE_KEY', 'is not set, but OKTA_TOKEN_STORE=file needs it.', fix);
  else if (key && !isUsableStoreKey(key)) {
    report('OKTA_TOKEN_STORE_KEY', `is too short to keep a secret (under ${MIN_PASSPHRASE} characters).`, fix);
  } else return true;
  return false;
}

function checkPort(text: string | undefined, report: Report): number | undefined {
  if (!text) return DEFAULT_REDIRECT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  report('OKTA_REDIRECT_PORT', 'is no port number.', 'Set a number from 1024 to 65535, or unset it.');
  return undefined;
}

function apiToken(text: string | undefined, report: Report): AuthSettings | undefined {
  const fix = 'Create a token in the Admin Console (Security > API > Tokens) and set its value alone.';
  // People copy the whole header from a request that works.
  const token = text?.replace(/^SSWS\s+/i, '');
  if (!token) report('OKTA_API_TOKEN', 'is not set, but OKTA_AUTH asks for it.', fix);
  else if (/^eyJ[\w-]*\./.test(token)) {
    report('OKTA_API_TOKEN', 'is an OAuth access token. Okta accepts those only as Bearer, and for an hour.', fix);
  } else if (!/^[\x21-\x7e]+$/.test(token)) {
    report('OKTA_API_TOKEN', 'contains white space or characters no token has.', fix);
  } else return { strategy: 'api-token', token: new Secret(token) };
  return undefined;
}

function privateKeyJwt(variables: CredentialVariables, report: Report): AuthSettings | undefined {
  const { OKTA_CLIENT_ID: clientId, OKTA_PRIVATE_KEY: privateKey } = variables;
  if (!clientId) {
    report(
      'OKTA_CLIENT_ID',
      'is not set, so Okta cannot tell which app the private key belongs to.',
      'Set it to the Client ID of the API Services app (Admin Console > Applications > your app > General).',
    );
  }
  if (!checkKey(variables, report) || !clientId || !privateKey) return undefined;
  const { OKTA_KEY_ID: keyId, OKTA_DPOP: dpop = 'auto' } = variables;
  const key = { privateKey: new Secret(privateKey), ...(keyId && { keyId }) };
  return { strategy: 'private-key-jwt', clientId, ...key, dpop };
}

/** Whether key and key id are both fine. */
function checkKey(variables: CredentialVariables, report: Report): boolean {
  const { OKTA_PRIVATE_KEY: privateKey, OKTA_KEY_ID: keyId } = variables;
  if (!privateKey) {
    report(
      'OKTA_PRIVATE_KEY',
      keyId ? 'is not set, but its key id OKTA_KEY_ID is.' : 'is not set, but OKTA_AUTH asks for it.',
      'Set it to the private key (PEM or JWK) or the path of its file.',
    );
    return false;
  }
  const checked = attempt(() => checkPrivateKeys(privateKey), 'OKTA_PRIVATE_KEY', report);
  const matched = attempt(
    () => matchKeyId<{ kid: string | undefined }>(checked ?? [{ kid: undefined }], keyId),
    'OKTA_KEY_ID',
    report,
  );
  return checked !== undefined && matched !== undefined;
}

function attempt<T>(read: () => T, name: keyof CredentialVariables, report: Report): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OktaMcpError)) throw error;
    report(name, error.message, error.fix);
    return undefined;
  }
}
