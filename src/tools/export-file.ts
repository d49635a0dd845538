import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { OktaMcpError } from '../errors.js';

/** A file that is not finished yet, and how to go on with it. */
export interface Unfinished {
  readonly part: string;
  /** Those of the file system, so that it is the same file. */
  readonly inode: number;
  readonly bytes: number;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(csv|jsonl)$/;
/** Names of devices on Windows, whatever follows the dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)\./i;

const PART = /^\.okta-collect-[0-9a-f]{24}\.part$/;
/** What nobody went on with for so long is removed, in milliseconds: no cursor lives that long. */
const ABANDONED = 2 * 3_600_000;

const WRITE = constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** Parts that are being written in this process. */
const busy = new Set<string>();

/** @throws OktaMcpError `arguments_invalid` for anything but a plain name that ends in .csv or .jsonl */
export function formatOf(name: string): 'csv' | 'jsonl' {
  const format = DEVICE.test(name) ? undefined : NAME.exec(name)?.[1];
  if (format) return format as 'csv' | 'jsonl';
  throw new OktaMcpError(
    'arguments_invalid',
    '`save_as` must be a plain file name that ends in .csv or .jsonl: letters, digits, "-", "_" and "." only, no folder. Nothing was sent.',
    'Give for example "inactive-users.csv".',
  );
}

/**
 * A new file, readable by its owner only. It is written under another name and gets its own when it is whole, so that no
 * half of it is taken for all; what has that name already stays as it is.
 */
export class ExportFile {
  readonly #path: string;

  private constructor(
    private readonly folder: string,
    private readonly file: FileHandle,
    private readonly part: string,
    private readonly inode: number,
    private bytes: number,
  ) {
    this.#path = join(folder, part);
  }

  /** @throws OktaMcpError `export_unavailable` when it cannot be written, or there is a file of that name */
  static async create(folder: string, name: string): Promise<ExportFile> {
    formatOf(name);
    return told(name, async () => {
      await clear(folder);
      if (await lstat(join(folder, name)).catch(absent)) throw exists(name);
      const part = `.okta-collect-${randomBytes(12).toString('hex')}.part`;
      const file = await open(join(folder, part), WRITE | constants.O_CREAT | constants.O_EXCL, 0o600);
      busy.add(part);
      const { ino } = await file.stat();
      return new ExportFile(folder, file, part, ino, 0);
    });
  }

  /** Goes on where `unfinished` ends. @throws OktaMcpError `export_unavailable` */
  static async reopen(folder: string, name: string, unfinished: Unfinished): Promise<ExportFile> {
    const { part, inode, bytes } = unfinished;
    if (busy.has(part)) throw lost(name, 'another call is writing it');
    busy.add(part);
    try {
      const file = await open(join(folder, part), WRITE).catch(() => {
        throw lost(name, 'it was finished or removed');
      });
      const { ino, size } = await file.stat();
      if (ino !== inode || size < bytes) {
        await file.close();
        throw lost(name, 'it was changed');
      }
      await file.truncate(bytes);
      return new ExportFile(folder, file, part, inode, bytes);
    } catch (error) {
      busy.delete(part);
      throw error;
    }
  }

  /** @throws OktaMcpError `export_unavailable` */
  async write(text: string): Promise<void> {
    const content = Buffer.from(text);
    await told(this.part, async () => {
      for (let done = 0; done < content.length; ) {
        const { bytesWritten } = await this.file.write(content, done, content.length - done, this.bytes + done);
        done += bytesWritten;
      }
    });
    this.bytes += content.length;
  }

  /** Leaves it to be gone on with. */
  async suspend(): Promise<Unfinished> {
    const { part, inode, bytes } = this;
    await this.#close();
    return { part, inode, bytes };
  }

  /** Gives it its name. @throws OktaMcpError as `create` does */
  async publish(name: string): Promise<{ path: string; bytes: number }> {
    const path = join(this.folder, name);
    try {
      await told(name, async () => {
        await this.file.sync();
        // Unlike a renaming, a link replaces nothing.
        await link(this.#path, path);
      });
    } finally {
      await this.drop();
    }
    return { path, bytes: this.bytes };
  }

  /** Removes it, or what is left of it. */
  async drop(): Promise<void> {
    await unlink(this.#path).catch(() => {});
    await this.#close();
  }

  async #close(): Promise<void> {
    busy.delete(this.part);
    await this.file.close().catch(() => {});
  }
}

async function clear(folder: string): Promise<void> {
  const before = Date.now() - ABANDONED;
  for (const name of await readdir(folder)) {
    if (!PART.test(name) || busy.has(name)) continue;
    const facts = await lstat(join(folder, name)).catch(absent);
    if (facts?.isFile() && facts.mtimeMs < before) await unlink(join(folder, name)).catch(() => {});
  }
}

async function told<T>(name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof OktaMcpError || code === undefined) throw error;
    if (code === 'EEXIST') throw exists(name);
    throw new OktaMcpError(
      'export_unavailable',
      `The file cannot be written in the folder of OKTA_EXPORT_DIR (${code}); nothing of it was kept.`,
      'Ask the operator of this server to make the folder writable, on a disk with space that knows hard links, or leave out save_as.',
      { cause: code },
    );
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function exists(name: string): OktaMcpError {
  return new OktaMcpError(
    'export_unavailable',
    `There is something named ${name} already in the folder of OKTA_EXPORT_DIR; files are never overwritten.`,
    'Give another name as `save_as`.',
  );
}

function lost(name: string, why: string): OktaMcpError {
  return new OktaMcpError(
    'export_unavailable',
    `${name} cannot be gone on with: ${why}.`,
    'Call collect again without a cursor, with the same arguments and another `save_as`.',
  );
}
