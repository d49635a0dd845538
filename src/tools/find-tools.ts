import type { JsonObject, ToolDefinition } from './definition.js';
import type { LocalTool } from './local-tool.js';
import { jsonResult } from './result.js';
import type { ToolSearch } from './search.js';
import type { ToolAccess } from './toolbox.js';

/** Tools shown unless `limit` says otherwise. */
const SHOWN = 5;
const MOST = 20;

/** Tools that would fit but are not allowed: so many are shown, and only where they rank among the best. */
const HIDDEN = 3;

/** So much further is looked for tools that are allowed. */
const DEEP = 10;

/** Arguments that need not be given: so many are named; of the values of one, so many; of its kinds, so many characters. */
const OPTIONAL = 5;
const VALUES = 8;
const LONGEST = 160;
const MORE = '…';

export interface FindParts {
  readonly access: ToolAccess;
  /** Over every tool there is; made on first use. */
  readonly search: () => ToolSearch;
}

/** The tool that finds others by what somebody wants to do, without any request. */
export function findToolsTool({ access, search }: FindParts): LocalTool {
  return {
    name: 'find_tools',
    title: 'Find tools',
    description:
      'Find tools by what you want to do, e.g. "offboard a user". Call what it finds with call_tool. Makes no request to Okta.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', minLength: 1, maxLength: 500 },
        limit: { type: 'integer', minimum: 1, maximum: MOST, default: SHOWN },
      },
      required: ['query'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    useful: () => access.catalog.tools.length > access.listed.length,
    run: async ({ query, limit = SHOWN }) => {
      const asked = String(query);
      const own = access.catalog.tools.filter(({ toolset }) => toolset === asked.trim().toLowerCase());
      return jsonResult(found(access, own.length > 0 ? own : search().rank(asked), Number(limit)));
    },
  };
}

function found(access: ToolAccess, ranked: readonly ToolDefinition[], limit: number): JsonObject {
  const allowed = ({ name }: ToolDefinition) => access.catalog.get(name) !== undefined;
  // Further down is what has a word in common, and nobody asked for.
  const tools = ranked
    .slice(0, limit + DEEP)
    .filter(allowed)
    .slice(0, limit)
    .map(({ name, description, risk, inputSchema }) => {
      return { name, description, risk, arguments: signature(inputSchema) };
    });
  const hidden = ranked.slice(0, limit).filter((tool) => !allowed(tool));
  const notAvailable = hidden.slice(0, HIDDEN).map((tool) => refused(access, tool));
  const shown = { tools, ...(notAvailable.length > 0 && { notAvailable }) };
  const note = noteOn(access, tools, notAvailable.length > 0);
  // What fits best comes first, also when it is not available.
  const bestIsHidden = ranked[0] !== undefined && hidden[0] === ranked[0];
  return { ...(bestIsHidden ? { notAvailable, ...shown } : shown), ...(note && { note }) };
}

function noteOn(access: ToolAccess, tools: readonly { readonly arguments: string }[], hidden: boolean) {
  if (tools.some(({ arguments: words }) => words.includes(MORE)))
    return `${MORE} stands for more: describe_tool tells.`;
  if (tools.length > 0) return undefined;
  if (hidden) return 'Only tools that are not available here fit.';
  const toolsets = [...new Set(access.catalog.tools.map(({ toolset }) => toolset))];
  return `Nothing fits. Say it in other words, in English, or name one of: ${toolsets.join(', ')}.`;
}

function refused(access: ToolAccess, { name, description }: ToolDefinition): JsonObject {
  return { name, description, unlock: access.refusal(name)?.fix };
}

/** `{groupId, userId, strict?: boolean}`: what must be given, and a few of the others, those with words of their own first. */
export function signature(schema: JsonObject): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>);
  const required = (schema.required ?? []) as readonly string[];
  const needed = properties.filter(([name]) => required.includes(name));
  const others = properties.filter(([name]) => !required.includes(name));
  const told = ([, { description, format }]: (typeof others)[number]) => Number(description === undefined && !format);
  others.sort((a, b) => told(a) - told(b));
  const words = [
    ...needed.map(([name, property]) => `${name}${kind(property)}`),
    ...others.slice(0, OPTIONAL).map(([name, property]) => `${name}?${kind(property)}`),
    ...(others.length > OPTIONAL ? [MORE] : []),
    ...variants(schema),
  ];
  return `{${words.join(', ')}}`;
}

/** Text needs no mention; of an object, what it must hold. */
function kind(schema: JsonObject): string {
  const values = schema.enum as readonly unknown[] | undefined;
  if (values) return `: ${[...values.slice(0, VALUES), ...(values.length > VALUES ? [MORE] : [])].join('|')}`;
  if (schema.type === 'object') return `: ${schema.properties ? signature(schema) : shape(schema)}`;
  if (schema.type === 'array') return `: [${kind(schema.items as JsonObject).slice(2) || 'string'}]`;
  return schema.type === 'string' || schema.type === undefined ? '' : `: ${schema.type}`;
}

/** Of an object that was shortened to words, the words for its properties. */
function shape({ description = '' }: JsonObject): string {
  return /\{[\w, ]+\}$/.exec(String(description))?.[0] ?? `{${MORE}}`;
}

/** What else an object takes by its kind, as codegen has put it into words. */
function variants({ description = '' }: JsonObject): string[] {
  const [, words] = /Fields (by \w+: .*?)(?:\.(?=\s|$)|$)/.exec(String(description)) ?? [];
  if (words === undefined) return [];
  return [words.length > LONGEST ? `${words.slice(0, LONGEST)}${MORE}` : words];
}
