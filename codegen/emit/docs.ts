import type { Operation } from '../../src/okta/operation.js';
import type { ToolFile } from '../../src/tools/definition.js';

/** `docs/tools.md`: every tool by toolset, with what it needs and what it costs a context. */
export function emitDocs(
  file: ToolFile,
  operations: ReadonlyMap<string, Operation>,
  tokens: ReadonlyMap<string, number>,
  header: string,
): string {
  const lines = [
    header,
    '',
    '# Tools',
    '',
    `${file.tools.length} tools for Okta's management, governance and client registration APIs, release ${file.release}.`,
    'A tool is listed when one scope of each group below is in `OKTA_SCOPES`; a `.manage` scope includes its `.read`.',
    'Roles: any one suffices, and super administrator always does; `?` marks requirements that are not verified.',
    'Risk: `read` changes nothing, `write` adds or changes, `destructive` removes or overwrites, `privileged` changes',
    'who can do what. ★ marks the tools listed first when not everything fits. Tokens are o200k, for name, description',
    'and schema together. [Presets](presets.md) cut across toolsets: they hold the tools of one kind of work.',
    '',
    '| toolset | tools | tokens |',
    '|---|---|---|',
  ];
  const toolsets = Object.entries(file.toolsets).map(([id, { title }]) => {
    const tools = file.tools.filter((tool) => tool.toolset === id);
    const cost = tools.reduce((sum, { name }) => sum + (tokens.get(name) ?? 0), 0);
    return { id, title, tools, cost };
  });
  for (const { id, tools, cost } of toolsets) lines.push(`| [${id}](#${id}) | ${tools.length} | ${cost} |`);
  for (const { id, title, tools } of toolsets) {
    lines.push(
      '',
      `## ${id}`,
      '',
      `${title}.`,
      '',
      '| tool | what it does | request | scopes | roles | risk |',
      '|---|---|---|---|---|---|',
    );
    for (const tool of tools) {
      const operation = operations.get(tool.operation)!;
      const scopes = tool.scopes.map((any) => any.map(code).join(' or ')).join(' and ') || 'none';
      const roles = `${tool.roles.anyOf.join(', ') || '-'}${tool.roles.verified ? '' : ' ?'}`;
      const name = `${code(tool.name)}${tool.core ? ' ★' : ''}`;
      const request = code(`${operation.method} ${operation.path}`);
      lines.push(`| ${name} | ${cell(tool.description)} | ${request} | ${scopes} | ${roles} | ${tool.risk} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
