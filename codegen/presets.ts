import type { ToolDefinition, ToolFile } from '../src/tools/definition.js';
import type { ConfigSource } from './config.js';
import type { Problem } from './errors.js';
import { nearest } from './slice.js';

type Presets = NonNullable<ToolFile['presets']>;

/**
 * The tools of each task, written into the tools themselves, and what a task needs: scopes and roles with as little power
 * as its tools leave room for. Power is the number of tools a role opens.
 */
export function withPresets(
  tools: readonly ToolDefinition[],
  source: ConfigSource,
): { tools: readonly ToolDefinition[]; presets: Presets; problems: Problem[] } {
  const { presets: stated, toolsets } = source.config;
  const problems: Problem[] = [];
  const members = new Map<string, ReadonlySet<ToolDefinition>>();
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  for (const [id, preset] of Object.entries(stated)) {
    const chosen = new Set<ToolDefinition>();
    if (id in toolsets) {
      const fix = 'OKTA_TOOLSETS takes both, so name one of them otherwise';
      problems.push(source.problem(['presets', id], `"${id}" is a toolset as well`, fix));
    }
    preset.toolsets.forEach((toolset, at) => {
      if (!(toolset in toolsets)) problems.push(unknown(['toolsets', at], toolset, Object.keys(toolsets)));
      for (const tool of tools) if (tool.toolset === toolset) chosen.add(tool);
    });
    preset.tools.forEach((name, at) => {
      const tool = byName.get(name);
      if (tool === undefined) problems.push(unknown(['tools', at], name, [...byName.keys()]));
      else if (chosen.has(tool)) {
        problems.push(source.problem(['presets', id, 'tools', at], `"${name}" is in ${id} twice`, 'remove it'));
      } else chosen.add(tool);
    });
    members.set(id, chosen);

    function unknown(key: readonly (string | number)[], name: string, names: readonly string[]): Problem {
      const near = nearest(name, names).join(', ');
      const noun = key[0] === 'tools' ? 'tool' : 'toolset';
      return source.problem(['presets', id, ...key], `there is no ${noun} "${name}"`, `nearest: ${near}`);
    }
  }
  const presets = Object.entries(stated).map(([id, { title }]) => {
    const own = [...members.get(id)!];
    const scopes = fewest(own.flatMap((tool) => tool.scopes));
    const reserved = own.filter(({ roles: { anyOf } }) => anyOf.length === 1 && anyOf[0] === 'SUPER_ADMIN');
    const roles = weakest(
      own.filter((tool) => !reserved.includes(tool)),
      tools,
    );
    return [id, { title, scopes, roles, reserved: reserved.map(({ name }) => name) }] as const;
  });
  const marked = tools.map((tool) => {
    const ids = [...members].filter(([, chosen]) => chosen.has(tool)).map(([id]) => id);
    return ids.length === 0 ? tool : { ...tool, presets: ids };
  });
  return { tools: marked, presets: Object.fromEntries(presets), problems };
}

/** One scope of every list: what must be there anyway first, then the first of the list, which says least. */
function fewest(lists: readonly (readonly string[])[]): string[] {
  const scopes = new Set<string>();
  for (const anyOf of [...lists].sort((a, b) => a.length - b.length)) {
    if (!anyOf.some((scope) => scopes.has(scope))) scopes.add(anyOf[0]!);
  }
  return [...scopes].sort();
}

/** The roles that together reach every tool and open as little else as possible. */
function weakest(own: readonly ToolDefinition[], all: readonly ToolDefinition[]): string[] {
  const lists = own.map(({ roles }) => roles.anyOf).filter((anyOf) => anyOf.length > 0);
  const names = [...new Set(lists.flat())].sort();
  const power = names.map((role) => all.filter(({ roles }) => roles.anyOf.includes(role)).length);
  let best: { readonly roles: string[]; readonly cost: number } | undefined;
  for (let choice = 0; choice < 2 ** names.length; choice += 1) {
    const held = names.filter((_, at) => choice & (1 << at));
    const cost = power.reduce((sum, each, at) => sum + (choice & (1 << at) ? each : 0), 0);
    if (best !== undefined && cost >= best.cost) continue;
    if (lists.every((anyOf) => anyOf.some((role) => held.includes(role)))) best = { roles: held, cost };
  }
  return best?.roles ?? [];
}
