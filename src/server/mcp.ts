import {
  type AuthInfo,
  type McpRequestContext,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type Tool,
} from '@modelcontextprotocol/server';
import type { Interaction } from '../auth/strategy.js';
import { OktaMcpError } from '../errors.js';
import type { Catalog } from '../tools/catalog.js';
import type { ToolDefinition } from '../tools/definition.js';
import type { LocalTool } from '../tools/local-tool.js';
import type { Toolbox } from '../tools/toolbox.js';
import { asking, canAsk } from './asking.js';
import { withSignIn } from './sign-in.js';

export interface ServerInfo {
  readonly version: string;
  /** The org is the embedded one; clients are told that its data is invented. */
  readonly demo: boolean;
  /** Only calls that hand out power are confirmed. */
  readonly confirmsLess?: boolean;
  /** The sign-in that waits for a person. */
  readonly interaction?: () => Interaction | undefined;
  /** Tools that offer `confirmation`, for the second of two steps, to clients that cannot ask a person. */
  readonly takesToken?: (tool: ToolDefinition) => boolean;
}

/** Whose message it is, and what they see. */
export interface View {
  /** Absent where there is only one. */
  readonly caller?: string;
  readonly toolbox: Toolbox;
}

/** How long a client may keep the tool list, in milliseconds; changes are also announced. */
const LIST_TTL = 60_000;

/**
 * Makes MCP servers over one toolbox: one per connection or request, as the SDK's entry points ask for them. A list is
 * built once per catalogue, so that a server costs nothing.
 * @param view what the sender of a message sees; asked for every message, because a session may change its token
 */
export function mcpServerFactory(
  toolbox: Toolbox,
  info: ServerInfo,
  view: (sender: AuthInfo | undefined) => View = () => ({ toolbox }),
): (context?: Pick<McpRequestContext, 'authInfo'>) => Server {
  const interaction = info.interaction ?? (() => undefined);
  const [listForAsking, listForTwoSteps] = [true, false].map((asks) => {
    const listed = new WeakMap<Catalog, Tool[]>();
    const takesToken = (tool: ToolDefinition) => !asks && info.takesToken?.(tool) === true;
    return (seen: Toolbox) => {
      const { catalog, local } = seen;
      const known = listed.get(catalog);
      if (known) return known;
      const carries = catalog.tools.some(takesToken);
      const own = local.map((tool) => (carries ? face(tool) : withoutToken(face(tool))));
      const tools = [...own, ...seen.listed.map((tool) => listing(tool, takesToken(tool)))];
      listed.set(catalog, tools);
      return tools;
    };
  }) as [(seen: Toolbox) => Tool[], (seen: Toolbox) => Tool[]];
  return ({ authInfo } = {}) => {
    const seen = view(authInfo).toolbox;
    const server = new Server(
      { name: 'okta-mcp', title: 'Okta', version: info.version },
      {
        capabilities: { tools: { listChanged: true } },
        instructions: instructions(info, seen.listed.length < seen.catalog.tools.length),
        // A list depends on who asks, so no shared cache may keep it.
        cacheHints: { 'tools/list': { ttlMs: LIST_TTL, cacheScope: 'private' } },
      },
    );
    server.setRequestHandler('tools/list', (_, context) => {
      const { toolbox } = view(context.http?.authInfo);
      return { tools: canAsk({ server, context }) ? listForAsking(toolbox) : listForTwoSteps(toolbox) };
    });
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const { toolbox, caller } = view(context.http?.authInfo);
      const call = () =>
        asking({ server, context }, (more) =>
          toolbox.call(params.name, params.arguments ?? {}, { ...more, ...(caller !== undefined && { caller }) }),
        );
      try {
        return await withSignIn({ server, context, interaction }, call);
      } catch (error) {
        if (!(error instanceof OktaMcpError)) throw error;
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${error.message} ${error.fix}`, error.details);
      }
    });
    const stop = toolbox.onChange(() => void server.sendToolListChanged().catch(() => {}));
    server.onclose = stop;
    return server;
  };
}

function listing(tool: ToolDefinition, token: boolean): Tool {
  const shown = face(tool);
  const { inputSchema } = shown;
  const properties = { ...inputSchema.properties, confirmation: { type: 'string' } };
  return {
    ...shown,
    ...(token && { inputSchema: { ...inputSchema, properties } }),
    _meta: {
      'okta/operation': tool.operation,
      'okta/scopes': tool.scopes,
      'okta/roles': tool.roles,
      'okta/risk': tool.risk,
    },
  };
}

/** Where a person is asked there is no second of two steps. */
function withoutToken(tool: Tool): Tool {
  const { confirmation: _, ...properties } = tool.inputSchema.properties ?? {};
  return { ...tool, inputSchema: { ...tool.inputSchema, properties } };
}

function face({ name, title, description, inputSchema, annotations }: LocalTool | ToolDefinition): Tool {
  return { name, title, description, inputSchema: inputSchema as Tool['inputSchema'], annotations };
}

const CONFIRMED = 'Calls that take away, replace or hand out power are confirmed first';
const CONFIRMED_LESS = 'Calls that hand out power are confirmed first; those that take away or replace act at once';

function instructions({ demo, confirmsLess }: ServerInfo, more: boolean): string {
  const where = demo
    ? 'This is a demo: the org is invented and lives in this process, so every change is safe and is gone at the end.'
    : 'Changes are made in a real Okta org and take effect at once.';
  return [
    `Administers an Okta org: users, groups, applications, policies and logs, as far as the granted scopes allow. ${where}`,
    'List tools answer one page: {items, complete, next}. While complete is false there may be more; call again with the same arguments plus those in next.',
    'Items show the usual fields. What is in omitted exists but is not shown: ask for it in fields, by dotted path, or ["*"] for all.',
    ...(more
      ? [
          'Not every tool is listed: find_tools finds one by what you want to do, call_tool calls it; describe_tool shows its arguments in full.',
        ]
      : []),
    `${confirmsLess ? CONFIRMED_LESS : CONFIRMED}; an answer that says nothing was sent means exactly that.`,
    'If a tool you need is missing, get_scope_status says which scope would unlock it.',
  ].join('\n');
}
