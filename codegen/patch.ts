import type { Shape } from './shape.js';

/** Whether a body of this media type is a merge patch for Okta itself. */
export function isPatch(media: string | undefined): boolean {
  return media === 'application/merge-patch+json';
}

/**
 * A merge patch (RFC 7396) of what `shape` describes: nothing is required, nothing has a default, and null takes away
 * what need not be there. Arrays are given whole.
 * @param nulls whether null is shown among the values; told in words it costs less
 */
export function patchOf(shape: Shape, nulls = true): Shape {
  const { required = [], properties, values, union, facets, ...rest } = shape;
  const { default: _, ...kept } = facets ?? {};
  const inside = (name: string, inner: Shape): Shape => {
    const patch = patchOf(inner, nulls);
    return nulls && !required.includes(name) ? { ...patch, nullable: true } : patch;
  };
  return {
    ...rest,
    ...(Object.keys(kept).length === 0 ? {} : { facets: kept }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, inside(name, inner)])),
    }),
    ...(values && { values: inside('*', values) }),
    ...(union && {
      union: {
        ...union,
        variants: union.variants.map((variant) => ({ ...variant, shape: patchOf(variant.shape, nulls) })),
      },
    }),
  };
}
