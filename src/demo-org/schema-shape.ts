import type { Schema, Specification } from './specification.js';

/** A schema with its `allOf` merged, bases first: what a value has to look like at this place. */
export interface Shape {
  readonly type: Schema['type'] | undefined;
  /** Allowed values; `open` when Okta may add to them, because they stand in a schema with a name. */
  readonly values: { readonly list: readonly unknown[]; readonly open: boolean } | undefined;
  readonly properties: ReadonlyMap<string, Schema>;
  readonly required: ReadonlySet<string>;
  readonly additional: boolean | Schema | undefined;
  readonly items: Schema | undefined;
  readonly alternatives: readonly Schema[];
  readonly discriminator: { readonly property: string; readonly mapping: Readonly<Record<string, string>> } | undefined;
  readonly nullable: boolean;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  readonly format: string | undefined;
  readonly pattern: string | undefined;
  readonly fallback: unknown;
  readonly minimum: number;
  readonly maximum: number;
  readonly minLength: number;
  readonly maxLength: number;
  readonly minItems: number;
  /** References followed on the way here, to notice recursion. */
  readonly refs: readonly string[];
}

interface Part {
  readonly schema: Schema;
  readonly named: boolean;
  readonly inherited: boolean;
}

export function shapeOf(specification: Specification, schema: Schema): Shape {
  const refs: string[] = [];
  const parts = partsOf(specification, schema, { named: false, inherited: false }, refs);
  const last = <K extends keyof Schema>(key: K): Schema[K] | undefined =>
    parts.findLast((part) => part.schema[key] !== undefined)?.schema[key];
  const properties = new Map(parts.flatMap((part) => Object.entries(part.schema.properties ?? {})));
  const withValues = parts.findLast((part) => part.schema.enum !== undefined);
  // A variant inherits its base, whose discriminator would lead back to the variant.
  const own = parts.findLast((part) => !part.inherited && part.schema.discriminator?.mapping !== undefined);
  const { discriminator } = own?.schema ?? {};
  return {
    type: last('type') ?? (properties.size > 0 ? 'object' : last('items') ? 'array' : undefined),
    values: withValues && { list: withValues.schema.enum ?? [], open: withValues.named },
    properties,
    required: new Set(parts.flatMap((part) => part.schema.required ?? [])),
    additional: last('additionalProperties'),
    items: last('items'),
    alternatives: parts.flatMap((part) => part.schema.oneOf ?? part.schema.anyOf ?? []),
    discriminator: discriminator && { property: discriminator.propertyName, mapping: discriminator.mapping ?? {} },
    nullable: last('nullable') ?? false,
    readOnly: parts.some((part) => part.schema.readOnly === true),
    writeOnly: parts.some((part) => part.schema.writeOnly === true),
    format: last('format'),
    pattern: last('pattern'),
    fallback: last('default'),
    minimum: last('minimum') ?? Number.NEGATIVE_INFINITY,
    maximum: last('maximum') ?? Number.POSITIVE_INFINITY,
    minLength: last('minLength') ?? 0,
    maxLength: last('maxLength') ?? Number.POSITIVE_INFINITY,
    minItems: last('minItems') ?? 0,
    refs,
  };
}

function partsOf(
  specification: Specification,
  given: Schema,
  at: { readonly named: boolean; readonly inherited: boolean },
  refs: string[],
): Part[] {
  if (given.$ref !== undefined) refs.push(given.$ref);
  const schema = specification.resolve(given);
  const named = at.named || given.$ref !== undefined;
  const bases = (schema.allOf ?? []).flatMap((part) =>
    partsOf(specification, part, { named, inherited: at.inherited || part.$ref !== undefined }, refs),
  );
  return [...bases, { schema, named, inherited: at.inherited }];
}
