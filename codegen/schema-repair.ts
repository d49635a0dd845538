import { type Document, follow, isRef, type Reference, type SchemaObject, type SchemaOrRef, walk } from './document.js';
import { fitKeywords, repairDefault, repairEnum, repairFormat, repairPattern } from './facet-repair.js';
import type { Ledger } from './ledger.js';

/** Until repaired, facts may stand beside `$ref`. */
export type PublishedSchema = SchemaObject & Partial<Reference>;
type Repair = (schema: PublishedSchema, ledger: Ledger, document: Document) => void;

/** Repairs every schema in place. Each repair sees the whole document as the one before left it. */
export function repairSchemas(document: Document, ledger: Ledger): void {
  for (const repair of REPAIRS) {
    walk(document, 'document', '', (node, kind) => {
      if (kind === 'schema') repair(node as PublishedSchema, ledger, document);
    });
  }
  dropPhantoms(document, ledger);
}

const REPAIRS: readonly Repair[] = [
  dropWithdrawn,
  dropFalse,
  unwrap,
  moveSiblings,
  inferType,
  fitKeywords,
  repairFormat,
  repairPattern,
  repairEnum,
  repairDefault,
  repairRequired,
];

/** Members of an object that Okta has withdrawn. */
function dropWithdrawn(schema: PublishedSchema, ledger: Ledger): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if ((property as PublishedSchema)['x-okta-lifecycle']?.lifecycle !== 'TOMBSTONE') continue;
    delete schema.properties![name];
    if (schema.required) schema.required = schema.required.filter((other) => other !== name);
    ledger.fix('withdrawn property: dropped', property);
  }
}

const FLAGS = [
  'nullable',
  'readOnly',
  'writeOnly',
  'deprecated',
  'uniqueItems',
  'exclusiveMinimum',
  'exclusiveMaximum',
] as const;

/** False is what absence means. */
function dropFalse(schema: PublishedSchema): void {
  for (const flag of FLAGS) if (schema[flag] === false) delete schema[flag];
}

/** Parts of an `allOf` that held prose only, and the `allOf` around a single part that held nothing but prose. */
function unwrap(schema: PublishedSchema): void {
  if (schema.allOf === undefined || schema.allOf.length === 0) return;
  const parts = schema.allOf.filter((part) => Object.keys(part).length > 0);
  schema.allOf = parts;
  if (parts.length === 0) delete schema.allOf;
  if (parts.length !== 1 || Object.keys(schema).length !== 1) return;
  delete schema.allOf;
  Object.assign(schema, parts[0]);
}

const FACTS_OF_USE = ['readOnly', 'writeOnly', 'nullable', 'deprecated', 'default'] as const;

/** OpenAPI 3.0 ignores what stands beside `$ref`; what is a fact about this use of the target moves around it. */
function moveSiblings(schema: PublishedSchema, ledger: Ledger): void {
  const { $ref, ...siblings } = schema;
  if ($ref === undefined || Object.keys(siblings).length === 0) return;
  const facts = FACTS_OF_USE.filter((key) => siblings[key] !== undefined);
  const others = Object.keys(siblings).filter((key) => !facts.includes(key as (typeof facts)[number]));
  for (const key of others) delete schema[key as keyof SchemaObject];
  if (others.length > 0)
    ledger.fix('keywords beside a reference, ignored by OpenAPI: dropped', schema, others.join(', '));
  if (facts.length === 0) return;
  delete schema.$ref;
  schema.allOf = [ledger.adopt({ $ref }, schema)];
  ledger.fix('facts beside a reference: reference moved into allOf', schema, facts.join(', '));
}

const OBJECT = ['properties', 'additionalProperties', 'required', 'minProperties', 'maxProperties'] as const;

function inferType(schema: PublishedSchema, ledger: Ledger, document: Document): void {
  if (isRef(schema) || schema.type !== undefined) return;
  const type = ownType(schema) ?? (schema.nullable ? typeOf(document, schema) : undefined);
  if (type !== undefined) {
    schema.type = type;
    ledger.fix(`no type but what only one type has: ${type}`, schema);
  } else if (schema.nullable) {
    delete schema.nullable;
    ledger.fix('nullable without a type, so without effect: dropped', schema);
  }
}

function ownType(schema: SchemaObject): SchemaObject['type'] {
  if (OBJECT.some((key) => schema[key] !== undefined)) return 'object';
  if (schema.items !== undefined) return 'array';
  const types = new Set((schema.enum ?? []).filter((value) => value !== null).map(jsonType));
  return types.size === 1 ? [...types][0] : undefined;
}

/** The one type that a schema and all of its parts and alternatives have; undefined when they differ or have none. */
export function typeOf(document: Document, schema: SchemaOrRef, trail: readonly object[] = []): SchemaObject['type'] {
  const found = follow<SchemaObject>(document, schema);
  if (found === undefined || trail.includes(found)) return undefined;
  if (found.type) return found.type;
  const below = (parts: SchemaOrRef[] = []) => new Set(parts.map((part) => typeOf(document, part, [...trail, found])));
  const parts = below(found.allOf);
  parts.delete(undefined);
  const types = parts.size > 0 ? parts : below(found.oneOf ?? found.anyOf);
  return types.size === 1 ? [...types][0] : undefined;
}

/** JSON Schema's name for the type of a value; null counts as an object. */
export function jsonType(value: unknown): NonNullable<SchemaObject['type']> {
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : (typeof value as 'string' | 'number' | 'boolean' | 'object');
}

/** What Okta alone writes nobody can be required to send. */
function repairRequired(schema: PublishedSchema, ledger: Ledger, document: Document): void {
  if (schema.required === undefined) return;
  const names = [...new Set(schema.required)];
  if (names.length < schema.required.length) ledger.fix('required property given twice: once', schema);
  schema.required = names.filter((name) => {
    const property = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties![name] : undefined;
    if (property === undefined || !follow<SchemaObject>(document, property)?.readOnly) return true;
    ledger.fix('read-only property required: not required', schema, name);
    return false;
  });
  if (schema.required.length === 0) delete schema.required;
}

/** Required properties that exist nowhere. A part of an `allOf` may require what another part declares. */
function dropPhantoms(document: Document, ledger: Ledger): void {
  const parts = new Set<object | undefined>();
  walk(document, 'document', '', (node, kind) => {
    if (kind === 'schema') for (const part of (node as SchemaObject).allOf ?? []) parts.add(follow(document, part));
  });
  walk(document, 'document', '', (node, kind) => {
    const schema = node as SchemaObject;
    if (kind !== 'schema' || isRef(node) || parts.has(node) || schema.required === undefined) return;
    const declared = propertiesOf(document, schema);
    for (const name of schema.required) {
      if (!declared.has(name)) ledger.fix('required property that does not exist: not required', schema, name);
    }
    schema.required = schema.required.filter((name) => declared.has(name));
    if (schema.required.length === 0) delete schema.required;
  });
}

function propertiesOf(document: Document, schema: SchemaOrRef): Set<string> {
  return namesOf(
    document,
    schema,
    (one) => [one.allOf, one.oneOf, one.anyOf],
    (one) => Object.keys(one.properties ?? {}),
  );
}

/** Names required by a schema together with all parts of its `allOf`. */
export function requiredOf(document: Document, schema: SchemaOrRef | undefined): Set<string> {
  if (schema === undefined) return new Set();
  return namesOf(
    document,
    schema,
    (one) => [one.allOf],
    (one) => one.required ?? [],
  );
}

function namesOf(
  document: Document,
  schema: SchemaOrRef,
  below: (schema: SchemaObject) => (SchemaOrRef[] | undefined)[],
  names: (schema: SchemaObject) => string[],
): Set<string> {
  const found = new Set<string>();
  const seen = new Set<object>();
  const collect = (part: SchemaOrRef): void => {
    const target = follow<SchemaObject>(document, part);
    if (target === undefined || seen.has(target)) return;
    seen.add(target);
    for (const name of names(target)) found.add(name);
    for (const parts of below(target)) parts?.forEach(collect);
  };
  collect(schema);
  return found;
}
