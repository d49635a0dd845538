import type { Catalog, Grant } from './catalog.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import type { LocalTool } from './local-tool.js';
import { nearest } from './nearest.js';
import { jsonResult } from './result.js';

/** What `get_scope_status` tells about; asked anew on every call. */
export interface ScopeFacts {
  /** Every tool there is. */
  readonly all: Catalog;
  /** The tools that are active now. */
  readonly active: () => Catalog;
  readonly grant: () => Grant;
  /** What the operator configured. */
  readonly requested: readonly string[];
  /** What Okta granted, once known. */
  readonly granted: () => readonly string[] | undefined;
  /** What the configuration was warned about. */
  readonly warnings: readonly string[];
  /** How to get more; by default as the operator would. */
  readonly how?: string;
}

const OPERATORS = 'Scopes are granted in Okta and listed in OKTA_SCOPES.';

/** So many of the most useful missing scopes are shown with tool names; the others only with their number of tools. */
const NAMED = 6;

/** The tool that explains which tools are active, and what each missing scope would unlock. */
export function scopeStatusTool(facts: ScopeFacts): LocalTool {
  return {
    name: 'get_scope_status',
    title: 'Get scope status',
    description:
      'Which OAuth scopes this server has, which tools are active, and which scope would unlock a missing tool. Makes no request to Okta.',
    inputSchema: {
      type: 'object',
      properties: {
        scope: { type: 'string', description: 'Only this scope: every tool that it would unlock.' },
      },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    run: async ({ scope }) => jsonResult(typeof scope === 'string' ? oneScope(facts, scope) : overview(facts)),
  };
}

function overview({ all, active, grant, requested, granted, warnings, how = OPERATORS }: ScopeFacts): JsonObject {
  const { credential, readOnly, toolsets, tools, roles } = grant();
  const known = granted();
  const restrictions = {
    ...(readOnly && { readOnly }),
    ...(toolsets && { toolsets }),
    ...(tools && { tools: tools.length }),
    ...(roles && { roles }),
  };
  const [named, counted] = splitAt([...unlocks(all, grant())].sort(byUsefulness), NAMED);
  return {
    credential,
    scopes: { requested, ...(known && grantedFacts(requested, known)) },
    active: { tools: active().list().length, of: all.list().length, toolsets: countByToolset(active()) },
    unlocks: Object.fromEntries(named.map(([scope, found]) => [scope, sample(found)])),
    ...(counted.length > 0 && { more: counted.map(([scope, { length }]) => `${scope} ${length}`).join(', ') }),
    ...(Object.keys(restrictions).length > 0 && { restrictions }),
    ...(warnings.length > 0 && { warnings }),
    hint: `${how} Call with {"scope": "..."} for all tools of one scope.`,
  };
}

function oneScope({ all, active, grant }: ScopeFacts, scope: string): JsonObject {
  if (!all.scopes.includes(scope)) {
    return { scope, known: false, nearest: nearest(scope, all.scopes) };
  }
  const current = grant();
  if (current.scopes.includes(scope)) {
    const uses = active()
      .list()
      .filter((tool) => tool.scopes.flat().includes(scope));
    return { scope, granted: true, tools: uses.map((tool) => tool.name) };
  }
  const together: Record<string, string[]> = {};
  for (const [set, found] of unlocks(all, current)) {
    const others = set.split(' + ').filter((other) => other !== scope);
    if (others.length === set.split(' + ').length) continue;
    together[others.join(' + ')] = found.map((tool) => tool.name);
  }
  const { '': alone = [], ...withOthers } = together;
  return { scope, granted: false, unlocks: alone, ...(Object.keys(withOthers).length > 0 && { withOthers }) };
}

/** The tools that nothing but scopes keeps away, by the smallest scope sets that would unlock them. */
function unlocks(all: Catalog, grant: Grant): Map<string, ToolDefinition[]> {
  const bySet = new Map<string, ToolDefinition[]>();
  for (const tool of all.list()) {
    const missing = all.missing(tool.name, grant);
    if (!missing?.scopes || Object.keys(missing).length > 1) continue;
    for (const set of missing.scopes) {
      const key = [...set].sort().join(' + ');
      bySet.set(key, [...(bySet.get(key) ?? []), tool]);
    }
  }
  return bySet;
}

type Unlock = [scope: string, tools: ToolDefinition[]];

function byUsefulness([a, left]: Unlock, [b, right]: Unlock): number {
  const core = (tools: readonly ToolDefinition[]) => tools.filter((tool) => tool.core).length;
  return core(right) - core(left) || right.length - left.length || a.localeCompare(b);
}

function sample(tools: readonly ToolDefinition[]): string {
  const names = [...tools].sort((a, b) => Number(b.core) - Number(a.core)).slice(0, 3);
  const shown = names.map((tool) => tool.name).join(', ');
  return tools.length > names.length ? `${tools.length}: ${shown}, ...` : `${tools.length}: ${shown}`;
}

function grantedFacts(requested: readonly string[], granted: readonly string[]): JsonObject {
  const refused = requested.filter((scope) => !granted.includes(scope));
  return refused.length > 0 ? { granted, notGranted: refused } : { granted: 'all that were requested' };
}

function countByToolset(catalog: Catalog): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const tool of catalog.list()) counts[tool.toolset] = (counts[tool.toolset] ?? 0) + 1;
  return counts;
}

function splitAt<T>(list: readonly T[], index: number): [T[], T[]] {
  return [list.slice(0, index), list.slice(index)];
}
