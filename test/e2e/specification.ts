import { readFileSync } from 'node:fs';

/** An operation as Okta's specification states it, read without any code of ours. */
export interface Stated {
  readonly method: string;
  readonly path: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

interface Document {
  readonly paths: Record<string, Record<string, { operationId?: string; security?: Stated['security'] }>>;
  readonly components: { securitySchemes: { oauth2: { flows: Record<string, { scopes: Record<string, string> }> } } };
}

const { paths, components } = read('specs/okta-management.json') as Document;

/** Every operation of the specification by its id. */
export const operationsOfSpec: ReadonlyMap<string, Stated> = new Map(
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { operationId, security = [] }]) =>
      operationId === undefined ? [] : [[operationId, { method: method.toUpperCase(), path, security }] as const],
    ),
  ),
);

/** Every scope of the specification. */
export const scopesOfSpec: readonly string[] = Object.values(components.securitySchemes.oauth2.flows).flatMap(
  ({ scopes }) => Object.keys(scopes),
);

/** Which operation each tool calls: all that these tests take from generated/. */
export const operationOfTool: ReadonlyMap<string, string> = new Map(
  (read('generated/tools.json') as { tools: { name: string; operation: string }[] }).tools.map((tool) => [
    tool.name,
    tool.operation,
  ]),
);

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
}
