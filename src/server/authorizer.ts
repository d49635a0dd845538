import { createHash, timingSafeEqual } from 'node:crypto';
import { challenge, type Protection } from '../http/bearer-challenge.js';
import { bearerToken } from '../http/bearer-token.js';
import type { Caller, HttpAuthorizer } from '../http/caller.js';
import type { Grants } from '../http/grants.js';
import { REFUSALS, type RefusalCode, RefusedRequest, refuse } from '../http/refusals.js';
import { isMachine, type TokenVerifier, type VerifiedToken } from '../http/token-verifier.js';
import type { Secret } from '../secret.js';
import type { Catalog } from '../tools/catalog.js';

export interface TokenAuthorizerParts {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly grants: Grants;
  /** What this server itself may do now. */
  readonly ceiling: () => Catalog;
  readonly protection: Protection;
}

/** Callers are the bearers of access tokens of one authorization server. */
export function tokenAuthorizer({ verifier, grants, ceiling, protection }: TokenAuthorizerParts): HttpAuthorizer {
  return (request) =>
    refusing(protection, async () => {
      const token = await verifier.verify(bearerToken(request));
      const restriction = grants.of(token, ceiling());
      if (typeof restriction === 'string') throw new RefusedRequest(restriction);
      return { name: nameOf(token), restriction, tokenScopes: token.scopes, expiresAt: token.expiresAt };
    });
}

/** The caller is whoever knows one secret, and may do all that this server may do. */
export function sharedTokenAuthorizer(secret: Secret): HttpAuthorizer {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(secret.reveal());
  return (request) =>
    refusing({ scopes: [] }, async () => {
      if (!timingSafeEqual(digest(bearerToken(request)), wanted)) throw new RefusedRequest('bad_shared_token');
      return { name: 'operator', restriction: 'ceiling', tokenScopes: [] };
    });
}

/** Everybody is the caller: for the demo org, in which nothing is real. */
export const openAuthorizer: HttpAuthorizer = async () => ({ name: 'demo', restriction: 'ceiling', tokenScopes: [] });

async function refusing(protection: Protection, judge: () => Promise<Caller>): Promise<Caller | Response> {
  try {
    return await judge();
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    return challenges(error.code) ? challenge(error.code, protection) : refuse(error.code);
  }
}

/** RFC 6750: where a token, or another one, would help. */
function challenges(code: RefusalCode): boolean {
  const refusal = REFUSALS[code];
  return refusal.status === 401 || 'error' in refusal;
}

/** Ids, which nobody can choose and which are never given to somebody else. They hold no spaces. */
function nameOf(token: VerifiedToken): string {
  const { userId, clientId, claims } = token;
  if (isMachine(token)) return `client ${clientId}`;
  return userId === undefined
    ? `subject ${encodeURIComponent(String(claims.sub))} via ${clientId}`
    : `user ${userId} via ${clientId}`;
}
