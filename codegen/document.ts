import type { HttpMethod } from '../src/okta/operation.js';
import { CodegenError } from './errors.js';
import { type Kind, nodesOf, slotOf } from './grammar.js';

/**
 * One of `specs/*.json`: OpenAPI 3.0.3 as `spec:import` writes it: without prose, normalised, and only schemas and
 * parameters behind references.
 */
export interface Document {
  openapi: string;
  info: { title: string; version: string };
  servers?: { url: string }[];
  paths: Record<string, PathItem>;
  components: Components;
}

export interface Components {
  schemas?: Record<string, SchemaOrRef>;
  parameters?: Record<string, ParameterObject | Reference>;
  securitySchemes?: Record<string, SecuritySchemeObject>;
}

/** Imported documents carry every parameter at the operation; published ones also here. */
export type PathItem = { [method in Method]?: OperationObject } & {
  parameters?: (ParameterObject | Reference)[];
  servers?: unknown[];
  'x-okta-lifecycle'?: Lifecycle;
};

export const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'options', 'head', 'trace'] as const;
export type Method = (typeof METHODS)[number];

export interface Reference {
  $ref: string;
}

export interface OperationObject {
  operationId: string;
  tags?: string[];
  parameters?: (ParameterObject | Reference)[];
  requestBody?: RequestBodyObject;
  /** By status; imported documents hold 2xx and 3xx only. */
  responses: Record<string, ResponseObject>;
  /** Alternatives; within one, every scheme and every scope is needed. `[]` means public. */
  security?: Record<string, string[]>[];
  deprecated?: boolean;
  servers?: unknown[];
  'x-okta-lifecycle'?: Lifecycle;
  'x-okta-iam-admin-roles'?: string[];
  'x-okta-iam-permissions'?: string[];
  'x-okta-no-scope-required'?: boolean;
}

export interface Lifecycle {
  /** GA, LIMITED_GA, EA, BETA, TOMBSTONE. */
  lifecycle?: string;
  isGenerallyAvailable?: boolean;
  isCorsEnabled?: boolean;
  SKUs?: string[];
  features?: string[];
}

export interface ParameterObject {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  deprecated?: boolean;
  style?: string;
  explode?: boolean;
  schema?: SchemaOrRef;
  content?: Record<string, MediaTypeObject>;
  'x-okta-lifecycle'?: Lifecycle;
  /** Of a SCIM filter: the properties it may name. */
  'x-scim-filter'?: Record<string, object>;
}

export interface RequestBodyObject {
  required?: boolean;
  content: Record<string, MediaTypeObject>;
}

export interface ResponseObject {
  /** Always empty; OpenAPI demands the key. */
  description: string;
  headers?: Record<string, HeaderObject>;
  content?: Record<string, MediaTypeObject>;
}

export interface HeaderObject {
  required?: boolean;
  schema?: SchemaOrRef;
}

export interface MediaTypeObject {
  schema?: SchemaOrRef;
  encoding?: Record<string, { contentType?: string }>;
}

/** A reference stands alone: facts beside a published `$ref` were moved into `allOf`. */
export type SchemaOrRef = SchemaObject | Reference;

export interface SchemaObject {
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';
  format?: string;
  /** Behind a `$ref` to a named component Okta may add values (open); written in place the set is closed. */
  enum?: unknown[];
  default?: unknown;
  nullable?: boolean;
  readOnly?: boolean;
  writeOnly?: boolean;
  deprecated?: boolean;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, SchemaOrRef>;
  additionalProperties?: SchemaOrRef | boolean;
  items?: SchemaOrRef;
  allOf?: SchemaOrRef[];
  oneOf?: SchemaOrRef[];
  anyOf?: SchemaOrRef[];
  not?: SchemaOrRef;
  discriminator?: DiscriminatorObject;
  'x-okta-lifecycle'?: Lifecycle;
  'x-okta-defined-as'?: { name: string };
  'x-okta-extensible'?: boolean;
  'x-okta-allow-null-property-value-for-updates'?: boolean;
}

export interface DiscriminatorObject {
  propertyName: string;
  /** Value of the property -> `#/components/schemas/...`. */
  mapping?: Record<string, string>;
}

export interface SecuritySchemeObject {
  type: string;
  flows?: Record<string, { scopes: Record<string, string> }>;
}

/** One operation as codegen wants it. */
export interface ApiOperation {
  readonly id: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly operation: OperationObject;
  /** Resolved; in the document's order. */
  readonly parameters: ParameterObject[];
}

/** The text of `specs/*.json`. */
export function loadDocument(text: string): Document {
  return JSON.parse(text) as Document;
}

/** Every operation, by path and then by the order of `METHODS`. */
export function operationsOf(document: Document): ApiOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      const parameters = (operation.parameters ?? []).map((parameter) => resolve(document, parameter));
      return [{ id: operation.operationId, method: method.toUpperCase() as HttpMethod, path, operation, parameters }];
    }),
  );
}

/** What a local reference such as `#/components/schemas/User` points at, or undefined. Follows one step. */
export function lookup(document: Document, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined;
  let node: unknown = document;
  for (const key of ref.slice(2).split('/').map(unescapePointer)) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}

/** The object itself, or the component it refers to, through chains of references; undefined when they lead nowhere. */
export function follow<T extends object>(document: Document, node: T | Reference): T | undefined {
  const seen = new Set<string>();
  let at: unknown = node;
  while (typeof at === 'object' && at !== null) {
    if (!isRef(at)) return at as T;
    if (seen.has(at.$ref)) return undefined;
    seen.add(at.$ref);
    at = lookup(document, at.$ref);
  }
  return undefined;
}

/** The component behind a reference, through chains of references. @throws Error when they lead nowhere. */
export function resolveRef<T extends object>(document: Document, $ref: string): T {
  const found = follow<T>(document, { $ref });
  if (found === undefined) throw new Error(`${$ref} points at nothing`);
  return found;
}

/** The object itself, or the component it refers to. @throws Error when the reference leads nowhere. */
export function resolve<T extends object>(document: Document, node: T | Reference): T {
  return isRef(node) ? resolveRef<T>(document, node.$ref) : node;
}

/** `$ref` is a keyword here: call it on nodes, never on a map of properties. */
export function isRef(node: object): node is Reference {
  return Object.hasOwn(node, '$ref') && typeof (node as Reference).$ref === 'string';
}

export type Visit = (node: object, kind: Kind, pointer: string) => void;

/** Visits a node and everything below it, parents first; does not follow references. */
export function walk(node: object, kind: Kind, pointer: string, visit: Visit): void {
  visit(node, kind, pointer);
  for (const [keyword, value] of Object.entries(node)) {
    const slot = slotOf(kind, keyword);
    const nodes = slot && nodesOf(slot);
    if (nodes === undefined || typeof value !== 'object' || value === null) continue;
    const at = `${pointer}/${escapePointer(keyword)}`;
    if (nodes.many === 'one') walk(value, nodes.kind, at, visit);
    else
      for (const [key, child] of Object.entries(value as object)) {
        if (typeof child === 'object' && child !== null) walk(child, nodes.kind, `${at}/${escapePointer(key)}`, visit);
      }
  }
}

/** Visits every schema of the document, in place and in components, parents first. */
export function walkSchemas(document: Document, visit: (schema: SchemaOrRef, pointer: string) => void): void {
  walk(document, 'document', '', (node, kind, pointer) => {
    if (kind === 'schema') visit(node as SchemaOrRef, pointer);
  });
}

/** References made by a node itself (not by what is below it): `$ref` and discriminator mappings. */
export function refsOf(node: object, kind: Kind): string[] {
  if (kind === 'discriminator') return Object.values((node as DiscriminatorObject).mapping ?? {});
  return slotOf(kind, '$ref') !== undefined && isRef(node) ? [node.$ref] : [];
}

/** The document without the components that none of its paths reaches. Shares what it keeps with the original. */
export function prune(document: Document): Document {
  const reached = new Set<string>();
  const schemes = new Set<string>();
  const reach: Visit = (node, kind) => {
    if (kind === 'operation')
      for (const scheme of (node as OperationObject).security?.flatMap(Object.keys) ?? []) schemes.add(scheme);
    for (const ref of refsOf(node, kind)) {
      if (reached.has(ref)) continue;
      reached.add(ref);
      const target = lookup(document, ref);
      const section = ref.split('/')[2] ?? '';
      const nodes = nodesOf(slotOf('components', section) ?? 'prose');
      if (nodes && typeof target === 'object' && target !== null) walk(target, nodes.kind, '', reach);
    }
  };
  walk({ paths: document.paths }, 'document', '', reach);
  const sections = Object.entries(document.components).map(([section, entries]) => {
    const kept = Object.entries(entries as object).filter(([name]) =>
      section === 'securitySchemes' ? schemes.has(name) : reached.has(`#/components/${section}/${escapePointer(name)}`),
    );
    return [section, Object.fromEntries(kept)] as const;
  });
  const components = Object.fromEntries(sections.filter(([, entries]) => Object.keys(entries).length > 0));
  return { ...document, components };
}

/** Rejects with a `CodegenError` unless the document is valid OpenAPI 3.0. Never touches network or disk. */
export async function validate(document: Document, file = 'specs'): Promise<void> {
  // Takes half a second to load, and only imports validate.
  const { default: SwaggerParser } = await import('@apidevtools/swagger-parser');
  try {
    // The parser dereferences what it is given.
    const copy = structuredClone(document) as unknown as Parameters<typeof SwaggerParser.validate>[0];
    await SwaggerParser.validate(copy, { resolve: { external: false } });
  } catch (error) {
    throw new CodegenError([{ file, message: error instanceof Error ? error.message : String(error) }]);
  }
}

/** RFC 6901. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescapePointer(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
