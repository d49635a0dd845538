import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from '../../src/okta/challenge.js';

// want: RFC 9110 section 11.6.1 and its grammar in 11.2 to 11.4
test.each([
  ['', []],
  ['Bearer', [{ scheme: 'bearer', params: {} }]],
  [
    'Bearer realm="a, b", error="invalid_token"',
    [{ scheme: 'bearer', params: { realm: 'a, b', error: 'invalid_token' } }],
  ],
  ['BEARER Error = invalid_token', [{ scheme: 'bearer', params: { error: 'invalid_token' } }]],
  [
    'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
    [
      { scheme: 'basic', params: { realm: 'simple' } },
      { scheme: 'newauth', params: { realm: 'apps', type: '1', title: 'Login to "apps"' } },
    ],
  ],
  [
    'Negotiate dG9rZW4=, DPoP algs="ES256"',
    [
      { scheme: 'negotiate', params: {} },
      { scheme: 'dpop', params: { algs: 'ES256' } },
    ],
  ],
  [
    'Bearer, DPoP error="use_dpop_nonce"',
    [
      { scheme: 'bearer', params: {} },
      { scheme: 'dpop', params: { error: 'use_dpop_nonce' } },
    ],
  ],
  [', ,Bearer a=1,,b=2', [{ scheme: 'bearer', params: { a: '1', b: '2' } }]],
  ['Bearer a=1, a=2', [{ scheme: 'bearer', params: { a: '1' } }]],
  ['Bearer __proto__=1', [{ scheme: 'bearer', params: Object.fromEntries([['__proto__', '1']]) }]],
  ['Bearer a="unterminated', [{ scheme: 'bearer', params: {} }]],
  ['"Bearer" a=1', []],
])('%s', (given, want) => {
  expect(parseChallenges(given).map(({ scheme, params }) => ({ scheme, params: { ...params } }))).toEqual(want);
});

test("Okta's insufficient_scope header", () => {
  const header =
    'Bearer authorization_uri="http://example.okta.com/oauth2/v1/authorize", realm="http://example.okta.com", scope="okta.groups.read", error="insufficient_scope", error_description="Some, \\"quoted\\" words.", resource="/api/v1/groups"';
  expect(parseChallenges(header)).toEqual([
    {
      scheme: 'bearer',
      params: expect.objectContaining({
        scope: 'okta.groups.read',
        error: 'insufficient_scope',
        resource: '/api/v1/groups',
      }),
    },
  ]);
});

test('what is written is read back, and nothing makes it fail', () => {
  const token = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '-', '_', '.', '!'), minLength: 1 });
  const params = fc.uniqueArray(fc.tuple(token, fc.string({ unit: 'binary-ascii' })), {
    selector: ([name]) => name.toLowerCase(),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(token, params), { minLength: 1 }), (challenges) => {
      const header = challenges
        .map(
          ([scheme, list]) =>
            `${scheme} ${list.map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`).join(', ')}`,
        )
        .join(', ');
      // Quoted text may not hold line breaks: Headers would not carry them.
      fc.pre(!/[\r\n]/.test(header));
      expect(parseChallenges(header).map(({ scheme, params: read }) => [scheme, { ...read }])).toEqual(
        challenges.map(([scheme, list]) => [
          scheme.toLowerCase(),
          Object.fromEntries(list.map(([name, value]) => [name.toLowerCase(), value])),
        ]),
      );
    }),
  );
  fc.assert(fc.property(fc.string(), (header) => void parseChallenges(header)));
});
