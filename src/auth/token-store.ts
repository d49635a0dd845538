import { createHash } from 'node:crypto';
import type { JWK } from 'jose';
import { OktaMcpError } from '../errors.js';
import type { Log } from '../log.js';
import type { Secret } from '../secret.js';

/** `OKTA_TOKEN_STORE`: `auto` is the keychain where there is one, else memory. */
export const STORE_KINDS = ['auto', 'memory', 'keychain', 'file'] as const;

export interface StoreSettings {
  readonly kind: (typeof STORE_KINDS)[number];
  /** Encrypts the file; needed for `file`, unused otherwise. */
  readonly key?: Secret;
  /** Where files of this program live: stored sessions and lock files. */
  readonly directory: string;
}

/** All that outlives the process: what is needed to get the next access token without a person. */
export interface StoredSession {
  readonly refreshToken: string;
  /** The private key the refresh token is bound to. */
  readonly dpopKey?: JWK;
}

/** Keeps sessions by their {@link sessionId}. Any method may throw, with messages that hold no secret. */
export interface TokenStore {
  readonly kind: 'memory' | 'keychain' | 'file';
  read(id: string): Promise<StoredSession | undefined>;
  write(id: string, session: StoredSession): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface SessionOwner {
  readonly orgUrl: string;
  readonly clientId: string;
  /** Whose rights the tokens carry. */
  readonly principal: 'user';
  readonly scopes: readonly string[];
}

/** A name that differs whenever org, client, kind of principal or scopes differ, so that no session is used for another. */
export function sessionId({ orgUrl, clientId, principal, scopes }: SessionOwner): string {
  const owner = JSON.stringify([new URL(orgUrl).origin, clientId, principal, [...new Set(scopes)].sort()]);
  return createHash('sha256').update(owner).digest('hex').slice(0, 32);
}

export function memoryStore(): TokenStore {
  const sessions = new Map<string, StoredSession>();
  return {
    kind: 'memory',
    read: async (id) => sessions.get(id),
    write: async (id, session) => void sessions.set(id, session),
    remove: async (id) => void sessions.delete(id),
  };
}

/**
 * A store whose failures cost a sign-in and nothing more: they are warned about, what cannot be read counts as absent,
 * and what cannot be written is kept in memory.
 */
export function forgivingStore(store: TokenStore, log: Pick<Log, 'warn'>): TokenStore {
  const memory = memoryStore();
  const warn = (error: unknown, consequence: string) => {
    log.warn({ store: store.kind, reason: reasonOf(error) }, `stored session: ${consequence}`);
  };
  return {
    kind: store.kind,
    async read(id) {
      // What could not be written is newer than what the store still has, whose refresh token may have been replaced.
      const kept = await memory.read(id);
      if (kept) return kept;
      try {
        return await store.read(id);
      } catch (error) {
        warn(error, 'cannot be used, so somebody has to sign in again');
        return undefined;
      }
    },
    async write(id, session) {
      try {
        await store.write(id, session);
        await memory.remove(id);
      } catch (error) {
        warn(error, 'cannot be kept, so it ends with this process');
        await memory.write(id, session);
      }
    },
    async remove(id) {
      await memory.remove(id);
      await store.remove(id).catch((error: unknown) => warn(error, 'cannot be deleted'));
    },
  };
}

/** For commands about the store itself: what it cannot do is an OktaMcpError `config_invalid`. */
export function strictStore(store: TokenStore): TokenStore {
  const failed = (error: unknown) => {
    throw new OktaMcpError(
      'config_invalid',
      `The store for sessions (${store.kind}) fails: ${reasonOf(error)}.`,
      'Put that right, or choose another store with OKTA_TOKEN_STORE.',
    );
  };
  return {
    kind: store.kind,
    read: (id) => store.read(id).catch(failed),
    write: (id, session) => store.write(id, session).catch(failed),
    remove: (id) => store.remove(id).catch(failed),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Reads what a store kept as JSON.
 * @throws when it is no session
 */
export function parseSession(text: string): StoredSession {
  const { refreshToken, dpopKey } = JSON.parse(text) as Partial<StoredSession>;
  if (typeof refreshToken !== 'string' || refreshToken === '') throw new TypeError('no refresh token in it');
  return { refreshToken, ...(dpopKey && typeof dpopKey === 'object' && { dpopKey }) };
}
