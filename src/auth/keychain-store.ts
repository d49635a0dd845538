import { setTimeout as sleep } from 'node:timers/promises';
import { parseSession, type TokenStore } from './token-store.js';

/** What is used of @napi-rs/keyring 2. */
export interface Keyring {
  readonly AsyncEntry: new (
    service: string,
    username: string,
    options: { linux: { store: 'secret-service' } },
  ) => {
    getPassword(): Promise<string | null | undefined>;
    setPassword(password: string): Promise<void>;
    deletePassword(): Promise<boolean>;
  };
}

const SERVICE = 'okta-mcp';

/** A locked keychain asks its owner first; nobody may be there. Milliseconds. */
const PATIENCE = 30_000;

/** Loads the native add-on, which is optional: not every platform has one. */
export async function loadKeyring(): Promise<Keyring> {
  return (await import('@napi-rs/keyring')) as unknown as Keyring;
}

/**
 * The keychain of the operating system: macOS Keychain, Windows Credential Manager, Secret Service on Linux, never the
 * kernel keyring the library falls back to unless told otherwise.
 */
export function keychainStore(load: () => Promise<Keyring> = loadKeyring, patience = PATIENCE): TokenStore {
  let loaded: Promise<Keyring> | undefined;
  async function use<T>(id: string, act: (entry: InstanceType<Keyring['AsyncEntry']>) => Promise<T>): Promise<T> {
    loaded ??= load();
    const work = async ({ AsyncEntry }: Keyring) =>
      act(new AsyncEntry(SERVICE, id, { linux: { store: 'secret-service' } }));
    const giveUp = new AbortController();
    const tooLong = sleep(patience, undefined, { signal: giveUp.signal, ref: false }).then(() => {
      throw new Error(`no answer within ${patience / 1000} seconds; it may be locked`);
    });
    try {
      return await Promise.race([loaded.then(work), tooLong]);
    } catch (error) {
      throw new Error(`the keychain of this system cannot be used: ${reason(error)}`);
    } finally {
      giveUp.abort();
    }
  }
  return {
    kind: 'keychain',
    async read(id) {
      const text = await use(id, (entry) => entry.getPassword());
      if (!text) return undefined;
      try {
        return parseSession(text);
      } catch {
        throw new Error('what the keychain holds is no stored session');
      }
    },
    write: (id, session) => use(id, (entry) => entry.setPassword(JSON.stringify(session))),
    remove: async (id) => void (await use(id, (entry) => entry.deletePassword())),
  };
}

function reason(error: unknown): string {
  if ((error as NodeJS.ErrnoException)?.code === 'ERR_MODULE_NOT_FOUND') return '@napi-rs/keyring is not installed';
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}
