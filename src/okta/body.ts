import { OktaMcpError } from '../errors.js';
import type { Operation } from './operation.js';

/** A request body as `fetch` takes it; undefined when none is sent. */
export type RequestBody = string | Uint8Array | FormData | undefined;

/**
 * Turns the body of a call into what goes on the wire, by the media type of the operation: JSON types as JSON;
 * `multipart/form-data` from an object whose members are text or files `{ name, data, type }` with `data` as bytes or in
 * base64; everything else from text, bytes, or such a file.
 * @throws OktaMcpError `arguments_invalid` for a body that is missing, not expected or of the wrong kind.
 */
export function serializeBody(operation: Operation, body: unknown): RequestBody {
  if (operation.body === undefined) {
    if (body !== undefined) throw invalid('This operation takes no body.', 'Leave "body" out.');
    return undefined;
  }
  if (body === undefined) {
    if (operation.bodyOptional) return undefined;
    throw invalid('"body" is missing.', `Give "body" (${operation.body}).`);
  }
  if (isJson(operation.body)) return JSON.stringify(body);
  if (operation.body === 'multipart/form-data') return form(body);
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return contentOf('body', isRecord(body) ? body.data : undefined);
}

/** Whether a media type, with or without parameters, is JSON: `application/json` or one with the `+json` suffix (RFC 6839). */
export function isJson(mediaType: string): boolean {
  return /^\s*[\w.+-]+\/(?:[\w.+-]*\+)?json\s*(?:;|$)/i.test(mediaType);
}

function form(body: unknown): FormData {
  if (!isRecord(body)) throw invalid('"body" is not an object.', 'Give the parts of the form by their names.');
  const data = new FormData();
  for (const [part, value] of Object.entries(body)) {
    if (typeof value === 'string') {
      data.append(part, value);
    } else if (isRecord(value)) {
      const type = typeof value.type === 'string' ? value.type : 'application/octet-stream';
      const name = typeof value.name === 'string' ? value.name : part;
      data.append(part, new Blob([contentOf(part, value.data)], { type }), name);
    } else {
      throw invalid(`"${part}" is neither text nor a file.`, 'Give a file as { "name", "data": base64, "type" }.');
    }
  }
  return data;
}

/** The media type that a body is sent as: what it states itself, where the operation takes that. */
export function mediaTypeOf({ body: media, bodies = [] }: Operation, body: unknown): string | undefined {
  const stated = isRecord(body) && typeof body.type === 'string' ? body.type : undefined;
  return stated !== undefined && bodies.includes(stated) ? stated : media;
}

function contentOf(what: string, data: unknown): Uint8Array<ArrayBuffer> {
  return data instanceof Uint8Array ? new Uint8Array(data) : fromBase64(what, data);
}

function fromBase64(what: string, text: unknown): Uint8Array<ArrayBuffer> {
  const compact = typeof text === 'string' ? text.replace(/\s+/g, '') : '';
  if (compact === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    throw invalid(`The content of "${what}" is not base64.`, `Give the content of "${what}" as "data" in base64.`);
  }
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string, fix: string): OktaMcpError {
  return new OktaMcpError('arguments_invalid', message, fix, { parameter: 'body' });
}
