import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { Document } from '../document.js';

/** `generated/okta-api.d.ts`: `paths` and `components` of the allowlisted operations, for hand-written calls. */
export async function emitApiTypes(document: Document, header: string): Promise<string> {
  // Properties with a default would otherwise become required in request bodies.
  const nodes = await openapiTS(structuredClone(document) as unknown as OpenAPI3, {
    defaultNonNullable: false,
    silent: true,
  });
  return `${header}\n${astToString(nodes)}`;
}
