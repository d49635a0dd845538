import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OktaReply } from '../../src/okta/operation.js';
import { nextPage } from '../../src/okta/page.js';
import { serializeQuery } from '../../src/okta/query.js';

const users = { path: '/api/v1/users' };
const members = { path: '/api/v1/groups/{groupId}/users' };

function reply(links: readonly string[], data: unknown = []): OktaReply {
  const headers = new Headers();
  for (const link of links) headers.append('link', link);
  return { status: 200, headers, data };
}

describe('Link header', () => {
  test.each([
    [
      'separate',
      ['<https://o/api/v1/users?limit=2>; rel="self"', '<https://o/api/v1/users?after=c1&limit=2>; rel="next"'],
    ],
    ['joined', ['<https://o/api/v1/users?limit=2>; rel="self", <https://o/api/v1/users?after=c1&limit=2>; rel="next"']],
    ['another host', ['<https://id.example.com/api/v1/users?after=c1&limit=2>; rel="next"']],
    ['relative', ['</api/v1/users?after=c1&limit=2>; rel=next']],
  ])('%s', (_, links) => {
    expect(nextPage(reply(links), users)).toEqual({ after: 'c1', limit: '2' });
  });

  test('no next on the last page', () => {
    expect(nextPage(reply([]), users)).toBeUndefined();
    expect(nextPage(reply(['<https://o/api/v1/users?limit=2>; rel="self"']), users)).toBeUndefined();
  });

  test('the link may name the object by its id where the caller wrote its name', () => {
    const link = '<https://o/api/v1/groups/00g1/users?after=c1>; rel="next"';
    expect(nextPage(reply([link]), members)).toEqual({ after: 'c1' });
  });

  test.each([
    ['https://o/api/v1/groups?after=c1', users],
    ['https://o/api/v1/users/?after=c1', users],
    ['https://o/api/v1/users/../logs?after=c1', users],
    ['https://o/api/v1/groups//users?after=c1', members],
    ['https://o/api/v1/groups/00g1/apps?after=c1', members],
    ['https://o/api/v1/users', users],
    ['https://[', users],
  ])('%s is not the next page', (target, operation) => {
    expect(() => nextPage(reply([`<${target}>; rel="next"`]), operation)).toThrow(
      expect.objectContaining({ code: 'okta_reply_invalid' }),
    );
  });
});

describe('wrapped lists', () => {
  const roles = { path: '/api/v1/iam/roles' };
  test.each([
    [{ roles: [], _links: { next: { href: 'https://o/api/v1/iam/roles?after=c1' } } }, { after: 'c1' }],
    [{ roles: [], _links: { self: { href: 'https://o/api/v1/iam/roles' } } }, undefined],
    [{ roles: [], _links: { next: null } }, undefined],
    [{ roles: [], _links: null }, undefined],
    [{ roles: [] }, undefined],
    [null, undefined],
    [undefined, undefined],
    ['text', undefined],
  ])('%j', (data, want) => {
    expect(nextPage(reply([], data), roles)).toEqual(want);
  });
});

test.each([
  ['a=x%2By+z&a=2', { a: ['x+y z', '2'] }],
  ['a=%zz&b', { a: '%zz', b: '' }],
  ['filter=id%20eq%20%22a%26b%22', { filter: 'id eq "a&b"' }],
])('query %s', (query, want) => {
  expect(nextPage(reply([`<https://o/api/v1/users?${query}>; rel="next"`]), users)).toEqual(want);
});

test('the next page is asked for with exactly the parameters of the link', () => {
  const operation = { path: '/api/v1/users', query: ['after', 'type', 'fields'], comma: ['fields'] };
  const text = fc.string({ unit: 'grapheme' });
  const texts = fc.array(text, { minLength: 1 });
  fc.assert(
    fc.property(fc.record({ after: text, type: texts, fields: texts }), (values) => {
      const query = serializeQuery(operation, values);
      const next = nextPage(reply([`<https://o/api/v1/users?${query}>; rel="next"`]), operation);
      expect(serializeQuery(operation, next!)).toBe(query);
    }),
  );
});
