import type { Ajv } from 'ajv';
import type { Shape } from './schema-shape.js';
import type { Schema, Specification } from './specification.js';

export type JsonSchema = { [keyword: string]: unknown };

const COPIED = [
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
] as const;

/**
 * OpenAPI schemas as JSON Schema for what a client may send: properties Okta only shows are not looked at, unknown
 * ones pass, a property that may be left out may be null, sets Okta adds values to are open, and where a property
 * names the variant the value is held against that variant alone.
 */
export class RequestSchemas {
  readonly #registered = new Set<string>();

  constructor(
    private readonly specification: Specification,
    private readonly ajv: Ajv,
  ) {}

  /** The schema, with everything it refers to registered. */
  convert(schema: Schema): JsonSchema {
    return schema.$ref === undefined ? this.#plain(schema, this.#shown(schema), false) : this.#reference(schema.$ref);
  }

  /** A named schema under its own id; as a base it is without the choice of variant that would lead back. */
  #reference(ref: string, base = false): JsonSchema {
    const id = `${ref.slice(ref.lastIndexOf('/') + 1)}${base ? '.base' : ''}`;
    if (!this.#registered.has(id)) {
      this.#registered.add(id);
      const schema = this.specification.resolve({ $ref: ref });
      const definition = this.#plain(schema, this.#shown(schema), base, true);
      this.ajv.addSchema({ $id: id, allOf: [definition] });
    }
    return { $ref: id };
  }

  #plain(schema: Schema, shown: ReadonlySet<string>, base: boolean, named = false): JsonSchema {
    const out: JsonSchema = {};
    for (const keyword of COPIED) {
      const value = (schema as JsonSchema)[keyword];
      if (value !== undefined) out[keyword] = value;
    }
    if (schema.pattern) out.pattern = schema.pattern;
    if (schema.type) out.type = schema.nullable ? [schema.type, 'null'] : schema.type;
    if (schema.enum && !(named && schema.enum.every((value) => typeof value === 'string')))
      out.enum = schema.nullable ? [...schema.enum, null] : schema.enum;
    if (schema.items) out.items = this.convert(schema.items);
    if (typeof schema.additionalProperties === 'object')
      out.additionalProperties = this.convert(schema.additionalProperties);
    const required = (schema.required ?? []).filter((name) => !shown.has(name));
    if (required.length > 0) out.required = required;
    const all = this.specification.shape(schema).required;
    const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !shown.has(name));
    if (properties.length > 0 || typeof schema.additionalProperties === 'object')
      out.properties = Object.fromEntries([
        ...[...shown].map((name) => [name, {}] as const),
        ...properties.map(([name, property]) => [name, this.#property(property, all.has(name))] as const),
      ]);

    const parts: JsonSchema[] = (schema.allOf ?? []).map((part) =>
      part.$ref === undefined ? this.#plain(part, shown, base) : this.#reference(part.$ref, true),
    );
    const { discriminator } = schema;
    const options = schema.oneOf ?? schema.anyOf;
    if (discriminator?.mapping) {
      if (!base) parts.push(...this.#variants(schema, discriminator.propertyName, discriminator.mapping));
    } else if (options) parts.push({ anyOf: options.map((option) => this.convert(option)) });
    if (parts.length > 0) out.allOf = parts;
    return out;
  }

  #property(schema: Schema, required: boolean): JsonSchema {
    const converted = this.convert(schema);
    if (required) return this.specification.shape(schema).nullable ? orNull(converted) : converted;
    return orNull(converted);
  }

  #variants(schema: Schema, property: string, mapping: Readonly<Record<string, string>>): JsonSchema[] {
    const variants = Object.entries(mapping).map(([value, ref]) => ({
      if: { required: [property], properties: { [property]: { const: value } } },
      // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
      then: this.#reference(ref, this.specification.resolve({ $ref: ref }) === schema),
    }));
    if (!schema.oneOf && !schema.anyOf) return variants;
    // A union has nothing beside its variants: the value must name one, or another that the property itself lists.
    const listed = Object.values(mapping).flatMap((ref) => {
      const of = this.specification.shape({ $ref: ref }).properties.get(property);
      return (of && this.specification.shape(of).values?.list) ?? [];
    });
    const known = { enum: [...new Set([...Object.keys(mapping), ...listed])] };
    return [{ type: 'object', required: [property], properties: { [property]: known } }, ...variants];
  }

  /** Names of the properties that Okta only shows. */
  #shown(schema: Schema): ReadonlySet<string> {
    const { properties }: Shape = this.specification.shape(schema);
    const names = [...properties].filter(([, property]) => this.specification.shape(property).readOnly);
    return new Set([...names.map(([name]) => name), '_links', '_embedded']);
  }
}

function orNull(schema: JsonSchema): JsonSchema {
  return { if: { type: 'null' }, else: schema };
}
