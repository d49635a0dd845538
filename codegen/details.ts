import { type ApiOperation, type Document, resolve, type SchemaOrRef } from './document.js';
import { isMarked } from './fields.js';
import { isJson, mediaTypeOf } from './operation.js';
import { itemsOf } from './page.js';
import { SAFE_KEY } from './schema.js';

/** Parameters that say nothing of what is found. */
const PAGING = new Set([
  'filter',
  'limit',
  'after',
  'expand',
  'sortBy',
  'sortOrder',
  'orderBy',
  'include',
  'fields',
  'match',
  'forDownload',
  'stream_id',
]);
const MOST = 5;

/**
 * What can be asked for, what is sent, or what a result shows: key words that ids lack.
 * @param secrets JSON pointers into the reply of what no result shows
 */
export function details(api: ApiOperation, document: Document, secrets: readonly string[]): string[] {
  if (api.method !== 'GET') {
    const { required, sent } = keysOf(document, bodyOf(api, document));
    const keys = required.length > 0 ? required : sent;
    return keys.length === 0 ? [] : [`Takes ${listed(keys)}.`];
  }
  const filters = api.parameters.filter(({ in: where, name }) => where === 'query' && !PAGING.has(name));
  if (filters.length > 0) return [`By ${listed(filters.map(({ name }) => name))}.`];
  const hidden = new Set(secrets.map((pointer) => pointer.slice(pointer.lastIndexOf('/') + 1)));
  const { all } = keysOf(document, itemsOf(document, api) ?? replyOf(api, document));
  const shown = all.filter((name) => !hidden.has(name));
  return shown.length === 0 ? [] : [`Shows ${listed(shown)}.`];
}

function listed(keys: readonly string[]): string {
  return keys.slice(0, MOST).join(', ');
}

function bodyOf({ operation }: ApiOperation, document: Document): SchemaOrRef | undefined {
  const content = operation.requestBody && resolve(document, operation.requestBody).content;
  const media = content && mediaTypeOf(content);
  return media !== undefined && isJson(media) ? content?.[media]?.schema : undefined;
}

function replyOf({ operation }: ApiOperation, document: Document): SchemaOrRef | undefined {
  const reply = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
  return reply && resolve(document, reply).content?.['application/json']?.schema;
}

/** What the server sets, what has no meaning without its holder, and numbers of keys. */
const DULL = new Set([
  'id',
  'created',
  'createdAt',
  'createdDate',
  'createdBy',
  'lastUpdate',
  'lastUpdated',
  'lastUpdatedBy',
  '_links',
  '_embedded',
  'data',
  'metadata',
  'e',
  'n',
  'kty',
  'op',
  'path',
]);

/** Property names of a schema and its parts; of an array or a map, those of what it holds. `sent`: those not read-only. */
function keysOf(document: Document, given: SchemaOrRef | undefined): Record<'required' | 'sent' | 'all', string[]> {
  const keys = { required: new Set<string>(), sent: new Set<string>(), all: new Set<string>() };
  const visit = (part: SchemaOrRef, depth: number): void => {
    const schema = resolve(document, part);
    if (depth > 3) return;
    if (schema.items !== undefined) visit(schema.items, depth + 1);
    for (const each of schema.allOf ?? []) visit(each, depth + 1);
    const data = schema.properties?.data;
    if (data !== undefined) visit(data, depth + 1);
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (DULL.has(name)) continue;
      if (SAFE_KEY.test(name)) keys.all.add(name);
      if (isMarked(document, property, 'readOnly')) continue;
      if (SAFE_KEY.test(name)) keys.sent.add(name);
      if (schema.required?.includes(name)) keys.required.add(name);
    }
  };
  if (given !== undefined) visit(given, 0);
  return { required: [...keys.required], sent: [...keys.sent], all: [...keys.all] };
}
