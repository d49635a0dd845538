import { expect, test } from 'vitest';
import { nearest } from '../../src/tools/nearest.js';

const names = ['list_users', 'get_user', 'list_groups', 'delete_application'];

test.each([
  { given: 'list_user', want: 'list_users' },
  { given: 'LIST_USERS', want: 'list_users' },
  { given: 'user_list', want: 'list_users' },
  { given: 'list_group', want: 'list_groups' },
  { given: 'delete_aplication', want: 'delete_application' },
])('$given means $want', ({ given, want }) => {
  expect(nearest(given, names)[0]).toBe(want);
});

test('nothing close is nothing', () => {
  expect(nearest('frobnicate_everything', names)).toEqual([]);
  expect(nearest('list_users'.repeat(1_000_000), names)).toEqual([]);
});
