import { GRANTS, isAssigned, isService } from './apps.js';
import { page } from './device-endpoint.js';
import type { Arrival, AuthorizationServer, Edge } from './edge.js';
import { OAuthFailure } from './failure.js';
import { requestedScopes } from './scopes.js';
import { requireGrant } from './token-endpoint.js';

/**
 * `GET /authorize`. Who is at the browser a test says with `signIn`; without, it is Okta's sign-in page. Refusals go back
 * to the app by redirect, except those that put the redirect address itself in doubt.
 */
export async function authorizeEndpoint(edge: Edge, server: AuthorizationServer, arrival: Arrival): Promise<Response> {
  const { searchParams: asked, host, pathname } = arrival.url;
  const app = edge.app(asked.get('client_id') ?? '');
  if (!app) return page(400, new OAuthFailure('invalid_client_id').message);
  const redirectUri = asked.get('redirect_uri') ?? '';
  // Exactly as registered: oidc-provider, following RFC 8252, would let a native app change the port.
  if (isService(app) || !app.redirectUris?.includes(redirectUri))
    return page(400, new OAuthFailure('illegal_redirect_uri').message);
  try {
    requireGrant(app, GRANTS.authorizationCode);
    const scopes = requestedScopes(server, app, GRANTS.authorizationCode, asked.get('scope'));
    const method = asked.get('code_challenge_method');
    if (asked.has('code_challenge') && method !== 'S256') throw new OAuthFailure('pkce_unsupported_method');
    if (app.kind === 'native' && !asked.has('code_challenge')) throw new OAuthFailure('pkce_missing_challenge');
    if (!edge.signedIn) return page(200, 'Sign in');
    const account = edge.org.account(edge.signedIn.login);
    if (account?.status !== 'ACTIVE') throw new OAuthFailure('access_denied');
    if (!isAssigned(app, account.login)) throw new OAuthFailure('user_not_assigned');

    const query = new URLSearchParams(asked);
    // What Okta takes and oidc-provider does not: offline_access without a prompt, a nonce without openid.
    query.delete('prompt');
    if (scopes.includes('offline_access')) query.set('prompt', 'consent');
    if (!scopes.includes('openid')) query.delete('nonce');
    const session = { accountId: account.id, consents: edge.signedIn.consents };
    const reply = await server.core.send({ method: 'GET', path: `${pathname}?${query}`, host, session });
    const location = reply.headers.get('location');
    if (!location) return page(400, reply.detail);
    const target = new URL(location);
    if (target.searchParams.get('error') === 'access_denied') throw new OAuthFailure('access_denied');
    // Okta does not document RFC 9207.
    target.searchParams.delete('iss');
    return redirect(target);
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error;
    return refused(redirectUri, error, asked.get('state'));
  }
}

function refused(redirectUri: string, failure: OAuthFailure, state: string | null): Response {
  const target = new URL(redirectUri);
  if (state !== null) target.searchParams.set('state', state);
  target.searchParams.set('error', failure.error);
  target.searchParams.set('error_description', failure.message);
  return redirect(target);
}

function redirect(target: URL): Response {
  return new Response(null, { status: 302, headers: { location: target.href } });
}
