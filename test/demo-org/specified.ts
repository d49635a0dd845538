import { Ajv, type ErrorObject } from 'ajv';
import {
  type Document,
  isRef,
  operationsOf,
  type ParameterObject,
  type RequestBodyObject,
  resolve,
  type SchemaObject,
  type SchemaOrRef,
} from '../../codegen/document.js';
import { united } from '../united.js';

/** The specification, read by the generator's code: the demo org has a reader of its own. */
export const document: Document = united;

export interface Specified {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly ParameterObject[];
  readonly body?: RequestBodyObject;
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema?: SchemaOrRef }> }>>;
}

export const specified: readonly Specified[] = operationsOf(document).map(
  ({ id, method, path, parameters, operation }) => ({
    id,
    method: method.toUpperCase(),
    path,
    parameters,
    ...(operation.requestBody && { body: resolve(document, operation.requestBody) as RequestBodyObject }),
    responses: operation.responses as Specified['responses'],
  }),
);

export const shapeOf = (path: string) => path.replace(/\{[^}]+\}/g, '{}');

const byShape = new Map(specified.map((each) => [`${each.method} ${shapeOf(each.path)}`, each]));

export const at = (method: string, path: string) => byShape.get(`${method} ${shapeOf(path)}`);

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  validateFormats: false,
  validateSchema: false,
  code: { optimize: false },
});
const compiled = new Map<string, ReturnType<Ajv['compile']>>();
let registered = false;

/** What is wrong with a value by its schema, as the specification alone says it. */
export function problems(schema: SchemaOrRef, value: unknown): readonly ErrorObject[] {
  if (!registered) {
    const schemas = Object.entries(document.components.schemas ?? {}).flatMap(([name, each]) => [
      [name, jsonSchema(each, 'named')] as const,
      [`${name} as base`, jsonSchema(each, 'base')] as const,
    ]);
    ajv.addSchema({ $id: 'spec', schemas: Object.fromEntries(schemas) });
    registered = true;
  }
  const key = JSON.stringify(schema);
  const validate = compiled.get(key) ?? ajv.compile(jsonSchema(schema, 'inline'));
  compiled.set(key, validate);
  return validate(value) ? [] : (validate.errors ?? []);
}

type Json = Record<string, unknown>;

/** OpenAPI 3.0 as JSON Schema: nullable, enums behind a name are open, a discriminator picks the variant. */
function jsonSchema(given: SchemaOrRef, position: 'named' | 'base' | 'inline'): Json {
  if (isRef(given)) {
    const name = given.$ref.split('/').at(-1)!;
    return { $ref: `spec#/schemas/${encodeURIComponent(position === 'base' ? `${name} as base` : name)}` };
  }
  const { properties, items, additionalProperties, allOf, oneOf, anyOf, discriminator, nullable, ...rest } = given;
  const out: Json = { ...rest };
  if (position !== 'inline' && rest.enum) delete out.enum;
  // As published, these refuse every real value: `P` alone would be a duration, one letter a name.
  if (rest.pattern)
    out.pattern = rest.pattern.replace('(?:$)', '(?!$)').replace('(?:\\d)', '(?=\\d)').replace(/\]\$$/, ']+$');
  if (rest.pattern?.startsWith('(?i)')) delete out.pattern;
  if (properties) {
    out.properties = mapped(properties);
    const hidden = (name: string) =>
      (properties[name] && (resolve(document, properties[name]) as SchemaObject).writeOnly) === true;
    out.required = (rest.required ?? []).filter((name) => !hidden(name));
  }
  if (items) out.items = jsonSchema(items, 'inline');
  if (additionalProperties !== undefined)
    out.additionalProperties =
      typeof additionalProperties === 'object' ? jsonSchema(additionalProperties, 'inline') : additionalProperties;
  const parts: Json[] = (allOf ?? []).map((part) => jsonSchema(part, isRef(part) ? 'base' : position));
  const mapping = discriminator?.mapping;
  if (mapping && position !== 'base') {
    const { propertyName } = discriminator;
    for (const [value, $ref] of Object.entries(mapping))
      parts.push({
        if: { required: [propertyName], properties: { [propertyName]: { const: value } } },
        // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
        then: jsonSchema({ $ref }, resolve(document, { $ref }) === given ? 'base' : 'inline'),
      });
  } else if (!mapping && (oneOf ?? anyOf))
    parts.push({ anyOf: (oneOf ?? anyOf)!.map((each) => jsonSchema(each, 'inline')) });
  if (parts.length > 0) out.allOf = parts;
  return nullable ? { anyOf: [{ type: 'null' }, out] } : out;
}

const mapped = (properties: Record<string, SchemaOrRef>) =>
  Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, jsonSchema(each, 'inline')]));
