import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import type { TestProject } from 'vitest/node';

/** What tests run as processes of their own, by its path below `test/`. */
const CHILDREN = [
  'auth/fetch-recorder',
  'auth/keychain-child',
  'auth/session-child',
  'auth/under-collection',
  'okta/under-collection',
  'server/sign-in-child',
  'server/stdio-child',
] as const;
export type Child = (typeof CHILDREN)[number];

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with what is built. */
    built: string;
  }
}

const root = resolve(import.meta.dirname, '..');

/** Built once for all test files, because TypeScript as it lies takes three times as long to start. */
export default async function (project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'okta-mcp-built-'));
  // Beside links to the sources, so that `dist/` stays as it is.
  for (const name of ['package.json', 'src', 'generated', 'specs', 'words', 'node_modules']) {
    await symlink(join(root, name), join(folder, name));
  }
  const make = async () => {
    await Promise.all([ship(folder), children(folder)]);
  };
  await make();
  project.onTestsRerun(make);
  project.provide('built', folder);
  return () => rm(folder, { recursive: true });
}

/** What ships, by the build's own script. */
async function ship(folder: string): Promise<void> {
  const script = join(root, 'scripts/bundle.ts');
  await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { cwd: folder });
}

async function children(folder: string): Promise<void> {
  await build({
    entryPoints: CHILDREN.map((name) => join(root, 'test', `${name}.ts`)),
    outbase: join(root, 'test'),
    outdir: join(folder, 'test'),
    ...asModule,
  });
}

/** A program and everything it imports as one module for Node. */
export const asModule = {
  bundle: true,
  keepNames: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  external: ['@napi-rs/keyring'],
  // For dependencies that are CommonJS.
  banner: {
    js: `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`,
  },
  logLevel: 'warning',
} as const satisfies BuildOptions;
