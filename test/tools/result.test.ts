import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OktaMcpError } from '../../src/errors.js';
import { errorResult, itemsOf, noList, replyResult } from '../../src/tools/result.js';
import { jsonOf, reply, textOf, tool } from './fixture.js';

const list = tool('list', { page: { resumable: true } });
const wrapped = tool('wrapped', { page: { resumable: false, items: 'roles' } });

describe('not a list', () => {
  test.each([
    { name: 'data', given: reply({ id: 'u', n: null }), want: { id: 'u', n: null } },
    { name: '204', given: reply(undefined, { status: 204 }), want: { ok: true, status: 204 } },
    { name: 'empty 200', given: reply(undefined), want: { ok: true, status: 200 } },
    { name: 'empty object', given: reply({}), want: { ok: true, status: 200 } },
    { name: 'empty array', given: reply([]), want: [] },
    { name: 'false', given: reply(false), want: false },
    {
      name: '202',
      given: reply({ id: 'job' }, { status: 202 }),
      want: {
        ok: true,
        status: 202,
        accepted: true,
        note: expect.stringContaining('still working'),
        data: { id: 'job' },
      },
    },
  ])('$name', ({ given, want }) => {
    const result = replyResult(given);
    expect(jsonOf(result)).toEqual(want);
    expect(result.isError).toBeUndefined();
    expect(result.structuredContent).toBeUndefined();
  });

  test('text stays text', () => {
    expect(textOf(replyResult(reply('<xml/>\n')))).toBe('<xml/>\n');
  });
});

test.each([{ given: {} }, { given: 'text' }, { given: undefined }, { given: null }])(
  'something other than a list is never an empty list: $given',
  ({ given }) => {
    for (const each of [list, wrapped]) expect(itemsOf(each, reply(given))).toBeUndefined();
    expect(noList(list, reply(given)).code).toBe('okta_reply_invalid');
  },
);

test('_links is dropped, _embedded stays', () => {
  const user = { id: 'u', _links: { self: { href: 'x' } }, _embedded: { app: { id: 'a', _links: {} } } };
  expect(jsonOf(replyResult(reply(user)))).toEqual({ id: 'u', _embedded: { app: { id: 'a' } } });
});

test.each([
  { name: 'zero width', given: 'ad\u200Bmin\uFEFF', want: 'admin' },
  { name: 'bidirectional', given: '\u202Egnp.exe\u2066x\u2069', want: 'gnp.exex' },
  { name: 'control', given: 'a\u0000b\u001b[31mc\u009bd', want: 'ab[31mcd' },
  { name: 'tags', given: 'a\u{E0041}\u{E007F}b', want: 'ab' },
  { name: 'line breaks and tabs stay', given: 'a\n\tb\r\n', want: 'a\n\tb\r\n' },
  { name: 'letters of the world stay', given: 'Zoë Åström 山田 مريم 🎉', want: 'Zoë Åström 山田 مريم 🎉' },
])('$name', ({ given, want }) => {
  expect(jsonOf(replyResult(reply({ [`k${given}`]: [given] })))).toEqual({ [`k${want}`]: [want] });
  expect(textOf(errorResult(new OktaMcpError('okta_invalid', given, given, { name: given })))).toBe(
    `${want}\nNext step: ${want}\n${JSON.stringify({ code: 'okta_invalid', name: want })}`,
  );
});

test('no text of Okta brings an invisible character into a result', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (data) => {
      const text = textOf(replyResult(reply({ data })));
      expect(text).not.toMatch(/[\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF\u007F-\u009F]/);
      expect(text).not.toMatch(/\\u00(0[0-8bcef]|1)/i);
    }),
  );
});

test('an error is an error, with its code and facts', () => {
  const result = errorResult(
    new OktaMcpError('okta_not_found', 'No such user.', 'Search by login.', { requestId: 'r1' }),
  );
  expect(result.isError).toBe(true);
  expect(textOf(result)).toBe('No such user.\nNext step: Search by login.\n{"code":"okta_not_found","requestId":"r1"}');
});
