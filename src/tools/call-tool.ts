import type { JsonObject } from './definition.js';
import type { LocalTool } from './local-tool.js';
import { mostDangerous } from './surface.js';
import type { ToolAccess } from './toolbox.js';

/** The tool that calls those which are not listed. It adds nothing to a call, and takes nothing away from its checks. */
export function callToolTool(access: ToolAccess): LocalTool {
  return {
    name: 'call_tool',
    title: 'Call tool',
    description: 'Call a tool that find_tools found, by name. The same checks and confirmation as if it were listed.',
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        arguments: { type: 'object' },
        confirmation: { type: 'string' },
      },
      required: ['name'],
      additionalProperties: false,
    },
    get annotations() {
      return mostDangerous(access.catalog.tools);
    },
    useful: () => access.catalog.tools.length > access.listed.length,
    run: ({ name, arguments: args = {}, confirmation }, context) =>
      access.forward(String(name), args as JsonObject, context, confirmation),
  };
}
