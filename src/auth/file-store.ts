import { createCipheriv, createDecipheriv, randomBytes, randomUUID, scryptSync } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secret } from '../secret.js';
import { rawKey } from './store-key.js';
import { parseSession, type TokenStore } from './token-store.js';

/** Marks the file format; its last byte is the version. */
const MAGIC = Buffer.from('OMCPTK\0\x01', 'latin1');
const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = MAGIC.length + SALT_BYTES + IV_BYTES + TAG_BYTES;

/** RFC 7914; 32 MiB and some 100 ms per derivation. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };

/**
 * One encrypted file per session (AES-256-GCM), readable by its owner only and replaced as a whole. The session's name is
 * authenticated with it, so that a file moved to another name is refused.
 */
export function fileStore(directory: string, key: Secret): TokenStore {
  /** By salt, because deriving is slow on purpose. */
  const derived = new Map<string, Buffer>();
  const keyFor = (salt: Buffer) => {
    const raw = rawKey(key.reveal());
    if (raw) return raw;
    const name = salt.toString('hex');
    const found = derived.get(name) ?? scryptSync(key.reveal(), salt, 32, SCRYPT);
    derived.set(name, found);
    return found;
  };
  let lastSalt: Buffer | undefined;
  const path = (id: string) => join(directory, `${id}.session`);

  return {
    kind: 'file',
    async read(id) {
      const file = await readFile(path(id)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw new Error(`${path(id)} cannot be read (${error.code})`);
      });
      if (!file) return undefined;
      if (file.length <= HEADER_BYTES || !file.subarray(0, MAGIC.length).equals(MAGIC)) {
        throw new Error(`${path(id)} is cut off or is no stored session`);
      }
      const [salt, iv, tag, text] = split(file.subarray(MAGIC.length), SALT_BYTES, IV_BYTES, TAG_BYTES);
      try {
        const decipher = createDecipheriv('aes-256-gcm', keyFor(salt), iv).setAAD(bound(salt, id)).setAuthTag(tag);
        const session = parseSession(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8'));
        lastSalt = salt;
        return session;
      } catch {
        throw new Error(`${path(id)} was made with another OKTA_TOKEN_STORE_KEY, or is damaged`);
      }
    },
    async write(id, session) {
      lastSalt ??= randomBytes(SALT_BYTES);
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(lastSalt), iv).setAAD(bound(lastSalt, id));
      const text = Buffer.concat([cipher.update(JSON.stringify(session), 'utf8'), cipher.final()]);
      await replaceFile(directory, path(id), Buffer.concat([MAGIC, lastSalt, iv, cipher.getAuthTag(), text]));
    },
    remove: (id) => rm(path(id), { force: true }),
  };
}

/** What is authenticated beside the text. */
function bound(salt: Buffer, id: string): Buffer {
  return Buffer.concat([MAGIC, salt, Buffer.from(id)]);
}

function split(bytes: Buffer, ...lengths: [number, number, number]): [Buffer, Buffer, Buffer, Buffer] {
  const [one, two, three] = lengths;
  return [
    bytes.subarray(0, one),
    bytes.subarray(one, one + two),
    bytes.subarray(one + two, one + two + three),
    bytes.subarray(one + two + three),
  ];
}

/** Whoever reads the file sees the old contents or the new, never a part. Owner only, from the first byte on. */
export async function replaceFile(directory: string, path: string, contents: Buffer): Promise<void> {
  const part = `${path}.${randomUUID()}`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw new Error(`${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}
