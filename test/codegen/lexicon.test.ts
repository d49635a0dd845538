import { expect, test } from 'vitest';
import { lexicon, lexiconOf, lexiconProblems } from '../../codegen/lexicon.js';
import type { Entry } from '../../codegen/slice.js';

const config = lexicon.parse({
  same: ['signin, sign in ,log in'],
  near: { 'kick out': 'revoke sessions, remove' },
  verbs: { 'delete remove': 'get rid of, drop' },
  names: { app: 'salesforce slack' },
  known: { list_users: 'headcount', users: 'people', listUsers: 'staff', lst_users: 'nobody' },
});

test('words become the data that the search reads', () => {
  expect(lexiconOf(config)).toEqual({
    same: [['signin', 'sign in', 'log in']],
    near: { 'kick out': ['revoke sessions', 'remove'] },
    verbs: [['delete remove', ['get rid of', 'drop']]],
    names: { app: 'salesforce slack' },
    known: { list_users: 'headcount', users: 'people', listUsers: 'staff', lst_users: 'nobody' },
    ignore: '',
  });
});

test('words for what is no tool, operation or toolset are a problem', () => {
  const entries = [{ name: 'list_users', toolset: 'users', api: { id: 'listUsers' } }] as unknown as Entry[];
  const problems = lexiconProblems(config, entries, (key, message) => ({ file: key, line: 1, message }));
  expect(problems.map(({ file }) => file)).toEqual(['lst_users']);
});

test.each([{ same: ['alone'] }, { near: { x: '' } }, { near: { x: ['y'] } }, { other: {} }])('refuses %j', (given) => {
  expect(lexicon.safeParse(given).success).toBe(false);
});
