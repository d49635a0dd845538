import { describe, expect, test } from 'vitest';
import { readToolFile } from '../../src/package-files.js';
import { nearest, nearestTools } from '../../src/tools/nearest.js';

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

describe('of names that begin with a verb', () => {
  const some = ['create_user', 'delete_label', 'delete_role', 'delete_deactivated_user', 'delete_user_type', ...names];
  const all = readToolFile().tools.map(({ name }) => name);

  test.each([
    { given: 'delete_user', of: some, want: ['delete_deactivated_user', 'delete_user_type'] },
    { given: 'DELETE_USERS', of: some, want: ['delete_deactivated_user', 'delete_user_type'] },
    { given: 'delete_aplication', of: some, want: ['delete_application'] },
    { given: 'user_list', of: some, want: ['list_users'] },
    { given: 'list_usres', of: some, want: ['list_users'] },
    { given: 'delet_role', of: some, want: ['delete_role'] },
    { given: 'mcp__okta__list_users', of: all, want: ['list_users'] },
    { given: 'frobnicate_everything', of: some, want: [] },
    { given: 'okta_list_users', of: all, want: ['list_users'] },
    { given: 'okta-list-users', of: all, want: ['list_users'] },
    { given: 'listUsers', of: all, want: ['list_users'] },
    { given: 'list_user', of: all, want: ['list_users'] },
    { given: 'list_users'.repeat(1_000_000), of: all, want: [] },
  ])('$given means $want', ({ given, of, want }) => {
    expect(nearestTools(given, of)).toEqual(want);
  });

  test('deleting a user means no creating, and what deletes users is among the few', () => {
    const found = nearestTools('delete_user', all);
    expect(found).toHaveLength(3);
    expect(found[0]).toBe('delete_deactivated_user');
    expect(found.filter((name) => !name.startsWith('delete_'))).toEqual([]);
  });
});
