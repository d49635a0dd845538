import { OktaMcpError } from '../errors.js';
import type { ToolDefinition } from './definition.js';

/** Decides whether a checked call may act now; answers the refusal otherwise. */
export type Guard = (tool: ToolDefinition) => OktaMcpError | undefined;

/** Tools that erase, weaken security or hand out power: a human must confirm each of their calls. */
function needsConfirmation(tool: ToolDefinition): boolean {
  return tool.risk === 'destructive' || tool.risk === 'privileged' || tool.update === 'replace';
}

/**
 * The guard while nobody can be asked: tools that need a human's confirmation act in the demo org only.
 * @param demo the org is the embedded one, whose data is invented
 */
export function withoutConfirmation(demo: boolean): Guard {
  return (tool) => {
    if (demo || !needsConfirmation(tool)) return undefined;
    return new OktaMcpError(
      'confirmation_unavailable',
      `Confirmation not available yet: ${tool.name} ${consequence(tool)}, so a human must confirm it. Nothing was sent.`,
      'Make this change in the Okta Admin Console, or try it in the demo org: okta-mcp stdio --demo.',
      { risk: tool.risk },
    );
  };
}

function consequence(tool: ToolDefinition): string {
  if (tool.risk === 'privileged') return 'changes who holds power or how sign-in is protected';
  if (tool.risk === 'destructive') return 'takes something away that may not come back';
  return 'replaces the whole resource, erasing every field that is left out';
}
