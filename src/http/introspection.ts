import { createHash } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { TimeLimit } from '../auth/time-limit.js';
import type { Secret } from '../secret.js';
import { RefusedRequest } from './refusals.js';

export interface IntrospectionParts {
  readonly issuer: string;
  /** `introspection_endpoint` of the authorization server. */
  readonly url: string;
  /** A confidential client of that server; its secret serves for nothing else. */
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly fetch: typeof globalThis.fetch;
  /** Plain http, for loopback. */
  readonly insecure: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: { warn(facts: object, message: string): void };
}

/** So long an answer counts, in milliseconds: a revoked token still works for that time. */
const REMEMBERED_MS = 15_000;
const MOST_REMEMBERED = 5_000;
const TIMEOUT_MS = 5_000;

/** Asks the authorization server whether tokens are still good (RFC 7662). */
export class Introspection {
  /** By digest of the token: until when it counts as good. */
  readonly #good = new Map<string, number>();

  constructor(private readonly parts: IntrospectionParts) {}

  /** @throws RefusedRequest `token_revoked`, `provider_unavailable` */
  async check(token: string, expiresAt: number): Promise<void> {
    const { now } = this.parts;
    const key = createHash('sha256').update(token).digest('base64url');
    if ((this.#good.get(key) ?? 0) > now()) return;
    this.#good.delete(key);
    if (!(await this.#ask(token))) throw new RefusedRequest('token_revoked');
    if (this.#good.size >= MOST_REMEMBERED) this.#good.clear();
    this.#good.set(key, Math.min(now() + REMEMBERED_MS, expiresAt));
  }

  async #ask(token: string): Promise<boolean> {
    const { issuer, url, clientId, clientSecret, fetch, insecure, log } = this.parts;
    const server: oauth.AuthorizationServer = { issuer, introspection_endpoint: url };
    const client: oauth.Client = { client_id: clientId };
    const authentication = oauth.ClientSecretBasic(clientSecret.reveal());
    const limit = new TimeLimit(TIMEOUT_MS, []);
    try {
      const response = await oauth.introspectionRequest(server, client, authentication, token, {
        [oauth.customFetch]: (address, init) => fetch(address, init as RequestInit),
        [oauth.allowInsecureRequests]: insecure,
        signal: limit.signal,
        additionalParameters: { token_type_hint: 'access_token' },
      });
      return (await oauth.processIntrospectionResponse(server, client, response)).active;
    } catch (error) {
      // The cause may hold the answer.
      log.warn({ url, reason: error instanceof Error ? error.message : 'unknown' }, 'introspection failed');
      throw new RefusedRequest('provider_unavailable');
    } finally {
      limit.clear();
    }
  }
}
