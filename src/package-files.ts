import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KnownNames } from './config.js';
import type { ToolFile } from './tools/definition.js';
import type { Bodies } from './tools/describe-tool.js';
import { parseSayings } from './tools/sayings.js';
import type { SearchParts } from './tools/search.js';
import { parseVocabulary, WordVectors } from './tools/word-vectors.js';
import type { Lexicon } from './tools/words.js';
import { united } from './united.js';

/** `src/` and `dist/` both lie directly in the package; a bundle is CommonJS and has `__dirname`, but no `import.meta`. */
const PACKAGE = join(typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url)), '..');

/** `generated/tools.json`. Read, not imported: type-checking the import takes seconds. */
export function readToolFile(): ToolFile {
  return readJson('generated/tools.json') as ToolFile;
}

/** `generated/lexicon.json` and `words/`: for finding tools, read when somebody looks for one. */
export function readSearchFiles(): Pick<SearchParts, 'lexicon' | 'sayings' | 'vectors'> {
  const read = (name: string) => readFileSync(join(PACKAGE, 'words', name));
  const rows = read('vectors.bin');
  return {
    lexicon: readJson('generated/lexicon.json') as Lexicon,
    sayings: parseSayings(read('sayings.txt').toString('utf8')),
    vectors: new WordVectors(
      parseVocabulary(read('vocabulary.txt').toString('utf8')),
      new Int8Array(rows.buffer, rows.byteOffset, rows.length),
    ),
  };
}

/** `generated/bodies.json`, read once: large, and only describing a tool needs it. */
export function readBodies(): Bodies {
  bodies ??= readJson('generated/bodies.json') as Bodies;
  return bodies;
}

let bodies: Bodies | undefined;

/** Okta's specification as `spec:import` wrote it, read once: only the demo org needs it, on its first request. */
export function readSpecification(): object {
  specification ??= united(
    ['okta-management', 'okta-governance', 'okta-oauth'].map((name) => readJson(`specs/${name}.json`) as object),
  );
  return specification;
}

let specification: object | undefined;

/** Version of this package. */
export function packageVersion(): string {
  return (readJson('package.json') as { version: string }).version;
}

/** The names a configuration may mention. */
export function knownNames({ scopes, toolsets, presets = {}, tools }: ToolFile): KnownNames {
  return {
    scopes,
    toolsets: [...Object.keys(presets), ...Object.keys(toolsets)],
    tools: tools.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
  };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(PACKAGE, path), 'utf8'));
}
