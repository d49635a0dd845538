import { isObject, type JsonObject } from './exchange.js';
import type { Shape } from './schema-shape.js';
import type { Schema, Specification } from './specification.js';
import { type Source, textFor } from './synthetic-text.js';

export interface Synthesis {
  readonly specification: Specification;
  readonly source: Source;
  /** True leaves out what a client may set and did not: a created record. False invents it: a seeded one. */
  readonly sparse: boolean;
}

/**
 * A value that fits the schema: what is given where it fits, invented where it does not. What is given beyond the
 * schema is dropped unless the schema is open, and so is what Okta never shows (`writeOnly`).
 */
export function synthesize(how: Synthesis, schema: Schema, given?: unknown, name = ''): unknown {
  return build(how, schema, given, name, []);
}

function build(how: Synthesis, schema: Schema, given: unknown, name: string, trail: readonly string[]): unknown {
  const shape = how.specification.shape(schema);
  if (given === null && shape.nullable) return null;
  const path = [...trail, ...shape.refs];
  const chosen = choose(how, shape, given);
  if (chosen) {
    const value = build(how, chosen.schema, isObject(given) ? { ...given, ...chosen.fixed } : given, name, path);
    if (!isObject(value)) return value;
    // A union may have properties of its own beside its alternatives.
    return shape.properties.size > 0 ? { ...object(how, shape, given, path, chosen.fixed), ...value } : value;
  }
  if (shape.values) return oneOf(shape, given);
  switch (shape.type) {
    case 'object':
      return object(how, shape, given, path);
    case 'array':
      return array(how, shape, given, name, path);
    case 'boolean':
      return typeof given === 'boolean' ? given : (shape.fallback ?? false);
    case 'integer':
    case 'number':
      return number(shape, given);
    case 'string':
      return text(how, shape, given, name);
    default:
      return given === undefined || given === null ? {} : given;
  }
}

/** The variant a value is, or is going to be. */
function choose(how: Synthesis, shape: Shape, given: unknown): { schema: Schema; fixed: JsonObject } | undefined {
  const { discriminator, alternatives } = shape;
  if (discriminator) {
    const { property, mapping } = discriminator;
    const asked = isObject(given) ? given[property] : undefined;
    const value = typeof asked === 'string' ? asked : Object.keys(mapping)[0];
    const ref = mapping[String(value)];
    // A value may stand for the base itself, as the authenticators without settings do.
    const itself = ref !== undefined && how.specification.shape({ $ref: ref }).discriminator?.mapping === mapping;
    if (itself && alternatives.length === 0) return undefined;
    if (ref !== undefined) return { schema: { $ref: ref }, fixed: { [property]: value } };
    if (alternatives.length === 0) return undefined;
  }
  const schema = alternatives.find((option) => fits(how.specification, option, given)) ?? alternatives[0];
  return schema && { schema, fixed: {} };
}

/** Whether a value looks like this schema rather than another: type, required properties, values. */
function fits(specification: Specification, schema: Schema, given: unknown): boolean {
  const shape = specification.shape(schema);
  if (given === undefined || given === null) return false;
  if (shape.alternatives.length > 0 && shape.properties.size === 0)
    return shape.alternatives.some((option) => fits(specification, option, given));
  if (shape.values) return shape.values.list.includes(given) || (shape.values.open && typeof given === 'string');
  if (shape.type === 'array')
    return Array.isArray(given) && given.every((item) => !shape.items || fits(specification, shape.items, item));
  if (shape.type === 'object')
    return (
      isObject(given) &&
      [...shape.required].every((name) => name in given) &&
      Object.keys(given).some((name) => shape.properties.has(name)) &&
      [...shape.properties].every(([name, property]) => {
        const { values } = specification.shape(property);
        return !(name in given) || !values || values.open || values.list.includes(given[name]);
      })
    );
  return typeof given === (shape.type === 'integer' ? 'number' : shape.type);
}

function object(
  how: Synthesis,
  shape: Shape,
  given: unknown,
  trail: readonly string[],
  fixed: JsonObject = {},
): JsonObject {
  const values: JsonObject = isObject(given) ? given : {};
  const out: Record<string, unknown> = {};
  for (const [name, schema] of shape.properties) {
    const property = how.specification.shape(schema);
    const needed = shape.required.has(name);
    if (property.writeOnly && !needed) continue;
    const link = shape.properties.has('href') && name !== 'href';
    if (values[name] === undefined && !needed && (link || leftOut(how, property, name, trail))) continue;
    if (values[name] === null && !property.nullable && !needed) continue;
    out[name] =
      name === '_links'
        ? build({ ...how, sparse: false }, schema, linksOf(how, property, values._links), name, trail)
        : build(how, schema, values[name], name, trail);
  }
  for (const name of shape.required) if (!(name in out)) out[name] = values[name] ?? `invented ${name}`;
  if (shape.additional === undefined ? shape.properties.size === 0 : shape.additional !== false)
    for (const [name, value] of Object.entries(values))
      if (!shape.properties.has(name))
        out[name] = typeof shape.additional === 'object' ? build(how, shape.additional, value, name, trail) : value;
  return { ...out, ...fixed };
}

/** The links of a record: itself, and what lies below it under the name of the link. */
function linksOf({ source }: Synthesis, { properties }: Shape, given: unknown): JsonObject {
  const at = (name: string) => ({ href: source.org.url(name === 'self' ? source.path : `${source.path}/${name}`) });
  const invented = [...properties.keys()].map((name) => [name, at(name)] as const);
  return { ...Object.fromEntries(invented), ...(isObject(given) ? given : {}) };
}

/** Whether an optional property nobody gave is absent from the value. */
function leftOut(how: Synthesis, property: Shape, name: string, trail: readonly string[]): boolean {
  if (name === '_embedded') return true;
  if (property.refs.some((ref) => trail.filter((seen) => seen === ref).length > 0) || trail.length > 12) return true;
  return how.sparse && !property.readOnly && property.fallback === undefined && name !== '_links' && name !== 'status';
}

function array(how: Synthesis, shape: Shape, given: unknown, name: string, trail: readonly string[]): unknown {
  const items = shape.items;
  if (Array.isArray(given)) return items ? given.map((item) => build(how, items, item, name, trail)) : given;
  if (how.sparse && shape.minItems === 0) return shape.fallback ?? [];
  if (!items) return [];
  if (shape.minItems === 0 && how.specification.shape(items).refs.some((ref) => trail.includes(ref))) return [];
  const count = Math.max(shape.minItems, 1);
  return Array.from({ length: count }, () => build(how, items, undefined, name.replace(/s$/, ''), trail));
}

function oneOf(shape: Shape, given: unknown): unknown {
  const { list = [], open = false } = shape.values ?? {};
  if (list.includes(given) || (open && typeof given === typeof list[0])) return given;
  if (list.includes(shape.fallback)) return shape.fallback;
  return list.includes('ACTIVE') ? 'ACTIVE' : list.find((value) => value !== null);
}

function number(shape: Shape, given: unknown): number {
  const wanted = typeof given === 'number' ? given : typeof shape.fallback === 'number' ? shape.fallback : 1;
  return Math.min(Math.max(wanted, shape.minimum), shape.maximum);
}

function text(how: Synthesis, shape: Shape, given: unknown, name: string): string {
  if (typeof given === 'string') return given;
  if (typeof shape.fallback === 'string') return shape.fallback;
  return textFor(how.source, name, shape);
}
