import { REFUSALS, type RefusalCode, refuse } from './refusals.js';

/** Where a client learns how to get a token, and for what. */
export interface Protection {
  /** Address of the protected resource metadata (RFC 9728); absent where tokens come from elsewhere. */
  readonly metadataUrl?: string;
  /** What a client should ask for at first. */
  readonly scopes: readonly string[];
}

/**
 * A refusal with exactly one Bearer challenge (RFC 6750 section 3, RFC 9728 section 5.1).
 * @param scopes to ask for instead of the usual ones
 */
export function challenge(code: RefusalCode, { metadataUrl, scopes: usual }: Protection, scopes = usual): Response {
  const refusal = REFUSALS[code];
  const error = 'error' in refusal ? refusal.error : undefined;
  const parameters = {
    ...(error && { error, error_description: `${refusal.message} ${refusal.fix}` }),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(metadataUrl !== undefined && { resource_metadata: metadataUrl }),
  };
  const text = Object.entries(parameters).map(([name, value]) => `${name}="${quotable(value)}"`);
  return refuse(code, { 'www-authenticate': text.length > 0 ? `Bearer ${text.join(', ')}` : 'Bearer' });
}

/** RFC 6750 section 3 allows printable ASCII without quote and backslash. */
function quotable(text: string): string {
  return text.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?');
}
