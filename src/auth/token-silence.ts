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
    cause: code,
  });
}

/** Node hides the reason of a failed `fetch` in the chain of causes. */
export function errorCode(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return 'unknown reason';
}
