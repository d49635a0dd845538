import { type Document, isRef, resolveRef, type SchemaObject, type SchemaOrRef } from '../codegen/document.js';

/** A request body made from the specification alone, without the code under test. */
export interface Sample {
  /** Which alternative was taken where: `` `/channel = HTTP` ``. */
  readonly label: string;
  readonly value: unknown;
}

interface Choice {
  readonly pointer: string;
  readonly count: number;
}

/**
 * Bodies with every writable property set: one with the first alternative everywhere, and one for each other
 * alternative of each discriminated or plain union.
 */
export function samplesOf(document: Document, schema: SchemaOrRef): Sample[] {
  const seen = new Map<string, Sample>();
  const queue: ReadonlyMap<string, number>[] = [new Map()];
  for (let picks = queue.shift(); picks !== undefined; picks = queue.shift()) {
    const choices: Choice[] = [];
    const labels: string[] = [];
    const value = build({ document, picks, choices, labels }, schema, '', []);
    const key = JSON.stringify(value);
    if (seen.has(key)) continue;
    seen.set(key, { label: labels.join(', ') || 'plain', value });
    // One choice is varied at a time, and below it those it opens up.
    const [outer] = [...picks.keys()].slice(-1);
    for (const { pointer, count } of choices) {
      if (picks.size > 2 || picks.has(pointer) || (outer !== undefined && !pointer.startsWith(`${outer}?`))) continue;
      for (let index = 1; index < count; index += 1) queue.push(new Map([...picks, [pointer, index]]));
    }
  }
  return [...seen.values()];
}

interface Context {
  readonly document: Document;
  readonly picks: ReadonlyMap<string, number>;
  readonly choices: Choice[];
  readonly labels: string[];
}

function build(context: Context, given: SchemaOrRef, pointer: string, trail: readonly string[]): unknown {
  const { schema, refs } = deref(context.document, given);
  const path = [...trail, ...refs];
  const parts = flatten(context.document, schema, path);
  const enumeration = parts.findLast((part) => part.enum !== undefined)?.enum;
  const alternative = alternatives(context, schema, pointer, path);
  if (alternative !== undefined) {
    const value = build(context, alternative.schema, `${pointer}?`, path);
    const own = object(context, parts, pointer, path);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return { ...own, ...value, ...alternative.fixed };
  }
  if (enumeration !== undefined) return enumeration.find((item) => item !== null);
  const type = parts.findLast((part) => part.type !== undefined)?.type;
  if (type === 'object' || parts.some((part) => part.properties !== undefined))
    return object(context, parts, pointer, path);
  if (type === 'array') {
    const items = parts.findLast((part) => part.items !== undefined)?.items;
    return items === undefined ? [] : [build(context, items, `${pointer}/0`, path)];
  }
  return scalar(type, parts);
}

function object(
  context: Context,
  parts: readonly SchemaObject[],
  pointer: string,
  trail: readonly string[],
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const part of parts) {
    for (const [name, property] of Object.entries(part.properties ?? {})) {
      const target = deref(context.document, property);
      if (name === '_links' || name === '_embedded' || isReadOnly(context.document, property)) continue;
      if (target.refs.some((ref) => trail.filter((seen) => seen === ref).length > 1)) continue;
      value[name] = build(context, property, `${pointer}/${name}`, trail);
    }
  }
  return value;
}

function scalar(type: string | undefined, parts: readonly SchemaObject[]): unknown {
  const minimum = parts.findLast((part) => part.minimum !== undefined)?.minimum ?? 1;
  const maximum = parts.findLast((part) => part.maximum !== undefined)?.maximum ?? minimum;
  const format = parts.findLast((part) => part.format !== undefined)?.format;
  if (type === 'integer' || type === 'number') return Math.min(Math.max(minimum, 1), Math.max(minimum, maximum));
  if (type === 'boolean') return true;
  if (format === 'date-time') return '2026-01-02T03:04:05.000Z';
  if (format === 'date') return '2026-01-02';
  if (format === 'email') return 'grüße@example.com';
  if (format === 'uri') return 'https://example.com/a';
  return 'text';
}

function alternatives(context: Context, schema: SchemaObject, pointer: string, trail: readonly string[]) {
  const mapping = schema.discriminator?.mapping;
  if (schema.discriminator !== undefined && mapping !== undefined) {
    if (Object.values(mapping).some((ref) => trail.includes(ref))) return undefined;
    const values = Object.entries(mapping);
    const [value, ref] = values[pick(context, pointer, values.length)]!;
    context.labels.push(`${pointer || '/'} = ${value}`);
    return { schema: { $ref: ref }, fixed: { [schema.discriminator.propertyName]: value } };
  }
  const options = schema.oneOf ?? schema.anyOf;
  if (options === undefined) return undefined;
  const index = pick(context, pointer, options.length);
  context.labels.push(`${pointer || '/'} #${index}`);
  return { schema: options[index]!, fixed: {} };
}

function pick(context: Context, pointer: string, count: number): number {
  context.choices.push({ pointer, count });
  return context.picks.get(pointer) ?? 0;
}

/** The schema and everything it inherits through `allOf`, bases first. */
function flatten(document: Document, schema: SchemaObject, trail: readonly string[]): SchemaObject[] {
  const bases = (schema.allOf ?? []).flatMap((part) => {
    const { schema: base, refs } = deref(document, part);
    return flatten(document, base, [...trail, ...refs]);
  });
  return [...bases, schema];
}

function isReadOnly(document: Document, given: SchemaOrRef): boolean {
  const { schema } = deref(document, given);
  return schema.readOnly === true || (schema.allOf ?? []).some((part) => !isRef(part) && part.readOnly === true);
}

function deref(document: Document, given: SchemaOrRef): { schema: SchemaObject; refs: string[] } {
  return isRef(given)
    ? { schema: resolveRef<SchemaObject>(document, given.$ref), refs: [given.$ref] }
    : { schema: given, refs: [] };
}
