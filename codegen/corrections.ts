import { type Document, escapePointer, isRef, lookup, walk } from './document.js';
import type { Ledger } from './ledger.js';

/** A fact the published document has wrong, found by hand. Applied only where it is still wrong in exactly that way. */
export interface Correction {
  readonly reason: string;
  readonly edits: readonly {
    /** Path of keys from the root of the document. */
    readonly at: readonly string[];
    /** The value published; absent when the key is missing. */
    readonly was?: unknown;
    /** The right value; absent to remove the key. */
    readonly is?: unknown;
  }[];
}

const MAPPING = '#/components/schemas/ProfileMappingProperty';
const schema = (...path: string[]) => ['components', 'schemas', ...path];

export const corrections: readonly Correction[] = [
  {
    reason: 'inquiryTemplateId belongs to Persona alone; other identity providers have no such property',
    edits: [{ at: schema('IdentityProviderProperties', 'required'), was: ['inquiryTemplateId'] }],
  },
  {
    reason: 'the conditions of a policy rule are an object, not a string',
    edits: [
      {
        at: schema('ClientUpdatePolicyRule', 'allOf', '1', 'properties', 'conditions', 'type'),
        was: 'string',
        is: 'object',
      },
    ],
  },
  {
    reason: 'signed_nonce is one of UserFactorType and the only one without a schema; it adds nothing to the base',
    edits: [
      {
        at: schema('UserFactor', 'discriminator', 'mapping', 'signed_nonce'),
        is: '#/components/schemas/UserFactorSignedNonce',
      },
      { at: schema('UserFactorSignedNonce'), is: { allOf: [{ $ref: '#/components/schemas/UserFactor' }] } },
    ],
  },
  {
    reason: 'a profile mapping maps many attributes: one mapping per target attribute, keyed by its name',
    edits: [
      { name: 'ProfileMapping', was: { type: 'object', $ref: MAPPING, readOnly: false } },
      { name: 'ProfileMappingRequest', was: { type: 'object', $ref: MAPPING } },
    ].map(({ name, was }) => ({
      at: schema(name, 'properties', 'properties'),
      was,
      is: { type: 'object', additionalProperties: { $ref: MAPPING } },
    })),
  },
  {
    reason: 'a pattern that lost its repetition would refuse every name of more than one character',
    edits: [{ at: schema('AwsEventSourceName', 'pattern'), was: '^[a-zA-Z0-9.\\-_]$', is: '^[a-zA-Z0-9.\\-_]+$' }],
  },
  {
    reason: 'a pattern whose look-aheads became groups would refuse every ISO 8601 duration',
    edits: [
      {
        at: schema('TimeDuration', 'pattern'),
        was: '^P(?:$)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(?:\\d)(\\d+H)?(\\d+M)?(\\d+S)?)?$',
        is: '^P(?!$)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+S)?)?$',
      },
    ],
  },
  {
    reason: 'a signing key is one of its kinds by kty; each kind contains it, so that oneOf would never end',
    edits: [
      {
        at: schema('JsonSigningWebKey', 'oneOf'),
        was: [{ $ref: '#/components/schemas/JsonWebKeyEC' }, { $ref: '#/components/schemas/JsonWebKeyRsa' }],
      },
      {
        at: schema('JsonSigningWebKey', 'discriminator'),
        is: {
          propertyName: 'kty',
          mapping: { EC: '#/components/schemas/JsonWebKeyEC', RSA: '#/components/schemas/JsonWebKeyRsa' },
        },
      },
    ],
  },
  ...[
    schema('AccessPolicy', 'allOf', '1'),
    schema('ClientUpdatePolicy', 'allOf', '1'),
    schema('DeviceSignalCollectionPolicy', 'allOf', '1'),
    schema('EntityRiskPolicy'),
    schema('IdentityClaimSourcingPolicy', 'allOf', '1'),
    schema('IdentityClaimSourcingPolicyRule', 'allOf', '1'),
    schema('IdpDiscoveryPolicy', 'allOf', '1'),
    schema('PostAuthSessionPolicy', 'allOf', '1'),
    schema('ProfileEnrollmentPolicy', 'allOf', '1'),
    schema('ProfileEnrollmentPolicyRule', 'allOf', '1'),
    schema('SessionViolationDetectionPolicy', 'allOf', '1'),
  ].map((at) => ({
    reason: 'the conditions of a policy are an object, or null where its type has none, never a string',
    edits: [{ at: [...at, 'properties', 'conditions', 'type'], was: 'string', is: 'object' }],
  })),
  ...[
    ['paths', '/api/v1/policies', 'get', 'parameters', '5', 'schema'],
    ['components', 'parameters', 'limitParameter', 'schema'],
  ].map((at) => ({
    reason: 'a page size is a number, not a string',
    edits: [{ at, was: { type: 'string' }, is: { type: 'integer' } }],
  })),
  {
    reason: "what a JSON Patch sets is any value, as in Okta's own example, not only an object (RFC 6902)",
    edits: [{ at: schema('JsonPatchOperation', 'properties', 'value', 'type'), was: 'object' }],
  },
  ...[
    schema('OrgCAPTCHASettings', 'properties', 'captchaId'),
    schema('OrgCAPTCHASettings', 'properties', 'enabledPages'),
    schema('DefaultApp', 'properties', 'appLinkName'),
    schema('DefaultApp', 'properties', 'classicApplicationUri'),
    schema('resource-owners-updatable', 'properties', 'principalOrns'),
  ].map((at) => ({
    reason: "null, as Okta's own examples send it, takes the value away",
    edits: [{ at: [...at, 'nullable'], is: true }],
  })),
  {
    reason: 'a change of an email server says only what changes; authType need not be repeated',
    edits: [{ at: schema('BaseEmailServer', 'required'), was: ['authType'] }],
  },
  {
    reason: "the lifetime of a temporary access code is a number of minutes, given as one in Okta's own example",
    edits: [
      { at: schema('AuthenticatorProfileTacRequest', 'properties', 'ttl', 'type'), was: 'string' },
      {
        at: schema('AuthenticatorProfileTacRequest', 'properties', 'ttl', 'oneOf'),
        is: [{ type: 'string' }, { type: 'integer' }],
      },
    ],
  },
  ...['okta.governance.admin.manage', 'okta.governance.admin.read'].map((scope) => ({
    reason: `${scope} is needed by an operation but missing from the list of scopes`,
    edits: [{ at: ['components', 'securitySchemes', 'OAuth2', 'flows', 'authorizationCode', 'scopes', scope], is: '' }],
  })),
  ...(
    [
      ['get', 'getOrgSettings', 'getGovernanceOrgSettings'],
      ['patch', 'updateOrgSettings', 'updateGovernanceOrgSettings'],
    ] as const
  ).map(([method, was, is]) => ({
    reason: `operation id ${was} is one of the management document's: called ${is}`,
    edits: [{ at: ['paths', '/governance/api/v1/settings', method, 'operationId'], was, is }],
  })),
  ...(
    [
      ['/.well-known/openid-configuration', 'get'],
      ['/oauth2/v1/authorize', 'get'],
      ['/oauth2/v1/authorize', 'post'],
      ['/oauth2/v1/keys', 'get'],
      ['/oauth2/v1/logout', 'get'],
      ['/oauth2/{authorizationServerId}/.well-known/oauth-authorization-server', 'get'],
      ['/oauth2/{authorizationServerId}/.well-known/openid-configuration', 'get'],
      ['/oauth2/{authorizationServerId}/v1/authorize', 'get'],
      ['/oauth2/{authorizationServerId}/v1/authorize', 'post'],
      ['/oauth2/{authorizationServerId}/v1/keys', 'get'],
      ['/oauth2/{authorizationServerId}/v1/logout', 'get'],
    ] as const
  ).map(([path, method]) => ({
    reason:
      'an endpoint that browsers and clients reach before they have a token needs no credential (RFC 6749, RFC 8414)',
    edits: [{ at: ['paths', path, method, 'security'], is: [] }],
  })),
];

/** Schemas that the management document has too, and means otherwise: names are unique across documents. */
export const renamedSchemas: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Okta OpenID Connect & OAuth 2.0': {
    JsonWebKey: 'OAuthJsonWebKey',
    JsonWebKeyType: 'OAuthJsonWebKeyType',
    JsonWebKeyUse: 'OAuthJsonWebKeyUse',
    TokenRequest: 'OAuthTokenRequest',
  },
};

/** Renames the schemas of the document, by its title, and all references to them. */
export function renameSchemas(document: Document, table: typeof renamedSchemas, ledger: Ledger): void {
  const names = table[document.info.title] ?? {};
  const schemas = document.components.schemas ?? {};
  const renamed = (ref: string) => {
    const name = names[ref.replace('#/components/schemas/', '')];
    return name === undefined ? ref : `#/components/schemas/${name}`;
  };
  walk(document, 'document', '', (node, kind) => {
    if (isRef(node) && kind !== 'discriminator') node.$ref = renamed(node.$ref);
    const { mapping = {} } = kind === 'discriminator' ? (node as { mapping?: Record<string, string> }) : {};
    for (const [value, ref] of Object.entries(mapping)) mapping[value] = renamed(ref);
  });
  for (const [from, to] of Object.entries(names)) {
    const schema = schemas[from];
    if (schema === undefined) continue;
    schemas[to] = schema;
    delete schemas[from];
    ledger.fix(`schema name that the management document has too: called ${to}`, schema);
  }
}

/** Applies the corrections whose every edit finds the published value. */
export function correct(document: Document, table: readonly Correction[], ledger: Ledger): void {
  for (const { reason, edits } of table) {
    if (!edits.every(({ at, was }) => parentOf(document, at) && same(lookup(document, pointerTo(at)), was))) continue;
    for (const { at, is } of edits) {
      const parent = parentOf(document, at)!;
      const key = at.at(-1)!;
      if (is === undefined) delete parent[key];
      else parent[key] = structuredClone(is);
      ledger.fix(`wrong fact: ${reason}`, parent, key);
    }
  }
}

function parentOf(document: Document, at: readonly string[]): Record<string, unknown> | undefined {
  return lookup(document, pointerTo(at.slice(0, -1))) as Record<string, unknown> | undefined;
}

function pointerTo(path: readonly string[]): string {
  return `#/${path.map(escapePointer).join('/')}`;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
