import { expect, test } from 'vitest';
import { lexicon, lexiconOf, sayingsProblems } from '../../codegen/lexicon.js';
import type { Entry } from '../../codegen/slice.js';

const config = lexicon.parse({
  same: ['signin, sign in ,log in'],
  near: { 'kick out': 'revoke sessions, remove' },
  verbs: { 'delete remove': 'get rid of, drop' },
  names: { app: 'salesforce slack' },
});

test('words become the data that the search reads', () => {
  expect(lexiconOf(config)).toEqual({
    same: [['signin', 'sign in', 'log in']],
    near: { 'kick out': ['revoke sessions', 'remove'] },
    verbs: [['delete remove', ['get rid of', 'drop']]],
    names: { app: 'salesforce slack' },
    ignore: '',
  });
});

test.each([
  { line: 'listUsers: who works here | headcount', want: undefined },
  { line: 'list_users: one', want: undefined },
  { line: '# a comment', want: undefined },
  { line: '', want: undefined },
  { line: 'lst_users: one', want: '"lst_users" is no tool and no operation behind one' },
  { line: 'users: one', want: '"users" is no tool and no operation behind one' },
  { line: 'listUsers', want: 'is not "operation: saying | saying"' },
  { line: 'listUsers: ', want: 'is not "operation: saying | saying"' },
  { line: 'listUsers: one\nlistUsers: two', want: '"listUsers" is here twice', at: 3 },
])('words/sayings.txt with $line: $want', ({ line, want, at = 2 }) => {
  const entries = [{ name: 'list_users', toolset: 'users', api: { id: 'listUsers' } }] as unknown as Entry[];
  const file = 'words/sayings.txt';
  expect(sayingsProblems(`# head\n${line}\n`, entries)).toEqual(want ? [{ file, line: at, message: want }] : []);
});

test.each([{ same: ['alone'] }, { near: { x: '' } }, { near: { x: ['y'] } }, { other: {} }])('refuses %j', (given) => {
  expect(lexicon.safeParse(given).success).toBe(false);
});
