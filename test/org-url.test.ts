import { expect, test } from 'vitest';
import { isLoopback, parseOrgUrl } from '../src/org-url.js';

// Okta's domains and the -admin host: okta-facts 2.9.
test.each([
  ['https://acme.okta.com', 'https://acme.okta.com', false],
  ['acme.okta.com', 'https://acme.okta.com', false],
  ['https://acme.okta.com/', 'https://acme.okta.com', false],
  ['acme.okta.com/', 'https://acme.okta.com', false],
  ['HTTPS://Acme.OKTA.com//', 'https://acme.okta.com', false],
  ['https://acme.okta.com:443', 'https://acme.okta.com', false],
  ['https://acme.oktapreview.com', 'https://acme.oktapreview.com', false],
  ['https://acme.okta-emea.com', 'https://acme.okta-emea.com', false],
  ['https://acme.okta-gov.com', 'https://acme.okta-gov.com', false],
  ['https://acme.okta.mil', 'https://acme.okta.mil', false],
  ['https://acme.trexcloud.com', 'https://acme.trexcloud.com', false],
  ['https://integrator-1234567.okta.com', 'https://integrator-1234567.okta.com', false],
  ['https://login.acme.example', 'https://login.acme.example', true],
  ['https://acmeokta.com', 'https://acmeokta.com', true],
  ['https://team-admin.acme.example', 'https://team-admin.acme.example', true],
  ['http://localhost:4000', 'http://localhost:4000', false],
  ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000', false],
  ['http://[::1]:4000', 'http://[::1]:4000', false],
  ['https://localhost:4000', 'https://localhost:4000', false],
  ['localhost:4000', 'http://localhost:4000', false],
])('%s is %s', (text, origin, custom) => {
  expect(parseOrgUrl(text)).toEqual({ origin, custom });
});

test.each([
  ['https://acme-admin.okta.com', '-admin', 'https://acme.okta.com'],
  ['acme-admin.oktapreview.com/', '-admin', 'https://acme.oktapreview.com'],
  ['http://acme.okta.com', 'http://', 'https://acme.okta.com'],
  ['http://login.acme.example', 'http://', 'https://login.acme.example'],
  ['http://127.0.0.1.acme.example', 'http://', 'https://127.0.0.1.acme.example'],
  ['https://acme.okta.com/oauth2/default', 'path', 'https://acme.okta.com'],
  ['acme.okta.com/api/v1', 'path', 'https://acme.okta.com'],
  ['https://acme.okta.com?x=1', 'query', 'https://acme.okta.com'],
  ['https://acme.okta.com/#x', 'fragment', 'https://acme.okta.com'],
  ['https://bob:canary@acme.okta.com', 'password', 'https://acme.okta.com'],
  ['http://acme-admin.okta.com/admin/dashboard', 'path', 'https://acme.okta.com'],
  ['https://{yourOktaDomain}', 'placeholder', 'https://acme.okta.com'],
  ['https://your-org.okta.com', 'placeholder', 'https://acme.okta.com'],
  ['https://yourOktaDomain', 'placeholder', 'https://acme.okta.com'],
  ['https://<your-org>.okta.com', 'placeholder', 'https://acme.okta.com'],
  ['${input:okta_org_url}', 'placeholder', 'https://acme.okta.com'],
  ['https://okta.com', 'no org', 'https://acme.okta.com'],
  ['ftp://acme.okta.com', 'web address', 'https://acme.okta.com'],
  ['acme okta com', 'web address', 'https://acme.okta.com'],
  ['https://', 'web address', 'https://acme.okta.com'],
])('%s is refused for its %s', (text, fault, corrected) => {
  const answer = parseOrgUrl(text);
  expect(answer).toEqual({
    message: expect.stringContaining(fault),
    fix: expect.stringMatching(/OKTA_ORG_URL=(\S+)$/),
  });
  expect('fix' in answer && answer.fix.endsWith(`=${corrected}`)).toBe(true);
  expect(JSON.stringify(answer)).not.toContain('canary');
});

test('an org whose name only begins like a placeholder is an org', () => {
  expect(parseOrgUrl('https://yourorganics.okta.com')).toEqual({
    origin: 'https://yourorganics.okta.com',
    custom: false,
  });
});

test.each([
  ['http://localhost', true],
  ['http://127.9.8.7:1', true],
  ['http://[::1]', true],
  ['http://localhost.acme.example', false],
  ['http://128.0.0.1', false],
  ['http://[::2]', false],
])('loopback: %s %s', (url, want) => {
  expect(isLoopback(new URL(url))).toBe(want);
});
