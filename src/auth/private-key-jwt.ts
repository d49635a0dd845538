import * as oauth from 'oauth4webapi';
import { OktaMcpError } from '../errors.js';
import { isLoopback } from '../org-url.js';
import type { Secret } from '../secret.js';
import { readPrivateKey } from './private-key.js';
import { clientCredentialsScopes } from './scopes.js';
import type { AuthDependencies } from './select.js';
import type { AuthStrategy } from './strategy.js';
import { explainRefusal, explainSilence, unusableToken } from './token-failure.js';
import { type AccessToken, TokenSource } from './token-source.js';

export interface ServiceApp {
  readonly orgUrl: string;
  readonly clientId: string;
  readonly privateKey: Secret;
  readonly keyId: string;
  readonly scopes: readonly string[];
}

export interface PrivateKeyJwtDependencies extends AuthDependencies {
  /** How long the token endpoint may take, in milliseconds. */
  readonly timeout?: number;
}

/** Okta allows an hour; shorter leaves less to steal. Seconds. */
const ASSERTION_LIFE = 300;

/** What Okta gives every token of the org authorization server. Seconds. */
const ORG_TOKEN_LIFE = 3600;

/**
 * A service app that proves itself with a signed assertion (RFC 7523 section 2.2) for each access token (RFC 6749
 * section 4.4), at the org authorization server, the only one that grants `okta.*` scopes.
 */
export function privateKeyJwtStrategy(app: ServiceApp, dependencies: PrivateKeyJwtDependencies): AuthStrategy {
  const { now, log } = dependencies;
  const closed = new AbortController();
  const listeners = new Set<() => void>();
  /** By the context of the call it was put on, so that a late refusal of an old token spares the new one. */
  const used = new WeakMap<object, AccessToken>();
  let granted: readonly string[] | undefined;

  const source = new TokenSource(async () => {
    const token = await requestToken(app, dependencies, closed.signal);
    log.debug({ scopes: token.scopes, expiresAt: new Date(token.expiresAt).toISOString() }, 'access token received');
    const changed = granted === undefined || !sameSet(granted, token.scopes);
    granted = token.scopes;
    if (changed) for (const listener of listeners) listener();
    return token;
  }, now);

  return {
    name: 'private-key-jwt',
    credential: 'oauth',
    async authenticate(attempt, context) {
      const token = await source.get(context.signal);
      used.set(context, token);
      attempt.headers.set('authorization', `Bearer ${token.value}`);
    },
    async recover(refusal, context) {
      if (refusal.status !== 401 || !refusesToken(refusal)) return false;
      source.drop(used.get(context)?.value);
      return true;
    },
    granted: () => granted,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      closed.abort();
      listeners.clear();
      source.drop();
    },
  };
}

/** RFC 6750 section 3.1. */
function refusesToken(refusal: Response): boolean {
  return /[\s,]error="?invalid_token"?\s*(,|$)/i.test(refusal.headers.get('www-authenticate') ?? '');
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

async function requestToken(
  app: ServiceApp,
  { fetch, now, timeout = 10_000 }: PrivateKeyJwtDependencies,
  closed: AbortSignal,
): Promise<AccessToken> {
  const endpoint = new URL('/oauth2/v1/token', app.orgUrl);
  const server: oauth.AuthorizationServer = { issuer: app.orgUrl, token_endpoint: endpoint.href };
  const client: oauth.Client = { client_id: app.clientId };
  const scopes = clientCredentialsScopes(app.scopes);
  // Read anew for each token, so that a key file may be replaced while this runs.
  const { key, kid } = await readPrivateKey(app.privateKey.reveal(), app.keyId);
  const authentication = oauth.PrivateKeyJwt(
    { key, kid },
    {
      [oauth.modifyAssertion](_header, payload) {
        const issuedAt = Math.floor(now() / 1000);
        // The library names the issuer; Okta wants the endpoint.
        payload.aud = endpoint.href;
        payload.iat = issuedAt;
        payload.exp = issuedAt + ASSERTION_LIFE;
        delete payload.nbf;
      },
    },
  );

  const asked = now();
  let response: Response;
  let body: string;
  try {
    closed.throwIfAborted();
    response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      authentication,
      { scope: scopes.join(' ') },
      {
        [oauth.customFetch]: fetch as (url: string, init: object) => Promise<Response>,
        [oauth.allowInsecureRequests]: isLoopback(endpoint),
        signal: AbortSignal.any([closed, AbortSignal.timeout(timeout)]),
      },
    );
    body = await response.text();
  } catch (error) {
    throw explainSilence(error, { orgUrl: app.orgUrl, timeout });
  }
  if (response.status !== 200) throw explainRefusal({ response, body, now: now(), scopes, orgUrl: app.orgUrl });

  try {
    const token = await oauth.processClientCredentialsResponse(server, client, new Response(body, response));
    if (token.token_type !== 'bearer' || !/^[\x21-\x7e]+$/.test(token.access_token))
      throw unusableToken(token.token_type);
    return {
      value: token.access_token,
      // Left out when it is what was asked for (RFC 6749 section 5.1).
      scopes: token.scope?.split(' ').filter(Boolean) ?? scopes,
      expiresAt: asked + (token.expires_in ?? ORG_TOKEN_LIFE) * 1000,
    };
  } catch (error) {
    if (error instanceof OktaMcpError) throw error;
    throw unusableToken();
  }
}
