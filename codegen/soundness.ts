import {
  type Document,
  follow,
  type Lifecycle,
  lookup,
  METHODS,
  type OperationObject,
  type ParameterObject,
  refsOf,
  type SchemaObject,
  walk,
} from './document.js';
import type { Ledger } from './ledger.js';

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array']);
const LIFECYCLES = new Set(['GA', 'LIMITED_GA', 'EA', 'BETA', 'TOMBSTONE']);
const HEADERS = new Set(['if-match', 'prefer', 'accept-language']);
const BOUNDS = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
] as const;

/** Records every defect of a normalised document that codegen would stumble over: those no rule repairs yet. */
export function checkSoundness(document: Document, ledger: Ledger): void {
  walk(document, 'document', '', (node, kind) => {
    for (const ref of refsOf(node, kind)) {
      if (lookup(document, ref) === undefined) ledger.problem(node, `reference to ${ref}, which does not exist`);
    }
    if (kind === 'schema') checkSchema(node as SchemaObject, ledger);
    if (kind === 'lifecycle') {
      const { lifecycle } = node as Lifecycle;
      if (lifecycle !== undefined && !LIFECYCLES.has(lifecycle))
        ledger.problem(node, `unknown lifecycle "${lifecycle}"`);
    }
  });
  checkOperations(document, ledger);
}

function checkSchema(schema: SchemaObject, ledger: Ledger): void {
  if (schema.type !== undefined && !TYPES.has(schema.type)) ledger.problem(schema, `unknown type "${schema.type}"`);
  if (schema.pattern !== undefined && !compiles(schema.pattern)) {
    ledger.problem(schema, `pattern ${schema.pattern} does not compile in JavaScript`);
  }
  for (const [low, high] of BOUNDS) {
    if ((schema[low] ?? 0) > (schema[high] ?? Number.POSITIVE_INFINITY))
      ledger.problem(schema, `${low} is above ${high}`);
  }
  if (schema.enum?.length === 0) ledger.problem(schema, 'enum without values');
  if (schema.type === 'string' && schema.enum?.some((value) => value !== null && typeof value !== 'string')) {
    ledger.problem(schema, 'enum of a string with a value that is none');
  }
  for (const union of ['allOf', 'oneOf', 'anyOf'] as const) {
    if (schema[union]?.length === 0) ledger.problem(schema, `${union} without alternatives`);
  }
  if (schema.discriminator && !schema.discriminator.propertyName) {
    ledger.problem(schema, 'discriminator without propertyName');
  }
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function checkOperations(document: Document, ledger: Ledger): void {
  const owners = new Map<string, string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const id: string | undefined = operation.operationId;
      if (!id) ledger.problem(operation, 'operation without operationId');
      const owner = owners.get(id?.toLowerCase());
      if (owner !== undefined) ledger.problem(operation, `operationId is taken by ${owner}`);
      if (id) owners.set(id.toLowerCase(), `${method.toUpperCase()} ${path}`);
      const parameters = (operation.parameters ?? []).flatMap((parameter) => follow(document, parameter) ?? []);
      checkParameters(path, operation, parameters, ledger);
      checkSecurity(document, operation, ledger);
    }
  }
}

function checkParameters(
  path: string,
  operation: OperationObject,
  parameters: ParameterObject[],
  ledger: Ledger,
): void {
  const declared = new Set(parameters.filter((one) => one.in === 'path').map(({ name }) => name));
  const named = new Set([...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!));
  for (const name of named)
    if (!declared.has(name)) ledger.problem(operation, `path parameter {${name}} is not declared`);
  for (const name of declared)
    if (!named.has(name)) ledger.problem(operation, `path parameter ${name} is not in the path`);
  for (const { in: where, name, schema, content } of parameters) {
    if (!['path', 'query', 'header'].includes(where)) ledger.problem(operation, `parameter ${name} in "${where}"`);
    if (where === 'header' && !HEADERS.has(name.toLowerCase())) {
      ledger.problem(operation, `unknown header parameter ${name}`, 'decide in codegen whether a caller may set it');
    }
    if (schema === undefined && content === undefined) ledger.problem(operation, `parameter ${name} without a schema`);
  }
}

function checkSecurity(document: Document, operation: OperationObject, ledger: Ledger): void {
  if (operation.security === undefined) ledger.problem(operation, 'operation without security');
  for (const requirement of operation.security ?? []) {
    for (const [name, scopes] of Object.entries(requirement)) {
      const scheme = document.components.securitySchemes?.[name];
      if (scheme === undefined) ledger.problem(operation, `security scheme ${name} is not declared`);
      const flows = Object.values(scheme?.flows ?? {});
      for (const scope of scopes) {
        if (!flows.some((flow) => Object.hasOwn(flow.scopes, scope)))
          ledger.problem(operation, `scope ${scope} is not declared`);
      }
    }
  }
}
