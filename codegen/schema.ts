import type { JsonObject } from '../src/tools/definition.js';
import { escapePointer } from './document.js';
import type { Shape } from './shape.js';

/** JSON Schema of a request, small enough to be listed, and the pointers where Okta admits more than it says. */
export interface CompactSchema {
  readonly schema: JsonObject;
  readonly nullable: readonly string[];
  readonly open: readonly string[];
  /** Names as Okta has them, by pointer into the arguments (`*` for every item), where clients refuse them. */
  readonly renamed: Readonly<Record<string, string>>;
}

/** Words for the properties of a schema, keyed by dotted path (`body.profile.login`). */
export type Notes = Readonly<Record<string, string>>;

/** Formats that tell a model how to write a value; the others are noise to it. */
const SPOKEN_FORMATS = new Set(['date-time', 'date', 'email', 'uri']);
/** A listed enum longer than this costs more than it helps; its schema stays an open string. */
const LONGEST_ENUM = 40;
const MOST_KEYS = 14;
/** Property names every client accepts; others are listed under a name made of what they accept. */
export const SAFE_KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

/**
 * Prints `shape` as the schema a model sees (strategy e2 of the spec study): objects are open and listed down to `depth`
 * levels, below that by their keys only; a union is its discriminator, the properties all variants share, and a line
 * that names each variant's own fields.
 */
export function compact(
  shape: Shape,
  at: { pointer: string; path: string; depth: number; notes: Notes },
): CompactSchema {
  const nullable: string[] = [];
  const open: string[] = [];
  const renamed: Record<string, string> = {};
  const print = (shape: Shape, pointer: string, path: string, depth: number, place: string): JsonObject => {
    const words: string[] = [];
    const note = at.notes[path];
    if (note !== undefined) words.push(note);
    const schema: Record<string, unknown> = {};
    if (shape.type !== undefined) schema.type = shape.type;
    else if (path !== at.path) words.push(typeWords(shape));
    const values = enumOf(shape);
    if (values !== undefined && values.length <= LONGEST_ENUM) {
      schema.enum = values;
      if (shape.open) open.push(pointer);
    }
    for (const [key, value] of Object.entries(shape.facets ?? {})) {
      if (key === 'format' ? SPOKEN_FORMATS.has(String(value)) : isWorthSaying(key, value)) schema[key] = value;
    }
    if (shape.nullable) nullable.push(pointer);
    if (shape.type === 'array') {
      schema.items = print(shape.items ?? {}, `${pointer}/items`, `${path}[]`, depth, `${place}/*`);
    }
    const properties = Object.entries(shape.properties ?? {});
    if (properties.length > 0) {
      if (depth === 0) words.push(keyHint(properties.map(([name]) => name)));
      else {
        schema.properties = Object.fromEntries(
          properties.map(([name, property]) => {
            const key = safeKey(name);
            const token = escapePointer(key);
            if (key !== name) renamed[`${place}/${token}`] = name;
            const inside = `${pointer}/properties/${token}`;
            return [key, print(property, inside, `${path}.${name}`, depth - 1, `${place}/${token}`)];
          }),
        );
      }
      const required = (shape.required ?? [])
        .filter((name) => depth > 0 && name in (shape.properties ?? {}))
        .map(safeKey);
      if (required.length > 0) schema.required = required;
    }
    if (depth > 0) words.push(...variantHint(shape));
    if (words.length > 0) schema.description = words.join(' ');
    return schema;
  };
  return { schema: print(shape, at.pointer, at.path, at.depth, `/${escapePointer(at.path)}`), nullable, open, renamed };
}

/** Prints the whole of `shape`; unions become `oneOf`, each alternative titled by its discriminator values. */
export function full(shape: Shape, notes: Notes = {}, path = 'body'): JsonObject {
  const { union } = shape;
  const schema: Record<string, unknown> = {};
  if (shape.type !== undefined) schema.type = shape.nullable ? [shape.type, 'null'] : shape.type;
  if (shape.enum !== undefined) schema.enum = shape.nullable ? [...shape.enum, null] : shape.enum;
  Object.assign(schema, shape.facets);
  if (notes[path] !== undefined) schema.description = notes[path];
  if (shape.writeOnly) schema.writeOnly = true;
  if (shape.type === 'array') schema.items = full(shape.items ?? {}, notes, `${path}[]`);
  if (shape.values !== undefined) schema.additionalProperties = full(shape.values, notes, `${path}.*`);
  if (union !== undefined) {
    schema.oneOf = union.variants.map(({ values, shape: variant }) => ({
      ...(values.length === 0 ? {} : { title: values.join(', ') }),
      ...full(narrowed(variant, union.by, values), notes, path),
    }));
    return schema;
  }
  if (shape.properties !== undefined) {
    schema.properties = Object.fromEntries(
      Object.entries(shape.properties).map(([name, value]) => [name, full(value, notes, `${path}.${name}`)]),
    );
  }
  const required = (shape.required ?? []).filter((name) => name in (shape.properties ?? {}));
  if (required.length > 0) schema.required = required;
  return schema;
}

/** Variants of a body by discriminator value, each on its own; undefined when the body has no discriminator. */
export function variantsOf(
  shape: Shape,
  notes: Notes = {},
): { by: string; variants: Readonly<Record<string, JsonObject>> } | undefined {
  const { union } = shape;
  if (union?.by === undefined) return undefined;
  const variants = union.variants.flatMap(({ values, shape: variant }) =>
    values.map((value) => [value, full(narrowed(variant, union.by, [value]), notes)] as const),
  );
  return { by: union.by, variants: Object.fromEntries(variants) };
}

/** A variant alone: of all values that the discriminator may have, only these lead to it. */
function narrowed(variant: Shape, by: string | undefined, values: readonly string[]): Shape {
  const property = by === undefined ? undefined : variant.properties?.[by];
  if (by === undefined || property === undefined) return variant;
  const { nullable: _, facets: { default: usual, ...kept } = {}, ...rest } = property;
  const facets = values.includes(usual as string) ? { ...kept, default: usual } : kept;
  return { ...variant, properties: { ...variant.properties, [by]: { ...rest, enum: values, facets } } };
}

/** `String or array.`: several types in one `type`, and combinators, are refused by clients. */
function typeWords({ types = [] }: Shape): string {
  const words = types.join(' or ') || 'any JSON value';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function enumOf(shape: Shape): readonly unknown[] | undefined {
  return shape.enum === undefined || shape.enum.length === 0 ? undefined : shape.enum;
}

function isWorthSaying(key: string, value: unknown): boolean {
  return key !== 'default' || typeof value !== 'object';
}

function safeKey(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_.-]/g, '_').slice(0, 64);
}

function keyHint(names: readonly string[]): string {
  const shown = names.slice(0, MOST_KEYS).join(', ');
  return names.length > MOST_KEYS ? `{${shown}, …}` : `{${shown}}`;
}

function variantHint({ union, properties }: Shape): string[] {
  if (union === undefined) return [];
  const shared = new Set(Object.keys(properties ?? {}));
  const own = union.variants.flatMap(({ values, shape }) => {
    const names = Object.keys(shape.properties ?? {}).filter((name) => !shared.has(name));
    return names.length === 0 ? [] : [`${values.join('|') || 'or'}: ${names.join(', ')}`];
  });
  if (own.length === 0) return [];
  return [`${union.by === undefined ? 'Either' : `Fields by ${union.by}`}: ${own.join('; ')}.`];
}
