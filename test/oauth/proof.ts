import { createHash } from 'node:crypto';
import {
  calculateJwkThumbprint,
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  type JWTPayload,
} from 'jose';
import type { Arrival } from './edge.js';
import { OAuthFailure } from './failure.js';

export const PROOF_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** How old a proof may be. Seconds. */
const WINDOW = 300;

export interface Proof {
  /** Thumbprint of the key (RFC 7638). */
  readonly jkt: string;
  readonly nonce: string | undefined;
}

/**
 * Verifies the `DPoP` header (RFC 9449 section 4.3) as Okta does: `htu` is the exact address without query and with the
 * percent-decoded path, and a proof is used once. The nonce is the caller's business.
 * @param now Milliseconds since 1970.
 * @param accessToken When given, `ath` must be its hash.
 */
export async function verifyProof(arrival: Arrival, now: number, accessToken?: string): Promise<Proof> {
  const proof = arrival.headers.get('dpop') ?? '';
  // Repeated headers reach us joined, and no JWT holds a comma.
  if (proof.includes(',')) throw new OAuthFailure('invalid_dpop_proof_multiple_headers_not_allowed');
  const { header, claims } = parse(proof);
  if (header.typ !== 'dpop+jwt') throw new OAuthFailure('invalid_dpop_proof_invalid_type');
  if (!PROOF_ALGORITHMS.includes(header.alg ?? ''))
    throw new OAuthFailure('invalid_dpop_proof_invalid_signature_algorithm');
  const jwk = header.jwk as JWK | undefined;
  if (!jwk || PRIVATE_MEMBERS.some((member) => member in jwk)) throw new OAuthFailure('invalid_dpop_proof_invalid_jwt');
  try {
    await compactVerify(proof, await importJWK(jwk, header.alg));
  } catch {
    throw new OAuthFailure('invalid_dpop_proof_invalid_signature');
  }

  if (claims.htm !== arrival.method) throw new OAuthFailure('invalid_dpop_proof_invalid_htm');
  if (claims.htu !== decodedAddress(arrival.url)) throw new OAuthFailure('invalid_dpop_proof_invalid_htu');
  if (!Number.isInteger(claims.iat)) throw new OAuthFailure('invalid_dpop_proof_invalid_iat');
  const issuedAt = claims.iat as number;
  if (issuedAt > now / 1000) throw new OAuthFailure('invalid_dpop_proof_jwt_issued_in_future');
  if (issuedAt < now / 1000 - WINDOW) throw new OAuthFailure('invalid_dpop_proof_jwt_too_old');
  if (typeof claims.jti !== 'string' || claims.jti === '') throw new OAuthFailure('invalid_dpop_proof_invalid_jti');
  if (arrival.sighting.dpop?.first === false) throw new OAuthFailure('dpop_proof_already_used');
  if (accessToken !== undefined && claims.ath !== hash(accessToken)) throw new OAuthFailure('dpop_proof_invalid_ath');
  return { jkt: await calculateJwkThumbprint(jwk), nonce: claims.nonce as string | undefined };
}

function parse(proof: string): { header: ReturnType<typeof decodeProtectedHeader>; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(proof), claims: decodeJwt(proof) };
  } catch {
    throw new OAuthFailure('invalid_dpop_proof_invalid_jwt');
  }
}

function decodedAddress({ origin, pathname }: URL): string {
  try {
    return origin + decodeURIComponent(pathname);
  } catch {
    return origin + pathname;
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
