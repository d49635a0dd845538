import { type App, GRANTS, grantsOf, requiresProof } from './apps.js';
import { authenticateClient } from './client-authentication.js';
import type { CoreReply } from './core.js';
import type { Arrival, AuthorizationServer, Edge } from './edge.js';
import { OAuthFailure, type Refusal } from './failure.js';
import { type Proof, verifyProof } from './proof.js';
import { requestedScopes } from './scopes.js';

const SUPPORTED: readonly string[] = Object.values(GRANTS);

/** `POST /token`: Okta's rules in Okta's order, then oidc-provider issues, rotates and verifies. */
export async function tokenEndpoint(edge: Edge, server: AuthorizationServer, arrival: Arrival): Promise<Response> {
  const { form } = arrival;
  const grant = form.get('grant_type');
  if (!grant) throw new OAuthFailure('token_request_missing_grant_type', { detail: SUPPORTED.join(', ') });
  if (!SUPPORTED.includes(grant)) throw new OAuthFailure('unsupported_grant_type', { detail: SUPPORTED.join(', ') });
  const app = await authenticateClient(edge, server, arrival);
  requireGrant(app, grant);
  if (grant === GRANTS.clientCredentials) requestedScopes(server, app, grant, form.get('scope'));
  if (!server.policy) throw new OAuthFailure('no_matching_policy');
  const proof = await tokenProof(edge, app, arrival);
  const presented = form.get(grant === GRANTS.device ? 'device_code' : grant === GRANTS.refresh ? 'refresh_token' : '');
  let late = false;
  if (grant === GRANTS.device) server.deviceCodes.poll(presented ?? '');
  if (grant === GRANTS.refresh && presented !== null) {
    const checked = server.refreshTokens.check(app, presented, form.get('scope'), proof);
    late = checked.late;
    form.set('refresh_token', checked.token);
  }

  const reply = await server.core.send({
    method: 'POST',
    path: arrival.url.pathname,
    host: arrival.url.host,
    headers: forwarded(arrival),
    form,
    noRotation: late,
  });
  if (reply.status !== 200) throw translated(edge, server, grant, presented ?? '', reply);
  return await granted(edge, server, { app, grant, presented, proof }, reply);
}

export function requireGrant(app: App, grant: string): void {
  const enabled: readonly string[] = grantsOf(app);
  if (!enabled.includes(grant)) throw new OAuthFailure('unauthorized_client', { detail: enabled.join(', ') });
}

/** The headers oidc-provider judges too. */
export function forwarded(arrival: Arrival): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['authorization', 'dpop']) {
    const value = arrival.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  return headers;
}

async function tokenProof(edge: Edge, app: App, arrival: Arrival): Promise<Proof | undefined> {
  if (!arrival.headers.has('dpop')) {
    if (requiresProof(app)) throw new OAuthFailure('invalid_dpop_proof_missing_header');
    return undefined;
  }
  const proof = await verifyProof(arrival, edge.now());
  if (proof.nonce === undefined || !edge.nonces.checkChallenge(proof.nonce))
    throw new OAuthFailure('use_dpop_nonce', {}, { 'dpop-nonce': edge.nonces.nextChallenge() });
  return proof;
}

interface Granted {
  readonly app: App;
  readonly grant: string;
  readonly presented: string | null;
  readonly proof: Proof | undefined;
}

async function granted(
  { switches }: Edge,
  server: AuthorizationServer,
  { app, grant, presented, proof }: Granted,
  reply: CoreReply,
): Promise<Response> {
  const { access_token, refresh_token, token_type, scope, id_token } = reply.body as Record<string, string>;
  const life = switches.accessTokenLife;
  let shown = refresh_token;
  if (refresh_token !== undefined && grant !== GRANTS.refresh) {
    const scopes = scope?.split(' ') ?? [];
    server.refreshTokens.issued(refresh_token, { scopes, jkt: proof?.jkt, life: switches.refreshTokenLife });
  } else if (refresh_token !== undefined && presented !== null) {
    server.refreshTokens.replaced(presented, refresh_token);
    if (switches.omitStaticRefreshToken && refresh_token === presented) shown = undefined;
  }
  const body = {
    token_type,
    expires_in: life,
    access_token: await server.accessTokens.dress(access_token ?? '', app, life),
    scope,
    ...(shown !== undefined && { refresh_token: shown }),
    ...(id_token !== undefined && { id_token }),
  };
  const nonce = reply.headers.get('dpop-nonce');
  return Response.json(body, {
    headers: { 'cache-control': 'no-store', pragma: 'no-cache', ...(nonce && { 'dpop-nonce': nonce }) },
  });
}

/** oidc-provider's refusal in Okta's words. */
function translated(
  edge: Edge,
  server: AuthorizationServer,
  grant: string,
  presented: string,
  { status, body, detail }: CoreReply,
): Error {
  const { error } = body as { error: string };
  if (detail === 'client mismatch') return new OAuthFailure('mismatched_client');
  if (error === 'invalid_request' && detail.startsWith('missing required')) {
    const parameter = { [GRANTS.device]: 'device_code', [GRANTS.refresh]: 'refresh_token' }[grant] ?? 'code';
    return new OAuthFailure('missing_token_request_parameter', { detail: parameter });
  }
  if (grant === GRANTS.device && error === 'access_denied') {
    const refusal = server.deviceCodes.refusal(presented);
    return new OAuthFailure(refusal, refusal === 'access_denied' ? { status: edge.switches.deniedStatus } : {});
  }
  const refusal = TRANSLATIONS.find(
    ([forGrant, forError, pattern]) => grant === forGrant && error === forError && (!pattern || pattern.test(detail)),
  );
  if (refusal) return new OAuthFailure(refusal[3]);
  if (error === 'invalid_request') return new OAuthFailure('invalid_request', { detail });
  return new Error(`The edge has no rule for oidc-provider's ${status} ${error}: ${detail}`);
}

const TRANSLATIONS: readonly (readonly [grant: string, error: string, detail: RegExp | undefined, Refusal])[] = [
  [GRANTS.device, 'authorization_pending', undefined, 'authorization_pending'],
  [GRANTS.device, 'invalid_grant', undefined, 'invalid_device_code'],
  [GRANTS.refresh, 'invalid_grant', undefined, 'invalid_refresh_token'],
  [GRANTS.authorizationCode, 'invalid_grant', /code_verifier/, 'pkce_verification_failed'],
  [GRANTS.authorizationCode, 'invalid_request', /code_verifier/, 'pkce_verification_failed'],
  [GRANTS.authorizationCode, 'invalid_grant', undefined, 'invalid_authorization_code'],
];
