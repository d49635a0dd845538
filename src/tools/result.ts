import type { CallToolResult } from '@modelcontextprotocol/server';
import { OktaMcpError } from '../errors.js';
import type { OktaReply } from '../okta/operation.js';
import type { JsonObject, ToolDefinition } from './definition.js';

/**
 * What a tool answers. One text with compact JSON and no `structuredContent`: clients show the model one or both, and
 * the same data must not be paid for twice.
 */
export type ToolResult = CallToolResult;

/** A value as the model reads it: compact JSON without `_links` and without invisible characters. */
export function jsonResult(value: unknown): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(clean(value)) }] };
}

/**
 * What Okta answered to a request that succeeded, and that did not ask for a list.
 * @param outcome the call that tells what became of a request that is not finished
 */
export function replyResult({ status, data }: OktaReply, outcome?: JsonObject): ToolResult {
  const empty = data === undefined || data === '' || (isObject(data) && Object.keys(data).length === 0);
  if (status === 202) {
    const how = outcome ? 'make the call under outcome' : 'read the resource';
    const note = `Okta accepted the request and is still working on it; ${how} later to see what became of it.`;
    return jsonResult({ ok: true, status, accepted: true, note, ...(outcome && { outcome }), ...(!empty && { data }) });
  }
  if (empty) return jsonResult({ ok: true, status });
  return typeof data === 'string' ? { content: [{ type: 'text', text: visible(data) }] } : jsonResult(data);
}

/** The same result with words of ours after it; they are no part of the data. */
export function noted(result: ToolResult, note: string | undefined): ToolResult {
  if (note === undefined) return result;
  return { ...result, content: [...result.content, { type: 'text', text: visible(note) }] };
}

/** The items of a reply that is a list; undefined when it is none. */
export function itemsOf({ page }: ToolDefinition, { data }: OktaReply): readonly unknown[] | undefined {
  const items = page?.items !== undefined && isObject(data) ? data[page.items] : data;
  return page && Array.isArray(items) ? items : undefined;
}

/** A list was promised and something else came. */
export function noList({ name }: ToolDefinition, { status, requestId }: OktaReply): OktaMcpError {
  return new OktaMcpError(
    'okta_reply_invalid',
    `Okta answered ${name} with something other than a list, so how complete the answer is cannot be told.`,
    'Try again; if it stays, report it with the request id.',
    { status, ...(requestId && { requestId }) },
  );
}

/** How many of the first texts, joined by a character each, fit into so many bytes of UTF-8; at least one. */
export function fitting(texts: readonly string[], bytes: number): number {
  let size = 0;
  const beyond = texts.findIndex((text) => {
    size += Buffer.byteLength(text) + 1;
    return size > bytes;
  });
  return Math.max(1, beyond === -1 ? texts.length : beyond);
}

/** A failure as the model reads it: what failed, the next step, and facts for programs. Never a stack. */
export function errorResult(error: OktaMcpError): ToolResult {
  const details = JSON.stringify(clean({ code: error.code, ...error.details }));
  const text = `${visible(error.message)}\nNext step: ${visible(error.fix)}\n${details}`;
  return { isError: true, content: [{ type: 'text', text }] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * A value as results show it. `_links` goes at every depth: URLs a model cannot follow, often a third of a resource.
 * `_embedded` stays, since `expand` asks for it.
 */
export function clean(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(clean);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '_links')
      .map(([key, inner]) => [visible(key), clean(inner)]),
  );
}

/**
 * Characters that change how a text looks without being seen: controls except tab and line breaks, zero-width and
 * bidirectional ones and tag characters. End users can write them into profiles and labels.
 */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what this removes
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

function visible(text: string): string {
  return text.replace(INVISIBLE, '');
}
