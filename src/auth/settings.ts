import { OktaMcpError } from '../errors.js';
import { Secret } from '../secret.js';
import { checkPrivateKey, matchKeyId } from './private-key.js';

/** How to authenticate, as configured. */
export type AuthSettings =
  | { readonly strategy: 'api-token'; readonly token: Secret }
  | {
      readonly strategy: 'private-key-jwt';
      readonly clientId: string;
      /** As set: the key in any form `checkPrivateKey` knows, or the path of its file. */
      readonly privateKey: Secret;
      readonly keyId: string;
    }
  | { readonly strategy: 'demo' };

export const CONFIGURABLE_STRATEGIES = ['api-token', 'private-key-jwt'] as const;

export interface CredentialVariables {
  readonly OKTA_AUTH?: (typeof CONFIGURABLE_STRATEGIES)[number] | undefined;
  readonly OKTA_API_TOKEN?: string | undefined;
  readonly OKTA_CLIENT_ID?: string | undefined;
  readonly OKTA_PRIVATE_KEY?: string | undefined;
  readonly OKTA_KEY_ID?: string | undefined;
}

type Report = (name: keyof CredentialVariables, message: string, fix: string) => void;

/** Derives the strategy from what is set and checks its credentials. Reports every problem; undefined when there is one. */
export function readAuthSettings(variables: CredentialVariables, report: Report): AuthSettings | undefined {
  const { OKTA_AUTH: wanted, OKTA_API_TOKEN: token, OKTA_PRIVATE_KEY: privateKey } = variables;
  if (wanted === 'api-token') return apiToken(token, report);
  if (wanted === 'private-key-jwt') return privateKeyJwt(variables, report);
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
  if (variables.OKTA_CLIENT_ID) {
    report(
      'OKTA_CLIENT_ID',
      'is set without a private key. That asks people to sign in themselves (device flow), which comes with a later version.',
      'Today, set OKTA_PRIVATE_KEY and OKTA_KEY_ID of an API Services app beside it, or set OKTA_API_TOKEN instead.',
    );
    return undefined;
  }
  report(
    'OKTA_API_TOKEN',
    'is not set, and neither are the credentials of an app.',
    'Set OKTA_API_TOKEN, or OKTA_CLIENT_ID, OKTA_PRIVATE_KEY and OKTA_KEY_ID of an API Services app.',
  );
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
  const keyId = checkKey(variables, report);
  if (!clientId || !privateKey || !keyId) return undefined;
  return { strategy: 'private-key-jwt', clientId, privateKey: new Secret(privateKey), keyId };
}

/** The key id, when key and key id are both fine. */
function checkKey(variables: CredentialVariables, report: Report): string | undefined {
  const { OKTA_PRIVATE_KEY: privateKey, OKTA_KEY_ID: keyId } = variables;
  if (!privateKey) {
    report(
      'OKTA_PRIVATE_KEY',
      keyId ? 'is not set, but its key id OKTA_KEY_ID is.' : 'is not set, but OKTA_AUTH asks for it.',
      'Set it to the private key (PEM or JWK) or the path of its file.',
    );
    return undefined;
  }
  const checked = attempt(() => checkPrivateKey(privateKey), 'OKTA_PRIVATE_KEY', report);
  const chosen = attempt(() => matchKeyId(checked?.kid, keyId), 'OKTA_KEY_ID', report);
  return checked && chosen;
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
