import { join } from 'node:path';
import { OktaMcpError } from '../errors.js';
import type { Log } from '../log.js';
import { fileStore } from './file-store.js';
import { type Keyring, keychainStore } from './keychain-store.js';
import { forgivingStore, memoryStore, type StoreSettings, strictStore, type TokenStore } from './token-store.js';

/** The store the settings ask for. A failing one costs a sign-in, never a call. */
export function openStore(settings: StoreSettings, log: Log, loadKeyring?: () => Promise<Keyring>): TokenStore {
  const { kind } = settings;
  if (kind === 'memory') return memoryStore();
  if (kind === 'auto') return whereThereIsOne(keychainStore(loadKeyring), log);
  return forgivingStore(lastingStore(settings, loadKeyring), log);
}

/**
 * The same for `login` and `logout`, which are about nothing else.
 * @throws OktaMcpError `config_invalid` when nothing lasts; so does the store when it fails
 */
export function openLastingStore(settings: StoreSettings): TokenStore {
  if (settings.kind !== 'memory') return strictStore(lastingStore(settings));
  throw new OktaMcpError(
    'config_invalid',
    'There is no place where a session would outlive this command (no keychain in a container or CI, or OKTA_TOKEN_STORE=memory).',
    'Set OKTA_TOKEN_STORE=file, and OKTA_TOKEN_STORE_KEY to the output of: openssl rand -base64 32',
  );
}

function lastingStore(settings: StoreSettings, loadKeyring?: () => Promise<Keyring>): TokenStore {
  // The configuration was refused without a key.
  return settings.kind === 'file' ? fileStore(sessionDirectory(settings), settings.key!) : keychainStore(loadKeyring);
}

/** For stored sessions, lock files and handovers. */
export function sessionDirectory({ directory }: StoreSettings): string {
  return join(directory, 'sessions');
}

/** The keychain, or memory from its first failure on: many machines have none, and nobody asked for it. */
function whereThereIsOne(keychain: TokenStore, log: Log): TokenStore {
  const memory = memoryStore();
  let store = keychain;
  const attempt = async <T>(act: (store: TokenStore) => Promise<T>): Promise<T> => {
    try {
      return await act(store);
    } catch (error) {
      if (store === memory) throw error;
      store = memory;
      const reason = error instanceof Error ? error.message : String(error);
      log.info({ reason }, 'no keychain here; a sign-in lasts as long as this process');
      return await act(memory);
    }
  };
  return {
    get kind() {
      return store.kind;
    },
    read: (id) => attempt((current) => current.read(id)),
    write: (id, session) => attempt((current) => current.write(id, session)),
    remove: (id) => attempt((current) => current.remove(id)),
  };
}
