import type { Document, OperationObject, SchemaObject, SchemaOrRef } from '../../codegen/document.js';

/** A small hand-made specification, large enough for every rule of codegen. */
export function documentWith(paths: Document['paths'], schemas: Record<string, SchemaObject> = {}): Document {
  const scopes = ['okta.pets.read', 'okta.pets.manage', 'okta.owners.read', 'okta.owners.manage', 'ssf.read'];
  return {
    openapi: '3.0.3',
    info: { title: 'Pets', version: '2026.01.0' },
    paths,
    components: {
      schemas,
      securitySchemes: {
        apiToken: { type: 'apiKey' },
        oauth2: {
          type: 'oauth2',
          flows: { authorizationCode: { scopes: Object.fromEntries(scopes.map((scope) => [scope, ''])) } },
        },
      },
    },
  };
}

export function operation(operationId: string, rest: Partial<OperationObject> = {}): OperationObject {
  const security = [{ apiToken: [] }, { oauth2: ['okta.pets.read'] }];
  return { operationId, responses: { '200': { description: '' } }, security, ...rest };
}

export const json = (schema: SchemaOrRef) => ({ content: { 'application/json': { schema } } });

/** Lists, reads, creates, replaces and deletes pets. */
export const petstore = documentWith(
  {
    '/api/v1/pets': {
      get: operation('listPets', {
        parameters: [
          { name: 'after', in: 'query', schema: { type: 'string' } },
          { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 20 } },
          {
            name: 'tags',
            in: 'query',
            style: 'form',
            explode: false,
            schema: { type: 'array', items: { type: 'string' } },
          },
        ],
        responses: {
          '200': { description: '', ...json({ type: 'array', items: { $ref: '#/components/schemas/Pet' } }) },
        },
      }),
      post: operation('createPet', {
        security: [{ oauth2: ['okta.pets.manage'] }],
        requestBody: { required: true, ...json({ $ref: '#/components/schemas/Pet' }) },
      }),
    },
    '/api/v1/pets/{petId}': {
      get: operation('getPet', {
        parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'string' } }],
      }),
      put: operation('replacePet', {
        security: [{ apiToken: [] }, { oauth2: ['okta.pets.manage'] }],
        parameters: [
          { name: 'petId', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'If-Match', in: 'header', schema: { type: 'string' } },
          { name: 'X-Forwarded-For', in: 'header', schema: { type: 'string' } },
        ],
        requestBody: { required: true, ...json({ $ref: '#/components/schemas/Pet' }) },
      }),
      delete: operation('deletePet', {
        deprecated: true,
        security: [{ apiToken: [] }],
        parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'string' } }],
      }),
    },
    '/api/v1/early': { get: operation('getEarly', { 'x-okta-lifecycle': { lifecycle: 'EA' } }) },
    '/api/v1/marked': { get: operation('getMarked', { 'x-okta-iam-admin-roles': ['ORG_ADMIN'] }) },
    '/api/v1/both': {
      post: operation('linkBoth', { security: [{ oauth2: ['okta.pets.manage', 'okta.owners.manage'] }] }),
    },
    '/.well-known/pets': { get: operation('getPublic', { security: [] }) },
  },
  {
    Kind: { type: 'string', enum: ['cat', 'dog'] },
    Pet: {
      type: 'object',
      required: ['id', 'name'],
      properties: {
        id: { type: 'string', readOnly: true },
        name: { type: 'string' },
        kind: { $ref: '#/components/schemas/Kind' },
        size: { type: 'string', enum: ['S', 'L'], nullable: true },
        _links: { type: 'object' },
      },
    },
  },
);
