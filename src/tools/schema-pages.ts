import type { JsonObject } from './definition.js';

/** A schema and where the schemas right inside it are. */
interface Node {
  readonly schema: JsonObject;
  readonly inside: readonly { readonly key: string; readonly name: string; readonly node: Node }[];
  /** Innermost parts. */
  readonly leaves: number;
}

/**
 * A JSON Schema in parts that fit, each of them a schema: some of its innermost parts with all that is around them, in
 * order. Together they hold every part once.
 * @param budget bytes of UTF-8 that a part may have; one innermost part alone may be larger
 */
export function schemaPages(schema: JsonObject, budget: number): JsonObject[] {
  const node = nodeOf(schema);
  const size = (from: number, to: number) => Buffer.byteLength(JSON.stringify(part(node, from, to)));
  const pages: JsonObject[] = [];
  let guess = node.leaves;
  for (let from = 0; from < node.leaves; ) {
    let fits = from + 1;
    let beyond = node.leaves + 1;
    for (let next = from + guess; beyond - fits > 1; next = Math.floor((fits + beyond) / 2)) {
      const to = Math.min(Math.max(next, fits + 1), beyond - 1);
      if (size(from, to) <= budget) fits = to;
      else beyond = to;
    }
    pages.push(part(node, from, fits)!);
    // The next page often holds about as many.
    guess = fits - from + 1;
    from = fits;
  }
  return pages;
}

function nodeOf(schema: JsonObject): Node {
  const { properties, items, additionalProperties, oneOf } = schema;
  const many = (key: string, value: unknown) =>
    Object.entries((value ?? {}) as Record<string, JsonObject>).map(([name, each]) => ({
      key,
      name,
      node: nodeOf(each),
    }));
  const one = (key: string, value: unknown) =>
    value !== null && typeof value === 'object' ? [{ key, name: '', node: nodeOf(value as JsonObject) }] : [];
  const inside = [
    ...many('properties', properties),
    ...one('items', items),
    ...one('additionalProperties', additionalProperties),
    ...many('oneOf', oneOf),
  ];
  return { schema, inside, leaves: inside.reduce((sum, { node }) => sum + node.leaves, 0) || 1 };
}

/** What is left of a schema with only these of its leaves; undefined when it has none of them. */
function part({ schema, inside, leaves }: Node, from: number, to: number): JsonObject | undefined {
  if (to <= 0 || from >= leaves) return undefined;
  if (from <= 0 && to >= leaves) return schema;
  const kept: Record<string, unknown> = { ...schema };
  for (const { key } of inside) delete kept[key];
  let before = 0;
  for (const { key, name, node } of inside) {
    const left = part(node, from - before, to - before);
    before += node.leaves;
    if (!left) continue;
    if (key === 'properties') kept[key] = { ...(kept[key] as object), [name]: left };
    else if (key === 'oneOf') kept[key] = [...((kept[key] ?? []) as JsonObject[]), left];
    else kept[key] = left;
  }
  return kept;
}
