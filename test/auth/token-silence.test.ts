import { expect, test } from 'vitest';
import { explainSilence } from '../../src/auth/token-silence.js';

const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });

test.each<[string, unknown, string, RegExp, RegExp]>([
  ['time-out', new DOMException('x', 'TimeoutError'), 'auth_unreachable', /within 10 seconds/, /proxy/],
  ['closing', new DOMException('x', 'AbortError'), 'cancelled', /given up/, /again/],
  ['unknown host', failed('ENOTFOUND'), 'auth_unreachable', /no such host/, /OKTA_ORG_URL/],
  ['nobody listens', failed('ECONNREFUSED'), 'auth_unreachable', /ECONNREFUSED/, /firewall/],
  ['own certificate', failed('SELF_SIGNED_CERT_IN_CHAIN'), 'auth_unreachable', /certificate/, /NODE_EXTRA_CA_CERTS/],
  [
    'unknown issuer',
    failed('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'),
    'auth_unreachable',
    /certificate/,
    /NODE_EXTRA_CA_CERTS/,
  ],
  ['wrong name', failed('ERR_TLS_CERT_ALTNAME_INVALID'), 'auth_unreachable', /certificate/, /OKTA_ORG_URL/],
  ['no code', new TypeError('fetch failed'), 'auth_unreachable', /unknown reason/, /OKTA_ORG_URL/],
])('%s', (_, given, code, message, fix) => {
  const error = explainSilence(given, { orgUrl: 'https://acme.okta.com', timeout: 10_000 });
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
  expect(error.fix).toMatch(fix);
});
