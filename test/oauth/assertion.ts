import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload } from 'jose';
import type { App } from './apps.js';
import type { Arrival, Edge } from './edge.js';
import { OAuthFailure } from './failure.js';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** Okta's limit for `exp`. Seconds. */
const HOUR = 3600;

/**
 * Verifies a client assertion (RFC 7523) by Okta's rules, stricter than oidc-provider's: the audience is the endpoint
 * invoked, `exp` at most an hour ahead, `jti` optional and single use.
 * @returns The app, and whether the assertion has what oidc-provider wants too.
 */
export async function verifyAssertion(edge: Edge, arrival: Arrival): Promise<{ app: App; hasJti: boolean }> {
  const assertion = arrival.form.get('client_assertion') ?? '';
  const { alg, kid, claims } = parse(assertion);
  if (!ALGORITHMS.includes(alg ?? '')) throw new OAuthFailure('client_assertion_invalid_signature_algorithm');
  const app = edge.app(claims.iss ?? '');
  if (!app) throw new OAuthFailure('client_assertion_invalid_issuer');
  if (claims.sub !== app.id) throw new OAuthFailure('client_assertion_invalid_subject');

  const keys = app.kind === 'service' ? app.keys : [];
  if (keys.length === 0) throw new OAuthFailure('client_assertion_jwks_not_configured');
  const key = keys.find((candidate) => candidate.kid === kid && candidate.status !== 'INACTIVE');
  if (!key) throw new OAuthFailure('client_assertion_invalid_kid');
  try {
    await compactVerify(assertion, await importJWK(key, alg));
  } catch {
    throw new OAuthFailure('client_assertion_invalid_signature');
  }

  const now = edge.now() / 1000;
  if (claims.aud !== arrival.url.origin + arrival.url.pathname)
    throw new OAuthFailure('client_assertion_invalid_audience');
  if (!Number.isInteger(claims.exp)) throw new OAuthFailure('client_assertion_expiration_required');
  const exp = claims.exp as number;
  if (exp <= now) throw new OAuthFailure('client_assertion_expired_token');
  if (exp > now + HOUR) throw new OAuthFailure('client_assertion_expires_too_far_in_future');
  if (claims.iat !== undefined && claims.iat > now) throw new OAuthFailure('client_assertion_issued_at_in_future');
  if (arrival.sighting.assertion?.first === false) throw new OAuthFailure('client_assertion_already_used');
  return { app, hasJti: claims.jti !== undefined };
}

function parse(assertion: string): { alg: string | undefined; kid: string | undefined; claims: JWTPayload } {
  try {
    const { alg, kid } = decodeProtectedHeader(assertion);
    return { alg, kid, claims: decodeJwt(assertion) };
  } catch {
    throw new OAuthFailure('client_assertion_invalid_jwt');
  }
}
