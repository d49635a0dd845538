import type { AuthStrategy } from '../auth/strategy.js';
import { OktaMcpError } from '../errors.js';
import type { CallContext } from './operation.js';

/** Sends one request to Okta; `globalThis.fetch` is one. It stops on `context.signal`, not on the request's own signal. */
export type OktaFetch = (request: Request, context?: CallContext) => Promise<Response>;

/**
 * A fetch that puts credentials on every attempt, and makes one second attempt when Okta refuses the credentials and the
 * strategy can get better ones. Writes are repeated too: such a refusal comes before anything is processed.
 * @param origin the only origin that is ever given credentials.
 */
export function authenticated(fetch: OktaFetch, strategy: AuthStrategy, origin: string): OktaFetch {
  return async (request, context = {}) => {
    if (new URL(request.url).origin !== new URL(origin).origin) {
      throw new OktaMcpError(
        'internal',
        'A request was about to carry the credentials of this org to another host. It was stopped.',
        'Report this as a bug.',
      );
    }
    // The body of a request can be sent once, so the first attempt is a copy and the request itself the second.
    const first = request.clone();
    await strategy.authenticate(first, context);
    const response = await fetch(first, context);
    if (!refusesCredentials(response) || !(await strategy.recover(response, context))) return response;
    await response.body?.cancel().catch(() => {});
    await strategy.authenticate(request, context);
    return fetch(request, context);
  };
}

/**
 * 401, or another refusal that comes with a challenge: Okta answers DPoP problems with 400, a missing scope with 403. A
 * fresh DPoP nonce is a challenge too.
 */
function refusesCredentials({ status, headers }: Response): boolean {
  const challenge = headers.has('www-authenticate') || headers.has('dpop-nonce');
  return status === 401 || ((status === 400 || status === 403) && challenge);
}
