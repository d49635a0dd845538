import type { Operation } from '../../src/okta/operation.js';

/** `generated/operations.ts`: one line per endpoint, sorted by id. */
export function emitOperations(operations: ReadonlyMap<string, Operation>, header: string): string {
  const lines = [...operations]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, operation]) => `  ${id}: ${literal(operation)},`);
  return `${header}
import type { Operation } from "../src/okta/operation.js";

/** Every endpoint this server can reach. */
export const operations = {
${lines.join('\n')}
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
`;
}

function literal(operation: Operation): string {
  const fields = Object.entries(operation).map(([key, value]) => `${key}: ${quoted(value)}`);
  return `{ ${fields.join(', ')} }`;
}

function quoted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(quoted).join(', ')}]`;
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}
