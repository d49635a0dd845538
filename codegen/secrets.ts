import type { ToolsConfig } from './config.js';
import {
  type ApiOperation,
  type Document,
  escapePointer,
  isRef,
  resolve,
  resolveRef,
  type SchemaOrRef,
} from './document.js';
import { isJson } from './operation.js';

/** Properties that are secret because of what holds them, by the name of the holder. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  hash: ['value', 'salt'],
  // Of hooks: what Okta sends along to prove itself.
  headers: ['value'],
};

/**
 * JSON pointers of what a success reply may hold that nobody but its owner should see, sorted; `*` stands for every item
 * of an array and every value of a map. Secret is what the specification calls write-only, what has a name of
 * `secret_names`, and what proves a password or a caller.
 */
export function secretsOf(document: Document, { secret_names }: ToolsConfig, { operation }: ApiOperation): string[] {
  const named = secret_names === '' ? /(?!)/ : new RegExp(secret_names, 'i');
  const found = new Set<string>();
  const seen = new Set<string>();

  /** @param base reached through `allOf`, where a discriminator is about the siblings */
  function walk(schema: SchemaOrRef, path: readonly string[], base: boolean, trail: readonly string[]): void {
    if (isRef(schema)) {
      const visit = `${schema.$ref} ${path.join('/')} ${base}`;
      // Every union of Okta's is reached from each of its variants again.
      if (seen.has(visit) || trail.filter((ref) => ref === schema.$ref).length > 2) return;
      seen.add(visit);
      walk(resolveRef(document, schema.$ref), path, base, [...trail, schema.$ref]);
      return;
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (name === '_links') continue;
      const at = [...path, escapePointer(name)];
      if (isSecret(property, name, path)) found.add(`/${at.join('/')}`);
      else walk(property, at, false, trail);
    }
    const { items, additionalProperties: values, allOf = [], oneOf = [], anyOf = [], discriminator } = schema;
    for (const inner of [items, values]) {
      if (typeof inner === 'object') walk(inner, [...path, '*'], false, trail);
    }
    for (const part of allOf) walk(part, path, true, trail);
    for (const part of [...oneOf, ...anyOf]) walk(part, path, false, trail);
    if (!base) for (const $ref of Object.values(discriminator?.mapping ?? {})) walk({ $ref }, path, false, trail);
  }

  function isSecret(property: SchemaOrRef, name: string, path: readonly string[]): boolean {
    if (isWriteOnly(document, property)) return true;
    const { type, enum: values, items } = resolve(document, property);
    const inner = type === 'array' && items !== undefined ? resolve(document, items).type : type;
    // An object is a setting about secrets, and so is a choice.
    if ((inner !== undefined && inner !== 'string') || values !== undefined) return false;
    const holder = path.findLast((key) => key !== '*') ?? '';
    return named.test(name) || INSIDE[holder]?.includes(name) === true;
  }

  for (const [status, response] of Object.entries(operation.responses)) {
    if (!status.startsWith('2')) continue;
    for (const [media, { schema }] of Object.entries(resolve(document, response).content ?? {})) {
      if (schema !== undefined && isJson(media)) walk(schema, [], false, []);
    }
  }
  return [...found].sort();
}

function isWriteOnly(document: Document, schema: SchemaOrRef): boolean {
  const { writeOnly, allOf = [] } = resolve(document, schema);
  return writeOnly === true || allOf.some((part) => !isRef(part) && part.writeOnly === true);
}
