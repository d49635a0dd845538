/**
 * What stands where in an OpenAPI 3.0.3 document (https://spec.openapis.org/oas/v3.0.3), and what of it we keep.
 * Every walk goes by this table: a schema may have a property literally named `$ref`, `enum` or `description`, so only
 * a key's position says whether it is a keyword.
 */
export type Kind =
  | 'document'
  | 'info'
  | 'server'
  | 'serverVariable'
  | 'pathItem'
  | 'operation'
  | 'parameter'
  | 'requestBody'
  | 'response'
  | 'header'
  | 'mediaType'
  | 'encoding'
  | 'schema'
  | 'discriminator'
  | 'components'
  | 'securityScheme'
  | 'flow'
  | 'lifecycle'
  | 'scimField';

/** Facts are kept, and checked to be of that JavaScript type; prose is dropped. */
export type Leaf =
  | 'text'
  | 'texts'
  | 'textMap'
  | 'flag'
  | 'number'
  | 'values'
  | 'any'
  | 'nameMap'
  | 'requirements'
  | 'prose';

/** `schema[]` is a list of schemas, `schema{}` an object whose keys are free names. */
export type Slot = Leaf | Kind | `${Kind}[]` | `${Kind}{}` | 'schema|flag';

const described = { description: 'prose' } as const;
const exampled = { example: 'prose', examples: 'prose' } as const;

export const GRAMMAR: Readonly<Record<Kind, Readonly<Record<string, Slot>>>> = {
  document: {
    openapi: 'text',
    info: 'info',
    servers: 'server[]',
    paths: 'pathItem{}',
    components: 'components',
    tags: 'prose',
    externalDocs: 'prose',
  },
  info: {
    ...described,
    title: 'text',
    version: 'text',
    contact: 'prose',
    license: 'prose',
    termsOfService: 'prose',
  },
  server: { ...described, url: 'text', variables: 'serverVariable{}' },
  serverVariable: { ...described, default: 'text', enum: 'texts' },
  pathItem: {
    ...described,
    summary: 'prose',
    get: 'operation',
    put: 'operation',
    post: 'operation',
    delete: 'operation',
    patch: 'operation',
    options: 'operation',
    head: 'operation',
    trace: 'operation',
    parameters: 'parameter[]',
    servers: 'server[]',
    'x-okta-lifecycle': 'lifecycle',
  },
  operation: {
    ...described,
    summary: 'prose',
    externalDocs: 'prose',
    operationId: 'text',
    tags: 'texts',
    parameters: 'parameter[]',
    requestBody: 'requestBody',
    responses: 'response{}',
    security: 'requirements',
    servers: 'server[]',
    deprecated: 'flag',
    'x-okta-lifecycle': 'lifecycle',
    'x-okta-iam-admin-roles': 'texts',
    'x-okta-iam-permissions': 'texts',
    'x-okta-no-scope-required': 'flag',
  },
  parameter: {
    ...described,
    ...exampled,
    $ref: 'text',
    name: 'text',
    in: 'text',
    required: 'flag',
    deprecated: 'flag',
    allowEmptyValue: 'flag',
    allowReserved: 'flag',
    style: 'text',
    explode: 'flag',
    schema: 'schema',
    content: 'mediaType{}',
    'x-okta-lifecycle': 'lifecycle',
    'x-scim-filter': 'scimField{}',
    'x-order-by': 'any',
  },
  requestBody: {
    ...described,
    $ref: 'text',
    required: 'flag',
    content: 'mediaType{}',
    'x-okta-lifecycle': 'lifecycle',
  },
  response: {
    ...described,
    $ref: 'text',
    headers: 'header{}',
    content: 'mediaType{}',
    links: 'prose',
    'x-okta-lifecycle': 'lifecycle',
  },
  header: {
    ...described,
    ...exampled,
    $ref: 'text',
    required: 'flag',
    deprecated: 'flag',
    style: 'text',
    explode: 'flag',
    schema: 'schema',
  },
  mediaType: { ...exampled, schema: 'schema', encoding: 'encoding{}' },
  encoding: { contentType: 'text', style: 'text', explode: 'flag', allowReserved: 'flag', headers: 'header{}' },
  schema: {
    ...described,
    ...exampled,
    title: 'prose',
    externalDocs: 'prose',
    xml: 'prose',
    $ref: 'text',
    type: 'text',
    format: 'text',
    enum: 'values',
    default: 'any',
    nullable: 'flag',
    readOnly: 'flag',
    writeOnly: 'flag',
    deprecated: 'flag',
    pattern: 'text',
    minLength: 'number',
    maxLength: 'number',
    minimum: 'number',
    maximum: 'number',
    exclusiveMinimum: 'flag',
    exclusiveMaximum: 'flag',
    multipleOf: 'number',
    minItems: 'number',
    maxItems: 'number',
    uniqueItems: 'flag',
    minProperties: 'number',
    maxProperties: 'number',
    required: 'texts',
    properties: 'schema{}',
    additionalProperties: 'schema|flag',
    items: 'schema',
    allOf: 'schema[]',
    oneOf: 'schema[]',
    anyOf: 'schema[]',
    not: 'schema',
    discriminator: 'discriminator',
    'x-okta-lifecycle': 'lifecycle',
    'x-okta-defined-as': 'any',
    'x-okta-extensible': 'flag',
    'x-okta-allow-null-property-value-for-updates': 'flag',
    'x-explicit-null': 'flag',
  },
  discriminator: { propertyName: 'text', mapping: 'textMap' },
  components: {
    schemas: 'schema{}',
    parameters: 'parameter{}',
    requestBodies: 'requestBody{}',
    responses: 'response{}',
    headers: 'header{}',
    securitySchemes: 'securityScheme{}',
    examples: 'prose',
    links: 'prose',
    callbacks: 'prose',
  },
  securityScheme: {
    ...described,
    type: 'text',
    name: 'text',
    in: 'text',
    scheme: 'text',
    bearerFormat: 'text',
    openIdConnectUrl: 'text',
    flows: 'flow{}',
  },
  flow: { authorizationUrl: 'text', tokenUrl: 'text', refreshUrl: 'text', scopes: 'nameMap' },
  lifecycle: {
    lifecycle: 'text',
    isGenerallyAvailable: 'flag',
    isCorsEnabled: 'flag',
    SKUs: 'texts',
    features: 'texts',
  },
  scimField: {
    ...described,
    type: 'text',
    format: 'text',
    enum: 'values',
    operators: 'texts',
    operator: 'texts',
    schema: 'schema',
  },
};

/** The slot of a keyword at a node of that kind; undefined for what the grammar does not know. */
export function slotOf(kind: Kind, keyword: string): Slot | undefined {
  return Object.hasOwn(GRAMMAR[kind], keyword) ? GRAMMAR[kind][keyword] : undefined;
}

/** A slot that holds nodes: of which kind, and how many. Undefined for leaves. */
export function nodesOf(slot: Slot): { kind: Kind; many: 'one' | 'list' | 'map' } | undefined {
  if (slot === 'schema|flag') return { kind: 'schema', many: 'one' };
  const name = slot.replace(/(\[\]|\{\})$/, '');
  if (!Object.hasOwn(GRAMMAR, name)) return undefined;
  return { kind: name as Kind, many: slot.endsWith('[]') ? 'list' : slot.endsWith('{}') ? 'map' : 'one' };
}
