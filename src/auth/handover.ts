import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './file-store.js';

/** An access token on its way to the other processes that share its session. */
export interface HandedToken {
  readonly value: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Bound to the DPoP key of the session. */
  readonly bound: boolean;
}

/**
 * Spares the processes that share a session their own refresh, which under rotation would be a race: whoever refreshed
 * leaves the access token in a file that only those can read who can read the store, since its key is made from the
 * refresh token in there.
 */
export class Handover {
  readonly #path: string;

  constructor(
    private readonly directory: string,
    id: string,
  ) {
    this.#path = join(directory, `${id}.handover`);
  }

  async leave(refreshToken: string, token: HandedToken): Promise<void> {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', keyFrom(refreshToken), iv);
    const text = Buffer.concat([cipher.update(JSON.stringify(token), 'utf8'), cipher.final()]);
    // Without it the others refresh themselves.
    await replaceFile(this.directory, this.#path, Buffer.concat([iv, cipher.getAuthTag(), text])).catch(() => {});
  }

  /** What was left together with this refresh token. */
  async take(refreshToken: string): Promise<HandedToken | undefined> {
    try {
      const file = await readFile(this.#path);
      const decipher = createDecipheriv('aes-256-gcm', keyFrom(refreshToken), file.subarray(0, 12));
      decipher.setAuthTag(file.subarray(12, 28));
      const text = Buffer.concat([decipher.update(file.subarray(28)), decipher.final()]);
      return JSON.parse(text.toString('utf8')) as HandedToken;
    } catch {
      return undefined;
    }
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => {});
  }
}

function keyFrom(refreshToken: string): Buffer {
  return Buffer.from(hkdfSync('sha256', refreshToken, '', 'okta-mcp handover', 32));
}
