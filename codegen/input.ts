import type { Operation } from '../src/okta/operation.js';
import type { JsonObject } from '../src/tools/definition.js';
import type { ToolsConfig } from './config.js';
import type { Document, ParameterObject } from './document.js';
import type { Problem } from './errors.js';
import { bodyShape } from './files.js';
import { isPatch, patchOf } from './patch.js';
import { compact } from './schema.js';
import { type Shape, shapeOf } from './shape.js';
import { type Entry, nearest } from './slice.js';

/** Levels of a body that are listed; deeper objects are open and named by their keys. */
const BODY_DEPTH = 2;

interface Input {
  readonly schema: JsonObject;
  readonly nullable: readonly string[];
  readonly open: readonly string[];
  readonly renamed: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/**
 * What a caller may give an entry's tool: parameters at the top, the body under one `body` key.
 * @param limit page size sent when the caller gives none
 * @param fields whether the caller may ask for more fields of each item of a list
 * @param files words for the files it takes
 */
export function inputOf(
  document: Document,
  config: ToolsConfig,
  entry: Entry,
  operation: Operation,
  {
    limit,
    fields,
    files,
  }: {
    readonly limit: number | undefined;
    readonly fields: boolean;
    readonly files: Readonly<Record<string, string>>;
  },
): Input {
  const { api, config: stated, problem } = entry;
  const notes = { ...config.glossary, ...stated.notes };
  const properties: Record<string, JsonObject> = {};
  const required: string[] = [];
  const nullable: string[] = [];
  const open: string[] = [];
  const renamed: Record<string, string> = {};
  const problems: Problem[] = [];
  const offered = new Set([...(operation.query ?? []), ...(operation.header ?? [])]);
  const merges = stated.update === 'merge';
  const parameters = api.parameters.filter(({ in: where, name }) => {
    // The version of what was read, which a merge fills in itself.
    if (merges && where === 'header' && name === 'If-Match') return false;
    return where === 'path' || offered.has(name);
  });
  const names = new Set(parameters.map(({ name }) => name));
  for (const key of [...stated.hide, ...Object.keys(stated.arguments)]) {
    if (names.has(key)) continue;
    problems.push(problem([], `${api.id} has no parameter "${key}"`, `it has ${[...names].join(', ') || 'none'}`));
  }
  const hidden = new Set([...stated.hide, ...Object.keys(stated.arguments)]);
  for (const parameter of parameters) {
    if (hidden.has(parameter.name)) {
      if (parameter.required === true && !(parameter.name in stated.arguments)) {
        problems.push(problem(['hide'], `"${parameter.name}" is required and cannot be hidden`));
      }
      continue;
    }
    const path = parameter.name;
    const pointer = `/properties/${path}`;
    const shape = parameterShape(document, parameter, path === 'limit' ? limit : undefined);
    const filter = stated.notes[path] === undefined && filterWords(parameter);
    const words = filter ? { ...notes, [path]: filter } : notes;
    const printed = compact(shape, { pointer, path, depth: 0, notes: words });
    properties[path] = printed.schema;
    open.push(...printed.open);
    if (parameter.required === true || parameter.in === 'path') required.push(path);
  }
  for (const [input, words] of Object.entries(stated.inputs))
    properties[input] = { type: 'string', description: words };
  if (fields) {
    if (Object.hasOwn(properties, 'fields')) {
      problems.push(problem([], 'has a parameter "fields", the name that widens its projection', 'hide it'));
    }
    properties.fields = { type: 'array', items: { type: 'string' } };
  }
  const whole = bodyShape(document, api);
  if (whole !== undefined) {
    const patch = merges || isPatch(operation.body);
    const shape = patch ? patchOf(whole) : whole;
    const words = { ...files, ...notes };
    const printed = compact(shape, { pointer: '/properties/body', path: 'body', depth: BODY_DEPTH, notes: words });
    properties.body = patch ? asPatch(printed.schema) : printed.schema;
    nullable.push(...printed.nullable);
    open.push(...printed.open);
    Object.assign(renamed, printed.renamed);
    if (operation.bodyOptional !== true || patch) required.push('body');
  }
  problems.push(...noteProblems(entry, { type: 'object', properties }));
  const schema = {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
  return { schema, nullable, open, renamed, problems };
}

function asPatch({ description, ...schema }: JsonObject): JsonObject {
  return { ...schema, description: ['Only what changes; null clears.', description].filter(Boolean).join(' ') };
}

/** As many as a model can use; the rest is rare. */
const MOST_FIELDS = 8;

/** What a SCIM filter may be about, where the specification says. */
function filterWords({ 'x-scim-filter': fields }: ParameterObject): string | undefined {
  const names = Object.keys(fields ?? {});
  if (names.length === 0) return undefined;
  return `SCIM filter on ${names.slice(0, MOST_FIELDS).join(', ')}${names.length > MOST_FIELDS ? ', …' : ''}.`;
}

function parameterShape(
  document: Document,
  { schema, in: where }: ParameterObject,
  fallback: number | undefined,
): Shape {
  const shape: Shape = schema === undefined ? {} : shapeOf(document, schema);
  // A path segment is text whatever the spec says of its structure; numbers in paths are ids, never quantities.
  if (where === 'path' && shape.type !== 'integer') return { ...shape, type: 'string' };
  return fallback === undefined ? shape : { ...shape, facets: { ...shape.facets, default: fallback } };
}

function noteProblems({ config, problem, api }: Entry, schema: JsonObject): Problem[] {
  return Object.keys(config.notes).flatMap((path) => {
    let node: JsonObject | undefined = schema;
    for (const part of path.split(/\.|(?=\[\])/)) {
      const children: unknown = part === '[]' ? { '[]': node?.items } : node?.properties;
      const next = (children as Record<string, JsonObject> | undefined)?.[part];
      if (next === undefined) {
        const near = nearest(part, Object.keys((children as object | undefined) ?? {}));
        return [problem(['notes', path], `${api.id} has no input "${path}"`, `nearest: ${near.join(', ') || 'none'}`)];
      }
      node = next;
    }
    return [];
  });
}
