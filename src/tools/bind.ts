import type { Operation, OperationInput } from '../okta/operation.js';
import type { JsonObject, Template, ToolDefinition } from './definition.js';
import { escapeToken, segments } from './pointer.js';

/**
 * Distributes checked arguments over one HTTP operation. What the tool fixes or builds itself wins over nothing: its
 * schema does not offer those names, and the inputs of its templates are consumed, not sent.
 */
export function bind(tool: ToolDefinition, operation: Operation, args: JsonObject): OperationInput {
  const values = new Map(Object.entries(withOktaNames(args, tool.renamed)));
  // Widens what is shown; Okta answers whole items.
  if (tool.projection) values.delete('fields');
  const templates = Object.entries(tool.arguments ?? {});
  const built = templates.map(([name, template]) => [name, fill(template, args)] as const);
  for (const [, template] of templates) for (const input of inputsOf(template)) values.delete(input);
  for (const [name, value] of built) if (value !== undefined) values.set(name, value);
  if (tool.page?.limit !== undefined && !values.has('limit')) values.set('limit', tool.page.limit);

  const path: Record<string, string> = {};
  const query: Record<string, unknown> = {};
  const header: Record<string, string> = {};
  let body: unknown;
  const inPath = new Set([...operation.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]));
  for (const [name, value] of values) {
    if (inPath.has(name)) path[name] = String(value);
    else if (name === 'body' && operation.body !== undefined) body = value;
    else if (operation.query?.includes(name)) {
      if (value !== null && value !== undefined) query[name] = value;
    } else if (operation.header?.includes(name)) {
      if (value !== null && value !== undefined) header[name] = String(value);
    } else throw new Error(`${tool.name}: ${operation.method} ${operation.path} has no place for "${name}"`);
  }
  return { path, query, header, ...(body !== undefined && { body }) };
}

/** The same with the names that Okta knows, where others were offered. */
function withOktaNames(args: JsonObject, renamed: ToolDefinition['renamed'] = {}): JsonObject {
  const rename = (node: unknown, [token, ...rest]: readonly string[], name: string): unknown => {
    if (Array.isArray(node)) return token === '*' ? node.map((item) => rename(item, rest, name)) : node;
    if (token === undefined || typeof node !== 'object' || node === null) return node;
    const last = rest.length === 0;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => {
        if (escapeToken(key) !== token) return [key, value];
        return last ? [name, value] : [key, rename(value, rest, name)];
      }),
    );
  };
  // Deepest first: a renamed object would not be found any more.
  const pointers = Object.entries(renamed).sort(([a], [b]) => b.length - a.length);
  return pointers.reduce((node, [pointer, name]) => rename(node, segments(pointer), name) as JsonObject, args);
}

/** `${name}` in a clause of a template. */
const INPUT = /\$\{([^}]+)\}/g;

function inputsOf(template: Template): string[] {
  return clausesOf(template).flatMap((clause) => [...clause.matchAll(INPUT)].map((match) => match[1]!));
}

function clausesOf(template: Template): readonly string[] {
  return typeof template === 'object' && 'and' in template ? template.and : [];
}

function fill(template: Template, args: JsonObject): unknown {
  if (typeof template !== 'object' || !('and' in template)) return template;
  const given = (name: string) => Object.hasOwn(args, name) && args[name] !== null && args[name] !== undefined;
  const clauses = template.and
    .filter((clause) => inputsOf({ and: [clause] }).every(given))
    .map((clause) => clause.replace(INPUT, (_, name: string) => scimString(String(args[name]))));
  return clauses.length > 0 ? clauses.join(' and ') : undefined;
}

/** The inside of a SCIM string literal, which is a JSON string (RFC 7644 section 3.4.2.2). */
function scimString(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
