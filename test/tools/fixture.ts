import type { CallContext, OktaReply, Operation, OperationInput } from '../../src/okta/operation.js';
import type { ToolboxParts } from '../../src/tools/call.js';
import type { ToolDefinition, ToolFile } from '../../src/tools/definition.js';
import type { LocalTool } from '../../src/tools/local-tool.js';
import { jsonResult } from '../../src/tools/result.js';

/** A harmless tool without arguments; tests state only what matters to them. */
export function tool(name: string, facts: Partial<ToolDefinition> = {}): ToolDefinition {
  return {
    name,
    title: name,
    description: `Does ${name}.`,
    operation: name,
    toolset: 'users',
    core: false,
    risk: 'read',
    scopes: [['okta.users.read', 'okta.users.manage']],
    roles: { anyOf: ['READ_ONLY_ADMIN'], source: 'test', verified: false },
    auth: ['oauth', 'api-token'],
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    ...facts,
  };
}

export function toolFile(...tools: ToolDefinition[]): ToolFile {
  const scopes = [...new Set(tools.flatMap((each) => each.scopes.flat()))].sort();
  const toolsets = Object.fromEntries(tools.map(({ toolset }) => [toolset, { title: toolset }]));
  return { release: 'test', scopes, toolsets, tools };
}

/** A tool of the server itself that answers a value. */
export function localTool(name: string, answer: () => unknown): LocalTool {
  return { ...tool(name), run: async () => jsonResult(answer()) };
}

/** An operation for every tool, taking nothing. */
export function operationsFor(tools: readonly ToolDefinition[]): Record<string, Operation> {
  return Object.fromEntries(tools.map((each) => [each.operation, { method: 'GET', path: `/${each.operation}` }]));
}

/** Nobody is asked, nothing is written down. */
export const unguarded: Pick<ToolboxParts, 'guard' | 'audit' | 'principal' | 'resultBytes'> = {
  guard: async () => ({ confirmed: 'none' }),
  audit: { record: () => true, digest: () => '' },
  principal: () => 'test',
  resultBytes: 24_000,
};

export interface Sent {
  readonly id: string;
  readonly input: OperationInput;
  readonly context: CallContext;
}

/** A client that answers from a function and remembers what was sent. */
export function recordingClient(answer: (sent: Sent) => OktaReply = () => reply({})) {
  const sent: Sent[] = [];
  return {
    sent,
    async send(id: string, input: OperationInput, context: CallContext): Promise<OktaReply> {
      const request = { id, input, context };
      sent.push(request);
      return answer(request);
    },
  };
}

export function reply(data: unknown, facts: { status?: number; link?: string; requestId?: string } = {}): OktaReply {
  const { status = 200, link, requestId } = facts;
  return { status, data, headers: new Headers(link ? { link } : {}), ...(requestId && { requestId }) };
}

/** The text of a result and, where it is JSON, its value. */
export function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content[0]!.text;
}

export function jsonOf(result: unknown): Record<string, unknown> {
  return JSON.parse(textOf(result));
}
