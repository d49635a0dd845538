/** Why a request is turned away at the door. Closed on purpose; guides quote these texts. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 406 | 413 | 415 | 429 | 500 | 503;
  /** `error` of the Bearer challenge (RFC 6750 section 3.1); absent: no challenge. */
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  readonly message: string;
  /** The next step, for whoever can take it. */
  readonly fix: string;
}

const NEW_TOKEN = 'Get a new access token from the authorization server and send it.';

export const REFUSALS = {
  token_missing: {
    status: 401,
    message: 'An access token is needed.',
    fix: 'Sign in with the authorization server that the protected resource metadata names.',
  },
  bad_shared_token: {
    status: 401,
    error: 'invalid_token',
    message: 'This is not the token of this server.',
    fix: 'Send the token that okta-mcp http printed when it started; every start makes a new one.',
  },
  token_malformed: {
    status: 400,
    error: 'invalid_request',
    message: 'The Authorization header is not one Bearer token.',
    fix: 'Send exactly one header of the form Authorization: Bearer <access token>.',
  },
  token_elsewhere: {
    status: 400,
    error: 'invalid_request',
    message: 'An access token outside the Authorization header is not accepted, and may now be in logs.',
    fix: 'Revoke that token, and send the next one in the Authorization header only.',
  },
  token_unreadable: {
    status: 401,
    error: 'invalid_token',
    message: 'Token verification failed: it is not a JSON Web Token of an Okta custom authorization server.',
    fix: 'Send the access token itself: not the ID token, the refresh token or an API token.',
  },
  token_algorithm: {
    status: 401,
    error: 'invalid_token',
    message: 'Token verification failed: its signature algorithm or type is not accepted.',
    fix: 'Okta signs access tokens with RS256; send one that Okta issued, unchanged.',
  },
  org_server_token: {
    status: 401,
    error: 'invalid_token',
    message:
      'The token was issued by the org authorization server. Okta means such tokens for its own API only; nobody else can verify them.',
    fix: 'Have the client sign in at the custom authorization server named in the protected resource metadata: its issuer ends with /oauth2/default or /oauth2/<id>.',
  },
  wrong_issuer: {
    status: 401,
    error: 'invalid_token',
    message: 'Token verification failed: it was issued by another authorization server.',
    fix: 'Use the authorization server named in the protected resource metadata; operators: compare OKTA_ORG_URL and OKTA_AUTH_SERVER_ID with the issuer of the token, letter by letter.',
  },
  no_matching_key: {
    status: 401,
    error: 'invalid_token',
    message:
      'No matching key for the kid of the token: another authorization server signed it, or its key was withdrawn.',
    fix: 'Get a new token. If that changes nothing, OKTA_AUTH_SERVER_ID names another authorization server than the one the client signs in at.',
  },
  bad_signature: {
    status: 401,
    error: 'invalid_token',
    message: 'Token verification failed: the signature does not match.',
    fix: NEW_TOKEN,
  },
  invalid_audience: {
    status: 401,
    error: 'invalid_token',
    message: 'Invalid audience: the token is for another service.',
    fix: 'In the Admin Console (Security > API > Authorization Servers) set the audience to the resource of the protected resource metadata; operators: or set OKTA_MCP_AUDIENCE to the audience it has.',
  },
  token_expired: {
    status: 401,
    error: 'invalid_token',
    message: 'The access token has expired.',
    fix: NEW_TOKEN,
  },
  token_early: {
    status: 401,
    error: 'invalid_token',
    message: 'The access token is not valid yet.',
    fix: 'Compare the clock of this server with the real time; if it is right, get a new access token.',
  },
  token_claims: {
    status: 401,
    error: 'invalid_token',
    message: 'Token verification failed: a claim that every Okta access token has is missing or malformed.',
    fix: 'Send an access token of the custom authorization server: not an ID token, and not one made by hand.',
  },
  token_bound: {
    status: 401,
    error: 'invalid_token',
    message: 'The token is bound to a key (DPoP), and this server takes Bearer tokens.',
    fix: 'Switch off "Require Demonstrating Proof of Possession (DPoP)" for the app of the MCP client.',
  },
  token_revoked: {
    status: 401,
    error: 'invalid_token',
    message: 'The access token was revoked.',
    fix: NEW_TOKEN,
  },
  provider_unavailable: {
    status: 503,
    message:
      'Failed to initialise OIDC provider: the authorization server cannot be asked, so no token can be verified.',
    fix: 'Operators: check that this server reaches OKTA_ORG_URL over HTTPS, and that OKTA_AUTH_SERVER_ID is the id of an active authorization server (Security > API). Clients: try again in a minute.',
  },
  permission_required: {
    status: 403,
    message: 'Permission required: nothing of this server is open to your account or client.',
    fix: 'Ask whoever runs this server to give your client id or one of your groups scopes in callers.yaml.',
  },
  groups_missing: {
    status: 403,
    message: 'Groups missing: this server decides by groups, and the access token has no groups claim.',
    fix: 'Add a groups claim to the access token (Security > API > your authorization server > Claims: value type Groups, include in Access Token), and sign in again.',
  },
  no_tools_despite_groups: {
    status: 403,
    message: 'No tools despite groups: none of the groups in the token opens a tool of this server.',
    fix: 'Compare the groups of the token, letter by letter, with callers.yaml, and the scopes given there with OKTA_SCOPES: a group can open no more than the server itself may do.',
  },
  scopes_not_configured: {
    status: 403,
    error: 'insufficient_scope',
    message: 'Scopes not configured: no scope of the access token opens a tool of this server.',
    fix: 'Ask for the scopes named in the challenge. Each must exist on the authorization server (Security > API > Scopes), be allowed by its access policy, and be known in callers.yaml unless it is a scope of Okta that is in OKTA_SCOPES.',
  },
  scope_missing: {
    status: 403,
    error: 'insufficient_scope',
    message: 'The access token does not allow this call.',
    fix: 'Sign in again with the scopes named in the challenge.',
  },
  request_malformed: {
    status: 400,
    message: 'The address or the Host header of the request is malformed.',
    fix: 'Send a path, and in Host the name of the server, with its port if it is not the usual one.',
  },
  wrong_host: {
    status: 403,
    message: 'This server does not answer to that host name.',
    fix: 'Use the configured address; operators: set OKTA_MCP_PUBLIC_URL, or list the name in OKTA_MCP_ALLOWED_HOSTS.',
  },
  wrong_origin: {
    status: 403,
    message: 'Web pages of that origin may not use this server.',
    fix: 'Operators: list the origin in OKTA_MCP_ALLOWED_ORIGINS if it should.',
  },
  not_found: {
    status: 404,
    message: 'There is nothing at this address.',
    fix: 'MCP is served at the path that ends with /mcp.',
  },
  method_not_allowed: {
    status: 405,
    message: 'This method is not used here.',
    fix: 'MCP messages are sent with POST.',
  },
  body_too_large: {
    status: 413,
    message: 'The message is too large.',
    fix: 'Send less at once; operators: OKTA_MCP_BODY_BYTES sets the limit.',
  },
  not_json: {
    status: 415,
    message: 'Messages must be JSON.',
    fix: 'Send Content-Type: application/json, without a content encoding.',
  },
  unparsable: {
    status: 400,
    message: 'Parse error: the message is not JSON.',
    fix: 'Send one JSON-RPC message.',
  },
  batch: {
    status: 400,
    message: 'JSON-RPC arrays are not accepted.',
    fix: 'Send one message for each request.',
  },
  not_a_message: {
    status: 400,
    message: 'This is not one JSON-RPC 2.0 message.',
    fix: 'Send an object with jsonrpc "2.0" and a method, a result or an error, and nothing beside.',
  },
  duplicate_header: {
    status: 400,
    message: 'A header that may come once came several times.',
    fix: 'Send each header once.',
  },
  session_unknown: {
    status: 404,
    message: 'Session not found: it has ended, or it is not yours.',
    fix: 'Start again with initialize.',
  },
  session_unavailable: {
    status: 503,
    message: 'This session cannot be served right now.',
    fix: 'Send the request again in a second; operators: OKTA_MCP_SESSIONS, and Redis (/readyz).',
  },
  too_many_requests: {
    status: 429,
    message: 'Too many requests from this caller.',
    fix: 'Wait as long as Retry-After says; operators: OKTA_MCP_RATE_LIMIT sets the limit.',
  },
  internal: {
    status: 500,
    message: 'The request failed because of a defect in this server.',
    fix: 'Report it with the X-Request-Id of this answer, which is also in the log.',
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;

/** A refusal on its way to the client. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  constructor(readonly code: RefusalCode) {
    super(REFUSALS[code].message);
  }
}

/** JSON-RPC's codes where it has one (section 5.1), its first free one elsewhere. */
const RPC_CODES: Partial<Record<RefusalCode, number>> = {
  unparsable: -32700,
  batch: -32600,
  not_a_message: -32600,
  internal: -32603,
};

/** The answer to a request that never became a call. */
export function refuse(code: RefusalCode, headers: Readonly<Record<string, string>> = {}): Response {
  const { status, message, fix } = REFUSALS[code];
  const error = { code: RPC_CODES[code] ?? -32000, message: `${message} ${fix}`, data: { code } };
  return Response.json(
    { jsonrpc: '2.0', error, id: null },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  );
}
