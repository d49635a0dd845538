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

/** Arguments that need not be given: so many are named. */
const OPTIONAL = 5;

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
    run: async ({ query, limit = SHOWN }) => jsonResult(found(access, search().rank(String(query)), Number(limit))),
  };
}

function found(access: ToolAccess, ranked: readonly ToolDefinition[], limit: number): JsonObject {
  const allowed = ranked.filter(({ name }) => access.catalog.get(name));
  const hidden = ranked.slice(0, limit).filter(({ name }) => !access.catalog.get(name));
  const shown = allowed.slice(0, limit);
  return {
    tools: shown.map(({ name, description, risk, inputSchema }) => {
      return { name, description, risk, arguments: signature(inputSchema) };
    }),
    ...(hidden.length > 0 && { notAvailable: hidden.slice(0, HIDDEN).map((tool) => refused(access, tool)) }),
    ...(shown.length === 0 && {
      note: `Nothing fits. Say it in other words, or name one of: ${Object.keys(access.catalog.toolsets).join(', ')}.`,
    }),
  };
}

function refused(access: ToolAccess, { name, description }: ToolDefinition): JsonObject {
  return { name, description, unlock: access.refusal(name)?.fix };
}

/** `{groupId, userId, strict?: boolean}`: what must be given, and a few of the others. */
export function signature(schema: JsonObject): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>);
  const required = (schema.required ?? []) as readonly string[];
  const needed = properties.filter(([name]) => required.includes(name));
  const others = properties.filter(([name]) => !required.includes(name));
  const words = [
    ...needed.map(([name, property]) => `${name}${kind(property)}`),
    ...others.slice(0, OPTIONAL).map(([name, property]) => `${name}?${kind(property)}`),
    ...(others.length > OPTIONAL ? ['…'] : []),
  ];
  return `{${words.join(', ')}}`;
}

/** Text needs no mention; of an object, what it must hold. */
function kind(schema: JsonObject): string {
  const values = schema.enum as readonly unknown[] | undefined;
  if (values && values.length <= 6) return `: ${values.join('|')}`;
  if (schema.type === 'object') return `: ${signature(schema)}`;
  if (schema.type === 'array') return `: [${kind(schema.items as JsonObject).slice(2) || 'string'}]`;
  return schema.type === 'string' || schema.type === undefined ? '' : `: ${schema.type}`;
}
