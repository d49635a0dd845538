import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, sep } from 'node:path';
import { OktaMcpError } from '../errors.js';

/** Opening a pipe must not wait for somebody who writes into it. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a file that lies in `folder`, or in a folder below it, wherever links lead.
 * @param path relative to `folder`
 * @param most bytes it may have
 * @throws OktaMcpError `arguments_invalid` for anything else than a regular file inside, and for one that is too large
 */
export async function readImport(
  folder: string,
  path: string,
  most: number,
): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  if (path === '' || isAbsolute(path) || path.includes('\0') || path.split(/[/\\]/).includes('..')) throw outside(path);
  try {
    const root = await realpath(folder);
    const real = await realpath(join(root, path));
    if (!real.startsWith(root + sep)) throw outside(path);
    const file = await open(real, READ);
    try {
      const facts = await file.stat();
      if (!facts.isFile()) throw refused(path, 'is no file');
      // What was opened must be what was looked up, whoever changes the folder meanwhile.
      const now = await stat(await realpath(join(root, path)));
      if (now.ino !== facts.ino || now.dev !== facts.dev) throw refused(path, 'was changed while it was read');
      if (facts.size > most) throw refused(path, `has ${facts.size} bytes, more than the ${most} that can be sent`);
      const bytes = new Uint8Array(facts.size + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        ({ bytesRead: read } = await file.read(bytes, length, bytes.length - length, length));
      }
      if (length !== facts.size) throw refused(path, 'was changed while it was read');
      return { name: basename(path), bytes: bytes.subarray(0, length) };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof OktaMcpError || code === undefined) throw error;
    throw refused(path, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
}

function outside(path: string): OktaMcpError {
  return refused(path, 'lies outside');
}

function refused(path: string, why: string): OktaMcpError {
  return new OktaMcpError(
    'arguments_invalid',
    `${JSON.stringify(path.slice(0, 200))} ${why}; files are read from the folder of OKTA_IMPORT_DIR only. Nothing was sent.`,
    'Give the path of a file in that folder, relative to it, or the content as `data`.',
  );
}
