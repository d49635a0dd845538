import { describe, expect, test } from 'vitest';
import { matches } from '../../src/demo-org/scim-match.js';
import { parseFilter } from '../../src/scim/filter.js';

describe('matching', () => {
  const record = {
    name: "O'Neil",
    age: 30,
    on: true,
    gone: null,
    at: '2026-03-01T12:00:00.000Z',
    tags: ['red', 'blue'],
    list: [{ id: 'x' }, { id: 'y' }],
  };
  test.each([
    ['name eq "o\'neil"', true],
    ['Name eq "O\'Neil"', false],
    ['name sw "O\'"', true],
    ['name ew "NEIL"', true],
    ['name co "xyz"', false],
    ['name ne "other"', true],
    ['missing ne "other"', true],
    ['missing eq "other"', false],
    ['gone pr', false],
    ['gone eq null', true],
    ['missing pr or on eq true', true],
    ['age gt 29 and age le 30', true],
    ['age gt "29"', false],
    ['at eq "2026-03-01T13:00:00.000+01:00"', true],
    ['at lt "2026-03-02"', true],
    ['tags eq "blue"', true],
    ['list.id eq "y"', true],
    ['not (list.id eq "z")', true],
    ['name.constructor pr', false],
  ])('%s is %s', (text, want) => {
    expect(matches(parseFilter(text), record)).toBe(want);
  });
});
