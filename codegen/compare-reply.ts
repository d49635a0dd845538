import { CONSTRAINTS, type Difference, differences, sameFacts } from './compare-shape.js';
import {
  type ApiOperation,
  type Document,
  isRef,
  lookup,
  refsOf,
  resolve,
  type SchemaObject,
  type SchemaOrRef,
  walk,
} from './document.js';
import type { Shape, ShapeType, Union } from './shape.js';

/** How one named schema changed, and which operations answer with it, directly or somewhere inside. */
export interface SchemaChange {
  readonly schema: string;
  readonly differences: readonly Difference[];
  /** Ids, sorted. */
  readonly operations: readonly string[];
}

/** Changes of replies by the schema they come from, those that reach most operations first. */
export function replySchemaChanges(
  before: Document,
  after: Document,
  operations: readonly ApiOperation[],
): SchemaChange[] {
  const [was, is] = [before.components.schemas ?? {}, after.components.schemas ?? {}];
  const changed = Object.keys(is).flatMap((schema) => {
    if (was[schema] === undefined || sameFacts(was[schema], is[schema])) return [];
    const found = differences(outline(was[schema]), outline(is[schema]!), '');
    return found.length === 0 ? [] : [{ schema, differences: found }];
  });
  const reached = reachedBy(after, operations);
  return changed
    .map((change) => ({ ...change, operations: [...(reached.get(change.schema) ?? [])].sort() }))
    .filter(({ operations: ids }) => ids.length > 0)
    .sort((a, b) => b.operations.length - a.operations.length || (a.schema < b.schema ? -1 : 1));
}

/** How the replies of one operation changed, apart from what named schemas hold. */
export function replyDifferences(
  [before, old]: readonly [Document, ApiOperation],
  [after, now]: readonly [Document, ApiOperation],
): Difference[] {
  const [was, is] = [repliesOf(before, old), repliesOf(after, now)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((at): Difference[] => {
    const [first, second] = [was.get(at), is.get(at)];
    if (first === undefined) return [{ kind: 'added', at }];
    if (second === undefined) return [{ kind: 'removed', at }];
    return differences(first, second, at);
  });
}

/** What an operation answers, by status and media type. */
function repliesOf(document: Document, { operation }: ApiOperation): Map<string, Shape> {
  const replies = Object.entries(operation.responses).flatMap(([status, response]) => {
    const { headers = {}, content = {} } = resolve(document, response);
    const media = Object.entries(content).map(
      ([type, { schema }]) => [`${status} ${type}`, outline(schema ?? {})] as const,
    );
    const names = Object.keys(headers).map((name) => [`${status} header ${name}`, {}] as const);
    return [[status, {}] as const, ...media, ...names];
  });
  return new Map<string, Shape>(replies);
}

/** A schema by what stands in it: references stay names, so that a change is found where it was made. */
function outline(schema: SchemaOrRef): Shape {
  if (isRef(schema)) return { facets: { $ref: nameOf(schema.$ref) } };
  const { allOf = [], items, additionalProperties: values } = schema;
  const bases = allOf.flatMap((part) => (isRef(part) ? [nameOf(part.$ref)] : []));
  const parts = [...allOf.filter((part) => !isRef(part)).map(outline), own(schema)];
  const base: Shape = {
    ...Object.assign({}, ...parts),
    ...(items === undefined ? {} : { items: outline(items) }),
    ...(typeof values === 'object' ? { values: outline(values) } : {}),
    facets: Object.assign({}, ...parts.map(({ facets }) => facets), bases.length === 0 ? {} : { allOf: bases }),
    ...propertiesOf(parts),
  };
  const union = unionOf(schema, base);
  return union === undefined ? base : { ...base, union };
}

/** Alternatives without a discriminator go by the names of their schemas. */
function unionOf({ discriminator, oneOf, anyOf }: SchemaObject, base: Shape): Union | undefined {
  const variant = (values: readonly string[], part: SchemaOrRef) => {
    const shape = outline(part);
    return { values, shape: { ...shape, ...propertiesOf([base, shape]) } };
  };
  const mapping = Object.entries(discriminator?.mapping ?? {});
  if (mapping.length > 0) {
    return { by: discriminator!.propertyName, variants: mapping.map(([value, $ref]) => variant([value], { $ref })) };
  }
  const alternatives = oneOf ?? anyOf;
  return (
    alternatives && { variants: alternatives.map((part) => variant(isRef(part) ? [nameOf(part.$ref)] : [], part)) }
  );
}

function propertiesOf(shapes: readonly Shape[]): Pick<Shape, 'properties' | 'required'> {
  return {
    properties: Object.assign({}, ...shapes.map(({ properties }) => properties)),
    required: [...new Set(shapes.flatMap(({ required = [] }) => required))],
  };
}

function own(schema: SchemaObject): Shape {
  const facets = Object.fromEntries(
    CONSTRAINTS.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]])),
  );
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, property]) => [name, outline(property)] as const,
  );
  return {
    ...(schema.type === undefined ? {} : { type: schema.type as ShapeType }),
    ...(schema.nullable ? { nullable: true as const } : {}),
    ...(schema.enum === undefined ? {} : { enum: schema.enum.filter((value) => value !== null) }),
    facets,
    properties: Object.fromEntries(properties),
    required: schema.required ?? [],
  };
}

function nameOf(ref: string): string {
  return ref.split('/').at(-1)!;
}

/** Ids of the operations whose replies hold a named schema, at any depth. */
function reachedBy(document: Document, operations: readonly ApiOperation[]): Map<string, Set<string>> {
  const direct = new Map<string, ReadonlySet<string>>();
  const refsBelow = (node: object, kind: 'response' | 'schema'): ReadonlySet<string> => {
    const refs = new Set<string>();
    walk(node, kind, '', (at, of) => {
      for (const ref of refsOf(at, of)) refs.add(ref);
    });
    return refs;
  };
  const reached = new Map<string, Set<string>>();
  for (const { id, operation } of operations) {
    const seen = new Set<string>();
    const queue = Object.values(operation.responses).flatMap((response) => [...refsBelow(response, 'response')]);
    for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
      if (seen.has(ref)) continue;
      seen.add(ref);
      const name = nameOf(ref);
      reached.set(name, (reached.get(name) ?? new Set()).add(id));
      const target = lookup(document, ref);
      if (!direct.has(ref))
        direct.set(ref, typeof target === 'object' && target ? refsBelow(target, 'schema') : new Set());
      queue.push(...direct.get(ref)!);
    }
  }
  return reached;
}
