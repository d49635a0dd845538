import type { Annotations, ToolDefinition } from './definition.js';

/** As in `OKTA_SURFACE`: which of the tools that the gate allows are listed. All of them stay callable. */
export type Surface = 'auto' | 'direct' | 'discover';

/** With more tools than this, models choose badly and clients cut the list. */
const MOST = 100;

/**
 * The tools that are listed. `auto`: those that were curated or that the operator named; where they are too many, their
 * core and whole presets; where these are too many as well, the core alone. Never some of them by chance.
 * @param allowed by the gate
 * @param named the operator named every one of them
 * @param groups toolsets and presets that somebody asked for
 */
export function listedTools(
  allowed: readonly ToolDefinition[],
  surface: Surface,
  { named, groups = [] }: { readonly named: boolean; readonly groups?: readonly string[] },
): readonly ToolDefinition[] {
  if (surface !== 'auto') return surface === 'direct' ? allowed : [];
  const ofPreset = ({ presets = [] }: ToolDefinition) => presets.some((id) => groups.includes(id));
  const chosen = named ? allowed : allowed.filter((tool) => !tool.composed || ofPreset(tool));
  const whole = chosen.filter((tool) => tool.core || ofPreset(tool));
  return [chosen, whole].find(({ length }) => length <= MOST) ?? chosen.filter(({ core }) => core);
}

/** What a tool that may call any of these must be announced as: the most dangerous one. */
export function mostDangerous(tools: readonly ToolDefinition[]): Annotations {
  const hints = tools.map(({ annotations }) => annotations);
  return {
    readOnlyHint: hints.every(({ readOnlyHint }) => readOnlyHint),
    destructiveHint: hints.some(({ destructiveHint }) => destructiveHint),
    idempotentHint: hints.every(({ idempotentHint }) => idempotentHint),
    openWorldHint: hints.some(({ openWorldHint }) => openWorldHint),
  };
}
