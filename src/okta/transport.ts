import { type ErrorCode, OktaMcpError } from '../errors.js';

/** The request an error is about, as far as it may be told: never its query, headers or body. */
export interface RequestFacts {
  readonly method: string;
  /** Path template. */
  readonly path: string;
  /** Host and port. */
  readonly host: string;
}

/** Why no reply came, when it was not the network; `withdrawn` and `late` come before anything was sent. */
export type Stop = 'cancelled' | 'withdrawn' | 'timeout' | 'late';

const CHECK_CA =
  'If a proxy of your network inspects TLS, put its CA certificate in a file and set NODE_EXTRA_CA_CERTS to that file; otherwise check OKTA_ORG_URL.';
const CHECK_ROUTE =
  'Check OKTA_ORG_URL, and that this machine may open HTTPS connections to that host (VPN, firewall, proxy).';

interface Cause {
  readonly means: string;
  readonly fix: string;
  /** The connection was never made, so the request cannot have reached Okta. */
  readonly unsent?: true;
  /** Other than `okta_unreachable`. */
  readonly code?: ErrorCode;
}

const NO_SUCH_HOST: Cause = {
  means: 'its name could not be resolved',
  fix: 'Check the spelling of OKTA_ORG_URL, and that this machine can resolve names (VPN, DNS).',
  unsent: true,
};
const NO_ROUTE: Cause = { means: 'there is no connection to it', fix: CHECK_ROUTE };
const UNTRUSTED: Cause = {
  means: 'its TLS certificate is signed by an authority this machine does not trust',
  fix: CHECK_CA,
  unsent: true,
};
const NOT_TLS: Cause = { means: 'TLS failed', fix: CHECK_CA };
const BROKEN: Cause = {
  means: 'the connection broke before the whole reply had arrived',
  fix: 'Try again in a few seconds.',
};
const SLOW: Cause = {
  means: 'no reply came in time',
  fix: 'Ask for less (a lower limit, a narrower filter) or try later.',
};

/** By error code of Node.js, OpenSSL and undici. */
const CAUSES: Readonly<Record<string, Cause>> = {
  ENOTFOUND: NO_SUCH_HOST,
  EAI_AGAIN: NO_SUCH_HOST,
  ECONNREFUSED: { means: 'it refused the connection', fix: CHECK_ROUTE, unsent: true },
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ENETDOWN: NO_ROUTE,
  UND_ERR_CONNECT_TIMEOUT: { ...NO_ROUTE, unsent: true },
  CERT_HAS_EXPIRED: {
    means: 'its TLS certificate has expired, or the clock of this machine is wrong',
    fix: 'Check the date and time of this machine, then OKTA_ORG_URL.',
    unsent: true,
  },
  CERT_NOT_YET_VALID: {
    means: 'its TLS certificate is not valid yet, or the clock of this machine is wrong',
    fix: 'Check the date and time of this machine, then OKTA_ORG_URL.',
    unsent: true,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    means: 'its TLS certificate is for another host name',
    fix: 'Set OKTA_ORG_URL to the exact host of the org, for example https://example.okta.com.',
    unsent: true,
  },
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  EPROTO: NOT_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: NOT_TLS,
  ECONNRESET: BROKEN,
  EPIPE: BROKEN,
  UND_ERR_SOCKET: BROKEN,
  ETIMEDOUT: SLOW,
  UND_ERR_HEADERS_TIMEOUT: SLOW,
  UND_ERR_BODY_TIMEOUT: SLOW,
};
const STOPS: Readonly<Record<Stop, Cause>> = {
  cancelled: { means: 'the caller cancelled it', fix: 'Call again if it is still wanted.', code: 'cancelled' },
  withdrawn: {
    means: 'the caller cancelled it before it was sent',
    fix: 'Call again if it is still wanted.',
    code: 'cancelled',
    unsent: true,
  },
  timeout: SLOW,
  late: { means: 'the time for this call was over before it could be sent', fix: 'Call again.', unsent: true },
};
const UNKNOWN: Cause = { means: 'the connection failed', fix: CHECK_ROUTE };

/**
 * Says why no complete reply came: `cancelled` or `okta_unreachable`. `details.sent` is false when the request cannot
 * have reached Okta and `unknown` otherwise; a write is then reported as possibly carried out. Errors that already have
 * words, and errors that are not about the network, come back unchanged.
 */
export function transportFailure(error: unknown, request: RequestFacts, stop?: Stop): unknown {
  if (error instanceof OktaMcpError) return error;
  if (stop !== undefined) return lost(STOPS[stop], stop, request, error);
  if (!(error instanceof TypeError) || error.cause === undefined) return error;
  const { code, syscall } = systemErrorOf(error.cause);
  const cause = (code !== undefined && Object.hasOwn(CAUSES, code) && CAUSES[code]) || UNKNOWN;
  return lost(syscall === 'connect' ? { ...cause, unsent: true } : cause, code, request, error);
}

/** Adds to a failure that a write may have been carried out all the same; reads stay as they are. */
export function inDoubt(
  method: string,
  message: string,
  fix: string,
): { readonly message: string; readonly fix: string } {
  if (method === 'GET') return { message, fix };
  return {
    message: `${message} It may or may not have been carried out.`,
    fix: `Read the object to see whether it changed before doing this again. ${fix}`,
  };
}

function lost({ means, fix, unsent, code }: Cause, cause: string | undefined, request: RequestFacts, error: unknown) {
  const what = `${request.method} ${request.path} got no answer from ${request.host}: ${means}.`;
  const told = unsent ? { message: what, fix } : inDoubt(request.method, what, fix);
  return new OktaMcpError(
    code ?? 'okta_unreachable',
    told.message,
    told.fix,
    { cause, sent: unsent ? false : 'unknown' },
    { cause: error },
  );
}

/** Code and system call of the innermost error that has a code. */
export function systemErrorOf(cause: unknown): { readonly code?: string; readonly syscall?: unknown } {
  for (let at = cause; at instanceof Error; at = (at as AggregateError).errors?.[0] ?? at.cause) {
    const { code, syscall } = at as NodeJS.ErrnoException;
    if (typeof code === 'string') return { code, syscall };
  }
  return {};
}
