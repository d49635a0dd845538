import type { NextPage } from '../okta/page.js';
import type { JsonObject, ToolDefinition } from './definition.js';

/**
 * The arguments to add to a call to get the following page: what Okta's next link says, as far as the tool takes it and
 * the call does not say it already. Undefined when the tool cannot go on from here.
 */
export function nextArguments(tool: ToolDefinition, args: JsonObject, next: NextPage): JsonObject | undefined {
  if (!tool.page?.resumable || next.after === undefined) return undefined;
  const properties = (tool.inputSchema.properties ?? {}) as Record<string, { type?: unknown }>;
  const added: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(next)) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const said = args[name] ?? (name === 'limit' ? tool.page.limit : undefined);
    if (name === 'after' || (schema && !same(said, value))) added[name] = typed(value, schema?.type);
  }
  return added;
}

function same(said: unknown, value: string | readonly string[]): boolean {
  return said !== undefined && said !== null && [said].flat().map(String).join('\0') === [value].flat().join('\0');
}

/** Links carry text; the tool's schema says what the text stands for. */
function typed(value: string | readonly string[], type: unknown): unknown {
  const types = [type].flat();
  if (types.includes('array')) return [value].flat();
  if (types.includes('integer') || types.includes('number')) return Number(value);
  if (types.includes('boolean')) return value === 'true';
  return value;
}
