import type { Escalation, JsonObject } from './definition.js';
import type { Concern } from './question.js';

/** What a call is for this reason. */
export function riskOf({ risk }: Escalation): Extract<Concern, 'destructive' | 'privileged'> {
  return risk ?? 'privileged';
}

/** Whether a call gives what an escalation is about; one without arguments of its own is about every call. */
export function concerns({ given, except = [] }: Escalation, values: JsonObject): boolean {
  return given === undefined || [given].flat().some((path) => gives(values, path.split('.'), except));
}

/** Null anywhere along the path counts: it clears what lies there. */
function gives(node: unknown, [key, ...below]: readonly string[], except: readonly unknown[]): boolean {
  if (node === null) return true;
  if (key === undefined) return !except.includes(node);
  if (typeof node !== 'object' || !Object.hasOwn(node as object, key)) return false;
  return gives((node as JsonObject)[key], below, except);
}
