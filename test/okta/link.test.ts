import { expect, test } from 'vitest';
import { parseLinks } from '../../src/okta/link.js';

// want: RFC 8288 section 3
test.each([
  ['', []],
  ['<https://a/x?limit=2>; rel="self"', [{ target: 'https://a/x?limit=2', rel: ['self'] }]],
  [
    '<https://a/x>; rel="self", <https://a/x?after=1,2;3>; rel="next"',
    [
      { target: 'https://a/x', rel: ['self'] },
      { target: 'https://a/x?after=1,2;3', rel: ['next'] },
    ],
  ],
  ['<a>;rel=next', [{ target: 'a', rel: ['next'] }]],
  ['<a> ; title="x, <b>; rel=\\"prev\\"" ; REL = "Last NEXT"', [{ target: 'a', rel: ['last', 'next'] }]],
  ['<a>; rel=self; rel=next', [{ target: 'a', rel: ['self'] }]],
  ['<a>; crossorigin; rel=next', [{ target: 'a', rel: ['next'] }]],
  [
    '<a>, <b>; rel=next',
    [
      { target: 'a', rel: [] },
      { target: 'b', rel: ['next'] },
    ],
  ],
  ['not a link', []],
  ['<unterminated; rel=next', []],
])('%s', (given, want) => {
  expect(parseLinks(given)).toEqual(want);
});
