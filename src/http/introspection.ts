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

/** So long a good answer counts, in milliseconds: a revoked token still works for that time. */
const REMEMBERED_MS = 15_000;
const MOST_REMEMBERED = 5_000;
const TIMEOUT_MS = 5_000;

/** Asks the authorization server whether tokens are still good (RFC 7662). */
export class Introspection {
  /** By digest of the token: what it counts as, and until when. */
  readonly #known = new Map<string, { readonly active: boolean; readonly until: number }>();
  readonly #asking = new Map<string, Promise<boolean>>();

  constructor(private readonly parts: IntrospectionParts) {}

  /** @throws RefusedRequest `token_revoked`, `provider_unavailable` */
  async check(token: string, expiresAt: number): Promise<void> {
    const { now } = this.parts;
    const key = createHash('sha256').update(token).digest('base64url');
    const known = this.#known.get(key);
    if (known && known.until > now()) return judge(known.active);
    const asking = this.#asking.get(key) ?? this.#ask(token).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    const active = await asking;
    this.#known.delete(key);
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    // A revocation is final, and whoever holds the token must not make us ask again and again.
    this.#known.set(key, { active, until: active ? Math.min(now() + REMEMBERED_MS, expiresAt) : expiresAt });
    judge(active);
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

function judge(active: boolean): void {
  if (!active) throw new RefusedRequest('token_revoked');
}
