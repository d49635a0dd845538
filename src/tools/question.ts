import type { JsonObject, Risk, ToolDefinition } from './definition.js';
import type { Fact } from './preview.js';
import { argumentsText } from './preview-text.js';
import { canonical } from './seal.js';

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

/**
 * What a person is asked about many calls of one tool: a line for each, and once what all of them give.
 * @param facts what Okta says about the target of each call
 */
export function batchText(
  tool: ToolDefinition,
  calls: readonly { readonly args: JsonObject; readonly targets: readonly unknown[] }[],
  about: { readonly concern: Concern; readonly org: string; readonly facts: readonly (readonly Fact[])[] },
): string {
  const { concern, org, facts } = about;
  const common = Object.entries(calls[0]!.args).filter(([name, value]) => {
    return calls.length > 1 && calls.every(({ args }) => canonical(args[name]) === canonical(value));
  });
  const names = common.map(([name]) => name);
  const lines = calls.map(({ args }, at) => {
    const known = facts[at]!.map(({ label, text }) => `${label}: ${text}`);
    const own = Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)));
    return `${at + 1}. ${[...known, `arguments: ${argumentsText(own)}`].join('; ')}`;
  });
  return [
    `${tool.title} (${tool.name}) in ${org}, ${calls.length} calls?`,
    `Each of them ${consequence(concern)}.`,
    ...lines,
    ...(common.length > 0 ? [`Arguments of all: ${argumentsText(Object.fromEntries(common))}`] : []),
  ].join('\n');
}
