import {
  type Document,
  escapePointer,
  isRef,
  resolve,
  resolveRef,
  type SchemaObject,
  type SchemaOrRef,
} from './document.js';

/** One property of a schema, at whatever depth. */
export interface Field {
  readonly name: string;
  /** JSON pointer into the data; `*` stands for every item of an array and every value of a map. */
  readonly pointer: string;
  /** Names from the top to what holds it. */
  readonly holders: readonly string[];
  readonly schema: SchemaOrRef;
}

export interface FieldVisitor {
  /** Whether to go on below the field. A pointer comes up once for each variant that has it. */
  field(field: Field): boolean;
  /** Every schema that describes what is at a pointer; `''` is the whole. */
  schema?(schema: SchemaObject, pointer: string): void;
}

/** Visits every property that data described by `schema` may have, in every variant, except `_links`. */
export function walkFields(document: Document, schema: SchemaOrRef, visitor: FieldVisitor): void {
  const seen = new Set<string>();

  /** @param base reached through `allOf`, where a discriminator is about the siblings */
  function walk(schema: SchemaOrRef, path: readonly string[], base: boolean, trail: readonly string[]): void {
    const pointer = path.map((name) => `/${escapePointer(name)}`).join('');
    if (isRef(schema)) {
      const visit = `${schema.$ref} ${pointer} ${base}`;
      // Every union of Okta's is reached from each of its variants again.
      if (seen.has(visit) || trail.filter((ref) => ref === schema.$ref).length > 2) return;
      seen.add(visit);
      walk(resolveRef(document, schema.$ref), path, base, [...trail, schema.$ref]);
      return;
    }
    visitor.schema?.(schema, pointer);
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (name === '_links') continue;
      const field = { name, pointer: `${pointer}/${escapePointer(name)}`, holders: path, schema: property };
      if (visitor.field(field)) walk(property, [...path, name], false, trail);
    }
    const { items, additionalProperties: values, allOf = [], oneOf = [], anyOf = [], discriminator } = schema;
    for (const inner of [items, values]) {
      if (typeof inner === 'object') walk(inner, [...path, '*'], false, trail);
    }
    for (const part of allOf) walk(part, path, true, trail);
    for (const part of [...oneOf, ...anyOf]) walk(part, path, false, trail);
    if (!base) for (const $ref of Object.values(discriminator?.mapping ?? {})) walk({ $ref }, path, false, trail);
  }

  walk(schema, [], false, []);
}

/** Whether a schema is marked, itself or in a part written in place. */
export function isMarked(document: Document, schema: SchemaOrRef, mark: 'readOnly' | 'writeOnly'): boolean {
  const target = resolve(document, schema);
  return target[mark] === true || (target.allOf ?? []).some((part) => !isRef(part) && part[mark] === true);
}
