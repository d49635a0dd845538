import {
  type Document,
  follow,
  isRef,
  METHODS,
  type Method,
  type OperationObject,
  type ParameterObject,
  type PathItem,
  prune,
  type Reference,
  type RequestBodyObject,
  walk,
} from './document.js';
import type { Ledger } from './ledger.js';
import { repairSchemas, requiredOf, typeOf } from './schema-repair.js';

/** Headers that choose media types, impersonate a client or belong to another product; no caller of ours may set them. */
const HIDDEN_HEADERS = new Set(['content-type', 'origin', 'user-agent', 'x-forwarded-for', 'oktaaccessgateway-agent']);

/** Reply headers that carry a fact: the next page, and the version that `If-Match` wants. */
const REPLY_HEADERS = new Set(['link', 'etag']);

const SCHEMES: ReadonlyMap<string, string> = new Map([
  ['OAuth2', 'oauth2'],
  ['ApiKey', 'apiToken'],
]);

/** Administrator roles as the documents misspell them, and as `RoleType` lists them. */
const ROLES: ReadonlyMap<string, string> = new Map([['ACCESS_CERTIFICATION_ADMIN', 'ACCESS_CERTIFICATIONS_ADMIN']]);

const SENDABLE: ReadonlySet<Method> = new Set(['get', 'post', 'put', 'patch', 'delete']);

/**
 * Repairs every known defect, changing `document`, and brings it into one shape: each operation carries all of its
 * parameters, bodies and replies are written in place, security schemes are `apiToken` and `oauth2`.
 * Leaves dangling references and other unknown defects alone, for `checkSoundness`.
 */
export function normalise(document: Document, ledger: Ledger): Document {
  renameSchemes(document, ledger);
  for (const [path, item] of Object.entries(document.paths)) {
    normalisePath(document, item, ledger);
    if (METHODS.some((method) => item[method])) continue;
    delete document.paths[path];
    ledger.fix('path without operations: dropped', item);
  }
  const { servers: _, ...facts } = prune(document);
  repairSchemas(facts, ledger);
  walk(facts, 'document', '', (node, kind) => {
    if (isRef(node)) {
      if (kind === 'parameter') dropSiblings(node, ledger);
    } else if (kind === 'parameter') repairParameter(facts, node as ParameterObject, ledger);
    else if (kind === 'requestBody') repairBody(facts, node as RequestBodyObject, ledger);
  });
  return prune(facts);
}

function normalisePath(document: Document, item: PathItem, ledger: Ledger): void {
  for (const method of METHODS) {
    const operation = item[method];
    if (operation === undefined) continue;
    if (!SENDABLE.has(method) || operation['x-okta-lifecycle']?.lifecycle === 'TOMBSTONE') {
      delete item[method];
      ledger.fix(`${SENDABLE.has(method) ? 'withdrawn' : 'OPTIONS, HEAD or TRACE'} operation: dropped`, operation);
      continue;
    }
    repairRoles(operation, ledger);
    const parameters = parametersOf(document, item, method, ledger);
    if (parameters.length > 0) operation.parameters = parameters;
    else delete operation.parameters;
    if (operation.servers !== undefined) {
      delete operation.servers;
      ledger.fix('server of its own, an example host: dropped', operation);
    }
    if (item['x-okta-lifecycle'] && !operation['x-okta-lifecycle']) {
      operation['x-okta-lifecycle'] = { ...item['x-okta-lifecycle'] };
      ledger.fix('lifecycle stated for the whole path: copied to the operation', operation);
    }
    if (operation.requestBody) operation.requestBody = inPlace(document, operation.requestBody, ledger);
    normaliseReplies(document, operation, ledger);
  }
  delete item.parameters;
  delete item.servers;
  delete item['x-okta-lifecycle'];
}

function repairRoles(operation: OperationObject, ledger: Ledger): void {
  const roles = operation['x-okta-iam-admin-roles'];
  if (!roles?.some((role) => ROLES.has(role))) return;
  operation['x-okta-iam-admin-roles'] = roles.map((role) => ROLES.get(role) ?? role);
  ledger.fix('administrator role that RoleType spells differently: as there', operation, 'x-okta-iam-admin-roles');
}

/** Those of the path, then those of the operation; an operation's own wins over one of the same place and name. */
function parametersOf(
  document: Document,
  item: PathItem,
  method: Method,
  ledger: Ledger,
): (ParameterObject | Reference)[] {
  const operation = item[method]!;
  const own = operation.parameters ?? [];
  const key = (parameter: ParameterObject | Reference) => {
    const { in: where, name } = (follow(document, parameter) ?? {}) as Partial<ParameterObject>;
    return where === undefined ? JSON.stringify(parameter) : `${where} ${name}`;
  };
  const owned = new Set(own.map(key));
  const shared = item.parameters ?? [];
  // A list of items pages, adding to it does not.
  const ofList = method !== 'get' && shared.some((parameter) => /^query (limit|after)$/.test(key(parameter)));
  const inherited = shared.filter((parameter) => {
    if (owned.has(key(parameter))) {
      ledger.fix(
        'parameter declared at path and operation: the operation wins',
        operation,
        'parameters',
        key(parameter),
      );
      return false;
    }
    if (ofList && key(parameter).startsWith('query ')) {
      ledger.fix('list parameter of the path on a write: dropped', operation, 'parameters', key(parameter));
      return false;
    }
    return true;
  });
  const parameters = new Map<string, ParameterObject | Reference>();
  for (const parameter of [...inherited, ...own]) {
    const {
      in: where,
      name = '',
      'x-okta-lifecycle': lifecycle,
    } = (follow(document, parameter) ?? {}) as Partial<ParameterObject>;
    if (where === 'header' && HIDDEN_HEADERS.has(name.toLowerCase())) {
      ledger.fix('header no caller may set: dropped', operation, 'parameters', key(parameter));
    } else if (lifecycle?.lifecycle === 'TOMBSTONE') {
      ledger.fix('withdrawn parameter: dropped', operation, 'parameters', key(parameter));
    } else if (parameters.has(key(parameter))) {
      ledger.fix('parameter declared twice: the first is kept', operation, 'parameters', key(parameter));
    } else {
      parameters.set(key(parameter), isRef(parameter) ? parameter : ledger.copy(parameter));
    }
  }
  return [...parameters.values()];
}

function normaliseReplies(document: Document, operation: OperationObject, ledger: Ledger): void {
  for (const [status, published] of Object.entries(operation.responses ?? {})) {
    const reply = inPlace(document, published, ledger);
    // OpenAPI demands the key.
    reply.description = '';
    const headers = Object.entries(reply.headers ?? {}).filter(([name]) => REPLY_HEADERS.has(name.toLowerCase()));
    if (headers.length > 0) {
      reply.headers = Object.fromEntries(headers.map(([name, header]) => [name, inPlace(document, header, ledger)]));
    } else delete reply.headers;
    if (Object.keys(reply.content ?? {}).length === 0) delete reply.content;
    operation.responses[status] = reply;
  }
  if (Object.keys(operation.responses ?? {}).length > 0) return;
  operation.responses = { default: { description: '' } };
  ledger.fix('no reply documented but errors: any reply', operation, 'responses');
}

/** A private copy of what the reference points at; the reference itself when it leads nowhere. */
function inPlace<T extends object>(document: Document, node: T | Reference, ledger: Ledger): T {
  const found = follow<T>(document, node);
  return isRef(node) && found !== undefined ? ledger.copy(found) : (node as T);
}

function renameSchemes(document: Document, ledger: Ledger): void {
  const schemes = document.components.securitySchemes ?? {};
  for (const [published, ours] of SCHEMES) {
    const scheme = schemes[published];
    if (scheme === undefined) continue;
    delete schemes[published];
    schemes[ours] = scheme;
    ledger.fix(`security scheme ${published}: called ${ours} as in the other documents`, scheme);
  }
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation?.security === undefined) continue;
      operation.security = operation.security.map((requirement) =>
        Object.fromEntries(
          Object.entries(requirement).map(([name, scopes]) => {
            const ours = SCHEMES.get(name) ?? name;
            if (scopes.length === 0 || schemes[ours]?.type !== 'apiKey') return [ours, scopes];
            ledger.fix('scope on an API token, which has none: dropped', operation, 'security');
            return [ours, []];
          }),
        ),
      );
    }
  }
}

function dropSiblings(reference: Reference, ledger: Ledger): void {
  for (const key of Object.keys(reference).filter((key) => key !== '$ref')) {
    delete (reference as Partial<Reference>)[key as '$ref'];
    ledger.fix('keywords beside a reference, ignored by OpenAPI: dropped', reference, key);
  }
}

function repairParameter(document: Document, parameter: ParameterObject, ledger: Ledger): void {
  if (parameter.in === 'path' && parameter.required !== true) {
    parameter.required = true;
    ledger.fix('path parameter not required: required', parameter);
  }
  if (parameter.required === false) delete parameter.required;
  const schema = parameter.schema;
  if (schema === undefined || isRef(schema) || schema.type) return;
  const type = typeOf(document, schema);
  if (type === undefined) return;
  schema.type = type;
  ledger.fix('parameter without a type: that of its alternatives', parameter);
}

function repairBody(document: Document, body: RequestBodyObject, ledger: Ledger): void {
  if (body.required === false) delete body.required;
  if (body.required) return;
  const [media = '', content] = Object.entries(body.content ?? {})[0] ?? [];
  const json = /[/+]json$/.test(media);
  if (json && requiredOf(document, content?.schema).size === 0) return;
  body.required = true;
  ledger.fix(`body not required ${json ? 'although its properties are' : 'although it is not JSON'}: required`, body);
}
