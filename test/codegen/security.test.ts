import { expect, test } from 'vitest';
import { scopeClauses } from '../../codegen/security.js';

/** OpenAPI 3.0.3, security requirement: entries of the list are alternatives, names and scopes within one are all needed. */
test.each<{ given: string; security: Record<string, string[]>[] | undefined; want: string[][] }>([
  { given: 'nothing stated', security: undefined, want: [] },
  { given: 'public', security: [], want: [] },
  { given: 'another credential only', security: [{ apiToken: [] }], want: [] },
  { given: 'one scope', security: [{ apiToken: [] }, { oauth2: ['a'] }], want: [['a']] },
  { given: 'two at once', security: [{ oauth2: ['a', 'b'] }], want: [['a'], ['b']] },
  { given: 'either of two', security: [{ oauth2: ['a'] }, { oauth2: ['b'] }], want: [['a', 'b']] },
  {
    given: 'two at once or a third',
    security: [{ oauth2: ['a', 'b'] }, { oauth2: ['c'] }],
    want: [
      ['a', 'c'],
      ['b', 'c'],
    ],
  },
  { given: 'one, with or without another', security: [{ oauth2: ['a', 'b'] }, { oauth2: ['a'] }], want: [['a']] },
  { given: 'one or none', security: [{ oauth2: ['a'] }, { oauth2: [] }], want: [] },
])('$given', ({ security, want }) => {
  expect(scopeClauses(security)).toEqual(want);
});
