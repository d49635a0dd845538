import type { Shape } from './schema-shape.js';
import {
  jsonSchema,
  nameless,
  type Operation,
  parametersOf,
  type Schema,
  type Specification,
} from './specification.js';

/** A list as the specification shapes it: an array, or an object that wraps one. */
export interface ListShape {
  readonly items: Schema;
  /** Name of the property that holds the array, and the object it is a property of. */
  readonly envelope?: { readonly name: string; readonly schema: Schema };
}

/** What the specification's paths say about one noun: is it listed, created, and under which property is its name. */
export class Nouns {
  readonly #lists = new Map<string, ListShape | undefined>();
  readonly #owners = new Set<string>();

  constructor(private readonly specification: Specification) {
    for (const { method, template } of specification.operations)
      if (method === 'GET' && !template.includes('{')) this.#own(template);
  }

  /** The schema of what a GET at the template shows. */
  shown(template: string): Schema | undefined {
    const operation = this.specification.operation('GET', template);
    return operation && jsonSchema(operation.success.content);
  }

  /** The list at a template, if it is one. */
  list(template: string): ListShape | undefined {
    const key = nameless(template);
    if (!this.#lists.has(key)) this.#lists.set(key, this.#listOf(this.shown(template)));
    return this.#lists.get(key);
  }

  /** Whether records come and go below this template: it is listed, or something is created there. */
  isCollection(template: string): boolean {
    if (this.list(template)) return true;
    const items = `${template}/{}`;
    const item = this.shown(items);
    if (this.specification.operation('POST', template)) return this.#hasItems(template);
    return (
      item !== undefined &&
      this.specification.operations.some((each) => each.method === 'POST' && this.creates(each) === nameless(template))
    );
  }

  /** The collection a POST adds to: its own path, or the one above as `.../keys/generate` does. */
  creates(operation: Operation): string | undefined {
    const { template, success } = operation;
    if (template.endsWith('}')) return undefined;
    const own = this.specification.operation('GET', template);
    if (this.list(template)) return nameless(template);
    if ((!own || this.names(template)) && this.#hasItems(template)) return nameless(template);
    const above = template.slice(0, template.lastIndexOf('/'));
    const item = this.shown(`${above}/{}`);
    const reply = jsonSchema(success.content);
    return !own && item && reply && same(item, reply) && !above.endsWith('}') ? nameless(above) : undefined;
  }

  /** How a collection shows nothing but the names of its records: as an array, or under one property. */
  names(template: string): { readonly property?: string } | undefined {
    const schema = this.shown(template);
    if (!schema || !this.#hasItems(template)) return undefined;
    const shape = this.specification.shape(schema);
    const isText = (items: Schema | undefined) => items && this.specification.shape(items).type === 'string';
    if (isText(shape.items)) return {};
    const [[property, only] = [], ...others] = shape.properties;
    return only && others.length === 0 && isText(this.specification.shape(only).items)
      ? { property: property ?? '' }
      : undefined;
  }

  /** The schema of one record of a collection. */
  item(template: string): Schema {
    return this.shown(`${template}/{}`) ?? this.list(template)?.items ?? {};
  }

  /** The property that holds what the last path segment of a record says. */
  key(template: string): string {
    const parameter = this.parameter(template);
    const post = this.specification.operation('POST', template);
    const made = post && [post.success.content, post.body?.content ?? {}].map((each) => jsonSchema(each) ?? {});
    const schemas = [this.item(template), this.list(template)?.items ?? {}, ...(made ?? [])];
    const shapes = schemas.map((each) => this.#wide(each));
    const has = (name: string) => shapes.some((shape) => shape.has(name));
    const lastWord = parameter.replace(/^.*?([A-Z]?[a-z]+)$/, '$1').toLowerCase();
    const snake = parameter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const enumerated = this.values(template) !== undefined;
    const candidates = [parameter, ...(enumerated ? [] : ['id']), snake, lastWord, 'kid', 'name', 'label', 'id'];
    return candidates.find(has) ?? 'id';
  }

  /** Name of the parameter that picks a record of the collection. */
  parameter(template: string): string {
    const items = nameless(`${template}/{}`);
    const below = this.specification.operations.find((each) => `${each.shape}/`.startsWith(`${items}/`));
    return (below && parametersOf(below.template)[parametersOf(template).length]) ?? 'id';
  }

  /** The names of the records, where the path lists them. */
  values(template: string): readonly string[] | undefined {
    const schema = this.parameterSchema(template);
    return schema && (this.specification.shape(schema).values?.list as readonly string[] | undefined);
  }

  /** What a path may say to pick a record of the collection. */
  parameterSchema(template: string): Schema | undefined {
    const items = nameless(`${template}/{}`);
    const operation = this.specification.operations.find(({ shape }) => shape === items);
    const name = operation && parametersOf(operation.template).at(-1);
    return operation?.parameters.find((each) => each.in === 'path' && each.name === name)?.schema;
  }

  /** True when the same kind of record is listed at the top of the API, so that a list below cannot invent its own. */
  ownedElsewhere(template: string): boolean {
    const list = this.list(template);
    return list !== undefined && template.includes('{') && this.#owners.has(JSON.stringify(list.items));
  }

  #own(template: string): void {
    const list = this.list(template);
    if (!list) return;
    for (const schema of [list.items, this.item(template)]) this.#owners.add(JSON.stringify(schema));
  }

  #hasItems(template: string): boolean {
    const items = `${template}/{}`;
    return ['GET', 'PUT', 'DELETE'].some((method) => this.specification.operation(method as 'GET', items));
  }

  #listOf(schema: Schema | undefined): ListShape | undefined {
    if (!schema) return undefined;
    const shape = this.specification.shape(schema);
    if (shape.items && this.#isRecord(shape.items)) return { items: shape.items };
    // A list of one kind or another is listed as the first.
    const [option] = shape.alternatives;
    if (option && shape.properties.size === 0) return this.#listOf(option);
    const rest = [...shape.properties].filter(([name]) => name !== '_links' && name !== 'metadata');
    const [name, only] = rest[0] ?? [];
    const items = only && rest.length === 1 ? this.specification.shape(only).items : undefined;
    return items && name !== undefined && this.#isRecord(items) ? { items, envelope: { name, schema } } : undefined;
  }

  #isRecord(schema: Schema): boolean {
    const { type, alternatives, discriminator } = this.specification.shape(schema);
    return type === 'object' || alternatives.length > 0 || discriminator !== undefined;
  }

  /** Properties of the schema and of all its variants. */
  #wide(schema: Schema): ReadonlySet<string> {
    const shape: Shape = this.specification.shape(schema);
    const variants = [
      ...shape.alternatives,
      ...Object.values(shape.discriminator?.mapping ?? {}).map(($ref) => ({ $ref })),
    ];
    return new Set(
      [shape, ...variants.map((each) => this.specification.shape(each))].flatMap((each) => [...each.properties.keys()]),
    );
  }
}

function same(one: Schema, other: Schema): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
