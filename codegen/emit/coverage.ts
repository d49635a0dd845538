import type { ToolFile } from '../../src/tools/definition.js';
import type { Coverage } from '../cover.js';
import { REASONS, type Reason } from '../coverage-config.js';
import type { Described } from '../slice.js';

/** `docs/coverage.md`: each operation of each specification, and the tool that offers it or why there is none. */
export function emitCoverage(
  operations: ReadonlyMap<string, Described>,
  { tools, release }: ToolFile,
  { excluded, protocol }: Pick<Coverage, 'excluded' | 'protocol'>,
  header: string,
): string {
  const offered = new Map<string, string[]>();
  for (const { operation, name } of tools) offered.set(operation, [...(offered.get(operation) ?? []), name]);
  const specs = [...new Set([...operations.values()].map(({ spec }) => spec))];
  const sections = specs.map((spec) => {
    const own = [...operations].filter(([, described]) => described.spec === spec);
    const count = (of: { has(id: string): boolean }) => own.filter(([id]) => of.has(id)).length;
    return { spec, own, row: [own.length, count(protocol), count(offered), count(excluded)] };
  });
  const lines = [
    header,
    '',
    '# Coverage',
    '',
    `Every operation of Okta's specifications, release ${release}, is a tool, excluded with a reason, or on the list of`,
    'endpoints of the OAuth and OpenID Connect protocols themselves, which clients and browsers call.',
    '',
    '| specification | operations | protocol | offered | excluded |',
    '|---|---|---|---|---|',
    ...sections.map(({ spec, row }) => `| ${spec} | ${row.join(' | ')} |`),
    `| together | ${total(sections.map(({ row }) => row)).join(' | ')} |`,
    '',
    `${tools.length} tools offer them; some operations have more than one tool.`,
    '',
    '| excluded because | operations | |',
    '|---|---|---|',
    ...(Object.keys(REASONS) as Reason[]).map((reason) => {
      const count = [...excluded.values()].filter((each) => each === reason).length;
      return `| ${reason} | ${count} | ${REASONS[reason]} |`;
    }),
  ];
  for (const { spec, own } of sections) {
    lines.push('', `## ${spec}`, '', '| operation | request | tool |', '|---|---|---|');
    for (const [id, { api }] of own) {
      const names = offered
        .get(id)
        ?.map((name) => `\`${name}\``)
        .join(', ');
      const reason = protocol.has(id) ? 'protocol' : `excluded: ${excluded.get(id)}`;
      lines.push(`| ${id} | \`${api.method} ${api.path}\` | ${names ?? reason} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function total(rows: readonly (readonly number[])[]): number[] {
  return rows[0]?.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0)) ?? [];
}
