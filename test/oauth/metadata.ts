import { GRANTS } from './apps.js';
import type { AuthorizationServer } from './edge.js';
import { PROOF_ALGORITHMS } from './proof.js';
import { OPENID_SCOPES } from './scopes.js';

/** Where the metadata of a server is found: appended for both documents, inserted for OAuth (RFC 8414) only. */
export function metadataPaths({ id }: AuthorizationServer): readonly string[] {
  const path = id === 'org' ? '' : `/oauth2/${id}`;
  return [
    `${path}/.well-known/openid-configuration`,
    `${path}/.well-known/oauth-authorization-server`,
    `/.well-known/oauth-authorization-server${path}`,
  ];
}

/** Okta's discovery document (OpenID Connect Discovery, RFC 8414). Its `registration_endpoint` is an admin API. */
export function metadata({ issuer, base, scopes }: AuthorizationServer): Record<string, unknown> {
  const { origin } = new URL(issuer);
  const at = (name: string) => `${origin}${base}/${name}`;
  const methods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'];
  return {
    issuer,
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    userinfo_endpoint: at('userinfo'),
    registration_endpoint: `${origin}/oauth2/v1/clients`,
    jwks_uri: at('keys'),
    introspection_endpoint: at('introspect'),
    revocation_endpoint: at('revoke'),
    device_authorization_endpoint: at('device/authorize'),
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post', 'okta_post_message'],
    grant_types_supported: Object.values(GRANTS),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: [...OPENID_SCOPES, ...(scopes ?? [])],
    token_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    request_parameter_supported: true,
  };
}
