import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { invalid, OktaFailure } from './errors.js';
import { type Exchange, isObject } from './exchange.js';
import { type Operation, type Parameter, parametersOf, type Schema, type Specification } from './specification.js';
import { RequestSchemas } from './validation-schema.js';

/** Holds requests against the specification and refuses them as Okta does. Compiles on an operation's first request. */
export class RequestCheck {
  readonly #ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    validateSchema: false,
    code: { optimize: false },
  });
  readonly #schemas: RequestSchemas;
  readonly #parameters = new WeakMap<Operation, ValidateFunction>();
  readonly #variants = new Map<string, Schema>();
  readonly #bodies = new WeakMap<Schema, ValidateFunction>();

  constructor(private readonly specification: Specification) {
    this.#schemas = new RequestSchemas(specification, this.#ajv);
  }

  /** Refuses what the specification does not allow; throws an `OktaFailure`. */
  check(operation: Operation, x: Exchange): void {
    this.#checkParameters(operation, x);
    if (operation.body) this.#checkBody(operation.body, x);
  }

  #checkParameters(operation: Operation, x: Exchange): void {
    const missing = operation.parameters.find(
      ({ name, in: place, required }) => place === 'query' && required && !x.query.get(name),
    );
    if (missing) throw new OktaFailure('E0000028', '', [`${missing.name}: The parameter is required`]);
    const given = this.#given(operation, x);
    if (Object.keys(given).length === 0) return;
    const validate = this.#parameters.get(operation) ?? this.#ajv.compile(this.#parameterSchema(operation));
    this.#parameters.set(operation, validate);
    if (!validate(given)) throw refusal(validate.errors ?? [], given);
  }

  /** Parameter values by name, as the types their schemas name. */
  #given(operation: Operation, x: Exchange): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    const names = parametersOf(operation.template);
    // A modelled route may call its parameters otherwise; their order is the same.
    const path = Object.values(x.params);
    for (const parameter of operation.parameters) {
      const { name, in: place } = parameter;
      if (place === 'query' && x.query.has(name)) values[name] = this.#typed(parameter, x.query.getAll(name));
      if (place === 'header' && x.headers.has(name)) values[name] = x.headers.get(name);
      if (place === 'path') values[name] = path[names.indexOf(name)];
    }
    return values;
  }

  #typed({ schema = {}, explode }: Parameter, given: readonly string[]): unknown {
    const shape = this.specification.shape(schema);
    if (shape.type !== 'array') return scalar(shape.type, given[0] ?? '');
    const items = shape.items && this.specification.shape(shape.items).type;
    const parts = explode === false ? given.flatMap((part) => part.split(',')) : given;
    return parts.map((part) => scalar(items, part));
  }

  #parameterSchema({ parameters }: Operation): object {
    const properties = parameters.flatMap(({ name, in: place, schema }) => {
      if (!schema) return [];
      const converted = this.#schemas.convert(schema);
      const { values } = this.specification.shape(schema);
      // A path knows its words, even where Okta may add to them.
      if (place === 'path' && values) converted.enum = values.list;
      // Okta cuts a page size down to what it allows.
      if (name === 'limit') delete converted.maximum;
      return [[name, converted] as const];
    });
    return { type: 'object', properties: Object.fromEntries(properties) };
  }

  #checkBody({ required, content }: NonNullable<Operation['body']>, x: Exchange): void {
    const { type, text } = x.payload;
    if (text === '') {
      if (required) throw new OktaFailure('E0000003');
      return;
    }
    const media = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    const schema = content[media]?.schema;
    if (!(media in content)) throw new OktaFailure('E0000021');
    if (!schema) return;
    if (media === 'multipart/form-data') this.#checkForm(schema, text);
    else if (/[/+]json$/.test(media)) this.#checkJson(schema, parse(text));
  }

  #checkJson(schema: Schema, body: unknown): void {
    const variant = this.#variantOf(schema, body);
    const validate = this.#bodies.get(variant) ?? this.#ajv.compile(this.#schemas.convert(variant));
    this.#bodies.set(variant, validate);
    if (!validate(body)) throw refusal(validate.errors ?? [], body);
  }

  /** The variant a body names, so that only that one is compiled; the schema itself when it names none. */
  #variantOf(schema: Schema, body: unknown): Schema {
    const { discriminator } = this.specification.shape(schema);
    if (!discriminator || !isObject(body)) return schema;
    const { property, mapping } = discriminator;
    const $ref = mapping[String(body[property])];
    const variant = $ref === undefined ? schema : (this.#variants.get($ref) ?? { $ref });
    if ($ref !== undefined) this.#variants.set($ref, variant);
    return variant;
  }

  #checkForm(schema: Schema, text: string): void {
    const sent = new Set([...text.matchAll(/\bname="([^"]*)"/g)].map((match) => match[1]));
    const { required } = this.specification.shape(schema);
    const absent = [...required].filter((name) => !sent.has(name));
    if (absent.length > 0) throw invalid(...absent.map((name) => [name, BLANK] as const));
  }
}

const BLANK = 'The field cannot be left blank';

/** Keywords that only repeat what the errors below them say. */
const WRAPPERS = new Set(['if', 'anyOf', 'allOf', 'oneOf']);

function refusal(errors: readonly ErrorObject[], value: unknown): OktaFailure {
  if (errors.some(({ instancePath, keyword }) => instancePath === '' && keyword === 'type'))
    return new OktaFailure('E0000003');
  const problems = new Map<string, string>();
  for (const error of errors) {
    if (WRAPPERS.has(error.keyword)) continue;
    const field = fieldOf(error);
    if (!problems.has(field)) problems.set(field, wordsFor(error));
  }
  return problems.size > 0 ? invalid(...problems) : invalid(['request', `does not fit: ${typeof value}`]);
}

/** The property at fault, without the objects around it and without its place in a list. */
function fieldOf({ instancePath, params, keyword }: ErrorObject): string {
  if (keyword === 'required') return String(params.missingProperty);
  const segments = instancePath.split('/').filter((segment) => segment !== '' && !/^\d+$/.test(segment));
  return segments.at(-1)?.replaceAll('~1', '/').replaceAll('~0', '~') ?? 'request';
}

function wordsFor({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'required') return BLANK;
  if (keyword === 'type') return `must be of type ${[params.type].flat()[0]}`;
  if (keyword === 'enum') return `must be one of ${(params.allowedValues as unknown[]).map(String).join(', ')}`;
  return message ?? 'is not valid';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OktaFailure('E0000003');
  }
}

function scalar(type: Schema['type'], text: string): unknown {
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}
