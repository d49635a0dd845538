import { stringify } from 'yaml';

type Json = Record<string, unknown>;

/** Parts of a small published document; everything left out is what a sound document has. */
export interface Parts {
  paths?: Json;
  schemas?: Json;
  parameters?: Json;
  /** Further members of `components`. */
  components?: Json;
  /** Further members of the document. */
  root?: Json;
}

const SECURITY_SCHEMES = {
  apiToken: { type: 'apiKey', name: 'Authorization', in: 'header' },
  oauth2: {
    type: 'oauth2',
    flows: {
      authorizationCode: {
        authorizationUrl: '/a',
        tokenUrl: '/t',
        scopes: { 'okta.users.read': 'Reads users', 'okta.users.manage': 'Changes users' },
      },
    },
  },
};

/** An operation that nothing is wrong with, but for `parts`. */
export function operation(operationId: string, parts: Json = {}): Json {
  return {
    operationId,
    security: [{ apiToken: [] }, { oauth2: ['okta.users.read'] }],
    responses: { 200: { description: 'Success' } },
    ...parts,
  };
}

/** The YAML text of a published document. */
export function yaml({ paths = {}, schemas = {}, parameters = {}, components = {}, root = {} }: Parts): string {
  return stringify({
    openapi: '3.0.3',
    info: { title: 'Small', version: '1.0.0' },
    paths,
    components: { schemas, parameters, securitySchemes: SECURITY_SCHEMES, ...components },
    ...root,
  });
}

/** A document whose one operation `send` takes the component schema `It` as its body. */
export function withSchema(It: unknown, others: Json = {}): string {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/It' } } };
  const post = operation('send', { requestBody: { required: true, content } });
  return yaml({ paths: { '/it': { post } }, schemas: { It, ...others } });
}
