import type { Method } from './router.js';
import { type Shape, shapeOf } from './schema-shape.js';

/** An OpenAPI 3.0 schema, as `specs/` holds it: no prose, references alone. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string; readonly mapping?: Readonly<Record<string, string>> };
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  /** False: an array is joined by commas. */
  readonly explode?: boolean;
  readonly schema?: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

/** One method of one path, with everything resolved but its schemas. */
export interface Operation {
  readonly id: string;
  readonly method: Method;
  readonly template: string;
  /** The template without the names of its parameters. */
  readonly shape: string;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly required: boolean; readonly content: Content };
  /** The answer to a success: the first 2xx, else the redirect. */
  readonly success: { readonly status: number; readonly content: Content };
  /** Scopes a token needs, all of them. */
  readonly scopes: readonly string[];
  /** No credential is needed. */
  readonly public: boolean;
}

interface DocumentOperation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | Schema)[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const known = new WeakMap<object, Specification>();

/** What Okta's specification says: operations, and schemas with their references followed. */
export class Specification {
  /** Read once for each document. */
  static of(document: object): Specification {
    const specification = known.get(document) ?? new Specification(document as OpenApiDocument);
    known.set(document, specification);
    return specification;
  }

  readonly operations: readonly Operation[];
  readonly #byShape = new Map<string, Operation>();
  readonly #shapes = new WeakMap<Schema, Shape>();

  private constructor(readonly document: OpenApiDocument) {
    this.operations = Object.entries(document.paths).flatMap(([template, item]) =>
      METHODS.flatMap((method) => {
        const facts = item[method.toLowerCase()];
        return facts === undefined ? [] : [this.#operation(method, template, facts)];
      }),
    );
    for (const operation of this.operations) this.#byShape.set(`${operation.method} ${operation.shape}`, operation);
  }

  /** The operation at a template, whatever its parameters are called. */
  operation(method: Method, template: string): Operation | undefined {
    return this.#byShape.get(`${method} ${nameless(template)}`);
  }

  /** The schema behind references. */
  resolve(schema: Schema): Schema {
    let at = schema;
    while (at.$ref !== undefined) at = this.#component<Schema>(at.$ref);
    return at;
  }

  /** The schema with everything it inherits, in one piece. */
  shape(schema: Schema): Shape {
    const shape = this.#shapes.get(schema) ?? shapeOf(this, schema);
    this.#shapes.set(schema, shape);
    return shape;
  }

  #operation(method: Method, template: string, facts: DocumentOperation): Operation {
    const { operationId, parameters = [], requestBody, responses, security = [] } = facts;
    const statuses = Object.keys(responses).map(Number).sort();
    const status = statuses[0] ?? 200;
    return {
      id: operationId,
      method,
      template,
      shape: nameless(template),
      parameters: parameters.map((each) =>
        '$ref' in each && each.$ref !== undefined ? this.#component<Parameter>(each.$ref) : (each as Parameter),
      ),
      ...(requestBody && { body: { required: requestBody.required ?? false, content: requestBody.content } }),
      success: { status, content: responses[status]?.content ?? {} },
      scopes: [...new Set(security.flatMap((requirement) => requirement.oauth2 ?? []))],
      public: security.length === 0,
    };
  }

  #component<T>(ref: string): T {
    const [, kind, name] = /^#\/components\/(schemas|parameters)\/(.+)$/.exec(ref) ?? [];
    const component = kind && name && this.document.components[kind as 'schemas' | 'parameters'][name];
    if (!component) throw new Error(`The specification has no ${ref}`);
    return component as T;
  }
}

/** A template without the names of its parameters, which differ between sources: `/users/{}`. */
export function nameless(template: string): string {
  return template.replace(/\{[^}]*\}/g, '{}');
}

/** Names of the parameters of a template, in order. */
export function parametersOf(template: string): readonly string[] {
  return [...template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] as string);
}

/** The JSON schema of a body or a reply, if it has one. */
export function jsonSchema(content: Content): Schema | undefined {
  return content['application/json']?.schema;
}
