import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';

export interface TokenEndpoint {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: {
    readonly form: URLSearchParams;
    readonly kid: string | undefined;
    readonly claims: JWTPayload;
  }[];
  /** Answers the next request instead of a token. */
  next?: () => Response | Promise<Response>;
  /** Merged into the answers that hold a token. */
  answer: Record<string, unknown>;
}

export interface Registration {
  readonly orgUrl: string;
  readonly clientId: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly now: () => number;
}

/** The token endpoint of an org as a `fetch`, as strict about assertions as Okta is documented to be (okta-facts 1.4). */
export function tokenEndpoint({ orgUrl, clientId, keyId, publicKey, now }: Registration): TokenEndpoint {
  const url = `${orgUrl}/oauth2/v1/token`;
  const seen = new Set<string>();
  const endpoint: TokenEndpoint = {
    requests: [],
    answer: {},
    async fetch(input, init) {
      const request = new Request(input, init);
      if (request.method !== 'POST' || request.url !== url)
        return Response.json({ errorCode: 'E0000022' }, { status: 404 });
      const form = new URLSearchParams(await request.text());
      if (form.get('grant_type') !== 'client_credentials') return refuse(400, 'unsupported_grant_type');
      if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
        return refuse(400, 'invalid_request');
      }
      const assertion = form.get('client_assertion') ?? '';
      const { kid } = decodeProtectedHeader(assertion);
      if (kid !== keyId) return refuse(401, 'invalid_client', 'The client_assertion JWT kid is invalid.');
      const { payload } = await jwtVerify(assertion, publicKey, {
        audience: url,
        issuer: clientId,
        subject: clientId,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'jti'],
      });
      if (payload.exp! > now() / 1000 + 3600 || seen.has(payload.jti!)) return refuse(401, 'invalid_client');
      seen.add(payload.jti!);
      endpoint.requests.push({ form, kid, claims: payload });
      const { next } = endpoint;
      delete endpoint.next;
      if (next) return next();
      const token = {
        token_type: 'Bearer',
        expires_in: 3600,
        access_token: `token-${seen.size}`,
        scope: form.get('scope'),
      };
      return Response.json({ ...token, ...endpoint.answer });
    },
  };
  return endpoint;
}

export function refuse(status: number, error: string, error_description = 'x'): Response {
  return Response.json({ error, error_description }, { status });
}
