import * as oauth from 'oauth4webapi';
import { OktaMcpError } from '../errors.js';
import type { Log } from '../log.js';
import type { AuthorizationServer, TokenAnswer } from './authorization-server.js';
import { DpopKey, type DpopMode } from './dpop.js';
import { Handover } from './handover.js';
import { withSessionLock } from './session-lock.js';
import type { StoredSession, TokenStore } from './token-store.js';

export interface SessionParts {
  readonly id: string;
  readonly server: AuthorizationServer;
  readonly store: TokenStore;
  /** Where lock files live. */
  readonly directory: string;
  readonly scopes: readonly string[];
  readonly dpop: DpopMode;
  readonly now: () => number;
  readonly log: Log;
}

/** A token handed over that ends sooner is not worth taking. Milliseconds. */
const MIN_LIFE = 120_000;

/** The session of a signed-in person: renews it, alone among the processes that share its store. */
export class Session {
  readonly #handover: Handover | undefined;
  /** The access token this process used last; handed over again, it is one that Okta refused. */
  #used: string | undefined;

  constructor(private readonly parts: SessionParts) {
    const { store, directory, id } = parts;
    this.#handover = store.kind === 'memory' ? undefined : new Handover(directory, id);
  }

  /**
   * A new access token by refresh; undefined when nobody is signed in.
   * @throws OktaMcpError `auth_*` when the session may still be good
   */
  async renew(): Promise<TokenAnswer | undefined> {
    if (!(await this.#read())) return undefined;
    const answer = await this.#alone(async () => {
      const current = await this.#read();
      return current && ((await this.#take(current)) ?? (await this.#refresh(current)));
    });
    this.#used = answer?.value;
    return answer;
  }

  /** Keeps what a sign-in gave. */
  async begin(answer: TokenAnswer): Promise<void> {
    const { id, store, log } = this.parts;
    const { refreshToken } = answer;
    this.#used = answer.value;
    if (refreshToken !== undefined) return await this.#alone(() => this.#keep(answer, refreshToken));
    log.warn(
      'Okta gave no refresh token, so somebody has to sign in again when the access token ends. Switch on Refresh Token: Admin Console > Applications > your app > General > Grant type.',
    );
    await this.#alone(() => store.remove(id));
  }

  /**
   * Revokes the refresh token (RFC 7009), then forgets it.
   * @returns whether there was a session
   * @throws OktaMcpError when Okta could not be told; the session is forgotten all the same
   */
  async end(): Promise<boolean> {
    const { id, server, store } = this.parts;
    const { metadata, client } = server;
    return await this.#alone(async () => {
      const stored = await store.read(id);
      if (!stored) return false;
      const more = { additionalParameters: { token_type_hint: 'refresh_token' } };
      try {
        await server.call(
          (options) =>
            oauth.revocationRequest(metadata, client, oauth.None(), stored.refreshToken, { ...options, ...more }),
          { grant: 'refresh', scopes: [] },
        );
      } finally {
        await store.remove(id);
        await this.#handover?.remove();
      }
      return true;
    });
  }

  /** Not while another process changes what is stored. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const { id, store, directory, log } = this.parts;
    return await (store.kind === 'memory' ? work() : withSessionLock({ directory, id, log }, work));
  }

  /** What is stored, unless OKTA_DPOP rules it out. */
  async #read(): Promise<StoredSession | undefined> {
    const { id, store, dpop, server } = this.parts;
    const stored = await store.read(id);
    if (!stored || (dpop === 'never' && stored.dpopKey) || (dpop === 'always' && !stored.dpopKey)) return undefined;
    if (stored.dpopKey) {
      const key = await DpopKey.fromJwk(stored.dpopKey).catch(() => undefined);
      if (!key) return undefined;
      server.useKey(key);
    }
    return stored;
  }

  async #take({ refreshToken, dpopKey }: StoredSession): Promise<TokenAnswer | undefined> {
    const token = await this.#handover?.take(refreshToken);
    if (!token || token.value === this.#used || token.expiresAt < this.parts.now() + MIN_LIFE) return undefined;
    const { bound, ...rest } = token;
    if (!bound) return rest;
    return dpopKey && { ...rest, key: await DpopKey.fromJwk(dpopKey) };
  }

  async #refresh(current: StoredSession): Promise<TokenAnswer | undefined> {
    const { id, server, store, scopes, log } = this.parts;
    const { metadata, client } = server;
    const { refreshToken } = current;
    try {
      const answer = await server.token(
        (options) => oauth.refreshTokenGrantRequest(metadata, client, oauth.None(), refreshToken, options),
        { grant: 'refresh', scopes },
      );
      await this.#keep(answer, answer.refreshToken ?? refreshToken);
      return answer;
    } catch (error) {
      if (!isOver(error)) throw error;
      log.info({ reason: error.details.error }, 'the stored session has ended; somebody has to sign in again');
      await store.remove(id);
      return undefined;
    }
  }

  async #keep({ value, scopes, expiresAt, key }: TokenAnswer, refreshToken: string): Promise<void> {
    const { id, store } = this.parts;
    await store.write(id, { refreshToken, ...(key && { dpopKey: key.toJwk() }) });
    await this.#handover?.leave(refreshToken, { value, scopes, expiresAt, bound: key !== undefined });
  }
}

/** The refresh token is worth nothing any more: expired, revoked, or bound to another key. */
function isOver(error: unknown): error is OktaMcpError {
  if (!(error instanceof OktaMcpError) || error.details.status !== 400) return false;
  const { error: oauthError } = error.details;
  // "Invalid DPoP Public Key binding in refresh token", as opposed to a clock that is wrong.
  return oauthError === 'invalid_grant' || (oauthError === 'invalid_dpop_proof' && /\bbinding\b/i.test(error.message));
}
