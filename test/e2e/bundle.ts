import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Runs a program to its end; rejects, with its output, when it exits with another code than 0. */
export const run = promisify(execFile);

export const root = resolve(import.meta.dirname, '../..');

/** The environment of a child process: the caller's, without any Okta setting of the developer. */
export function cleanEnvironment(settings: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('OKTA_')) as [string, string][];
  return { ...Object.fromEntries(kept), ...settings };
}

export interface Bundle {
  /** Path of the script to run with Node. */
  readonly script: string;
  remove(): Promise<void>;
}

/** What ships, built by the build's own script beside links to the sources, so that `dist/` stays as it is. */
export async function bundle(): Promise<Bundle> {
  const folder = await mkdtemp(join(tmpdir(), 'okta-mcp-bundle-'));
  for (const name of ['package.json', 'src', 'generated', 'specs', 'words', 'node_modules']) {
    await symlink(join(root, name), join(folder, name));
  }
  await run(process.execPath, ['--import', 'tsx', join(root, 'scripts/bundle.ts')], { cwd: folder });
  return { script: join(folder, 'dist/okta-mcp.cjs'), remove: () => rm(folder, { recursive: true }) };
}
