import { expect, test } from 'vitest';
import { RowFilter } from '../../src/tools/row-filter.js';

const row = {
  id: '00u1',
  status: 'ACTIVE',
  lastLogin: null,
  created: '2026-03-01T12:00:00.000Z',
  empty: '',
  none: [],
  count: 3,
  on: false,
  profile: { login: 'Ana@X.example', tags: ['red', 'blue'] },
  target: [{ type: 'User', id: 'a' }, { type: 'Group' }],
};

test.each([
  ['status eq "active"', true],
  ['STATUS eq "ACTIVE"', false],
  ['status ne "ACTIVE"', false],
  ['status ne "STAGED"', true],
  ['profile.login sw "ana@"', true],
  ['profile.login ew ".EXAMPLE"', true],
  ['profile.login co "zzz"', false],
  ['created lt "2026-03-01T13:30:00+01:00"', true],
  ['created ge "2026-03-01T13:00:00+01:00"', true],
  ['created gt "2026-03-01T13:00:00+01:00"', false],
  ['created gt "2026-03-01"', true],
  ['count ge 3 and count lt 4', true],
  ['count gt "2"', false],
  ['on eq false', true],
  // Missing, null, empty text, empty array: the same.
  ...['missing', 'missing.too', 'lastLogin', 'empty', 'none', 'profile.missing', 'status.deeper'].flatMap(
    (path): [string, boolean][] => [
      [`${path} pr`, false],
      [`not (${path} pr)`, true],
      [`${path} eq "x"`, false],
      [`${path} ne "x"`, false],
      [`${path} lt "2026-08-22T00:00:00Z"`, false],
      [`${path} gt "2026-08-22T00:00:00Z"`, false],
      [`${path} co ""`, false],
      [`${path} eq null`, true],
      [`${path} ne null`, false],
    ],
  ),
  ['status eq null', false],
  ['status ne null', true],
  ['on pr', true],
  // Any element.
  ['profile.tags eq "blue"', true],
  ['profile.tags eq "green"', false],
  ['profile.tags ne "blue"', true],
  ['not (profile.tags eq "blue")', false],
  ['target.type eq "group"', true],
  ['target.id eq "b"', false],
  // Inactive for 90 days.
  ['status eq "ACTIVE" and (lastLogin lt "2026-08-22T00:00:00Z" or not (lastLogin pr))', true],
  ['status eq "STAGED" or status eq "X" and on eq false', false],
])('%s is %s', (text, want) => {
  expect(new RowFilter(text).accepts(row)).toBe(want);
});

test('knows what it looks at', () => {
  expect(new RowFilter('a eq 1 and not (b.c pr or a ne 2)').paths).toEqual(['a', 'b.c', 'a']);
});

test.each<[string, number, string]>([
  ['status is "ACTIVE"', 7, 'at "is \\"ACTIVE\\""'],
  ['status eq ACTIVE', 10, 'at "ACTIVE"'],
  ['status eq "A" and', 17, 'at its end'],
  ['', 0, 'at its end'],
  [`a pr${' or a pr'.repeat(2000)}`, 8000, 'More than 8000 characters'],
])('%.30j is refused at %i, with an example', (text, position, where) => {
  expect(() => new RowFilter(text)).toThrow(
    expect.objectContaining({
      code: 'arguments_invalid',
      message: expect.stringContaining(where),
      fix: expect.stringContaining('status eq "ACTIVE" and'),
      details: { position },
    }),
  );
});
