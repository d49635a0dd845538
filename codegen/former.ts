import type { Risk, ToolDefinition } from '../src/tools/definition.js';
import { requestOf } from './path.js';

/** A tool as far as its risk is concerned. */
export type RiskyTool = Pick<ToolDefinition, 'name' | 'operation' | 'aliases'> & { readonly risk?: Risk };

/** Tools and the requests behind them, by operation id: `POST /api/v1/users`. */
export interface Generation {
  readonly tools: readonly RiskyTool[];
  readonly requests: ReadonlyMap<string, string>;
}

/** Of `generated/tools.json` and `generated/operations.ts`. */
export interface Texts {
  readonly tools: string;
  readonly operations: string;
}

export interface LoweredRisk {
  /** Of the tool as it is called now. */
  readonly name: string;
  readonly was: Risk;
  readonly is: Risk;
}

const RISKS: readonly Risk[] = ['read', 'write', 'destructive', 'privileged'];

/** What the generated files say; nothing where there are none yet. */
export function generationOf({ tools, operations }: Texts): Generation {
  const lines = operations.matchAll(/^ {2}["']?([\w-]+)["']?: \{ method: '(\w+)', path: '([^']*)'/gm);
  return {
    tools: toolsIn(tools),
    requests: new Map([...lines].map(([, id, method, path]) => [id!, requestOf(method!, path!)])),
  };
}

/** A file that somebody broke is written anew, so it tells as little as none. */
function toolsIn(text: string): readonly RiskyTool[] {
  try {
    return (JSON.parse(text) as { tools: RiskyTool[] }).tools;
  } catch {
    return [];
  }
}

/** The tools that took over from those that are gone: the same request, by a tool that was not there before. */
export function successors(before: Generation, after: Generation): { readonly was: string; readonly is: string }[] {
  const names = new Set(before.tools.map(({ name }) => name));
  const present = new Set(after.tools.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  const fresh = after.tools.filter(({ name, aliases = [] }) => ![name, ...aliases].some((one) => names.has(one)));
  return before.tools.flatMap(({ name, operation }) => {
    if (present.has(name)) return [];
    const request = before.requests.get(operation);
    const heir = fresh.find((tool) => request !== undefined && after.requests.get(tool.operation) === request);
    return heir === undefined ? [] : [{ was: name, is: heir.name }];
  });
}

/** Tools that ask for less confirmation than they did, or than the tool did whose request they make now. */
export function loweredRisks(before: Generation, after: Generation): LoweredRisk[] {
  const heirs = new Map(successors(before, after).map(({ was, is }) => [was, is]));
  return before.tools.flatMap(({ name, risk: was }) => {
    const current = after.tools.find(
      (tool) => tool.name === name || (tool.aliases ?? []).includes(name) || tool.name === heirs.get(name),
    );
    const is = current?.risk;
    if (was === undefined || is === undefined || RISKS.indexOf(is) >= RISKS.indexOf(was)) return [];
    return [{ name: current!.name, was, is }];
  });
}

/** A line for each risk that was allowed to fall. */
export function acceptedRisks(before: Texts, after: Texts): string[] {
  const [was, is] = [generationOf(before), generationOf(after)];
  return loweredRisks(was, is).map((one) => `accepted: the risk of ${one.name} falls from ${one.was} to ${one.is}`);
}
