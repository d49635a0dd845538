import { chmodSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileStore } from '../../src/auth/file-store.js';
import { type Keyring, keychainStore } from '../../src/auth/keychain-store.js';
import { openStore } from '../../src/auth/open-store.js';
import { isUsableStoreKey } from '../../src/auth/store-key.js';
import { forgivingStore, memoryStore, type StoredSession, sessionId } from '../../src/auth/token-store.js';
import { createLog } from '../../src/log.js';
import { Secret } from '../../src/secret.js';
import { temporaryDirectory } from './scratch.js';

const KEY = new Secret(Buffer.alloc(32, 7).toString('base64'));
const session: StoredSession = { refreshToken: 'CANARY-refresh', dpopKey: { kty: 'EC', d: 'CANARY-key' } };
const ID = 'a'.repeat(32);

describe('sessionId', () => {
  const owner = { orgUrl: 'https://a.okta.com', clientId: '0oa', principal: 'user', scopes: ['x', 'y'] } as const;
  test.each([
    ['another org', { orgUrl: 'https://b.okta.com' }, false],
    ['another port', { orgUrl: 'https://a.okta.com:8443' }, false],
    ['another client', { clientId: '0ob' }, false],
    ['a scope more', { scopes: ['x', 'y', 'z'] }, false],
    ['a scope less', { scopes: ['x'] }, false],
    ['scopes run together', { scopes: ['x y'] }, false],
    ['the scopes in another order', { scopes: ['y', 'x'] }, true],
    ['a scope twice', { scopes: ['y', 'x', 'y'] }, true],
    ['a slash at the end', { orgUrl: 'https://a.okta.com/' }, true],
  ])('with %s', (_, change, same) => {
    expect(sessionId({ ...owner, ...change }) === sessionId(owner)).toBe(same);
  });
});

test.each([
  [Buffer.alloc(32, 255).toString('base64'), true],
  [Buffer.alloc(32, 255).toString('base64url'), true],
  ['ab'.repeat(32), true],
  ['a passphrase of 16', true],
  ['fifteen letters', false],
  ['x', false],
])('a store key %s is usable: %s', (text, want) => {
  expect(isUsableStoreKey(text)).toBe(want);
});

describe('file', () => {
  test.each([
    ['key', KEY.reveal()],
    ['passphrase', 'correct horse battery staple'],
  ])('what is written with a %s is read by another process, and by nobody without it', async (_, text) => {
    const directory = join(temporaryDirectory(), 'deep', 'down');
    await fileStore(directory, new Secret(text)).write(ID, session);
    expect(await fileStore(directory, new Secret(text)).read(ID)).toEqual(session);
    await expect(fileStore(directory, new Secret(`${text}!`)).read(ID)).rejects.toThrow(/another OKTA_TOKEN_STORE_KEY/);
  });

  test('is for its owner only, has no plain text and leaves nothing beside it', async () => {
    const directory = join(temporaryDirectory(), 'sessions');
    const store = fileStore(directory, KEY);
    await store.write(ID, session);
    await store.write(ID, { refreshToken: 'CANARY-next' });
    const [name, ...others] = readdirSync(directory);
    expect(others).toEqual([]);
    expect(statSync(join(directory, name!)).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(directory, name!)).toString('latin1')).not.toContain('CANARY');
    expect(await store.read(ID)).toEqual({ refreshToken: 'CANARY-next' });
  });

  test('no two files are encrypted alike', async () => {
    const directory = temporaryDirectory();
    const store = fileStore(directory, KEY);
    const bytes: string[] = [];
    for (let time = 0; time < 3; time++) {
      await store.write(ID, session);
      bytes.push(readFileSync(join(directory, readdirSync(directory)[0]!)).toString('hex'));
    }
    expect(new Set(bytes).size).toBe(3);
  });

  test('under the name of another session is refused', async () => {
    const directory = temporaryDirectory();
    const store = fileStore(directory, KEY);
    await store.write(ID, session);
    const other = 'b'.repeat(32);
    writeFileSync(join(directory, `${other}.session`), readFileSync(join(directory, `${ID}.session`)));
    await expect(store.read(other)).rejects.toThrow(/damaged/);
  });

  test('whatever happens to the file, it is refused in words and without a secret', async () => {
    const directory = temporaryDirectory();
    const store = fileStore(directory, KEY);
    await store.write(ID, session);
    const path = join(directory, `${ID}.session`);
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, by, cut) => {
          const damaged = Buffer.from(whole);
          damaged[at]! ^= by;
          writeFileSync(path, cut ? whole.subarray(0, at) : damaged);
          const failure = await store.read(ID).catch((error: unknown) => error);
          expect(failure).toBeInstanceOf(Error);
          expect(String(failure)).toMatch(/cut off|damaged/);
          expect(String(failure)).not.toContain('CANARY');
        },
      ),
    );
  });

  test('is gone once removed', async () => {
    const store = fileStore(temporaryDirectory(), KEY);
    await store.write(ID, session);
    await store.remove(ID);
    await store.remove(ID);
    expect(await store.read(ID)).toBeUndefined();
  });
});

describe('a store that fails costs a sign-in, never a call', () => {
  test.each<[string, (path: string) => void, RegExp]>([
    ['cut off', (path) => truncateSync(path, 20), /cut off/],
    ['empty', (path) => truncateSync(path, 0), /cut off/],
    ['something else', (path) => writeFileSync(path, 'x'.repeat(200)), /no stored session/],
    ['unreadable', (path) => (process.getuid?.() === 0 ? truncateSync(path, 9) : chmodSync(path, 0)), /cut off|EACCES/],
  ])('a file that is %s', async (_, damage, reason) => {
    const directory = temporaryDirectory();
    await fileStore(directory, KEY).write(ID, session);
    damage(join(directory, `${ID}.session`));
    const warned: unknown[] = [];
    const store = forgivingStore(fileStore(directory, KEY), { warn: (facts: unknown) => void warned.push(facts) });
    expect(await store.read(ID)).toBeUndefined();
    expect(warned).toEqual([{ store: 'file', reason: expect.stringMatching(reason) }]);
    await store.write(ID, { refreshToken: 'CANARY-next' });
    expect(await fileStore(directory, KEY).read(ID)).toEqual({ refreshToken: 'CANARY-next' });
  });

  test('a wrong key', async () => {
    const directory = temporaryDirectory();
    await fileStore(directory, KEY).write(ID, session);
    const warned: unknown[] = [];
    const other = fileStore(directory, new Secret('another passphrase'));
    const store = forgivingStore(other, { warn: (facts: unknown) => void warned.push(facts) });
    expect(await store.read(ID)).toBeUndefined();
    expect(JSON.stringify(warned)).toContain('another OKTA_TOKEN_STORE_KEY');
  });

  test('one that can be read but not written does not bring back what was replaced', async () => {
    const full = {
      kind: 'file',
      read: async () => ({ refreshToken: 'CANARY-rotated' }),
      write: () => Promise.reject(new Error('the disk is full')),
      remove: async () => {},
    } as const;
    const store = forgivingStore(full, { warn: () => {} });
    expect(await store.read(ID)).toEqual({ refreshToken: 'CANARY-rotated' });
    await store.write(ID, session);
    expect(await store.read(ID)).toEqual(session);
  });

  test('a directory that cannot be written keeps the session in memory', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    const warned: unknown[] = [];
    const store = forgivingStore(fileStore(file, KEY), { warn: (facts: unknown) => void warned.push(facts) });
    await store.write(ID, session);
    expect(await store.read(ID)).toEqual(session);
    expect(warned).toHaveLength(1);
    await store.remove(ID);
    expect(await store.read(ID)).toBeUndefined();
  });
});

/** What @napi-rs/keyring does, in memory. */
function keyring(act: (name: string) => void = () => {}) {
  const entries = new Map<string, string>();
  const options: unknown[] = [];
  class AsyncEntry {
    readonly #name: string;
    constructor(service: string, username: string, more: unknown) {
      this.#name = `${service} ${username}`;
      options.push(more);
    }
    async getPassword() {
      act('get');
      return entries.get(this.#name) ?? null;
    }
    async setPassword(password: string) {
      act('set');
      entries.set(this.#name, password);
    }
    async deletePassword() {
      act('delete');
      return entries.delete(this.#name);
    }
  }
  return { entries, options, load: async () => ({ AsyncEntry }) as Keyring };
}

describe('keychain', () => {
  test('keeps a session, in the Secret Service and nowhere else on Linux', async () => {
    const { load, entries, options } = keyring();
    const store = keychainStore(load);
    expect(await store.read(ID)).toBeUndefined();
    await store.write(ID, session);
    expect(await keychainStore(load).read(ID)).toEqual(session);
    expect([...entries.keys()]).toEqual([`okta-mcp ${ID}`]);
    await store.remove(ID);
    expect(entries.size).toBe(0);
    expect(new Set(options.map((each) => JSON.stringify(each)))).toEqual(
      new Set(['{"linux":{"store":"secret-service"}}']),
    );
  });

  test.each<[string, () => Promise<Keyring>, RegExp]>([
    [
      'is not installed',
      () => Promise.reject(Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' })),
      /not installed/,
    ],
    [
      'has no service behind it',
      keyring(() => {
        throw new Error('no Secret Service');
      }).load,
      /no Secret Service/,
    ],
    [
      'never answers',
      async () =>
        ({
          AsyncEntry: class {
            getPassword = () => new Promise(() => {});
          },
        }) as unknown as Keyring,
      /locked/,
    ],
  ])('one that %s is said', async (_, load, reason) => {
    await expect(keychainStore(load, 20).read(ID)).rejects.toThrow(reason);
  });

  test('one that takes long to load is said, once', async () => {
    let resolve = (_: Keyring) => {};
    const loaded = new Promise<Keyring>((...both) => {
      [resolve] = both;
    });
    const store = keychainStore(() => loaded, 20);
    await expect(store.read(ID)).rejects.toThrow(/locked/);
    resolve(await keyring().load());
    expect(await store.read(ID)).toBeUndefined();
  });

  test('holding something else is said', async () => {
    const { load, entries } = keyring();
    entries.set(`okta-mcp ${ID}`, '"CANARY"');
    const failure = await keychainStore(load).read(ID).catch(String);
    expect(failure).toMatch(/no stored session/);
    expect(failure).not.toContain('CANARY');
  });

  test('where there is none, auto stays in memory from then on', async () => {
    let asked = 0;
    const { load } = keyring(() => {
      asked += 1;
      throw new Error('no Secret Service');
    });
    const store = openStore({ kind: 'auto', directory: '/nowhere' }, createLog({ level: 'silent' }), load);
    expect(await store.read(ID)).toBeUndefined();
    await store.write(ID, session);
    expect(await store.read(ID)).toEqual(session);
    expect([asked, store.kind]).toEqual([1, 'memory']);
  });
});

test('memory forgets nothing but what is removed', async () => {
  const store = memoryStore();
  await store.write(ID, session);
  expect(await store.read(ID)).toEqual(session);
  await store.remove(ID);
  expect(await store.read(ID)).toBeUndefined();
});
