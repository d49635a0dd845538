import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OktaMcpError } from '../errors.js';
import type { Log } from '../log.js';

/** Longer than any refresh takes: three exchanges of 10 s, a keychain that needs 30 s to read and to write. Milliseconds. */
const STALE_AFTER = 120_000;
const LOOK_EVERY = 50;

/**
 * Runs `work` while no other process on this machine does for the same session, by a lock file. A lock whose process
 * died, or that is older than any refresh takes, is taken over. Where no file can be made, it goes on without.
 * @throws OktaMcpError `auth_unreachable` when the lock does not come free, or what `work` throws
 */
export async function withSessionLock<T>(
  { directory, id, log }: { readonly directory: string; readonly id: string; readonly log: Pick<Log, 'warn'> },
  work: () => Promise<T>,
): Promise<T> {
  const path = join(directory, `${id}.lock`);
  const mine = `${process.pid} ${hostname()} ${randomUUID()}`;
  const deadline = performance.now() + STALE_AFTER * 2;
  for (;;) {
    const made = await create(directory, path, mine);
    if (made === true) break;
    if (made !== 'EEXIST') {
      log.warn(
        { path, reason: made },
        'no lock file can be made; other processes may renew the session at the same time',
      );
      return await work();
    }
    if (performance.now() > deadline) {
      throw new OktaMcpError(
        'auth_unreachable',
        'Another process holds the stored session for too long.',
        `If no other okta-mcp runs, delete ${path}.`,
      );
    }
    await removeStale(path);
    await sleep(LOOK_EVERY);
  }
  try {
    return await work();
  } finally {
    if ((await readFile(path, 'utf8').catch(() => '')) === mine) {
      // One that cannot be deleted goes stale; what `work` gave is not lost over it.
      await rm(path, { force: true }).catch(() => {});
    }
  }
}

/** True, or the code of the error. */
async function create(directory: string, path: string, owner: string): Promise<true | string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(path, owner, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

async function removeStale(path: string): Promise<void> {
  const owner = await readFile(path, 'utf8').catch(() => undefined);
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  );
  if (owner === undefined || age === undefined) return;
  const [pid, host] = owner.split(' ');
  if (age < STALE_AFTER && !(host === hostname() && isDead(Number(pid)))) return;
  // Moved away first: by now the lock may be a new one, which then goes back.
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => undefined);
  if (moved !== undefined && moved !== owner) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

function isDead(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
