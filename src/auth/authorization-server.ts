import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import { OktaMcpError } from '../errors.js';
import type { Log } from '../log.js';
import { isLoopback } from '../org-url.js';
import { DpopKey, type DpopMode } from './dpop.js';
import { TimeLimit } from './time-limit.js';
import { explainRefusal, type GrantKind, unboundToken, unusableToken } from './token-failure.js';
import { explainSilence } from './token-silence.js';
import type { AccessToken } from './token-source.js';

export interface ServerParts {
  readonly orgUrl: string;
  readonly clientId: string;
  readonly dpop: DpopMode;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** How long one answer may take, in milliseconds. */
  readonly timeout?: number;
}

/** What a grant gave. */
export interface TokenAnswer extends AccessToken {
  readonly refreshToken?: string;
}

/** What a grant asks for. */
export interface Asked {
  readonly grant: GrantKind;
  readonly scopes: readonly string[];
  readonly signal?: AbortSignal;
}

/** Options every request of oauth4webapi is sent with. */
export interface SendOptions {
  readonly [oauth.customFetch]: (
    url: string,
    init: oauth.CustomFetchOptions<'POST', URLSearchParams>,
  ) => Promise<Response>;
  readonly [oauth.allowInsecureRequests]: boolean;
  readonly signal: AbortSignal;
}

/** What Okta gives every token of the org authorization server. Seconds. */
const ORG_TOKEN_LIFE = 3600;

/** The org authorization server of one org as one app sees it: the only one that grants `okta.*` scopes. */
export class AuthorizationServer {
  readonly metadata: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly #closed = new AbortController();
  #key: DpopKey | undefined;
  /** The last nonce of the token endpoint; the resources have their own. */
  #nonce: string | undefined;

  constructor(private readonly parts: ServerParts) {
    const { orgUrl, clientId } = parts;
    const endpoint = (name: string) => new URL(`/oauth2/v1/${name}`, orgUrl).href;
    this.metadata = {
      issuer: orgUrl,
      authorization_endpoint: endpoint('authorize'),
      token_endpoint: endpoint('token'),
      device_authorization_endpoint: endpoint('device/authorize'),
      revocation_endpoint: endpoint('revoke'),
    };
    this.client = { client_id: clientId };
  }

  /** Continues with the key that a stored refresh token is bound to; without one, a new key is made when needed. */
  useKey(key: DpopKey | undefined): void {
    this.#key = key;
  }

  /**
   * Asks the token endpoint for one grant, with proof of possession where demanded, answering each fresh nonce once.
   * @param send calls oauth4webapi; called anew for every attempt, so that assertions and proofs are new
   * @throws OktaMcpError any of `auth_*`, whose `details.error` is the code of OAuth; `cancelled`
   */
  async token(send: (options: SendOptions) => Promise<Response>, asked: Asked): Promise<TokenAnswer> {
    const { dpop, log, now } = this.parts;
    if (dpop === 'always') this.#key ??= await DpopKey.generate();
    for (let nonces = 0; ; ) {
      const key = this.#key;
      const startedAt = now();
      const { response, body } = await this.#exchange(send, asked.signal, key);
      if (response.status === 200) return await this.#accept(response, body, asked, { key, startedAt });
      const error = response.status === 400 ? oauthError(body) : undefined;
      if (error === 'use_dpop_nonce' && key && response.headers.has('dpop-nonce') && nonces === 0) {
        nonces += 1;
        continue;
      }
      if ((error === 'invalid_dpop_proof' || error === 'use_dpop_nonce') && !key && dpop === 'auto') {
        log.info('the app requires DPoP; a key was made for it');
        this.#key = await DpopKey.generate();
        continue;
      }
      throw this.#refusal(response, body, asked, key !== undefined);
    }
  }

  /**
   * Sends a request that is no grant.
   * @throws OktaMcpError unless the answer is 200
   */
  async call(send: (options: SendOptions) => Promise<Response>, asked: Asked): Promise<Response> {
    const { response, body } = await this.#exchange(send, asked.signal, undefined);
    if (response.status !== 200) throw this.#refusal(response, body, asked, false);
    return new Response(body, response);
  }

  /** Gives up what is under way. */
  close(): void {
    this.#closed.abort();
  }

  async #exchange(
    send: (options: SendOptions) => Promise<Response>,
    signal: AbortSignal | undefined,
    key: DpopKey | undefined,
  ) {
    const { fetch, now, orgUrl, timeout = 10_000 } = this.parts;
    const limit = new TimeLimit(timeout, [this.#closed.signal, ...(signal ? [signal] : [])]);
    try {
      limit.signal.throwIfAborted();
      const response = await send({
        [oauth.customFetch]: async (url, init) => {
          if (!key) return await fetch(url, init as RequestInit);
          const proof = await key.proof({ method: 'POST', url, now: now(), nonce: this.#nonce });
          return await fetch(url, { ...init, headers: { ...init.headers, dpop: proof } } as RequestInit);
        },
        [oauth.allowInsecureRequests]: isLoopback(new URL(orgUrl)),
        signal: limit.signal,
      });
      this.#nonce = response.headers.get('dpop-nonce') ?? this.#nonce;
      return { response, body: await response.text() };
    } catch (error) {
      throw explainSilence(error, { orgUrl, timeout });
    } finally {
      limit.clear();
    }
  }

  async #accept(
    response: Response,
    body: string,
    { scopes }: Asked,
    { key, startedAt }: { key: DpopKey | undefined; startedAt: number },
  ): Promise<TokenAnswer> {
    const { metadata, client } = this;
    const token = await oauth
      .processGenericTokenEndpointResponse(metadata, client, new Response(body, response))
      // The cause would hold the answer, which may hold a token.
      .catch(() => undefined);
    const unbound = token?.token_type === 'dpop' && !key;
    if (!token || unbound || !/^[\x21-\x7e]+$/.test(token.access_token)) throw unusableToken();
    if (token.token_type === 'bearer' && this.parts.dpop === 'always') throw unboundToken();
    return {
      value: token.access_token,
      scopes: token.scope?.split(' ').filter(Boolean) ?? scopesInside(token.access_token) ?? scopes,
      expiresAt: startedAt + (token.expires_in ?? ORG_TOKEN_LIFE) * 1000,
      ...(token.token_type === 'dpop' && key && { key }),
      ...(token.refresh_token && { refreshToken: token.refresh_token }),
    };
  }

  #refusal(response: Response, body: string, { scopes, grant }: Asked, proven: boolean): OktaMcpError {
    const { orgUrl, now } = this.parts;
    return explainRefusal({ response, body, now: now(), scopes, orgUrl, grant, proven });
  }
}

function oauthError(body: string): unknown {
  try {
    return (JSON.parse(body) as { error?: unknown } | null)?.error;
  } catch {
    return undefined;
  }
}

/** `scp` of the org's access token; where it cannot be read, what was asked for was granted (RFC 6749 section 5.1). */
function scopesInside(token: string): string[] | undefined {
  try {
    const { scp } = decodeJwt(token);
    return Array.isArray(scp) ? scp.filter((scope) => typeof scope === 'string') : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the failure says something about this moment only: no answer, an outage, a rate limit. */
export function isTransient(error: unknown): boolean {
  return error instanceof OktaMcpError && (error.code === 'auth_unreachable' || error.details.status === 429);
}
