import type { Outcome, ToolDefinition } from '../src/tools/definition.js';
import type { ToolsConfig } from './config.js';
import type { ApiOperation } from './document.js';
import type { Problem } from './errors.js';
import { pathShape } from './path.js';
import type { Described, Entry } from './slice.js';

/** Okta may answer before the work is done: it says so (202), or a caller may ask for it (`Prefer: respond-async`, RFC 7240). */
function mayBeUnfinished({ operation, parameters }: ApiOperation): boolean {
  return (
    '202' in operation.responses || parameters.some(({ in: where, name }) => where === 'header' && name === 'Prefer')
  );
}

/** Tools whose requests may be answered before they are finished, each with the call that tells what became of them. */
export function withOutcomes(
  tools: readonly ToolDefinition[],
  entries: readonly Entry[],
  operations: ReadonlyMap<string, Described>,
  { outcomes }: Pick<ToolsConfig, 'outcomes'>,
  stated: (id: string, message: string) => Problem,
): { tools: readonly ToolDefinition[]; problems: readonly Problem[] } {
  const problems = Object.keys(outcomes)
    .filter((id) => !entries.some(({ api }) => api.id === id && mayBeUnfinished(api)))
    .map((id) => stated(id, `no tool offers an operation "${id}" that may be answered before it is finished`));
  const reads = [...operations.values()].filter(({ api }) => api.method === 'GET').map(({ api }) => api);
  const marked = tools.map((tool, index) => {
    const entry = entries[index]!;
    if (!mayBeUnfinished(entry.api)) return tool;
    const found = outcomes[entry.api.id] ?? derived(entry, reads);
    const reader = tools.find(
      ({ operation, risk, arguments: fixed }) =>
        operation === found?.operation && risk === 'read' && fixed === undefined,
    );
    if (found === undefined || reader === undefined) {
      const fix = `say under "outcomes" which read tells what became of ${entry.api.id}`;
      problems.push(entry.problem([], 'Okta may answer 202, and nothing says how to see the outcome', fix));
      return tool;
    }
    const { path } = operations.get(found.operation)!.api;
    const outcome: Outcome = { tool: reader.name, path, arguments: found.arguments };
    return { ...tool, outcome };
  });
  return { tools: marked, problems };
}

type Found = ToolsConfig['outcomes'][string];

/**
 * Itself, when it only reads; what it creates, when there is a read below its path that takes one thing more; else the
 * resource its path is about.
 */
function derived({ api }: Entry, reads: readonly ApiOperation[]): Found | undefined {
  const given = parametersOf(api.path);
  const found = (read: ApiOperation | undefined): Found | undefined => {
    if (read === undefined) return undefined;
    const names = parametersOf(read.path);
    const of = names.map((name, at): [string, string] => [name, `\${${given[at] ?? `reply.${name}`}}`]);
    return { operation: read.id, arguments: Object.fromEntries(of) };
  };
  const at = (path: string) => reads.find((read) => pathShape(read.path) === pathShape(path));
  if (api.method === 'GET') return found(api);
  if (api.method === 'POST') {
    const below = reads.filter(
      ({ path }) =>
        path.startsWith(`${api.path}/`) && parametersOf(path).length === given.length + 1 && path.endsWith('}'),
    );
    if (below.length > 0) return found(below[0]);
  } else if (at(api.path)) return found(at(api.path));
  const parts = api.path.split('/');
  for (let length = parts.length; length > 1; length -= 1) {
    if (!parts[length - 1]!.startsWith('{')) continue;
    const read = at(parts.slice(0, length).join('/'));
    if (read) return found(read);
  }
  return undefined;
}

function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!);
}
