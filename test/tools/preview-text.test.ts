import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argumentsText, quoted } from '../../src/tools/preview-text.js';

/** What a reader could mistake for an end of the value, or not see at all. */
const DANGEROUS =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00A0\u2000-\u200A\u202F\u3000\u3164\u115F\u1160\uFFA0\u2800<>`]|\]\(/u;

describe('a value in a question', () => {
  test.each([
    ['Engineering', '"Engineering"'],
    ["Łukasz O'Rourke, 山田", '"Łukasz O\'Rourke, 山田"'],
    ['a"b', '"a\\"b"'],
    ['a\nb', '"a\\nb"'],
    ['a\u202Eb', '"a\\u202eb"'],
    ['a\u2028b', '"a\\u2028b"'],
    ['\u{E0041}', '"\\udb40\\udc41"'],
    ['<br>', '"\\u003cbr\\u003e"'],
    ['[a](b)', '"[a]\\u0028b)"'],
    ['a\u00A0b', '"a\\u00a0b"'],
    [7, '7'],
    [true, 'true'],
    [null, 'null'],
    ['x'.repeat(81), `"${'x'.repeat(80)}" (and 1 more characters)`],
  ])('%j reads %s', (value, text) => {
    expect(quoted(value)).toBe(text);
  });

  test('is always one visible line that ends where it ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (value) => {
        const text = quoted(value);
        expect(text).not.toMatch(DANGEROUS);
        expect(text.slice(1, -1).replace(/\\./g, '')).not.toContain('"');
        expect(JSON.parse(text)).toBe(value);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('arguments in a question', () => {
  test.each([
    [{ userId: 'me' }, '{"userId":"me"}'],
    [
      { credentials: { password: { value: 'x', hash: { salt: 's', value: 'h' } } } },
      '{"credentials":{"password":{"value":"***","hash":{"salt":"***","value":"***"}}}}',
    ],
    [
      { credentials: { recovery_question: { question: 'q', answer: 'a' } } },
      '{"credentials":{"recovery_question":{"question":"q","answer":"***"}}}',
    ],
    [
      { client_secret: 'x', clientSecret: 'y', apiTokenId: '00T', secretId: 'ocs' },
      '{"client_secret":"***","clientSecret":"***","apiTokenId":"00T","secretId":"ocs"}',
    ],
    [
      { settings: { password: { complexity: { minLength: 8 } } } },
      '{"settings":{"password":{"complexity":{"minLength":8}}}}',
    ],
    [
      { note: '-----BEGIN RSA PRIVATE KEY-----\nMAMCAQE=\n-----END RSA PRIVATE KEY-----', passCode: 123456 },
      '{"note":"***","passCode":"***"}',
    ],
    [{ expression: { value: 'user.a=="b"' } }, '{"expression":{"value":"user.a==\\"b\\""}}'],
  ])('%j reads %s', (args, text) => {
    expect(argumentsText(args)).toBe(text);
  });

  test('are cut, and say so', () => {
    expect(argumentsText({ a: 'x'.repeat(3000) })).toMatch(/ \(and 1\d{3} more characters\)$/);
  });

  test('are always one visible line', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(argumentsText(value)).not.toMatch(DANGEROUS);
      }),
    );
  });
});
