import type { Operation } from '../src/okta/operation.js';
import { type ApiOperation, type Document, type ParameterObject, resolve, type SchemaOrRef } from './document.js';

/** Header parameters a caller may set; the others choose media types or impersonate clients. */
const HEADERS = new Set(['If-Match', 'Prefer']);

/** The HTTP face of an operation of the specification. */
export function operationOf(document: Document, { method, path, operation, parameters }: ApiOperation): Operation {
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const header = parameters.filter(({ in: where, name }) => where === 'header' && HEADERS.has(name));
  const comma = query.filter((parameter) => isArray(document, parameter) && parameter.explode === false);
  const body = operation.requestBody === undefined ? undefined : resolve(document, operation.requestBody);
  const media = body === undefined ? undefined : mediaTypeOf(body.content);
  const others =
    media === undefined || isJson(media) ? [] : Object.keys(body!.content).filter((each) => each !== media);
  const reply = replyMediaType(document, operation);
  return {
    method,
    path,
    ...(query.length === 0 ? {} : { query: query.map(({ name }) => name) }),
    ...(comma.length === 0 ? {} : { comma: comma.map(({ name }) => name) }),
    ...(header.length === 0 ? {} : { header: header.map(({ name }) => name) }),
    ...(media === undefined ? {} : { body: media }),
    ...(others.length === 0 ? {} : { bodies: others }),
    ...(media !== undefined && body?.required !== true ? { bodyOptional: true as const } : {}),
    ...(reply === undefined ? {} : { reply }),
  };
}

/** JSON where offered, else the first media type. */
export function mediaTypeOf(content: Readonly<Record<string, unknown>>): string | undefined {
  const types = Object.keys(content);
  return types.includes('application/json') ? 'application/json' : types[0];
}

/** `application/json` and every `+json` type (RFC 6839). */
export function isJson(media: string): boolean {
  return /[/+]json$/.test(media);
}

/** Schemas of the JSON that success answers. */
export function repliesOf(document: Document, { responses }: ApiOperation['operation']): SchemaOrRef[] {
  return Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, response]) => Object.entries(resolve(document, response).content ?? {}))
    .flatMap(([media, { schema }]) => (schema !== undefined && isJson(media) ? [schema] : []));
}

function replyMediaType(document: Document, { responses }: ApiOperation['operation']): string | undefined {
  for (const [status, response] of Object.entries(responses)) {
    const { content } = resolve(document, response);
    if (status.startsWith('2') && content !== undefined) return mediaTypeOf(content);
  }
  return undefined;
}

function isArray(document: Document, parameter: ParameterObject): boolean {
  return parameter.schema !== undefined && resolve(document, parameter.schema).type === 'array';
}
