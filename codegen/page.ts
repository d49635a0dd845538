import type { Page } from '../src/tools/definition.js';
import { type ApiOperation, type Document, resolve, type SchemaObject } from './document.js';

/** A page a model can read; the documented maximum is often 200 objects of a kilobyte each. */
const DEFAULT_LIMIT = 50;

/**
 * How an operation lists: the array itself, or the only array property of a wrapper. Undefined for operations that
 * answer one thing. The spec does not say where the cursor is; the runtime looks at the reply.
 */
export function pageOf(document: Document, api: ApiOperation, limit: number | undefined): Page | undefined {
  if (api.method !== 'GET') return undefined;
  const schema = replySchema(document, api);
  if (schema === undefined) return undefined;
  const resumable = api.parameters.some(({ in: where, name }) => where === 'query' && name === 'after');
  const items = schema.type === 'array' ? undefined : wrappedArray(document, schema);
  if (schema.type !== 'array' && (items === undefined || !(resumable || api.id.startsWith('list')))) return undefined;
  const parameter = api.parameters.find(({ in: where, name }) => where === 'query' && name === 'limit');
  const bounds = parameter?.schema === undefined ? undefined : resolve(document, parameter.schema);
  const size = limit ?? Math.min(DEFAULT_LIMIT, bounds?.maximum ?? DEFAULT_LIMIT);
  return {
    ...(items === undefined ? {} : { items }),
    resumable,
    ...(parameter === undefined ? {} : { limit: size }),
  };
}

function replySchema(document: Document, { operation }: ApiOperation): SchemaObject | undefined {
  const response = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
  const schema = response && resolve(document, response).content?.['application/json']?.schema;
  return schema === undefined ? undefined : resolve(document, schema);
}

function wrappedArray(document: Document, schema: SchemaObject): string | undefined {
  const arrays = Object.entries(schema.properties ?? {}).filter(([, part]) => resolve(document, part).type === 'array');
  return arrays.length === 1 ? arrays[0]![0] : undefined;
}
