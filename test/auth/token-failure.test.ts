import { describe, expect, test } from 'vitest';
import { explainRefusal, type GrantKind } from '../../src/auth/token-failure.js';

const orgUrl = 'https://acme.okta.com';
const NOW = Date.parse('2026-11-20T12:00:00Z');

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  scopes?: string[];
  grant?: GrantKind;
  proven?: boolean;
}

function explain({ status, body, headers = {}, ...asked }: Answer) {
  return explainRefusal({
    scopes: ['okta.users.read', 'okta.groups.read'],
    grant: 'client-credentials',
    proven: false,
    ...asked,
    response: new Response(null, { status, headers }),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    now: NOW,
    orgUrl,
  });
}
const oauth = (error: string, error_description = 'x') => ({ error, error_description });
const html = '<html><body>Sign in</body></html>';

// Status and error codes: okta-facts 1.4, 1.6 and 1.10; RFC 6749 section 5.2.
test.each<[string, Answer, string, RegExp, RegExp]>([
  ['rate limit', { status: 429, body: oauth('invalid_grant') }, 'auth_refused', /limits/, /a minute/],
  [
    'rate limit of the API',
    {
      status: 429,
      body: { errorCode: 'E0000047', errorSummary: 'x' },
      headers: { 'x-rate-limit-reset': '1795176060' },
    },
    'auth_refused',
    /limits/,
    /until 2026-11-20T12:01:00/,
  ],
  ['server error', { status: 500, body: html }, 'auth_unreachable', /500/, /status\.okta\.com/],
  ['bad gateway', { status: 502, body: '' }, 'auth_unreachable', /502/, /status\.okta\.com/],
  [
    'outage as 400',
    { status: 400, body: oauth('temporarily_unavailable') },
    'auth_unreachable',
    /at the moment/,
    /Try again/,
  ],
  [
    'server_error as 400',
    { status: 400, body: oauth('server_error') },
    'auth_unreachable',
    /at the moment/,
    /Try again/,
  ],
  ['redirect', { status: 302, body: '' }, 'auth_unreachable', /elsewhere/, /OKTA_ORG_URL/],
  ['HTML', { status: 403, body: html }, 'auth_unreachable', /no OAuth answer/, /OKTA_ORG_URL.*proxy/],
  ['no such path', { status: 404, body: { errorCode: 'E0000022' } }, 'auth_unreachable', /404/, /OKTA_ORG_URL/],
  ['JSON of something else', { status: 400, body: '[]' }, 'auth_unreachable', /no OAuth answer/, /OKTA_ORG_URL/],
  [
    'DPoP demanded',
    { status: 400, body: oauth('invalid_dpop_proof') },
    'auth_dpop_required',
    /DPoP.*OKTA_DPOP=never/,
    /Unset OKTA_DPOP/,
  ],
  ['DPoP nonce demanded', { status: 400, body: oauth('use_dpop_nonce') }, 'auth_dpop_required', /DPoP/, /OKTA_DPOP/],
  [
    'proof refused',
    { status: 400, body: oauth('invalid_dpop_proof'), proven: true },
    'auth_dpop_invalid',
    /proof of possession/,
    /clock.*OKTA_ORG_URL/,
  ],
  [
    'nonce refused',
    { status: 400, body: oauth('use_dpop_nonce'), proven: true },
    'auth_dpop_invalid',
    /proof of possession/,
    /clock/,
  ],
  [
    'grant type',
    { status: 400, body: oauth('unauthorized_client') },
    'auth_client_invalid',
    /client credentials/,
    /API Services/,
  ],
  [
    'scopes',
    { status: 400, body: oauth('invalid_scope') },
    'auth_scope_invalid',
    /okta.users.read, okta.groups.read/,
    /Okta API Scopes/,
  ],
  [
    'a single scope',
    { status: 400, body: oauth('invalid_scope'), scopes: ['okta.logs.read'] },
    'auth_scope_invalid',
    /The scope okta.logs.read is not granted/,
    /OKTA_SCOPES/,
  ],
  [
    'network zone',
    { status: 403, body: oauth('access_denied') },
    'auth_refused',
    /Most likely.*network zone/,
    /System Log/,
  ],
  [
    'device flow not enabled',
    { status: 400, body: oauth('unauthorized_client'), grant: 'device' },
    'auth_client_invalid',
    /device flow/,
    /Device Authorization.*Native/,
  ],
  [
    'code flow not enabled',
    { status: 400, body: oauth('unauthorized_client'), grant: 'auth-code' },
    'auth_client_invalid',
    /authorization code flow/,
    /Switch on Authorization Code/,
  ],
  [
    'refresh not enabled',
    { status: 400, body: oauth('unauthorized_client'), grant: 'refresh' },
    'auth_client_invalid',
    /refresh tokens/,
    /Switch on Refresh Token/,
  ],
  [
    'declined',
    { status: 403, body: oauth('access_denied'), grant: 'device' },
    'auth_refused',
    /declined/,
    /Call again/,
  ],
  [
    'declined, the other status',
    { status: 400, body: oauth('access_denied'), grant: 'device' },
    'auth_refused',
    /declined/,
    /Call again/,
  ],
  [
    'not assigned',
    { status: 400, body: oauth('access_denied', 'User is not assigned to the client application.'), grant: 'device' },
    'auth_refused',
    /not assigned/,
    /Assignments/,
  ],
  [
    'code ran out',
    { status: 400, body: oauth('expired_token'), grant: 'device' },
    'auth_refused',
    /ran out/,
    /Call again/,
  ],
  [
    'refresh token gone',
    { status: 400, body: oauth('invalid_grant'), grant: 'refresh' },
    'auth_refused',
    /session.*ended/,
    /sign in anew/,
  ],
  ['policy', { status: 401, body: oauth('access_denied') }, 'auth_refused', /policy/, /System Log/],
  [
    'anything else',
    { status: 400, body: oauth('invalid_request') },
    'auth_refused',
    /400 invalid_request/,
    /System Log/,
  ],
])('%s', (_, answer, code, message, fix) => {
  const error = explain(answer);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
  expect(error.fix).toMatch(fix);
  expect(error.details.status).toBe(answer.status);
});

describe('invalid_client', () => {
  test.each([
    ["Invalid value for 'client_id' parameter.", /no active app/, /OKTA_CLIENT_ID/],
    ["The client_id provided has a 'token_endpoint_auth_method' of private_key_jwt.", /secret or a key/, /Native/],
  ])('of a native app: %s', (description, cause, fix) => {
    const error = explain({ status: 401, body: oauth('invalid_client', description), grant: 'device' });
    expect(error.message).toMatch(cause);
    expect(error.fix).toMatch(fix);
  });

  // The descriptions Okta documents (okta-facts 1.4), our reading of each.
  test.each([
    ['The client_assertion signature is invalid.', /private key is not the one/, /OKTA_PRIVATE_KEY/],
    ['The client_assertion JWT kid is invalid.', /key id is not registered/, /OKTA_KEY_ID/],
    [
      'The audience claim for client_assertion must be the endpoint invoked for the request.',
      /another address/,
      /OKTA_ORG_URL/,
    ],
    ['The client_assertion token is expired.', /clock/, /NTP/],
    ['The client_assertion token has an expiration too far into the future.', /clock/, /NTP/],
    ['The client_assertion token must be issued before the current time.', /clock/, /NTP/],
    ['The client_assertion token has already been used.', /twice/, /Try again/],
    ['The issuer claim for client_assertion is not a valid client_id.', /no active app/, /OKTA_CLIENT_ID/],
    ["Invalid value for 'client_id' parameter.", /no active app/, /OKTA_CLIENT_ID/],
    ['The client_assertion JWT signature algorithm is invalid.', /another type/, /Public Keys/],
    ['The client does not have a JWKSet configured.', /no public key/, /Add key/],
    [
      'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
      /client secret/,
      /Public key/,
    ],
    [
      "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
      /not of type API Services/,
      /API Services/,
    ],
  ])('%s', (description, cause, fix) => {
    const error = explain({ status: 401, body: oauth('invalid_client', description) });
    expect(error.code).toBe('auth_client_invalid');
    expect(error.message).toMatch(/Most likely/);
    expect(error.message).toMatch(cause);
    expect(error.message).toContain(`Okta says: "${description}"`);
    expect(error.fix).toMatch(fix);
  });

  test('a description never seen before names the candidates', () => {
    const error = explain({ status: 401, body: oauth('invalid_client', 'Nope.') });
    expect(error.message).not.toMatch(/Most likely/);
    expect(error.fix).toMatch(/OKTA_CLIENT_ID and OKTA_KEY_ID/);
  });

  test.each([
    [NOW - 600_000, 'Nope.', /Most likely the clock.*600 seconds ahead of/],
    [NOW + 600_000, 'Nope.', /Most likely the clock.*600 seconds behind/],
    [NOW + 600_000, 'The client_assertion token is expired.', /clock.*600 seconds behind/],
    [NOW + 600_000, 'The client_assertion JWT kid is invalid.', /key id.*600 seconds behind/],
  ])('Okta at %i: %s', (date, description, want) => {
    const headers = { date: new Date(date).toUTCString() };
    expect(explain({ status: 401, body: oauth('invalid_client', description), headers }).message).toMatch(want);
  });

  test('a clock within a minute is not mentioned', () => {
    const headers = { date: new Date(NOW - 59_000).toUTCString() };
    expect(explain({ status: 401, body: oauth('invalid_client', 'Nope.'), headers }).message).not.toMatch(/clock/);
  });
});

test('what Okta says is shown on one line, capped, without tokens', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJDQU5BUlkifQ.CANARYsignature';
  const { message } = explain({
    status: 400,
    body: oauth(
      'invalid_request',
      `a\n\u001b[31mb\u0007 ${jwt} ${'d'.repeat(40)} ${'c'.repeat(20)} ${'e f '.repeat(99)}`,
    ),
  });
  expect(message).toMatch(/Okta says: "a \[31mb \[secret\] \[secret\] c{20} [e f]+…"$/);
  expect(message.length).toBeLessThan(300);
});

test('the request id is kept for Okta support', () => {
  const error = explain({ status: 400, body: oauth('invalid_request'), headers: { 'x-okta-request-id': 'abc' } });
  expect(error.details).toEqual({ status: 400, error: 'invalid_request', requestId: 'abc' });
});
