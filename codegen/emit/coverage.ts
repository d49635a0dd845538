import type { ToolFile } from '../../src/tools/definition.js';
import { REASONS, type Reason } from '../coverage-config.js';
import type { Described } from '../slice.js';

/** `docs/coverage.md`: each operation of each specification, and the tool that offers it or why there is none. */
export function emitCoverage(
  operations: ReadonlyMap<string, Described>,
  { tools, release }: ToolFile,
  excluded: ReadonlyMap<string, Reason>,
  header: string,
): string {
  const offered = new Map<string, string[]>();
  for (const { operation, name } of tools) offered.set(operation, [...(offered.get(operation) ?? []), name]);
  const specs = [...new Set([...operations.values()].map(({ spec }) => spec))];
  const sections = specs.map((spec) => {
    const own = [...operations].filter(([, described]) => described.spec === spec);
    return { spec, own, out: own.filter(([id]) => excluded.has(id)) };
  });
  const lines = [
    header,
    '',
    '# Coverage',
    '',
    `Every operation of Okta's specifications, release ${release}, is a tool or excluded with a reason.`,
    '',
    '| specification | operations | offered | excluded |',
    '|---|---|---|---|',
    ...[...sections, total(sections)].map(
      ({ spec, own, out }) => `| ${spec} | ${own.length} | ${own.length - out.length} | ${out.length} |`,
    ),
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
      lines.push(`| ${id} | \`${api.method} ${api.path}\` | ${names ?? `excluded: ${excluded.get(id)}`} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

interface Section {
  readonly spec: string;
  readonly own: readonly (readonly [string, Described])[];
  readonly out: readonly (readonly [string, Described])[];
}

function total(sections: readonly Section[]): Section {
  return {
    spec: 'together',
    own: sections.flatMap(({ own }) => own),
    out: sections.flatMap(({ out }) => out),
  };
}
