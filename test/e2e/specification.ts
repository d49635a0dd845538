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

const documents = ['okta-management', 'okta-governance', 'okta-oauth'].map(
  (name) => read(`specs/${name}.json`) as Document,
);

/** The OAuth document also describes the protocol, whose paths no administrator calls. */
const PROTOCOL = /^\/\.well-known\/openid|^\/oauth2\/(\{|v1\/(?!clients|global-token-revocation))/;

/** Every operation of the specification by its id. */
export const operationsOfSpec: ReadonlyMap<string, Stated> = new Map(
  documents.flatMap(({ paths }) =>
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, { operationId, security = [] }]) =>
        operationId === undefined || PROTOCOL.test(path)
          ? []
          : [[operationId, { method: method.toUpperCase(), path, security }] as const],
      ),
    ),
  ),
);

/** Every administrative scope of the specification. */
export const scopesOfSpec: readonly string[] = [
  ...new Set(
    documents.flatMap(({ components }) =>
      Object.values(components.securitySchemes.oauth2.flows).flatMap(({ scopes }) => Object.keys(scopes)),
    ),
  ),
].filter((scope) => /^(okta|ssf)\./.test(scope));

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
