import * as oauth from 'oauth4webapi';
import { OktaMcpError } from '../errors.js';
import type { Secret } from '../secret.js';
import { AuthorizationServer, type TokenAnswer } from './authorization-server.js';
import type { DpopMode } from './dpop.js';
import { oauthStrategy } from './oauth-strategy.js';
import { readPrivateKeys, type SigningKey } from './private-key.js';
import { ScopeRequest } from './scope-request.js';
import { clientCredentialsScopes } from './scopes.js';
import type { AuthDependencies } from './select.js';
import type { AuthStrategy } from './strategy.js';

export interface ServiceApp {
  readonly orgUrl: string;
  readonly clientId: string;
  readonly privateKey: Secret;
  /** Absent: each key carries its own. */
  readonly keyId?: string;
  readonly scopes: readonly string[];
  readonly dpop?: DpopMode;
}

export interface PrivateKeyJwtDependencies extends AuthDependencies {
  /** How long the token endpoint may take, in milliseconds. */
  readonly timeout?: number;
}

/** Okta allows an hour; shorter leaves less to steal. Seconds. */
const ASSERTION_LIFE = 300;

/**
 * A service app that proves itself with a signed assertion (RFC 7523 section 2.2) for each access token (RFC 6749
 * section 4.4). Its tokens stay in memory.
 */
export function privateKeyJwtStrategy(app: ServiceApp, dependencies: PrivateKeyJwtDependencies): AuthStrategy {
  const { now, log } = dependencies;
  const server = new AuthorizationServer({ ...app, dpop: app.dpop ?? 'auto', ...dependencies });
  const request = new ScopeRequest(clientCredentialsScopes(app.scopes), log);
  /** The key that worked last; the others wait for the day it is retired. */
  let working: string | undefined;

  async function grant(scopes: readonly string[]): Promise<TokenAnswer> {
    // Read anew for each token, so that a key file may be replaced while this runs.
    const keys = await readPrivateKeys(app.privateKey.reveal(), app.keyId);
    let first: unknown;
    for (const key of [...keys].sort((a, b) => Number(b.kid === working) - Number(a.kid === working))) {
      try {
        const answer = await withKey(key, scopes);
        if (working !== undefined && working !== key.kid) log.warn({ kid: key.kid }, 'signing with another key');
        working = key.kid;
        return answer;
      } catch (error) {
        if (!refusesKey(error)) throw error;
        first ??= error;
      }
    }
    throw first;
  }

  function withKey({ key, kid }: SigningKey, scopes: readonly string[]): Promise<TokenAnswer> {
    const authentication = oauth.PrivateKeyJwt(
      { key, kid },
      {
        [oauth.modifyAssertion](_header, payload) {
          const issuedAt = Math.floor(now() / 1000);
          // The library names the issuer; Okta wants the endpoint.
          payload.aud = server.metadata.token_endpoint!;
          payload.iat = issuedAt;
          payload.exp = issuedAt + ASSERTION_LIFE;
          delete payload.nbf;
        },
      },
    );
    const parameters = { scope: scopes.join(' ') };
    return server.token(
      (options) =>
        oauth.clientCredentialsGrantRequest(server.metadata, server.client, authentication, parameters, options),
      { grant: 'client-credentials', scopes },
    );
  }

  return oauthStrategy(
    {
      name: 'private-key-jwt',
      request: () => request.send(grant),
      close: async () => server.close(),
    },
    dependencies,
  );
}

/** Whether another key might do. */
function refusesKey(error: unknown): boolean {
  const fault = error instanceof OktaMcpError ? error.details.fault : undefined;
  return fault === 'kid' || fault === 'key' || fault === 'unknown';
}
