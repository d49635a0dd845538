import { RefusedRequest } from './refusals.js';

/** The alphabet of RFC 6750 section 2.1. Two headers arrive joined by a comma, which is not in it. */
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/** Longest token that is looked at, in characters; Okta's are below 4,000 without very many groups. */
const LONGEST = 12_000;

/** Where tokens also turn up (RFC 6750 section 2.3, and what people invent). */
const QUERY_NAMES = /^(access_token|token|bearer|id_token|api_?key|authorization)$/i;

/**
 * The token of the one Authorization header.
 * @throws RefusedRequest
 */
export function bearerToken({ url, headers }: Pick<Request, 'url' | 'headers'>): string {
  for (const name of new URL(url).searchParams.keys()) {
    if (QUERY_NAMES.test(name)) throw new RefusedRequest('token_elsewhere');
  }
  const header = headers.get('authorization');
  if (header === null || header.trim() === '') throw new RefusedRequest('token_missing');
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw new RefusedRequest('token_malformed');
  if (token.length > LONGEST) throw new RefusedRequest('token_unreadable');
  return token;
}
