import { createHash } from 'node:crypto';
import { canonical } from './canonical.js';
import { distil } from './distil.js';
import { operationsOf, validate } from './document.js';
import { type Origin, sourceFile } from './source.js';

export interface ImportOptions extends Omit<Origin, 'release' | 'sha256'> {
  /** How problems name the published file. */
  readonly file: string;
  /** Of Okta, where the document counts its own versions; absent, its `info.version` is the release. */
  readonly release?: string;
  /** Current text of `specs/SOURCE.md`; other documents' sections are kept. */
  readonly sources?: string;
}

export interface Imported {
  /** Contents by path, relative to the project. */
  readonly files: ReadonlyMap<string, string>;
  /** One line for the terminal. */
  readonly summary: string;
}

/**
 * A published OpenAPI document -> `specs/<name>.json` and `specs/SOURCE.md`. Pure: the same text gives the same bytes.
 * @throws CodegenError with every unknown defect and its line, or with what swagger-parser refuses.
 */
export async function importSpec(text: string, options: ImportOptions): Promise<Imported> {
  const { name, upstream, url, file, sources = '' } = options;
  const distilled = distil(text, file, options.release);
  const { document, fixes } = distilled;
  const path = `specs/${name}.json`;
  await validate(document, path);
  const release = document.info.version;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const operations = operationsOf(document).length;
  const origin = { name, release, upstream, sha256, ...(url === undefined ? {} : { url }) };
  const files = new Map([
    [path, canonical(document)],
    ['specs/SOURCE.md', sourceFile(sources, origin, distilled, operations)],
  ]);
  const schemas = Object.keys(document.components.schemas ?? {}).length;
  return {
    files,
    summary: `${path}: release ${release}, ${operations} operations, ${schemas} schemas, ${fixes.length} repairs`,
  };
}
