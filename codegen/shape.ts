import { type Document, isRef, resolve, resolveRef, type SchemaObject, type SchemaOrRef } from './document.js';

/** Scalar facets worth telling a model; the rest (patterns, lengths) Okta checks itself. */
const FACETS = ['format', 'default', 'minimum', 'maximum'] as const;

export type ShapeType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';

/**
 * A request schema with references, `allOf` and unions resolved and everything a caller cannot send (read-only
 * properties, `_links`, `_embedded`) removed. `type` is absent when anything goes.
 */
export interface Shape {
  readonly type?: ShapeType;
  /** What it may be instead, where its alternatives are of different types. */
  readonly types?: readonly ShapeType[];
  readonly nullable?: true;
  readonly writeOnly?: true;
  readonly enum?: readonly unknown[];
  /** The enum is a hint: Okta documents it as a named list that may grow. */
  readonly open?: true;
  readonly facets?: Readonly<Record<string, unknown>>;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  /** Of a map: what each value is. */
  readonly values?: Shape;
  readonly union?: Union;
}

/** Alternatives of a shape, told apart by the value of property `by`; without `by` they can only be tried. */
export interface Union {
  readonly by?: string;
  readonly variants: readonly { readonly values: readonly string[]; readonly shape: Shape }[];
}

/**
 * Resolves a request schema of `document`.
 * @param facets the keywords kept as they are
 * @throws Error on a reference cycle, which no Okta schema has once bases lose their discriminator.
 */
export function shapeOf(
  document: Document,
  schema: SchemaOrRef,
  facets: readonly (keyof SchemaObject)[] = FACETS,
): Shape {
  return build({ document, facets, trail: [] }, schema);
}

interface Context {
  readonly document: Document;
  readonly facets: readonly (keyof SchemaObject)[];
  readonly trail: readonly string[];
}

function build(context: Context, schema: SchemaOrRef): Shape {
  if (!isRef(schema)) return fromSchema(context, schema, false);
  const trail = [...context.trail, schema.$ref];
  // A variant passes through its base a second time; a third time is a cycle.
  if (trail.filter((ref) => ref === schema.$ref).length > 2) throw new Error(`reference cycle: ${trail.join(' -> ')}`);
  return fromSchema({ ...context, trail }, resolveRef<SchemaObject>(context.document, schema.$ref), true);
}

function fromSchema(context: Context, schema: SchemaObject, named: boolean): Shape {
  let shape = own(context, schema, named);
  for (const part of schema.allOf ?? []) shape = overlay(shape, build(context, part));
  const union = unionOf(context, schema);
  if (union === undefined) return shape;
  const variants = union.variants.map(({ values, shape: variant }) => ({ values, shape: overlay(shape, variant) }));
  const merged = overlay(shape, combine(variants.map(({ shape: variant }) => variant)));
  return { ...withDiscriminator(merged, union), union: { ...union, variants } };
}

/** The mapping and the property's own enum each know values the other lacks (12 policy types, 6 of them mapped). */
function withDiscriminator(shape: Shape, { by, variants }: Union): Shape {
  if (by === undefined) return shape;
  const property = shape.properties?.[by];
  const values = [...new Set([...variants.flatMap((variant) => variant.values), ...(property?.enum ?? [])])];
  return {
    ...shape,
    properties: { ...shape.properties, [by]: { ...property, type: 'string', enum: values, open: true } },
  };
}

function own(context: Context, schema: SchemaObject, named: boolean): Shape {
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    if (name === '_links' || name === '_embedded' || isReadOnly(context.document, property)) return [];
    return [[name, build(context, property)] as const];
  });
  const names = new Set(properties.map(([name]) => name));
  const required = (schema.required ?? []).filter((name) => names.has(name) || !(name in (schema.properties ?? {})));
  const { additionalProperties: values } = schema;
  const facets = Object.fromEntries(
    context.facets.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]])),
  );
  return {
    ...(schema.type === undefined ? {} : { type: schema.type as ShapeType }),
    ...(schema.nullable ? { nullable: true as const } : {}),
    ...(schema.writeOnly ? { writeOnly: true as const } : {}),
    ...(schema.enum === undefined ? {} : { enum: schema.enum.filter((value) => value !== null) }),
    ...(schema.enum !== undefined && named && schema.type === 'string' ? { open: true as const } : {}),
    ...(Object.keys(facets).length === 0 ? {} : { facets }),
    ...(schema.items === undefined ? {} : { items: build(context, schema.items) }),
    ...(schema.properties === undefined ? {} : { properties: Object.fromEntries(properties) }),
    ...(required.length === 0 ? {} : { required }),
    ...(typeof values === 'object' ? { values: build(context, values) } : {}),
  };
}

function isReadOnly(document: Document, schema: SchemaOrRef): boolean {
  const target = resolve(document, schema);
  return target.readOnly === true || (target.allOf ?? []).some((part) => !isRef(part) && part.readOnly === true);
}

function unionOf(context: Context, schema: SchemaObject): Union | undefined {
  const mapping = schema.discriminator?.mapping;
  if (schema.discriminator !== undefined && mapping !== undefined) {
    // Reached from one of its own variants through `allOf`: the discriminator is about that variant's siblings.
    if (Object.values(mapping).some((ref) => context.trail.includes(ref))) return undefined;
    const byRef = new Map<string, string[]>();
    for (const [value, ref] of Object.entries(mapping)) byRef.set(ref, [...(byRef.get(ref) ?? []), value]);
    const variants = [...byRef].map(([ref, values]) => ({ values, shape: build(context, { $ref: ref }) }));
    return { by: schema.discriminator.propertyName, variants };
  }
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives === undefined || alternatives.some((part) => isRef(part) && context.trail.includes(part.$ref))) {
    return undefined;
  }
  return { variants: alternatives.map((part) => ({ values: [], shape: build(context, part) })) };
}

/** Both constraints at once (`allOf`): the later one wins where they name the same facet. */
function overlay(first: Shape, second: Shape): Shape {
  const properties: Record<string, Shape> = { ...first.properties };
  for (const [name, shape] of Object.entries(second.properties ?? {})) {
    const known = properties[name];
    properties[name] = known === undefined ? shape : overlay(known, shape);
  }
  const required = [...new Set([...(first.required ?? []), ...(second.required ?? [])])];
  const { enum: values, open } = second.enum === undefined ? first : second;
  const { open: _, ...rest } = { ...first, ...second };
  return {
    ...rest,
    ...(open ? { open } : {}),
    ...(values === undefined ? {} : { enum: values }),
    ...(first.facets || second.facets ? { facets: { ...first.facets, ...second.facets } } : {}),
    ...(first.items && second.items ? { items: overlay(first.items, second.items) } : {}),
    ...(first.properties || second.properties ? { properties } : {}),
    ...(required.length === 0 ? {} : { required }),
  };
}

/**
 * The narrowest shape that admits whatever any of `shapes` admits: a property keeps what its alternatives agree on, and
 * only properties that every alternative knows are listed (objects are open, so the others still pass).
 */
export function combine(shapes: readonly Shape[]): Shape {
  const [first, ...rest] = shapes;
  if (first === undefined) return {};
  return rest.reduce(either, withoutUnion(first));
}

function either(first: Shape, second: Shape): Shape {
  const nullable = first.nullable || second.nullable ? { nullable: true as const } : {};
  if (first.type !== second.type || first.types || second.types) {
    const numeric = [first.type, second.type].every((type) => type === 'number' || type === 'integer');
    if (numeric) return { type: 'number', ...nullable };
    const [one, other] = [typesOf(first), typesOf(second)];
    return one.length > 0 && other.length > 0 ? { types: [...new Set([...one, ...other])], ...nullable } : nullable;
  }
  const common = Object.keys(first.properties ?? {}).filter((name) => second.properties?.[name] !== undefined);
  const required = (first.required ?? []).filter((name) => second.required?.includes(name));
  const facets = Object.entries(first.facets ?? {}).filter(([key, value]) => Object.is(second.facets?.[key], value));
  const enums = first.enum && second.enum ? [...new Set([...first.enum, ...second.enum])] : undefined;
  return {
    ...(first.type === undefined ? {} : { type: first.type }),
    ...nullable,
    ...(first.writeOnly && second.writeOnly ? { writeOnly: true as const } : {}),
    ...(enums === undefined ? {} : { enum: enums }),
    ...(enums !== undefined && (first.open || second.open) ? { open: true as const } : {}),
    ...(facets.length === 0 ? {} : { facets: Object.fromEntries(facets) }),
    ...(first.items && second.items ? { items: either(first.items, second.items) } : {}),
    ...(first.properties && second.properties
      ? {
          properties: Object.fromEntries(
            common.map((name) => [name, either(first.properties![name]!, second.properties![name]!)]),
          ),
        }
      : {}),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** None when anything goes. */
function typesOf({ type, types = [] }: Shape): readonly ShapeType[] {
  return type === undefined ? types : [type];
}

function withoutUnion({ union: _, ...shape }: Shape): Shape {
  return shape;
}
