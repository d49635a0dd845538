import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OktaMcpError } from '../../src/errors.js';
import { expandPath } from '../../src/okta/path.js';

const TEMPLATE = '/api/v1/groups/{groupId}/users/{userId}';

describe('values that reach Okta exactly', () => {
  // want: RFC 3986 section 2.3, everything but the unreserved characters is percent-encoded UTF-8
  test.each([
    ['00u1ab2CD3efGH4ij5k6', '00u1ab2CD3efGH4ij5k6'],
    ['a.b-c_d~e', 'a.b-c_d~e'],
    ["jo.o'neil@example.com", 'jo.o%27neil%40example.com'],
    ['jo+test@example.com', 'jo%2Btest%40example.com'],
    ['jo_example.com#EXT#@org.onmicrosoft.com', 'jo_example.com%23EXT%23%40org.onmicrosoft.com'],
    ['jörg@beispiel.de', 'j%C3%B6rg%40beispiel.de'],
    ['who?', 'who%3F'],
    ['!*()', '%21%2A%28%29'],
    ['a b', 'a%20b'],
    ['a;b=c,d&e:$', 'a%3Bb%3Dc%2Cd%26e%3A%24'],
    ['100%', '100%25'],
    ['100%25', '100%2525'],
    ['...', '...'],
    ['..a', '..a'],
    ['😀', '%F0%9F%98%80'],
    ['$&', '%24%26'],
  ])('%s', (given, want) => {
    expect(expandPath('/x/{id}', { id: given })).toBe(`/x/${want}`);
  });
});

describe('values that could reach another path', () => {
  test.each([
    '',
    ' ',
    '.',
    '..',
    '.. ',
    ' .',
    '%2e',
    '%2e%2e',
    '.%2E',
    '%252e%252e',
    '%25252e.',
    '%%32%65.',
    '/',
    'a/b',
    '../users',
    '%2f',
    'a%2Fb',
    '%252f',
    '\\',
    'a\\b',
    '%5c',
    '%255C',
    '\u0000',
    'a\u0000',
    'a\nb',
    '\t..',
    '\u007f',
    '\u0085',
    '%00',
    '%0a',
    '%7F',
    '%C2%85',
    '%c0%ae%c0%ae',
    '%c0%af',
    '%ff',
    '\ud800',
    'a\udc00b',
    '%ed%a0%80',
    ';',
    ';a',
    '..;',
    '..;a=b',
    '%2e%2e%3b',
  ])('%j is refused and named', (given) => {
    const call = () => expandPath(TEMPLATE, { groupId: given, userId: 'u' });
    expect(call).toThrow(expect.objectContaining({ code: 'path_unsafe', details: { parameter: 'groupId' } }));
    expect(call).toThrow(/"groupId"/);
  });

  test.each([[undefined], [null], [7], [['a']], [{}]])('%j is not a value', (given) => {
    expect(() => expandPath('/x/{id}', { id: given })).toThrow(expect.objectContaining({ code: 'arguments_invalid' }));
  });

  test('inherited names are not values', () => {
    expect(() => expandPath('/x/{constructor}', {})).toThrow(expect.objectContaining({ code: 'arguments_invalid' }));
  });
});

test('a value is one segment, exactly as given, or refused', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(
      '.',
      '..',
      '%',
      '2',
      'e',
      'E',
      'f',
      '5',
      'c',
      '25',
      '%2e',
      '%2F',
      '%5c',
      '/',
      '\\',
      ';',
      ' ',
      '?',
      '#',
      'a',
      "'",
      '\n',
      'é',
      '%C2',
      '%85',
      '\ud800',
    ),
  });
  const any = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), hostile, fc.emailAddress());
  let sent = 0;
  fc.assert(
    fc.property(any, any, (groupId, userId) => {
      let path: string;
      try {
        path = expandPath(TEMPLATE, { groupId, userId });
      } catch (error) {
        expect(error).toBeInstanceOf(OktaMcpError);
        expect(error).toMatchObject({ code: 'path_unsafe' });
        return;
      }
      sent++;
      const url = new URL(`https://example.okta.com${path}`);
      expect([url.search, url.hash, url.origin]).toEqual(['', '', 'https://example.okta.com']);
      const segments = url.pathname.split('/');
      expect(segments.map(decodeURIComponent)).toEqual(['', 'api', 'v1', 'groups', groupId, 'users', userId]);
      // A server that decodes twice and resolves dots arrives at no other path either.
      const twice = segments.map((segment) => decodeLeniently(decodeURIComponent(segment)));
      expect(
        new URL(`https://example.okta.com${twice.map(encodeURIComponent).join('/')}`).pathname.split('/'),
      ).toHaveLength(7);
    }),
    { numRuns: 2000 },
  );
  expect(sent).toBeGreaterThan(200);
});

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
