import type { Page } from '../src/tools/definition.js';
import type { ToolEntry } from './config.js';
import {
  type ApiOperation,
  type Document,
  type ParameterObject,
  resolve,
  type SchemaObject,
  type SchemaOrRef,
} from './document.js';
import type { Problem } from './errors.js';
import type { Entry } from './slice.js';

/** A page a model can read; the documented maximum is often 200 objects of a kilobyte each. */
const DEFAULT_LIMIT = 50;

/**
 * How an operation lists: the array itself, or the only array property of a wrapper. Undefined for operations that
 * answer one thing. The spec does not say where the cursor is; the runtime looks at the reply.
 */
export function pageOf(document: Document, api: ApiOperation, stated: Stated = {}): Page | undefined {
  const list = listOf(document, api);
  if (list === undefined) return undefined;
  const { property, resumable } = list;
  const parameter = limitOf(api);
  const max = stated.max_limit ?? documentedMax(document, api);
  const size = stated.limit ?? Math.min(DEFAULT_LIMIT, max ?? DEFAULT_LIMIT);
  return {
    ...(property === undefined ? {} : { items: property }),
    resumable,
    ...(parameter === undefined ? {} : { limit: size }),
    ...(parameter === undefined || max === undefined ? {} : { max }),
  };
}

/** What an entry says of page sizes. */
type Stated = Pick<ToolEntry, 'limit' | 'max_limit'>;

/** Page sizes that contradict the specification. */
export function pageProblems({ document, api, config: { limit, max_limit }, problem }: Entry): Problem[] {
  if (limit === undefined && max_limit === undefined) return [];
  if (listOf(document, api) === undefined || limitOf(api) === undefined) {
    return [problem([limit === undefined ? 'max_limit' : 'limit'], `${api.id} has no page size`)];
  }
  const documented = documentedMax(document, api);
  const max = max_limit ?? documented;
  return [
    ...(max_limit !== undefined && documented !== undefined
      ? [problem(['max_limit'], `the spec documents ${documented}`, 'remove it')]
      : []),
    ...(limit !== undefined && max !== undefined && limit > max ? [problem(['limit'], `is above ${max}`)] : []),
  ];
}

/** The schema of the items of a list; undefined for operations that answer one thing. */
export function itemsOf(document: Document, api: ApiOperation): SchemaOrRef | undefined {
  const list = listOf(document, api);
  if (list === undefined) return undefined;
  const items = list.arrays.flatMap((array) => array.items ?? []);
  return items.length > 1 ? { oneOf: items } : items[0];
}

interface List {
  /** One for every form the reply may have. */
  readonly arrays: readonly SchemaObject[];
  /** Name of the property that holds the array; absent when the reply is the array. */
  readonly property?: string;
  readonly resumable: boolean;
}

function listOf(document: Document, api: ApiOperation): List | undefined {
  const schema = api.method === 'GET' ? replySchema(document, api) : undefined;
  if (schema === undefined) return undefined;
  const resumable = api.parameters.some(({ in: where, name }) => where === 'query' && name === 'after');
  const forms = (schema.oneOf ?? schema.anyOf ?? [schema]).map((form) => resolve(document, form));
  if (forms.every(({ type }) => type === 'array')) return { arrays: forms, resumable };
  const [property, ...others] = new Set(forms.map((form) => wrappedArray(document, form)));
  if (property === undefined || others.length > 0) return undefined;
  const wraps = resumable || api.id.startsWith('list') || forms.every((form) => isWrapper(document, form, property));
  if (!wraps) return undefined;
  return { arrays: forms.map((form) => resolve(document, form.properties![property]!)), property, resumable };
}

/** Whether an object is there to hold an array: it leads to a next page, or has nothing beside it. */
function isWrapper(document: Document, { properties = {} }: SchemaObject, property: string): boolean {
  const { _links: links, ...own } = properties;
  if (links !== undefined && namesIn(document, links).includes('next')) return true;
  return Object.keys(own).every((name) => name === property);
}

function namesIn(document: Document, schema: SchemaOrRef): string[] {
  const { properties = {}, allOf = [] } = resolve(document, schema);
  return [...Object.keys(properties), ...allOf.flatMap((part) => namesIn(document, part))];
}

function limitOf({ parameters }: ApiOperation): ParameterObject | undefined {
  return parameters.find(({ in: where, name }) => where === 'query' && name === 'limit');
}

function documentedMax(document: Document, api: ApiOperation): number | undefined {
  const schema = limitOf(api)?.schema;
  return schema === undefined ? undefined : resolve(document, schema).maximum;
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
