import fc from 'fast-check';
import { expect, test } from 'vitest';
import { challenge } from '../../src/http/bearer-challenge.js';
import { REFUSALS, type RefusalCode } from '../../src/http/refusals.js';
import { parseChallenges } from '../../src/okta/challenge.js';

const codes = Object.keys(REFUSALS) as RefusalCode[];

test('whatever is in it, it is one challenge that reads back', () => {
  const scope = fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]{1,20}$/);
  fc.assert(
    fc.property(fc.constantFrom(...codes), fc.array(scope, { maxLength: 4 }), (code, scopes) => {
      const metadataUrl = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp';
      const header = challenge(code, { metadataUrl, scopes }).headers.get('www-authenticate') ?? '';
      expect(header).toMatch(/^[\x20-\x7e]*$/);
      const [one, ...more] = parseChallenges(header);
      expect(more).toEqual([]);
      expect(one).toMatchObject({ scheme: 'bearer', params: { resource_metadata: metadataUrl } });
      expect(one?.params.scope ?? '').toBe(scopes.join(' '));
    }),
  );
});

test('every refusal says what is wrong and what to do, in words of its own', () => {
  const texts = codes.map((code) => REFUSALS[code].message);
  expect(new Set(texts).size).toBe(codes.length);
  for (const code of codes) {
    const { message, fix } = REFUSALS[code];
    expect(`${message} ${fix}`).toMatch(/^[A-Z].*\. [A-Z].*\.$/);
  }
});

test.each([
  'Failed to initialise OIDC provider',
  'Invalid audience',
  'Token verification failed',
  'No matching key for the kid',
  'Permission required',
  'Groups missing',
  'Scopes not configured',
  'No tools despite groups',
])('people can look up "%s"', (text) => {
  expect(Object.values(REFUSALS).some(({ message }) => message.startsWith(text))).toBe(true);
});
