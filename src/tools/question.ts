import type { Risk, ToolDefinition } from './definition.js';
import type { Fact } from './preview.js';
import { argumentsText } from './preview-text.js';

/** Why a call must be confirmed; `replace` is treated like `destructive`. */
export type Concern = Extract<Risk, 'destructive' | 'privileged'> | 'replace';

const CONSEQUENCE: Readonly<Record<Concern, string>> = {
  privileged: 'changes who holds power or how sign-in is protected',
  destructive: 'takes something away that may not come back',
  replace: 'replaces the whole resource, erasing every field that is left out',
};

/** `takes something away that may not come back`: what the call does, as the end of a sentence. */
export function consequence(concern: Concern): string {
  return CONSEQUENCE[concern];
}

/**
 * What a person is asked. Each line is ours; what others wrote stands in quotes that it cannot leave.
 * @param facts what Okta says about the target
 */
export function questionText(
  tool: ToolDefinition,
  args: unknown,
  { concern, org, facts }: { readonly concern: Concern; readonly org: string; readonly facts: readonly Fact[] },
): string {
  return [
    `${tool.title} (${tool.name}) in ${org}?`,
    `This ${consequence(concern)}.`,
    ...facts.map(({ label, text }) => `- ${label}: ${text}`),
    `Arguments: ${argumentsText(args)}`,
  ].join('\n');
}
