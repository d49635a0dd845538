import type { SchemaObject } from './document.js';
import type { Shape, Union } from './shape.js';

/** One way in which two shapes differ. */
export interface Difference {
  readonly kind:
    | 'added'
    | 'removed'
    | 'required'
    | 'optional'
    | 'type'
    | 'nullable'
    | 'values-added'
    | 'values-removed'
    | 'variants-added'
    | 'variants-removed'
    | 'constraint';
  /** Dotted path of the property; `[]` stands for every item of an array, `{}` for every value of a map. */
  readonly at: string;
  /** Of a constraint: the keyword. */
  readonly keyword?: string;
  readonly was?: unknown;
  readonly is?: unknown;
  /** Holds for these alternatives of unions only, outermost first. */
  readonly where?: readonly string[];
}

/** Every keyword of a schema that is neither structure nor said by `Shape` itself. */
export const CONSTRAINTS = [
  'format',
  'default',
  'deprecated',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'not',
  'x-okta-lifecycle',
  'x-okta-defined-as',
  'x-okta-extensible',
  'x-okta-allow-null-property-value-for-updates',
] as const satisfies readonly (keyof SchemaObject)[];

/** How the second shape differs from the first. What is new or gone is one difference, whatever is below it. */
export function differences(before: Shape, after: Shape, at: string): Difference[] {
  if (sameFacts(before, after)) return [];
  const [named, name] = [before.facets?.$ref, after.facets?.$ref];
  if ((named === undefined) !== (name === undefined)) {
    return [{ kind: 'constraint', at, keyword: 'schema', was: named ?? 'in place', is: name ?? 'in place' }];
  }
  if (before.type !== after.type) {
    return [{ kind: 'type', at, was: before.type ?? 'any', is: after.type ?? 'any' }];
  }
  const nullable = before.nullable === after.nullable ? [] : [flag('nullable', at, before.nullable, after.nullable)];
  const own = [...nullable, ...valueDifferences(before, after, at), ...constraintDifferences(before, after, at)];
  const below = [
    ...child(before.items, after.items, `${at}[]`),
    ...child(before.values, after.values, `${at}{}`),
    ...(before.union !== undefined && after.union !== undefined
      ? unionDifferences(before.union, after.union, at)
      : propertyDifferences(flat(before), flat(after), at)),
  ];
  return distinct([...own, ...below]);
}

/** Whether two values are the same JSON, whatever the order of keys. */
export function sameFacts(a: unknown, b: unknown): boolean {
  // Most of what is compared is the same to the byte, and sorting is slow.
  return JSON.stringify(a) === JSON.stringify(b) || ordered(a) === ordered(b);
}

function ordered(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function flag(kind: 'nullable', at: string, was = false, is = false): Difference {
  return { kind, at, was, is };
}

function child(before: Shape | undefined, after: Shape | undefined, at: string): Difference[] {
  return before === undefined && after === undefined ? [] : differences(before ?? {}, after ?? {}, at);
}

function valueDifferences(before: Shape, after: Shape, at: string): Difference[] {
  const [was, is] = [before.enum, after.enum];
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return [{ kind: 'values-removed', at, was: 'any', is }];
  if (is === undefined) return [{ kind: 'values-added', at, was, is: 'any' }];
  const gone = was.filter((value) => !is.includes(value));
  const fresh = is.filter((value) => !was.includes(value));
  return [
    ...(gone.length === 0 ? [] : [{ kind: 'values-removed' as const, at, was: gone }]),
    ...(fresh.length === 0 ? [] : [{ kind: 'values-added' as const, at, is: fresh }]),
  ];
}

function constraintDifferences(before: Shape, after: Shape, at: string): Difference[] {
  const [was, is] = [constraintsOf(before), constraintsOf(after)];
  const keywords = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keywords
    .filter((keyword) => !sameFacts(was[keyword], is[keyword]))
    .map((keyword) => ({ kind: 'constraint', at, keyword, ...change(was[keyword], is[keyword]) }));
}

/** With the parts of a lifecycle side by side, and without those that say nothing. */
function constraintsOf({ facets = {}, union }: Shape): Record<string, unknown> {
  const { 'x-okta-lifecycle': lifecycle, $ref: schema, ...rest } = facets;
  const stated = Object.entries((lifecycle as object | undefined) ?? {}).filter(([, part]) => !sameFacts(part, []));
  return {
    ...rest,
    ...(schema === undefined ? {} : { schema }),
    ...Object.fromEntries(stated),
    ...(union === undefined ? {} : { 'told apart by': union.by ?? 'trying' }),
  };
}

function change(was: unknown, is: unknown): { was?: unknown; is?: unknown } {
  return { ...(was === undefined ? {} : { was }), ...(is === undefined ? {} : { is }) };
}

function propertyDifferences(before: Shape, after: Shape, at: string): Difference[] {
  const [was, is] = [before.properties ?? {}, after.properties ?? {}];
  const [needed, needs] = [new Set(before.required), new Set(after.required)];
  const path = (name: string) => (at === '' ? name : `${at}.${name}`);
  return [...new Set([...Object.keys(was), ...Object.keys(is), ...needed, ...needs])].flatMap((name): Difference[] => {
    const [old, fresh] = [was[name], is[name]];
    if (old === undefined && fresh !== undefined) {
      return [{ kind: 'added', at: path(name), ...(needs.has(name) ? { is: 'required' } : {}) }];
    }
    if (old !== undefined && fresh === undefined) return [{ kind: 'removed', at: path(name) }];
    const moved: Difference[] =
      needed.has(name) === needs.has(name) ? [] : [{ kind: needs.has(name) ? 'required' : 'optional', at: path(name) }];
    return [...moved, ...child(old, fresh, path(name))];
  });
}

/** A union that its counterpart is not: every property that any alternative knows, required where all of them say so. */
function flat(shape: Shape): Shape {
  if (shape.union === undefined) return shape;
  const variants = shape.union.variants.map(({ shape: variant }) => flat(variant).properties ?? {});
  return { ...shape, properties: Object.assign({}, ...variants, shape.properties) };
}

type Variant = Union['variants'][number];

function unionDifferences(before: Union, after: Union, at: string): Difference[] {
  if (before.by !== after.by) return [];
  const pairs = paired(before.variants, after.variants);
  const [was, is] = [valuesOf(before), valuesOf(after)];
  const gone = was.filter((value) => !is.includes(value));
  const fresh = is.filter((value) => !was.includes(value));
  const found = pairs.flatMap(({ old, now, label }) => {
    return differences(old.shape, now.shape, at).map((difference) => ({ difference, name: label }));
  });
  return [
    ...(gone.length === 0 ? [] : [{ kind: 'variants-removed' as const, at, was: gone }]),
    ...(fresh.length === 0 ? [] : [{ kind: 'variants-added' as const, at, is: fresh }]),
    ...collapsed(found, pairs.length, before.by),
  ];
}

/** Alternatives without values are named by their place. */
function valuesOf({ variants }: Union): string[] {
  return variants.flatMap(({ values }, place) => (values.length > 0 ? values : [`alternative ${place + 1}`]));
}

function paired(
  before: readonly Variant[],
  after: readonly Variant[],
): { old: Variant; now: Variant; label: string }[] {
  const rest = new Set(after);
  const take = (fits: (variant: Variant) => boolean): Variant | undefined => {
    const found = [...rest].find(fits);
    if (found !== undefined) rest.delete(found);
    return found;
  };
  const named = before.filter(({ values }) => values.length > 0);
  const unnamed = before.filter(({ values }) => values.length === 0);
  const same = new Map(unnamed.map((old) => [old, take((now) => sameFacts(old.shape, now.shape))]));
  return [
    ...named.flatMap((old) => {
      const now = after.find(({ values }) => values.some((value) => old.values.includes(value)));
      return now === undefined ? [] : [{ old, now, label: now.values.join(' or ') }];
    }),
    ...unnamed.flatMap((old, index) => {
      const now = same.get(old) ?? take(({ values }) => values.length === 0);
      return now === undefined ? [] : [{ old, now, label: `alternative ${index + 1}` }];
    }),
  ];
}

/** What every alternative has in common is said once; the rest names the alternatives it holds for. */
function collapsed(
  found: readonly { difference: Difference; name: string }[],
  all: number,
  by: string | undefined,
): Difference[] {
  const groups = new Map<string, { difference: Difference; names: string[] }>();
  for (const { difference, name } of found) {
    const key = ordered(difference);
    const group = groups.get(key) ?? { difference, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ difference, names }) => {
    if (names.length === all) return difference;
    const where = by === undefined ? names.join(', ') : `${by} ${names.join(', ')}`;
    return { ...difference, where: [where, ...(difference.where ?? [])] };
  });
}

function distinct(found: readonly Difference[]): Difference[] {
  return [...new Map(found.map((difference) => [ordered(difference), difference])).values()];
}
