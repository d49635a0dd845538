import type { AccessToken } from './access-tokens.js';
import type { Arrival, AuthorizationServer, Edge } from './edge.js';
import { OAuthFailure } from './failure.js';
import { PROOF_ALGORITHMS, verifyProof } from './proof.js';

/** A refusal of a protected resource: no body, the reason is in `www-authenticate`. */
class ResourceFailure extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    description: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
  }
}

/**
 * Everything that is not an authorization endpoint: the access token, of whichever scheme, becomes one of the demo org's,
 * which judges scopes, roles and targets. API tokens, no credentials and the demo org's own tokens pass as they are.
 */
export async function resource(edge: Edge, server: AuthorizationServer, arrival: Arrival): Promise<Response> {
  const [, scheme, value = ''] = /^(bearer|dpop)\s+(\S+)\s*$/i.exec(arrival.headers.get('authorization') ?? '') ?? [];
  if (scheme === undefined || value.startsWith('demo.')) return forward(edge, arrival);
  const dpop = scheme.toLowerCase() === 'dpop';
  try {
    const token = await verifyAccessToken(edge, server, arrival, { value, dpop });
    if (token.inDemoOrg === undefined) {
      const { app, scopes, accountId } = token;
      token.inDemoOrg = edge.org.issueToken({
        scopes,
        subject: accountId ?? app.id,
        ...(app.kind === 'service' && app.roles && { roles: app.roles }),
      });
    }
    return await forward(edge, arrival, `${dpop ? 'DPoP' : 'Bearer'} ${token.inDemoOrg}`);
  } catch (error) {
    if (!(error instanceof ResourceFailure)) throw error;
    return new Response(null, {
      status: error.status,
      headers: { 'www-authenticate': challenge(arrival, dpop, error), ...error.headers },
    });
  }
}

/** `GET /userinfo`. */
export async function userinfo(edge: Edge, server: AuthorizationServer, arrival: Arrival): Promise<Response> {
  const [, scheme, value = ''] = /^(bearer|dpop)\s+(\S+)\s*$/i.exec(arrival.headers.get('authorization') ?? '') ?? [];
  const dpop = scheme?.toLowerCase() === 'dpop';
  try {
    const token = await verifyAccessToken(edge, server, arrival, { value, dpop });
    if (!token.scopes.includes('openid'))
      throw new ResourceFailure(403, 'insufficient_scope', 'The access token must provide access to the openid scope.');
    const account = edge.org.account(token.accountId ?? '');
    if (!account) throw new ResourceFailure(401, 'invalid_token', 'The access token is invalid.');
    const { id, login, name, email, groups } = account;
    return Response.json({
      sub: id,
      ...(token.scopes.includes('profile') && { name, preferred_username: login }),
      ...(token.scopes.includes('email') && { email, email_verified: true }),
      ...(token.scopes.includes('groups') && { groups }),
    });
  } catch (error) {
    if (!(error instanceof ResourceFailure)) throw error;
    const { status, headers } = error;
    return new Response(null, { status, headers: { 'www-authenticate': challenge(arrival, dpop, error), ...headers } });
  }
}

async function verifyAccessToken(
  edge: Edge,
  server: AuthorizationServer,
  arrival: Arrival,
  { value, dpop }: { readonly value: string; readonly dpop: boolean },
): Promise<AccessToken> {
  const invalid = (description: string) => new ResourceFailure(401, 'invalid_token', description);
  const token = server.accessTokens.find(value);
  if (!token) {
    const elsewhere = edge.authorizationServers.some(({ accessTokens }) => accessTokens.find(value));
    throw invalid(elsewhere ? 'The access token provided has an invalid issuer.' : 'The access token is invalid.');
  }
  if (token.expiresAt <= edge.now()) throw invalid('The token has expired.');
  if (!(await server.accessTokens.isAlive(token))) throw invalid('The access token has been revoked.');
  if (dpop && token.jkt === undefined) throw invalid('The presented access_token is not DPoP bound.');
  if (token.jkt !== undefined) await verifyPossession(edge, arrival, token.jkt, { value, dpop });
  return token;
}

async function verifyPossession(
  edge: Edge,
  arrival: Arrival,
  jkt: string,
  { value, dpop }: { readonly value: string; readonly dpop: boolean },
): Promise<void> {
  const { resourceNonce } = edge.switches;
  try {
    if (!dpop) throw new OAuthFailure('dpop_authentication_scheme_required');
    if (!arrival.headers.has('dpop')) throw new OAuthFailure('dpop_proof_required_for_token');
    const proof = await verifyProof(arrival, edge.now(), value);
    if (proof.jkt !== jkt) throw new OAuthFailure('invalid_access_token_dpop_binding');
    if (resourceNonce && (proof.nonce === undefined || !edge.nonces.checkChallenge(proof.nonce)))
      throw new OAuthFailure(
        'use_dpop_nonce',
        { status: resourceNonce },
        { 'dpop-nonce': edge.nonces.nextChallenge() },
      );
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error;
    throw new ResourceFailure(error.status, error.error, error.message, error.headers);
  }
}

/** The parameters in the order Okta sends them. */
function challenge({ url, method }: Arrival, dpop: boolean, { error, message }: ResourceFailure): string {
  const [, noun = ''] = /^\/api\/v1\/(\w+)/.exec(url.pathname) ?? [];
  const scope = noun && `okta.${noun}.${method === 'GET' ? 'read' : 'manage'}`;
  const aboutProof = dpop || /dpop/i.test(error + message);
  return [
    `${aboutProof ? `${ALGORITHMS}, ` : 'Bearer '}authorization_uri="${url.origin}/oauth2/v1/authorize"`,
    `realm="${url.origin}"`,
    `scope="${scope}"`,
    `error="${error}"`,
    `error_description="${message}"`,
    `resource="${url.pathname}"`,
  ].join(', ');
}

const ALGORITHMS = `DPoP algs="${PROOF_ALGORITHMS.join(' ')}"`;

function forward(edge: Edge, arrival: Arrival, authorization?: string): Promise<Response> {
  const headers = new Headers(arrival.headers);
  headers.delete('dpop');
  if (authorization !== undefined) headers.set('authorization', authorization);
  const { pathname, search } = arrival.url;
  return edge.org.fetch(
    new Request(edge.org.origin + pathname + search, {
      method: arrival.method,
      headers,
      ...(arrival.body.byteLength > 0 && { body: arrival.body }),
    }),
  );
}
