import { OktaMcpError } from '../errors.js';
import type { Catalog } from './catalog.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import type { LocalTool } from './local-tool.js';
import { echoed } from './preview-text.js';
import { jsonResult, type ToolResult } from './result.js';
import { schemaPages } from './schema-pages.js';
import type { ToolAccess } from './toolbox.js';

/** `generated/bodies.json`: full body schemas by operation; a discriminated body by the value that tells its variants. */
export type Bodies = Readonly<Record<string, Body>>;

type Body =
  | { readonly schema: JsonObject }
  | { readonly by: string; readonly variants: Readonly<Record<string, JsonObject>> };

export interface DescribeParts {
  readonly access: ToolAccess;
  /** Every tool there is: what is not allowed can be described all the same. */
  readonly all: Catalog;
  /** Read on first use: large. */
  readonly bodies: () => Bodies;
  /** Longest answer, in bytes of UTF-8. */
  readonly budget: number;
}

/** Bytes that a page needs beside its part of the schema and the facts. */
const FRAME = 200;

/** The tool that shows all that is known of another one, its body in full. */
export function describeToolTool(parts: DescribeParts): LocalTool {
  const { access } = parts;
  return {
    name: 'describe_tool',
    title: 'Describe tool',
    description:
      'Show the arguments of a tool in full, with every field of its body, its scopes and roles. Listed bodies are shortened. Makes no request to Okta.',
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        variant: { type: 'string', description: 'Kind of body, where there are several.' },
        page: { type: 'integer', minimum: 1 },
      },
      required: ['name'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    useful: () => access.catalog.tools.length > access.listed.length || access.listed.some(hasBody),
    run: async ({ name, variant, page = 1 }) =>
      describe(parts, String(name), variant as string | undefined, Number(page)),
  };
}

function hasBody({ inputSchema }: ToolDefinition): boolean {
  return Object.hasOwn((inputSchema.properties ?? {}) as object, 'body');
}

function describe(
  { access, all, bodies, budget }: DescribeParts,
  name: string,
  variant: string | undefined,
  page: number,
): ToolResult {
  const refusal = access.refusal(name);
  const tool = all.get(name);
  if (!tool) throw refusal ?? new Error(`a tool without definition: ${name}`);
  const body = hasBody(tool) ? bodies()[tool.operation] : undefined;
  const chosen = bodyOf(tool, body, variant);
  const schema = chosen ? withBody(tool.inputSchema, chosen) : tool.inputSchema;
  const which = { name: tool.name, ...(variant !== undefined && { variant }) };
  const facts = {
    ...which,
    title: tool.title,
    description: tool.description,
    toolset: tool.toolset,
    risk: tool.risk,
    scopes: tool.scopes,
    roles: rolesOf(tool),
    ...(refusal && { notAvailable: refusal.message, unlock: refusal.fix }),
    ...(tool.update === 'replace' && { note: 'Fields that the body leaves out are erased.' }),
    ...(!chosen && body && 'by' in body && variantsOf(body)),
  };
  const whole = { ...facts, arguments: schema };
  const pages = bytes(whole) <= budget ? [schema] : schemaPages(schema, Math.max(FRAME, budget - bytes(facts) - FRAME));
  const part = pages[page - 1];
  if (!part) {
    const count = pages.length === 1 ? 'one page' : `${pages.length} pages`;
    throw new OktaMcpError('arguments_invalid', `The description of ${tool.name} has ${count}.`, askFor(pages.length));
  }
  if (pages.length === 1) return jsonResult(whole);
  const complete = page === pages.length;
  const next = complete ? {} : { next: { page: page + 1 } };
  return jsonResult({ ...(page === 1 ? facts : which), arguments: part, complete, ...next });
}

function askFor(pages: number): string {
  return pages === 1 ? 'Leave page out.' : `Ask for a page from 1 to ${pages}.`;
}

function rolesOf({ roles: { anyOf, permissions, verified } }: ToolDefinition): JsonObject {
  return { anyOf, ...(permissions && { permissions }), ...(!verified && { note: 'As far as Okta documents it.' }) };
}

/** The whole body, where it is known which one. @throws OktaMcpError `arguments_invalid` when there is no such variant */
function bodyOf({ name }: ToolDefinition, body: Body | undefined, variant: string | undefined): JsonObject | undefined {
  if (variant === undefined) return body && 'schema' in body ? body.schema : undefined;
  const variants = body && 'variants' in body ? body.variants : {};
  if (Object.hasOwn(variants, variant)) return variants[variant];
  const known = Object.keys(variants);
  const fix = known.length > 0 ? `Choose one of: ${known.join(', ')}.` : 'Leave variant out.';
  throw new OktaMcpError('arguments_invalid', `${name} has no variant ${echoed(variant)}.`, fix);
}

function variantsOf({ by, variants }: Extract<Body, { by: string }>): JsonObject {
  const hint = 'The body is shortened to what its variants share. Call again with variant for all fields of one.';
  return { variants: { by, values: Object.keys(variants), hint } };
}

function withBody(schema: JsonObject, body: JsonObject): JsonObject {
  return { ...schema, properties: { ...(schema.properties as object), body } };
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
