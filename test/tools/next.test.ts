import { expect, test } from 'vitest';
import type { NextPage } from '../../src/okta/page.js';
import type { JsonObject } from '../../src/tools/definition.js';
import { nextArguments } from '../../src/tools/next.js';
import { tool } from './fixture.js';

const properties = {
  after: { type: 'string' },
  limit: { type: 'integer' },
  search: { type: 'string' },
  strict: { type: 'boolean' },
  expand: { type: 'array', items: { type: 'string' } },
};
const list = tool('list', {
  inputSchema: { type: 'object', properties, additionalProperties: false },
  page: { resumable: true, limit: 50 },
});

test.each<{ name: string; args: JsonObject; link: NextPage; want: object | undefined }>([
  { name: 'cursor', args: {}, link: { after: 'c' }, want: { after: 'c' } },
  { name: 'default limit is not repeated', args: {}, link: { after: 'c', limit: '50' }, want: { after: 'c' } },
  { name: 'given limit is not repeated', args: { limit: 2 }, link: { after: 'c', limit: '2' }, want: { after: 'c' } },
  {
    name: 'changed limit, as a number',
    args: { limit: 9999 },
    link: { after: 'c', limit: '200' },
    want: { after: 'c', limit: 200 },
  },
  { name: 'same search', args: { search: 'a eq "b"' }, link: { after: 'c', search: 'a eq "b"' }, want: { after: 'c' } },
  { name: 'added flag', args: {}, link: { after: 'c', strict: 'false' }, want: { after: 'c', strict: false } },
  { name: 'same array', args: { expand: ['a', 'b'] }, link: { after: 'c', expand: ['a', 'b'] }, want: { after: 'c' } },
  {
    name: 'one element stays an array',
    args: {},
    link: { after: 'c', expand: 'a' },
    want: { after: 'c', expand: ['a'] },
  },
  {
    name: 'what the tool does not take',
    args: {},
    link: { after: 'c', filter: 'x', constructor: 'y' },
    want: { after: 'c' },
  },
  { name: 'cursor that stands still', args: { after: 'c' }, link: { after: 'c' }, want: { after: 'c' } },
  { name: 'no cursor', args: {}, link: { page: '2' }, want: undefined },
])('$name', ({ args, link, want }) => {
  expect(nextArguments(list, args, link)).toEqual(want);
});

test('a list that cannot be resumed has no next', () => {
  expect(nextArguments(tool('list', { page: { resumable: false } }), {}, { after: 'c' })).toBeUndefined();
});
