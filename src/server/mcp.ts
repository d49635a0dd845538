import { ProtocolError, ProtocolErrorCode, Server, type Tool } from '@modelcontextprotocol/server';
import type { Interaction } from '../auth/strategy.js';
import { OktaMcpError } from '../errors.js';
import type { Toolbox } from '../tools/call.js';
import type { Catalog } from '../tools/catalog.js';
import type { ToolDefinition } from '../tools/definition.js';
import type { LocalTool } from '../tools/local-tool.js';
import { asking, canAsk } from './asking.js';
import { withSignIn } from './sign-in.js';

export interface ServerInfo {
  readonly version: string;
  /** The org is the embedded one; clients are told that its data is invented. */
  readonly demo: boolean;
  /** The sign-in that waits for a person. */
  readonly interaction?: () => Interaction | undefined;
  /** Tools that offer `confirmation`, for the second of two steps, to clients that cannot ask a person. */
  readonly takesToken?: (tool: ToolDefinition) => boolean;
}

/** How long a client may keep the tool list, in milliseconds; changes are also announced. */
const LIST_TTL = 60_000;

/**
 * Makes MCP servers over one toolbox: one per connection or request, as the SDK's entry points ask for them. The list
 * is built once per catalogue, so that a server costs nothing.
 */
export function mcpServerFactory(toolbox: Toolbox, info: ServerInfo): () => Server {
  const interaction = info.interaction ?? (() => undefined);
  const lists = [true, false].map((asks) => {
    let listed: { readonly catalog: Catalog; readonly tools: Tool[] } | undefined;
    const takesToken = (tool: ToolDefinition) => !asks && info.takesToken?.(tool) === true;
    return () => {
      if (listed?.catalog !== toolbox.catalog) {
        const { catalog, local } = toolbox;
        const tools = catalog.list().map((tool) => listing(tool, takesToken(tool)));
        listed = { catalog, tools: [...local.map(face), ...tools] };
      }
      return listed.tools;
    };
  });
  const [listForAsking, listForTwoSteps] = lists as [() => Tool[], () => Tool[]];
  return () => {
    const server = new Server(
      { name: 'okta-mcp', title: 'Okta', version: info.version },
      {
        capabilities: { tools: { listChanged: true } },
        instructions: instructions(info.demo),
        // A list depends on who asks, so no shared cache may keep it.
        cacheHints: { 'tools/list': { ttlMs: LIST_TTL, cacheScope: 'private' } },
      },
    );
    server.setRequestHandler('tools/list', (_, context) => ({
      tools: canAsk({ server, context }) ? listForAsking() : listForTwoSteps(),
    }));
    server.setRequestHandler('tools/call', async ({ params }, context) => {
      const call = () => asking({ server, context }, (more) => toolbox.call(params.name, params.arguments ?? {}, more));
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

function face({ name, title, description, inputSchema, annotations }: LocalTool | ToolDefinition): Tool {
  return { name, title, description, inputSchema: inputSchema as Tool['inputSchema'], annotations };
}

function instructions(demo: boolean): string {
  const where = demo
    ? 'This is a demo: the org is invented and lives in this process, so every change is safe and is gone at the end.'
    : 'Changes are made in a real Okta org and take effect at once.';
  return [
    `Administers an Okta org: users, groups, applications, policies and logs, as far as the granted scopes allow. ${where}`,
    'List tools answer one page: {items, complete, next}. While complete is false there may be more; call again with the same arguments plus those in next.',
    'Calls that take away, replace or hand out power are confirmed first; an answer that says nothing was sent means exactly that.',
    'If a tool you need is missing, get_scope_status says which scope would unlock it.',
  ].join('\n');
}
