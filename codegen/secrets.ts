import type { ToolsConfig } from './config.js';
import { type ApiOperation, type Document, resolve, type SchemaOrRef } from './document.js';
import { type Field, isMarked, walkFields } from './fields.js';
import { repliesOf } from './operation.js';

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
  const field = ({ name, pointer, holders, schema }: Field): boolean => {
    const secret = isSecret(schema, name, holders);
    if (secret) found.add(pointer);
    return !secret;
  };

  function isSecret(property: SchemaOrRef, name: string, holders: readonly string[]): boolean {
    if (isMarked(document, property, 'writeOnly')) return true;
    const { type, enum: values, items } = resolve(document, property);
    const inner = type === 'array' && items !== undefined ? resolve(document, items).type : type;
    // An object is a setting about secrets, and so is a choice.
    if ((inner !== undefined && inner !== 'string') || values !== undefined) return false;
    const holder = holders.findLast((key) => key !== '*') ?? '';
    return named.test(name) || INSIDE[holder]?.includes(name) === true;
  }

  for (const schema of repliesOf(document, operation)) walkFields(document, schema, { field });
  return [...found].sort();
}
