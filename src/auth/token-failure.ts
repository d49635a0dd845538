import { OktaMcpError } from '../errors.js';
import { explainInvalidClient } from './invalid-client.js';

/** What was asked of Okta: a grant, or the start of a device sign-in. */
export type GrantKind = 'client-credentials' | 'device' | 'auth-code' | 'refresh';

export interface TokenRefusal {
  readonly response: Response;
  readonly body: string;
  /** Milliseconds since 1970 on this machine. */
  readonly now: number;
  /** Those asked for. */
  readonly scopes: readonly string[];
  readonly orgUrl: string;
  readonly grant: GrantKind;
  /** Whether the request carried a DPoP proof. */
  readonly proven: boolean;
}

/**
 * What an answer of the token endpoint other than 200 means. Status and error code decide (RFC 6749 section 5.2, Okta's
 * list of OAuth 2.0 error codes); Okta's description is shown, and consulted only where the code covers several causes.
 */
export function explainRefusal(refusal: TokenRefusal): OktaMcpError {
  const { response, orgUrl, scopes, grant } = refusal;
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
      const confidential = grant === 'client-credentials';
      const { fault, cause, fix } = explainInvalidClient({ ...refusal, confidential }, answer.description);
      const message = `Okta does not accept the credentials of the app (invalid_client). ${cause}`;
      return failure('auth_client_invalid', message, fix, { fault });
    }
    case 'unauthorized_client':
      return failure('auth_client_invalid', ...UNAUTHORIZED[grant]);
    case 'invalid_scope':
    case 'client_credentials_self_scope_requested':
      return failure('auth_scope_invalid', explainScopes(scopes, error), SCOPE_FIX, { scopes });
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
      return refusal.proven ? failure('auth_dpop_invalid', PROOF_REFUSED, PROOF_FIX) : dpopRequired(failure);
    case 'access_denied':
      return failure('auth_refused', ...explainDenial(refusal, answer.description));
    case 'expired_token':
      return failure(
        'auth_refused',
        'The sign-in code ran out before anybody used it.',
        'Call again to get a new code.',
      );
    case 'invalid_grant':
      return failure('auth_refused', ...INVALID_GRANT[grant]);
    default:
      return failure(
        'auth_refused',
        `Okta refused the request for a token (${status} ${printable(error, 60)}).`,
        'See the System Log in the Admin Console for the reason.',
      );
  }
}

/** A 200 that holds no token this program can use. */
export function unusableToken(): OktaMcpError {
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
    'The app requires proof of possession (DPoP), and OKTA_DPOP=never forbids it.',
    'Unset OKTA_DPOP, or set it to auto.',
  );
}

/** A 200 whose token is not bound to the key although that was insisted on. */
export function unboundToken(): OktaMcpError {
  return new OktaMcpError(
    'auth_dpop_required',
    'Okta answered a request with proof of possession by a token without it, and OKTA_DPOP=always forbids such tokens.',
    'Switch DPoP on in the Admin Console (Applications > your app > General), or set OKTA_DPOP to auto.',
  );
}

const PROOF_REFUSED = 'Okta does not accept the proof of possession (invalid_dpop_proof).';
const PROOF_FIX =
  'Set the clock of this machine right (NTP; proofs older than 5 minutes are refused), and OKTA_ORG_URL to the address of the org itself, not of a proxy in front of it.';

/** Message and fix of `unauthorized_client`: the app lacks the grant type. */
const UNAUTHORIZED: Record<GrantKind, [string, string]> = {
  'client-credentials': [
    'The app may not use client credentials (unauthorized_client).',
    'Use an app of type API Services: Admin Console > Applications > Create App Integration > API Services.',
  ],
  device: [
    'The app may not use the device flow (unauthorized_client).',
    'Switch on Device Authorization: Admin Console > Applications > your app > General > Grant type. The app must be an OIDC Native Application.',
  ],
  'auth-code': [
    'The app may not use the authorization code flow (unauthorized_client).',
    'Switch on Authorization Code: Admin Console > Applications > your app > General > Grant type.',
  ],
  refresh: [
    'The app may not use refresh tokens (unauthorized_client).',
    'Switch on Refresh Token: Admin Console > Applications > your app > General > Grant type.',
  ],
};

const INVALID_GRANT: Record<GrantKind, [string, string]> = {
  'client-credentials': [
    'Okta refused the request for a token (400 invalid_grant).',
    'See the System Log in the Admin Console for the reason.',
  ],
  device: ['The sign-in code is unknown to Okta or was used before (invalid_grant).', 'Call again to get a new code.'],
  'auth-code': ['The sign-in took too long or was completed twice (invalid_grant).', 'Call again to sign in anew.'],
  refresh: ['The session with Okta has ended (invalid_grant).', 'Call again to sign in anew.'],
};

/** Message and fix; a person or a policy may have said no. */
function explainDenial(
  { response: { status }, grant }: TokenRefusal,
  description: string | undefined,
): [string, string] {
  if (/not assigned/i.test(description ?? '')) {
    return [
      'The person who signed in is not assigned to the app (access_denied).',
      'Assign them: Admin Console > Applications > your app > Assignments. Then call again.',
    ];
  }
  if (grant === 'device' || grant === 'auth-code') {
    return [
      'The sign-in was refused: the person declined it, or a policy of the org does not allow it (access_denied).',
      'Call again to sign in anew. If nobody declined, see the System Log in the Admin Console for the rule.',
    ];
  }
  return [
    status === 403
      ? 'Okta refuses a token to this machine (access_denied). Most likely its address is outside the allowed network zones.'
      : 'A policy of the org refuses the token (access_denied).',
    'See the System Log in the Admin Console for the rule that refused it, and allow this app or address there.',
  ];
}

export const SCOPE_FIX =
  'A super admin grants scopes in the Admin Console (Applications > your app > Okta API Scopes). Grant what is missing, or remove it from OKTA_SCOPES.';

function explainScopes(scopes: readonly string[], error: string): string {
  return scopes.length === 1
    ? `The scope ${scopes[0]} is not granted to the app (${error}).`
    : `Not all of the scopes are granted to the app (${error}), and Okta does not say which are missing: ${scopes.join(', ')}.`;
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

/** What Okta says about it, fit to follow a message. */
export function quote(description: string | undefined): string {
  return description ? ` Okta says: ${JSON.stringify(printable(description, 200))}` : '';
}

/** One line without control characters, and without an assertion or token that was echoed back. */
function printable(text: string, length: number): string {
  const line = text
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*|[\w-]{32,}/g, '[secret]')
    .trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
