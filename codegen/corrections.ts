import { type Document, escapePointer, lookup } from './document.js';
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
  ...['okta.governance.admin.manage', 'okta.governance.admin.read'].map((scope) => ({
    reason: `${scope} is needed by an operation but missing from the list of scopes`,
    edits: [{ at: ['components', 'securitySchemes', 'OAuth2', 'flows', 'authorizationCode', 'scopes', scope], is: '' }],
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
