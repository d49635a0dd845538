import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { TimeLimit } from '../auth/time-limit.js';
import { errorCode } from '../auth/token-silence.js';
import { RefusedRequest } from './refusals.js';

export interface SigningKeysParts {
  /** `jwks_uri` of the authorization server. */
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: { warn(facts: object, message: string): void };
}

/** From this age on keys are fetched anew beside the work, in milliseconds: so long a withdrawn key is accepted. */
const REFRESH_MS = 600_000;
/** Older keys are not used any more, in milliseconds: so long the authorization server may be away. */
const STALE_MS = 3_600_000;
/** After a failure nobody asks again for so long, in milliseconds. */
const PAUSE_MS = 2_000;
/** Unknown key ids may cause so many fetches in a minute; whoever invents them gets no more. */
const UNKNOWN_PER_MINUTE = 5;
const TIMEOUT_MS = 5_000;
const LARGEST = 256_000;

/** The public keys an authorization server signs with, kept as long as is safe. */
export class SigningKeys {
  #keys: { readonly find: JWTVerifyGetKey; readonly at: number } | undefined;
  #fetching: Promise<void> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  /** When unknown key ids made us fetch, newest last. */
  #unknown: number[] = [];

  constructor(private readonly parts: SigningKeysParts) {}

  /**
   * The key a token says it was signed with.
   * @throws RefusedRequest `provider_unavailable`, `no_matching_key`
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (typeof header.kid !== 'string') throw new RefusedRequest('no_matching_key');
    await this.load();
    try {
      return await this.#find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (!this.#mayAskAgain()) throw new RefusedRequest('no_matching_key');
    }
    await this.#fetch();
    try {
      return await this.#find(header, token);
    } catch (error) {
      throw error instanceof errors.JWKSNoMatchingKey ? new RefusedRequest('no_matching_key') : error;
    }
  };

  /**
   * Makes sure that there are keys that may be used.
   * @throws RefusedRequest `provider_unavailable`
   */
  async load(): Promise<void> {
    const age = this.parts.now() - (this.#keys?.at ?? Number.NEGATIVE_INFINITY);
    if (age > STALE_MS) await this.#fetch();
    else if (age > REFRESH_MS) void this.#fetch().catch(() => {});
  }

  #find: JWTVerifyGetKey = async (header, token) => {
    if (!this.#keys) throw new RefusedRequest('provider_unavailable');
    return await this.#keys.find(header, token);
  };

  #mayAskAgain(): boolean {
    const now = this.parts.now();
    this.#unknown = this.#unknown.filter((at) => now - at < 60_000);
    if (this.#unknown.length >= UNKNOWN_PER_MINUTE) return false;
    this.#unknown.push(now);
    return true;
  }

  /** One at a time; all who wait share it. */
  #fetch(): Promise<void> {
    if (this.parts.now() - this.#failedAt < PAUSE_MS) return Promise.reject(new RefusedRequest('provider_unavailable'));
    this.#fetching ??= this.#download().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #download(): Promise<void> {
    const { url, fetch, now, log } = this.parts;
    const at = now();
    const limit = new TimeLimit(TIMEOUT_MS, []);
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/json' },
        redirect: 'error',
        signal: limit.signal,
      });
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      const text = await response.text();
      if (text.length > LARGEST) throw new Error('too large');
      this.#keys = { find: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet), at };
    } catch (error) {
      this.#failedAt = now();
      const reason = error instanceof TypeError ? errorCode(error) : (error as Error).message;
      log.warn({ url, reason }, 'signing keys could not be loaded');
      throw new RefusedRequest('provider_unavailable');
    } finally {
      limit.clear();
    }
  }
}
