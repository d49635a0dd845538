import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type RefusalCode, RefusedRequest } from './refusals.js';

/** What a verified access token says. */
export interface VerifiedToken {
  /** Client id of the app it was issued to. */
  readonly clientId: string;
  /** Okta's id of the person; absent for a client that acts for itself. */
  readonly userId?: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly claims: JWTPayload;
}

export interface TokenVerifierParts {
  /** `https://acme.okta.com/oauth2/<id>`, compared letter by letter. */
  readonly issuer: string;
  /** Issuer of the org authorization server, whose tokens are for Okta alone. */
  readonly orgUrl: string;
  /** Each of them is this server. */
  readonly audiences: readonly string[];
  readonly keys: { readonly find: JWTVerifyGetKey };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Asks whether a token that is otherwise good was revoked. @throws RefusedRequest */
  readonly introspect?: (token: string, expiresAt: number) => Promise<void>;
}

/** Signatures with a public key, of the lengths Okta uses; never `none` or a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];
/** Okta leaves the type out; RFC 9068 has the other. */
const TYPES: readonly unknown[] = [undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'];
/** How far the clock of the issuer may be ahead of ours, in seconds. Nothing is accepted after it has expired. */
const LEEWAY = 5;
/** Okta's longest login is 100 characters. */
const LONGEST_SUBJECT = 256;
/** Ids of Okta, and whatever else is safe in logs. */
const ID = /^[\w.@:-]{1,128}$/;

/** Verifies access tokens of one custom authorization server (Okta, "Validate access tokens"; RFC 9068). */
export class TokenVerifier {
  constructor(private readonly parts: TokenVerifierParts) {}

  /** @throws RefusedRequest */
  async verify(token: string): Promise<VerifiedToken> {
    this.#inspect(token);
    const { issuer, audiences, keys, now, introspect } = this.parts;
    const time = now();
    const { payload } = await jwtVerify(token, keys.find, {
      issuer,
      audience: [...audiences],
      algorithms: ALGORITHMS,
      clockTolerance: LEEWAY,
      currentDate: new Date(time),
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub'],
    }).catch((error: unknown) => {
      throw explained(error);
    });
    const { exp = 0, iat = 0 } = payload;
    if (exp * 1000 <= time) throw new RefusedRequest('token_expired');
    if (iat * 1000 > time + LEEWAY * 1000) throw new RefusedRequest('token_early');
    const verified = read(payload);
    await introspect?.(token, verified.expiresAt);
    return verified;
  }

  /** Explains what a signature check would only call wrong. Nothing here is trusted. */
  #inspect(token: string): void {
    const { header, claims } = decode(token);
    if (!ALGORITHMS.includes(String(header.alg)) || !TYPES.includes(header.typ)) {
      throw new RefusedRequest('token_algorithm');
    }
    const { orgUrl, issuer } = this.parts;
    if (claims.iss === orgUrl) throw new RefusedRequest('org_server_token');
    if (claims.iss === undefined) throw new RefusedRequest('token_claims');
    if (claims.iss !== issuer) throw new RefusedRequest('wrong_issuer');
  }
}

function decode(token: string) {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    throw new RefusedRequest('token_unreadable');
  }
}

function read(claims: JWTPayload): VerifiedToken {
  const { sub, cid, uid, scp = [], cnf, exp = 0 } = claims;
  if (cnf !== undefined) throw new RefusedRequest('token_bound');
  const named = typeof sub === 'string' && sub !== '' && sub.length <= LONGEST_SUBJECT;
  const scopes = Array.isArray(scp) && scp.every((scope) => typeof scope === 'string') ? (scp as string[]) : undefined;
  if (!named || !isId(cid) || (uid !== undefined && !isId(uid)) || !scopes) throw new RefusedRequest('token_claims');
  return { clientId: cid, ...(uid !== undefined && { userId: uid }), scopes, expiresAt: exp * 1000, claims };
}

/** Whether a client acts for itself (client credentials): the token has no person. */
export function isMachine({ userId, clientId, claims }: VerifiedToken): boolean {
  return userId === undefined && claims.sub === clientId;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

function explained(error: unknown): unknown {
  if (error instanceof RefusedRequest) return error;
  if (error instanceof errors.JWTExpired) return new RefusedRequest('token_expired');
  if (error instanceof errors.JWTClaimValidationFailed) return new RefusedRequest(ofClaim(error));
  if (error instanceof errors.JWSSignatureVerificationFailed) return new RefusedRequest('bad_signature');
  if (error instanceof errors.JOSEAlgNotAllowed) return new RefusedRequest('token_algorithm');
  // A key of another kind, an extension nobody knows, a payload that is no object.
  if (error instanceof errors.JOSEError || error instanceof TypeError) return new RefusedRequest('token_unreadable');
  return error;
}

function ofClaim({ claim, reason }: errors.JWTClaimValidationFailed): RefusalCode {
  if (reason !== 'check_failed') return 'token_claims';
  if (claim === 'aud') return 'invalid_audience';
  if (claim === 'nbf') return 'token_early';
  return claim === 'iss' ? 'wrong_issuer' : 'token_claims';
}
