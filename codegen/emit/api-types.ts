import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { Document } from '../document.js';

/**
 * `generated/api/<document>.d.ts`: `paths` and `components` of the offered operations, for hand-written calls; and
 * `generated/okta-api.d.ts`: the `paths` of all.
 */
export async function emitApiTypes(
  documents: ReadonlyMap<string, Document>,
  header: string,
): Promise<[path: string, contents: string][]> {
  const files: [string, string][] = [];
  for (const [name, document] of documents) {
    // Properties with a default would otherwise become required in request bodies.
    const nodes = await openapiTS(structuredClone(document) as unknown as OpenAPI3, {
      defaultNonNullable: false,
      silent: true,
    });
    files.push([`generated/api/${name}.d.ts`, `${header}\n${astToString(nodes)}`]);
  }
  const names = [...documents.keys()];
  const imports = names.map((name, at) => `import type { paths as paths${at} } from './api/${name}.js';`);
  const bases = names.map((_, at) => `paths${at}`).join(', ');
  const lines = [header, ...imports, '', `export interface paths extends ${bases} {}`, ''];
  return [...files, ['generated/okta-api.d.ts', lines.join('\n')]];
}
