import { stringify } from 'yaml';
import type { ToolDefinition } from '../../src/tools/definition.js';
import type { Entry } from '../slice.js';

/** Where the list of accepted operations lies. */
export const EXPANDED = 'tools.expanded.yaml';

const HEAD = `# Operations that patterns of tools.config.yaml make tools, one a line; those with an entry of their own are not here.
# Written by \`npm run generate\`: which operations are here is decided by people (\`--accept-new\`), what stands behind each
# by the patterns. To change a line, change the pattern or phrase, or give the operation an entry in tools.config.yaml.
`;

/** \`tools.expanded.yaml\`: what the patterns make of each accepted operation, for review. */
export function emitExpanded(entries: readonly Entry[], tools: readonly ToolDefinition[]): string {
  const byOperation = new Map(tools.map((tool) => [tool.operation, tool]));
  const lines: string[] = [];
  let toolset: string | undefined;
  for (const { api } of entries) {
    const tool = byOperation.get(api.id)!;
    if (tool.toolset !== toolset) lines.push('', `# ${tool.toolset}`);
    toolset = tool.toolset;
    const { name, risk, title, description } = tool;
    const fields = { tool: name, toolset, risk, title, description };
    const text = stringify(fields, { collectionStyle: 'flow', lineWidth: 0 }).trim().replaceAll(/\n\s*/g, ' ');
    lines.push(`${api.id}: ${text}`);
  }
  return `${HEAD}${lines.join('\n')}\n`;
}
