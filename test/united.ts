import { readFileSync } from 'node:fs';
import { type Document, loadDocument } from '../codegen/document.js';

const read = (name: string): Document =>
  loadDocument(readFileSync(new URL(`../specs/${name}.json`, import.meta.url), 'utf8'));

/** Okta's documents by their names under `specs/`. */
export const documents: ReadonlyMap<string, Document> = new Map(
  ['okta-management', 'okta-governance', 'okta-oauth'].map((name) => [name, read(name)]),
);

const management = documents.get('okta-management')!;
const governance = documents.get('okta-governance')!;
const oauth = documents.get('okta-oauth')!;

/** All of them as one, of the OAuth document what is no protocol. */
export const united: Document = {
  ...management,
  paths: {
    ...management.paths,
    ...governance.paths,
    ...Object.fromEntries(
      Object.entries(oauth.paths).filter(([path]) => /^\/oauth2\/v1\/(clients|global-token-revocation)/.test(path)),
    ),
  },
  components: {
    schemas: { ...management.components.schemas, ...governance.components.schemas, ...oauth.components.schemas },
    parameters: {
      ...management.components.parameters,
      ...governance.components.parameters,
      ...oauth.components.parameters,
    },
    securitySchemes: {
      ...management.components.securitySchemes,
      oauth2: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            scopes: Object.assign({}, ...[...documents.values()].map(scopesOf)),
          },
        },
      },
    },
  },
};

function scopesOf({ components }: Document): Record<string, string> {
  const flows = Object.values(components.securitySchemes?.oauth2?.flows ?? {});
  return Object.assign({}, ...flows.map(({ scopes }) => scopes));
}
