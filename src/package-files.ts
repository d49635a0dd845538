import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KnownNames } from './config.js';
import type { ToolFile } from './tools/definition.js';

/** `src/` and `dist/` both lie directly in the package; a bundle is CommonJS and has `__dirname`, but no `import.meta`. */
const PACKAGE = join(typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url)), '..');

/** `generated/tools.json`. Read, not imported: type-checking the import takes seconds. */
export function readToolFile(): ToolFile {
  return readJson('generated/tools.json') as ToolFile;
}

/** Okta's specification as `spec:import` wrote it, read once: only the demo org needs it, on its first request. */
export function readSpecification(): object {
  specification ??= readJson('specs/okta-management.json') as object;
  return specification;
}

let specification: object | undefined;

/** Version of this package. */
export function packageVersion(): string {
  return (readJson('package.json') as { version: string }).version;
}

/** The names a configuration may mention. */
export function knownNames({ scopes, toolsets, tools }: ToolFile): KnownNames {
  return { scopes, toolsets: Object.keys(toolsets), tools: tools.map(({ name }) => name) };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(PACKAGE, path), 'utf8'));
}
