import type { Merge, ToolDefinition } from '../src/tools/definition.js';
import type { ToolsConfig } from './config.js';
import { type ApiOperation, type Document, operationsOf, resolve, type SchemaOrRef } from './document.js';
import type { Problem } from './errors.js';
import { isMarked, walkFields } from './fields.js';
import { isJson, mediaTypeOf, repliesOf } from './operation.js';
import { secretsOf } from './secrets.js';
import type { Entry } from './slice.js';

/** What requests or replies may hold, by JSON pointer; a field of several variants is one. */
interface Facts {
  /** Read-only where every variant says so; write-only where one does. */
  readonly fields: ReadonlyMap<string, { readonly readOnly: boolean; readonly writeOnly: boolean }>;
  /** Objects that have the fields listed and no others. */
  readonly closed: ReadonlySet<string>;
}

/**
 * What it takes to offer the operation of an entry, which replaces a resource, as an update of some of its fields; with
 * `update: merge` only.
 */
export function mergeOf(
  document: Document,
  config: ToolsConfig,
  { api, config: stated, problem }: Entry,
  replaces: boolean,
): { merge?: Merge; problems: Problem[] } {
  const blank = stated.keep_blank;
  if (stated.update === undefined) {
    const problems = blank.length === 0 ? [] : [problem(['keep_blank'], 'belongs to "update: merge"')];
    return { problems };
  }
  const wrong = (message: string, fix?: string) => ({ problems: [problem(['update'], message, fix)] });
  const body = bodyOf(document, api);
  if (!replaces || body === undefined) return wrong(`${api.id} does not replace a resource by JSON`, 'remove it');
  const read = operationsOf(document).find(({ method, path }) => method === 'GET' && path === api.path);
  if (read === undefined) return wrong(`nothing reads ${api.path}, so there is nothing to merge with`, 'remove it');
  const given = factsOf(document, [body]);
  const shown = factsOf(document, repliesOf(document, read.operation));
  if (![...given.fields.keys()].some((pointer) => shown.fields.has(pointer))) {
    return wrong(`what ${read.id} answers has nothing in common with what ${api.id} takes`, 'remove it');
  }
  const readOnly = readOnlyOf(given, shown);
  const hidden = new Set([
    ...[...given.fields].flatMap(([pointer, { writeOnly }]) => (writeOnly ? [pointer] : [])),
    ...secretsOf(document, config, read),
  ]);
  const writable = [...hidden].filter((pointer) => !readOnly.some((top) => isBelow(pointer, top)));
  return {
    merge: {
      read: read.id,
      readOnly,
      writeOnly: writable.filter((pointer) => !blank.includes(pointer)).sort(),
      ...(hasHeader(api) && answersETag(document, read) && { ifMatch: true as const }),
    },
    problems: blank
      .filter((pointer) => !writable.includes(pointer))
      .map((pointer) => {
        const known = writable.join(', ') || 'none';
        return problem(['keep_blank'], `"${pointer}" is no secret that ${api.id} takes`, `it has ${known}`);
      }),
  };
}

/** Updates that could never read what they merge with. */
export function mergeProblems(tools: readonly ToolDefinition[], entries: readonly Entry[]): Problem[] {
  const readable = new Set(tools.filter(({ risk }) => risk === 'read').map(({ operation }) => operation));
  return tools.flatMap(({ merge }, at) => {
    if (merge === undefined || readable.has(merge.read)) return [];
    return [entries[at]!.problem(['update'], `no tool of risk read offers "${merge.read}"`, 'add one')];
  });
}

/**
 * What is not sent back: what the request calls read-only, and what only the reply has, where it is read-only or the
 * request lists all it takes.
 */
function readOnlyOf(given: Facts, shown: Facts): string[] {
  const marked = [...given.fields].flatMap(([pointer, { readOnly }]) => (readOnly ? [pointer] : []));
  const replyOnly = [...shown.fields].flatMap(([pointer, { readOnly }]) => {
    if (given.fields.has(pointer)) return [];
    const holder = pointer.slice(0, pointer.lastIndexOf('/'));
    return readOnly || given.closed.has(holder) ? [pointer] : [];
  });
  const all = [...marked, ...replyOnly];
  return all.filter((pointer) => !all.some((top) => top !== pointer && isBelow(pointer, top))).sort();
}

function factsOf(document: Document, schemas: readonly SchemaOrRef[]): Facts {
  const fields = new Map<string, { readOnly: boolean; writeOnly: boolean }>();
  const listed = new Set<string>();
  const open = new Set<string>();
  for (const each of schemas) {
    walkFields(document, each, {
      field({ name, pointer, schema }) {
        if (name === '_embedded') return false;
        const readOnly = isMarked(document, schema, 'readOnly');
        const writeOnly = isMarked(document, schema, 'writeOnly');
        const known = fields.get(pointer) ?? { readOnly, writeOnly };
        fields.set(pointer, { readOnly: known.readOnly && readOnly, writeOnly: known.writeOnly || writeOnly });
        return !readOnly;
      },
      schema({ properties = {}, additionalProperties = false, 'x-okta-extensible': extensible }, pointer) {
        if (Object.keys(properties).length > 0) listed.add(pointer);
        if (additionalProperties !== false || extensible) open.add(pointer);
      },
    });
  }
  return { fields, closed: new Set([...listed].filter((pointer) => !open.has(pointer))) };
}

function bodyOf(document: Document, { operation }: ApiOperation): SchemaOrRef | undefined {
  const content = operation.requestBody && resolve(document, operation.requestBody).content;
  const media = content && mediaTypeOf(content);
  return media !== undefined && isJson(media) ? content?.[media]?.schema : undefined;
}

function hasHeader({ parameters }: ApiOperation): boolean {
  return parameters.some(({ in: where, name }) => where === 'header' && name === 'If-Match');
}

function answersETag(document: Document, { operation }: ApiOperation): boolean {
  return Object.entries(operation.responses).some(
    ([status, response]) =>
      status.startsWith('2') &&
      Object.keys(resolve(document, response).headers ?? {}).some((name) => name.toLowerCase() === 'etag'),
  );
}

function isBelow(pointer: string, top: string): boolean {
  return pointer === top || pointer.startsWith(`${top}/`);
}
