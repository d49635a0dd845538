import type { Arrival } from './edge.js';

/**
 * What may go wrong instead of an answer. `rate-limit` speaks OAuth, `rate-limit-api` the management API; `html` is a
 * proxy's page with status 200; `black-hole` never answers; `drop` closes the connection before anything happened,
 * `drop-after` when all was done.
 */
export type FaultKind =
  | 'rate-limit'
  | 'rate-limit-api'
  | 'server-error'
  | 'unavailable'
  | 'html'
  | 'black-hole'
  | 'drop'
  | 'drop-after';

export interface Fault {
  /** The path, exactly. */
  readonly path: string;
  /** How many requests meet it; default 1. */
  readonly count?: number;
  readonly kind: FaultKind;
}

/** Faults ordered and not yet delivered. */
export class Faults {
  readonly #pending: { readonly path: string; readonly kind: FaultKind; left: number }[] = [];

  order({ path, count = 1, kind }: Fault): void {
    this.#pending.push({ path, kind, left: count });
  }

  take(path: string): FaultKind | undefined {
    const fault = this.#pending.find((each) => each.path === path && each.left > 0);
    if (fault) fault.left -= 1;
    return fault?.kind;
  }
}

/** The answer of a fault that has one. @param now Milliseconds since 1970. */
export function faultResponse(kind: FaultKind, { url }: Pick<Arrival, 'url'>, now: number): Response | undefined {
  const limits = {
    'x-rate-limit-limit': '4',
    'x-rate-limit-remaining': '0',
    'x-rate-limit-reset': String(Math.ceil(now / 1000) + 1),
  };
  const slower = 'API call exceeded rate limit due to too many requests.';
  switch (kind) {
    case 'rate-limit':
      return Response.json({ error: 'invalid_grant', error_description: slower }, { status: 429, headers: limits });
    case 'rate-limit-api':
      return Response.json(apiError('E0000047', slower), { status: 429, headers: limits });
    case 'server-error':
      return url.pathname.startsWith('/api/')
        ? Response.json(apiError('E0000009', 'Internal Server Error'), { status: 500 })
        : Response.json(
            {
              error: 'server_error',
              error_description:
                'The authorization server encountered an unexpected condition that prevented it from fulfilling the request.',
            },
            { status: 500 },
          );
    case 'unavailable':
      return Response.json(
        {
          error: 'temporarily_unavailable',
          error_description:
            'The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.',
        },
        { status: 400 },
      );
    case 'html':
      return new Response('<!doctype html><html><body>Sign in to the network</body></html>', {
        headers: { 'content-type': 'text/html' },
      });
    default:
      return undefined;
  }
}

function apiError(code: string, summary: string): object {
  return {
    errorCode: code,
    errorSummary: summary,
    errorLink: code,
    errorId: 'oaeInventedFaultOnDemand1',
    errorCauses: [],
  };
}
