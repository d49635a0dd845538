import { type Exchange, isObject, type JsonObject, type Reply } from './exchange.js';
import type { Thing, Things } from './generic-things.js';
import type { Operation, Schema, Specification } from './specification.js';

/** Bodies as the specification shapes them: what of a request counts, and how a reply is made. */
export class GenericBody {
  constructor(
    private readonly specification: Specification,
    private readonly things: Things,
  ) {}

  /** The body of a request without what Okta only shows. */
  writable(operation: Operation, x: Exchange): JsonObject {
    const media = mediaOf(x.payload.type);
    const schema = operation.body?.content[media]?.schema;
    if (!schema || !isJson(media) || x.payload.text === '') return {};
    const body: unknown = JSON.parse(x.payload.text);
    if (!isObject(body)) return {};
    const shown = new Set([...this.#shown(schema), '_links', '_embedded']);
    return Object.fromEntries(Object.entries(body).filter(([name]) => !shown.has(name)));
  }

  /** What a replacement leaves alone: the properties Okta only shows, and the status that lifecycle calls change. */
  kept(schema: Schema | undefined, before: JsonObject): JsonObject {
    const kept = new Set([...(schema ? this.#shown(schema) : []), 'id', 'created', 'status']);
    return Object.fromEntries(Object.entries(before).filter(([name]) => kept.has(name)));
  }

  /** The reply the operation promises, about a thing. */
  answer(operation: Operation, x: Exchange, { path, value }: Pick<Thing, 'path' | 'value'>): Reply {
    const { status, content } = operation.success;
    if (status >= 300) return { status, headers: [['location', x.org.url(path)]] };
    const accepted = mediaOf(x.headers.get('accept') ?? '');
    const media = accepted in content ? accepted : (Object.keys(content)[0] ?? '');
    const schema = content[media]?.schema;
    if (!schema) return { status };
    if (!isJson(media)) return { status, text: { type: media, value: document(media, x.org.url(path)) } };
    return { status, body: this.things.invent(x.org, schema, path, value, value !== undefined) };
  }

  #shown(schema: Schema): readonly string[] {
    const { properties } = this.specification.shape(schema);
    return [...properties].filter(([, each]) => this.specification.shape(each).readOnly).map(([name]) => name);
  }
}

/** RFC 7396 without the removal: Okta shows null where a value was taken away. */
export function merge(before: JsonObject, patch: JsonObject): JsonObject {
  const out: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    const old = out[name];
    out[name] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return out;
}

/** The media type of a header, without parameters and alternatives. */
function mediaOf(header: string): string {
  return header.split(/[;,]/, 1)[0]?.trim().toLowerCase() ?? '';
}

function isJson(media: string): boolean {
  return /[/+]json$/.test(media);
}

/** A document that is not JSON. */
function document(media: string, about: string): string {
  if (media.endsWith('xml')) return `<?xml version="1.0" encoding="UTF-8"?><EntityDescriptor entityID="${about}"/>`;
  return Buffer.from(`invented ${media}`).toString('base64');
}
