import { OktaMcpError } from '../errors.js';

const UNREACHABLE_CAUSES: readonly [RegExp, string, string][] = [
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    'no such host can be found',
    'Check OKTA_ORG_URL for typos, and the name resolution (DNS).',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ALTNAME/,
    'its certificate is not trusted here',
    'Behind a proxy that inspects TLS, set NODE_EXTRA_CA_CERTS to the file of its CA certificate. Otherwise check OKTA_ORG_URL.',
  ],
];

/** Why no answer came from the token endpoint: time-out, network, TLS, or this program closing. */
export function explainSilence(error: unknown, { orgUrl, timeout }: { orgUrl: string; timeout: number }): OktaMcpError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'AbortError') {
    return new OktaMcpError('cancelled', 'The request for an access token was given up.', 'Call again.');
  }
  if (name === 'TimeoutError') {
    return new OktaMcpError(
      'auth_unreachable',
      `${orgUrl} gave no access token within ${timeout / 1000} seconds.`,
      'Try again. If it stays so, check OKTA_ORG_URL, firewall and proxy, and https://status.okta.com.',
      { timeout },
    );
  }
  const code = errorCode(error);
  const [, cause, fix] = UNREACHABLE_CAUSES.find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    `the connection failed (${code})`,
    'Check OKTA_ORG_URL, firewall and proxy, then try again.',
  ];
  return new OktaMcpError('auth_unreachable', `${orgUrl} cannot be reached for an access token: ${cause}.`, fix, {
    code,
  });
}

/** Node hides the reason of a failed `fetch` in the chain of causes. */
function errorCode(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return 'unknown reason';
}

export interface TokenRefusal {
  readonly response: Response;
  readonly body: string;
  /** Milliseconds since 1970 on this machine. */
  readonly now: number;
  /** Those asked for. */
  readonly scopes: readonly string[];
  readonly orgUrl: string;
}

/**
 * What an answer of the token endpoint other than 200 means. Status and error code decide (RFC 6749 section 5.2, Okta's
 * list of OAuth 2.0 error codes); Okta's description is shown, and consulted only where the code covers several causes.
 */
export function explainRefusal(refusal: TokenRefusal): OktaMcpError {
  const { response, orgUrl, scopes } = refusal;
  const { status } = response;
  const answer = parseAnswer(refusal.body);
  const error = answer?.error ?? '';
  const failure = (code: OktaMcpError['code'], message: string, fix: string, more: object = {}) =>
    new OktaMcpError(code, message + quote(answer?.description), fix, {
      status,
      ...(answer && { error: printable(answer.error, 60) }),
      ...(response.headers.get('x-okta-request-id') && { requestId: response.headers.get('x-okta-request-id') }),
      ...more,
    });

  // A rate limit may come as `invalid_grant`, an outage as 400.
  if (status === 429) {
    const reset = Number(response.headers.get('x-rate-limit-reset'));
    const retryAt = reset > 0 ? new Date(reset * 1000).toISOString() : undefined;
    const fix = `Wait ${retryAt ? `until ${retryAt}` : 'a minute'}, then call again.`;
    return failure(
      'auth_refused',
      'Okta limits how often tokens are asked for (429).',
      fix,
      retryAt ? { retryAt } : {},
    );
  }
  if (status >= 500 || error === 'server_error' || error === 'temporarily_unavailable') {
    const fix = 'Try again in a moment. If it stays so, see https://status.okta.com.';
    return failure('auth_unreachable', `Okta cannot hand out tokens at the moment (${status}).`, fix);
  }
  if (status < 400) {
    const message = `${orgUrl} sends requests for tokens elsewhere (${status}).`;
    return failure(
      'auth_unreachable',
      message,
      'Set OKTA_ORG_URL to the address of the org itself, as people sign in at it.',
    );
  }
  if (!answer || status === 404) {
    return failure(
      'auth_unreachable',
      `${orgUrl} answered ${status} ${answer ? '' : 'and no OAuth answer '}where an Okta org has its token endpoint.`,
      'Check that OKTA_ORG_URL is an Okta org, and that no proxy answers in its place.',
    );
  }

  switch (error) {
    case 'invalid_client': {
      const [cause, fix] = explainInvalidClient(refusal, answer.description);
      return failure(
        'auth_client_invalid',
        `Okta does not accept the credentials of the app (invalid_client). ${cause}`,
        fix,
      );
    }
    case 'unauthorized_client':
      return failure(
        'auth_client_invalid',
        'The app may not use client credentials (unauthorized_client).',
        'Use an app of type API Services: Admin Console > Applications > Create App Integration > API Services.',
      );
    case 'invalid_scope':
    case 'client_credentials_self_scope_requested':
      return failure('auth_scope_invalid', explainScopes(scopes, error), SCOPE_FIX, { scopes });
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
      return dpopRequired(failure);
    case 'access_denied':
      return failure(
        'auth_refused',
        status === 403
          ? 'Okta refuses a token to this machine (access_denied). Most likely its address is outside the allowed network zones.'
          : 'A policy of the org refuses the token (access_denied).',
        'See the System Log in the Admin Console for the rule that refused it, and allow this app or address there.',
      );
    default:
      return failure(
        'auth_refused',
        `Okta refused the request for a token (${status} ${printable(error, 60)}).`,
        'See the System Log in the Admin Console for the reason.',
      );
  }
}

/** A 200 that holds no token this version can use. */
export function unusableToken(type?: string): OktaMcpError {
  if (type === 'dpop') return dpopRequired((code, message, fix) => new OktaMcpError(code, message, fix));
  return new OktaMcpError(
    'auth_unreachable',
    'The token endpoint answered 200 without a usable access token.',
    'Check that OKTA_ORG_URL is an Okta org, and that no proxy answers in its place.',
  );
}

function dpopRequired(
  failure: (code: OktaMcpError['code'], message: string, fix: string) => OktaMcpError,
): OktaMcpError {
  return failure(
    'auth_dpop_required',
    'The app requires proof of possession (DPoP), which comes with the next version.',
    'Until then switch it off: Admin Console > Applications > your app > General > "Require Demonstrating Proof of Possession (DPoP) header in token requests".',
  );
}

const SCOPE_FIX =
  'A super admin grants scopes in the Admin Console (Applications > your app > Okta API Scopes). Grant what is missing, or remove it from OKTA_SCOPES.';

function explainScopes(scopes: readonly string[], error: string): string {
  return scopes.length === 1
    ? `The scope ${scopes[0]} is not granted to the app (${error}).`
    : `Not all of the scopes are granted to the app (${error}), and Okta does not say which are missing: ${scopes.join(', ')}.`;
}

const KEYS = 'Admin Console > Applications > your app > General > Public Keys';
const CLOCK_FIX = 'Set the clock of this machine right (NTP), then try again.';

/** All of these arrive as 401 `invalid_client`; only the description tells them apart. */
const INVALID_CLIENT: readonly [RegExp, string, string][] = [
  [
    /\bkid\b/i,
    'the key id is not registered with the app, or its key is inactive.',
    `Compare OKTA_KEY_ID with ${KEYS}, and activate the key there.`,
  ],
  [
    /signature is invalid/i,
    'the private key is not the one registered under this key id.',
    `Set OKTA_PRIVATE_KEY and OKTA_KEY_ID from the same key of ${KEYS}.`,
  ],
  [
    /audience/i,
    'Okta knows the org under another address than OKTA_ORG_URL.',
    'Set OKTA_ORG_URL to the address of the org itself, not of a proxy in front of it.',
  ],
  [/expired|future|issued before|current time/i, 'the clock of this machine is wrong.', CLOCK_FIX],
  [
    /already been used/i,
    'something on the way sent the request twice.',
    'Try again; if it stays so, look at the proxy.',
  ],
  [
    /application_type/i,
    'the app is not of type API Services.',
    'Create one: Admin Console > Applications > Create App Integration > API Services.',
  ],
  [
    /token_endpoint_auth_method|client.?secret/i,
    'the app authenticates with a client secret.',
    'Switch it: Admin Console > Applications > your app > General > Client Credentials > Public key / Private key.',
  ],
  [/JWKS/i, 'the app has no public key.', `Add one: ${KEYS} > Add key.`],
  [/algorithm/i, 'the key is of another type than the one registered under this key id.', `Compare it with ${KEYS}.`],
  [
    /client_?id|issuer|subject|no client credentials/i,
    'this org has no active app with the client ID.',
    'Compare OKTA_CLIENT_ID with Admin Console > Applications > your app > General, and OKTA_ORG_URL with the org you are in.',
  ],
];

/** Beyond this the clock is worth a mention whatever else is wrong. Seconds. */
const NOTABLE_SKEW = 60;

function explainInvalidClient({ response, now }: TokenRefusal, description: string | undefined): [string, string] {
  const skew = Math.round((now - Date.parse(response.headers.get('date') ?? '')) / 1000);
  const clock =
    Math.abs(skew) >= NOTABLE_SKEW
      ? ` This machine's clock is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} Okta's.`
      : '';
  const known = INVALID_CLIENT.find(([pattern]) => description && pattern.test(description));
  if (known) return [`Most likely ${known[1]}${clock}`, known[2]];
  if (clock) return [`Most likely the clock of this machine is wrong.${clock}`, CLOCK_FIX];
  return [
    'Client ID, key id and private key do not belong together, or the app is inactive.',
    `Compare OKTA_CLIENT_ID and OKTA_KEY_ID with ${KEYS}, and set the private key made with that key id.`,
  ];
}

/** OAuth errors, or the error object of Okta's API, which some token endpoint failures use. */
function parseAnswer(body: string): { error: string; description: string | undefined } | undefined {
  try {
    const json = JSON.parse(body) as Record<string, unknown> | null;
    const error = json?.error ?? json?.errorCode;
    const description = json?.error_description ?? json?.errorSummary;
    if (typeof error !== 'string') return undefined;
    return { error, description: typeof description === 'string' ? description : undefined };
  } catch {
    return undefined;
  }
}

function quote(description: string | undefined): string {
  return description ? ` Okta says: "${printable(description, 200)}"` : '';
}

/** One line without control characters, and without an assertion or token that was echoed back. */
function printable(text: string, length: number): string {
  const line = text
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[secret]')
    .trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
