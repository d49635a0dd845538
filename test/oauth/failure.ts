/** Status, `error` and `error_description` by Okta's internal name of the case; `{0}` is filled in. Source: Okta's list of OAuth 2.0 error codes. */
const REFUSALS = {
  access_denied: [403, 'access_denied', 'The resource owner or authorization server denied the request.'],
  authorization_pending: [400, 'authorization_pending', 'The device authorization is pending. Please try again later.'],
  client_assertion_already_used: [401, 'invalid_client', 'The client_assertion token has already been used.'],
  client_assertion_expiration_required: [
    401,
    'invalid_client',
    "The client_assertion must contain the 'exp' claim as seconds since epoch.",
  ],
  client_assertion_expired_token: [401, 'invalid_client', 'The client_assertion token is expired.'],
  client_assertion_expires_too_far_in_future: [
    401,
    'invalid_client',
    'The client_assertion token has an expiration too far into the future.',
  ],
  client_assertion_invalid_audience: [
    401,
    'invalid_client',
    'The audience claim for client_assertion must be the endpoint invoked for the request.',
  ],
  client_assertion_invalid_issuer: [
    401,
    'invalid_client',
    'The issuer claim for client_assertion is not a valid client_id.',
  ],
  client_assertion_invalid_jwt: [401, 'invalid_client', 'The parsing of the client_assertion failed.'],
  client_assertion_invalid_kid: [401, 'invalid_client', 'The client_assertion JWT kid is invalid.'],
  client_assertion_invalid_signature: [401, 'invalid_client', 'The client_assertion signature is invalid.'],
  client_assertion_invalid_signature_algorithm: [
    401,
    'invalid_client',
    'The client_assertion JWT signature algorithm is invalid.',
  ],
  client_assertion_invalid_subject: [
    401,
    'invalid_client',
    'The subject claim for client_assertion is not a valid client_id.',
  ],
  client_assertion_issued_at_in_future: [
    401,
    'invalid_client',
    'The client_assertion token must be issued before the current time.',
  ],
  client_assertion_jwks_not_configured: [
    401,
    'invalid_client',
    'The client does not have a JWKSet configured, but the client_assertion requires one.',
  ],
  client_assertion_type_invalid: [400, 'invalid_request', 'The client_assertion_type is invalid.'],
  client_credentials_self_scope_requested: [
    400,
    'client_credentials_self_scope_requested',
    "The 'client_credentials' grant type may not request .self scopes.",
  ],
  dpop_authentication_scheme_required: [
    400,
    'invalid_request',
    'The resource request must use the DPoP authentication scheme when using a DPoP bound token.',
  ],
  dpop_proof_already_used: [400, 'invalid_dpop_proof', 'The DPoP proof JWT has already been used.'],
  dpop_proof_invalid_ath: [
    400,
    'invalid_dpop_proof',
    "'ath' claim in the DPoP proof does not match the presented access_token.",
  ],
  dpop_proof_required_for_token: [400, 'invalid_request', 'The resource request requires a DPoP proof.'],
  expired_token: [400, 'expired_token', 'The device code has expired.'],
  illegal_redirect_uri: [
    400,
    'invalid_request',
    "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
  ],
  invalid_access_token_dpop_binding: [
    400,
    'invalid_dpop_proof',
    'The access_token is not bound to the provided DPoP proof.',
  ],
  invalid_application_type_client_credentials: [
    401,
    'invalid_client',
    "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
  ],
  invalid_authorization_code: [400, 'invalid_grant', 'The authorization code is invalid or has expired.'],
  invalid_client_id: [401, 'invalid_client', "Invalid value for 'client_id' parameter."],
  invalid_client_secret: [401, 'invalid_client', 'The client secret supplied for a confidential client is invalid.'],
  invalid_device_code: [400, 'invalid_grant', 'The device code is invalid or has expired.'],
  invalid_dpop_proof_invalid_htm: [400, 'invalid_dpop_proof', "'htm' claim in the DPoP proof JWT is invalid."],
  invalid_dpop_proof_invalid_htu: [400, 'invalid_dpop_proof', "'htu' claim in the DPoP proof JWT is invalid."],
  invalid_dpop_proof_invalid_iat: [400, 'invalid_dpop_proof', "'iat' claim in the DPoP proof JWT is invalid."],
  invalid_dpop_proof_invalid_jti: [400, 'invalid_dpop_proof', "'jti' claim in the DPoP proof JWT is invalid."],
  invalid_dpop_proof_invalid_jwt: [400, 'invalid_dpop_proof', 'The DPoP proof JWT cannot be parsed.'],
  invalid_dpop_proof_invalid_public_key_binding: [
    400,
    'invalid_dpop_proof',
    'Invalid DPoP Public Key binding in refresh token',
  ],
  invalid_dpop_proof_invalid_signature: [400, 'invalid_dpop_proof', 'The DPoP proof JWT signature is invalid.'],
  invalid_dpop_proof_invalid_signature_algorithm: [
    400,
    'invalid_dpop_proof',
    'The DPoP proof JWT signature algorithm is invalid.',
  ],
  invalid_dpop_proof_invalid_type: [400, 'invalid_dpop_proof', "'typ' must be 'dpop+jwt' in the DPoP proof JWT."],
  invalid_dpop_proof_jwt_issued_in_future: [400, 'invalid_dpop_proof', 'The DPoP proof JWT is issued in the future.'],
  invalid_dpop_proof_jwt_too_old: [
    400,
    'invalid_dpop_proof',
    'The DPoP proof JWT is issued more than five minutes in the past.',
  ],
  invalid_dpop_proof_missing_header: [400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.'],
  invalid_dpop_proof_multiple_headers_not_allowed: [
    400,
    'invalid_dpop_proof',
    'Multiple DPoP proof JWT headers are not allowed.',
  ],
  invalid_refresh_token: [400, 'invalid_grant', 'The refresh token is invalid or expired.'],
  invalid_request: [400, 'invalid_request', '{0}'],
  invalid_token_endpoint_auth_method: [
    401,
    'invalid_client',
    'Client authentication failed. Either the client or the client credentials are invalid.',
  ],
  mismatched_client: [
    400,
    'invalid_grant',
    "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.",
  ],
  missing_client_credentials: [401, 'invalid_client', 'No client credentials found.'],
  missing_scopes: [400, 'invalid_scope', 'No scopes were requested.'],
  missing_token_request_parameter: [400, 'invalid_request', "The required parameter '{0}' is missing."],
  multiple_client_credentials: [
    401,
    'invalid_request',
    'Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.',
  ],
  no_matching_policy: [
    401,
    'access_denied',
    'Policy evaluation failed for this request, please check the policy configurations.',
  ],
  no_matching_scope: [
    400,
    'invalid_scope',
    'One or more scopes are not configured for the authorization server resource.',
  ],
  openid_not_allowed_client_creds: [400, 'invalid_scope', "Cannot request 'openid' scopes using client credentials."],
  pkce_missing_challenge: [400, 'invalid_request', 'PKCE code challenge is required by the application.'],
  pkce_unsupported_method: [
    400,
    'invalid_request',
    'PKCE code challenge method is not supported. Valid values: [S256]',
  ],
  pkce_verification_failed: [400, 'invalid_grant', 'PKCE verification failed.'],
  refresh_scopes_denied: [
    400,
    'access_denied',
    'Some of the scopes requested for the refresh request were not granted in the original authorize request. Denied scopes: {0}.',
  ],
  request_missing_token: [400, 'invalid_request', "The 'token' parameter is required."],
  slow_down: [400, 'slow_down', 'Slow down the polling frequency. Please try again later.'],
  token_request_missing_grant_type: [
    400,
    'invalid_request',
    "The token request must specify a 'grant_type'. Valid values: [{0}]",
  ],
  too_many_user_codes: [429, 'too_many_user_codes', 'Too many user codes generated. Please try again later.'],
  unauthorized_client: [
    400,
    'unauthorized_client',
    'The client is not authorized to use the provided grant type. Configured grant types: [{0}].',
  ],
  unsupported_auth_method_client_creds: [
    401,
    'invalid_client',
    'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
  ],
  unsupported_grant_type: [
    400,
    'unsupported_grant_type',
    'The authorization grant type is not supported by the authorization server. Configured grant types: [{0}].',
  ],
  use_dpop_nonce: [400, 'use_dpop_nonce', 'Authorization server requires nonce in DPoP proof.'],
  user_not_assigned: [400, 'access_denied', 'User is not assigned to the client application.'],
} as const satisfies Record<string, readonly [status: number, error: string, description: string]>;

export type Refusal = keyof typeof REFUSALS;

/** A refusal of the authorization server; `name` in Okta's list tells which rule it was. */
export class OAuthFailure extends Error {
  readonly status: number;
  readonly error: string;

  constructor(
    readonly refusal: Refusal,
    { detail = '', status }: { readonly detail?: string; readonly status?: number } = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    const [usual, error, description] = REFUSALS[refusal];
    super(description.replace('{0}', () => detail));
    this.status = status ?? usual;
    this.error = error;
  }

  /** As the endpoints of an authorization server answer it (RFC 6749 section 5.2). */
  response(): Response {
    const body = { error: this.error, error_description: this.message };
    return Response.json(body, { status: this.status, headers: { 'cache-control': 'no-store', ...this.headers } });
  }
}
