import { describe, expect, test } from 'vitest';
import { type Lexicon, stem, Words } from '../../src/tools/words.js';

const lexicon: Lexicon = {
  same: [
    ['signin', 'sign in', 'log in'],
    ['mfa', 'two factor'],
  ],
  near: { 'kick out': ['revoke sessions', 'remove'], laptop: ['device'] },
  verbs: [
    ['delete remove', ['delete', 'get rid of']],
    ['list', ['which', 'all']],
  ],
  names: { app: 'salesforce slack', user: 'anna' },
  ignore: 'the a of to is which',
};
const words = new Words(lexicon);

test.each([
  ['user', 'users'],
  ['policy', 'policies'],
  ['address', 'addresses'],
  ['activate', 'activation', 'activated', 'activating'],
  ['enroll', 'enrollment', 'enrolled'],
  ['assign', 'assignment', 'assigns'],
  ['delete', 'deletion', 'deleting'],
  ['provision', 'provisioning'],
  ['stop', 'stopped'],
])('%s and its forms are one word: %s', (...forms) => {
  expect(new Set(forms.map(stem)).size).toBe(1);
});

test.each([
  ['user', 'use'],
  ['role', 'rule'],
  ['app', 'api'],
  ['key', 'keep'],
  ['group', 'grant'],
])('%s and %s are not', (a, b) => {
  expect(stem(a)).not.toBe(stem(b));
});

test.each([
  { text: 'listGroupUsers', want: ['list', 'group', 'users'] },
  { text: 'list_group_users', want: ['list', 'group', 'users'] },
  { text: '/groups/users', want: ['groups', 'users'] },
  { text: 'The list of GROUP users!', want: ['list', 'group', 'users'] },
  { text: 'OAuth2 Ünser', want: ['oauth2', 'unser'] },
  { text: "Anna's log-in", want: ['annas', 'signin'] },
  { text: '', want: [] },
  { text: '🙂 ¿?', want: [] },
])('$text is read as $want', ({ text, want }) => {
  expect(words.of(text)).toEqual(want.map(stem));
});

describe('a query', () => {
  test('is told in notions, phrases first, each once', () => {
    expect(words.notionsOf('kick out the laptop, the laptop of Salesforce')).toEqual([
      { own: ['kick', 'out'], near: [['revok', 'sess'], [stem('remove')]] },
      { own: [stem('laptop')], near: [[stem('device')]] },
      { own: ['salesforc'], near: [], kind: 'app' },
    ]);
  });

  test.each([
    { query: 'get rid of it', want: { [stem('delete')]: 1, [stem('remove')]: 1 } },
    { query: 'which groups', want: { list: 1 } },
    { query: 'Anna deletes it', want: { [stem('delete')]: 0.5, [stem('remove')]: 0.5 } },
    { query: 'Anna left. Delete it', want: { [stem('delete')]: 1, [stem('remove')]: 1 } },
    { query: 'nothing of that kind', want: {} },
  ])('$query asks for $want', ({ query, want }) => {
    expect(Object.fromEntries(words.verbsOf(query, new Set(['list'])))).toEqual(want);
  });
});
