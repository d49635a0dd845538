import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupPattern, patternFault } from '../../src/http/group-pattern.js';

test.each([
  { pattern: 'IT-.*', yes: ['IT-', 'IT-Linz'], no: ['XIT-Linz', 'it-linz', 'IT', 'IT-\n'] },
  { pattern: 'Helpdesk|Support', yes: ['Helpdesk', 'Support'], no: ['Helpdesks', 'A Support'] },
  { pattern: '[A-Z]+ \\(admin\\)', yes: ['IT (admin)'], no: ['IT admin', ' (admin)'] },
  { pattern: 'Team (?:Linz|Graz)', yes: ['Team Graz'], no: ['Team Wien'] },
  { pattern: '[)*+]?x', yes: ['x', '*x', ')x'], no: ['**x'] },
])('$pattern takes the whole name', ({ pattern, yes, no }) => {
  expect(patternFault(pattern)).toBeUndefined();
  const matches = groupPattern(pattern);
  expect(yes.filter(matches)).toEqual(yes);
  expect(no.filter(matches)).toEqual([]);
});

test.each([
  { pattern: '(a+)+', want: /repeats a group/ },
  { pattern: '[^](a+)+[b]', want: /repeats a group/ },
  { pattern: '[](a+)+[b]|x', want: /repeats a group/ },
  { pattern: '(?:a|aa)*', want: /repeats a group/ },
  { pattern: '(a){2}', want: /repeats a group/ },
  { pattern: '.*.*.*', want: /more than 2 times/ },
  { pattern: 'a*b+c{1,}', want: /more than 2 times/ },
  { pattern: 'a?a?a?a?a?aaaaa', want: /more than 4 groups and optional parts/ },
  { pattern: '(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)', want: /more than 4 groups and optional parts/ },
  { pattern: '(a)\\1', want: /refers back/ },
  { pattern: '(?<x>a)\\k<x>', want: /refers back/ },
  { pattern: '(?=a)b', want: /looks around/ },
  { pattern: '(?<!a)b', want: /looks around/ },
  { pattern: 'a{1000}', want: /counts/ },
  { pattern: '(', want: /no regular expression/ },
  { pattern: '[z-a]', want: /no regular expression/ },
])('$pattern is refused', ({ pattern, want }) => {
  expect(patternFault(pattern)).toMatch(want);
});

test('a name longer than any of Okta matches nothing', () => {
  expect(groupPattern('.*')('a'.repeat(255))).toBe(true);
  expect(groupPattern('.*')('a'.repeat(256))).toBe(false);
});

test('a name that is quoted matches itself and nothing else', () => {
  const quoted = (name: string) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll('\\-', '-');
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 30 }), fc.string({ maxLength: 30 }), (name, other) => {
      fc.pre(patternFault(quoted(name)) === undefined);
      expect(groupPattern(quoted(name))(name)).toBe(true);
      expect(groupPattern(quoted(name))(other)).toBe(name === other);
    }),
  );
});
