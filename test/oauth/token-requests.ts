import { decodeJwt } from 'jose';
import type { Arrival, AuthorizationServer, Edge, TokenRequest } from './edge.js';
import { OAuthFailure } from './failure.js';
import { tokenEndpoint } from './token-endpoint.js';

/** The token endpoint, with an entry in `tokenRequests` for whatever becomes of the request. */
export async function recordedTokenEndpoint(
  edge: Edge,
  server: AuthorizationServer,
  arrival: Arrival,
): Promise<Response> {
  // Before the form is adapted for oidc-provider.
  const asked = tokenRequest(edge, server, arrival, 0, '');
  const record = (status: number, outcome: string) => edge.tokenRequests.push({ ...asked, status, outcome });
  try {
    const response = await tokenEndpoint(edge, server, arrival);
    record(response.status, 'issued');
    return response;
  } catch (error) {
    if (error instanceof OAuthFailure) record(error.status, error.refusal);
    throw error;
  }
}

/** The entry of one request. */
export function tokenRequest(
  edge: Edge,
  server: AuthorizationServer,
  { form, headers, sighting }: Arrival,
  status: number,
  outcome: string,
): TokenRequest {
  return {
    at: edge.now(),
    server: server.id,
    grant: form.get('grant_type') ?? '',
    client: form.get('client_id') ?? issuer(form.get('client_assertion')) ?? basicUser(headers) ?? '',
    dpopJti: sighting.dpop?.jti,
    assertionJti: sighting.assertion?.jti,
    scopes: form.get('scope')?.split(' ').filter(Boolean) ?? [],
    status,
    outcome,
  };
}

function issuer(assertion: string | null): string | undefined {
  try {
    return assertion === null ? undefined : decodeJwt(assertion).iss;
  } catch {
    return undefined;
  }
}

function basicUser(headers: Headers): string | undefined {
  const value = /^basic\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8').split(':')[0];
}
