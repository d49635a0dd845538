import type { ToolsConfig } from './config.js';
import { type ApiOperation, type Document, isRef, resolve, type SchemaObject, type SchemaOrRef } from './document.js';
import type { Problem } from './errors.js';
import { itemsOf } from './page.js';
import { type Entry, nearest } from './slice.js';

/**
 * The fields a list shows of each item: those of `projections` for the item's schema, or for the nearest schema it
 * extends; of alternatives, for the schema that all of them extend.
 */
export function projectionOf(
  document: Document,
  { projections }: ToolsConfig,
  api: ApiOperation,
): readonly string[] | undefined {
  const items = itemsOf(document, api);
  const name = items && namesOf(document, items).find((each) => Object.hasOwn(projections, each));
  return name === undefined ? undefined : projections[name];
}

/**
 * What is wrong with `projections`: names no list has items of, and paths the schema does not have. Fields that an org
 * adds do not count, since a projection is for every org; in a map that declares no field any name will do.
 * @param problem reports at a name, or at one of its paths
 */
export function projectionProblems(
  { projections }: ToolsConfig,
  entries: readonly Pick<Entry, 'document' | 'api'>[],
  problem: (key: readonly (string | number)[], message: string, fix?: string) => Problem,
): Problem[] {
  const lists = entries.flatMap(({ document, api }) => {
    const items = itemsOf(document, api);
    return items === undefined ? [] : [{ document, items, names: namesOf(document, items) }];
  });
  return Object.entries(projections).flatMap(([name, paths]) => {
    const own = lists.filter(({ names }) => names.includes(name));
    if (own.length === 0) return [problem([name], `no list has items of schema "${name}"`)];
    return paths.flatMap((path, index) => {
      const misses = own.map(({ document, items }) => missing(document, items, path));
      if (misses.includes(undefined)) return [];
      const near = nearest(misses[0]!.segment, misses[0]!.known);
      return [problem([name, index], `${name} has no field "${path}"`, `nearest: ${near.join(', ') || 'none'}`)];
    });
  });
}

/** The schema's own name, then those it extends, nearest first. */
function namesOf(document: Document, schema: SchemaOrRef): string[] {
  const own = isRef(schema) ? [schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] : [];
  const { allOf = [], oneOf, anyOf } = resolve(document, schema);
  const bases = allOf.flatMap((part) => (isRef(part) ? namesOf(document, part) : []));
  const [first = [], ...rest] = (oneOf ?? anyOf ?? []).map((part) => namesOf(document, part));
  const common = first.filter((name) => rest.every((names) => names.includes(name)));
  return [...new Set([...own, ...bases, ...common])];
}

interface Missing {
  readonly segment: string;
  readonly known: readonly string[];
}

function missing(document: Document, items: SchemaOrRef, path: string): Missing | undefined {
  let at: readonly SchemaObject[] = partsOf(document, items);
  for (const segment of path.split('.')) {
    const below = at.flatMap(({ properties = {}, additionalProperties: values }) => {
      if (Object.hasOwn(properties, segment)) return partsOf(document, properties[segment]!);
      const open = values !== undefined && values !== false && Object.keys(properties).length === 0;
      return open ? (values === true ? [{}] : partsOf(document, values)) : [];
    });
    if (below.length === 0) return { segment, known: at.flatMap(({ properties = {} }) => Object.keys(properties)) };
    at = below;
  }
  return undefined;
}

/** The schemas that together say what a value may hold: bases, alternatives and, of an array, its items. */
function partsOf(document: Document, schema: SchemaOrRef, trail: readonly SchemaObject[] = []): SchemaObject[] {
  const own = resolve(document, schema);
  // Variants and their base refer to each other.
  if (trail.includes(own)) return [];
  const { allOf = [], oneOf = [], anyOf = [], items, discriminator } = own;
  const variants = Object.values(discriminator?.mapping ?? {}).map(($ref) => ({ $ref }));
  const parts = [...allOf, ...oneOf, ...anyOf, ...variants, ...(items ? [items] : [])];
  return [own, ...parts.flatMap((part) => partsOf(document, part, [...trail, own]))];
}
