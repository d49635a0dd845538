import { expect, test } from 'vitest';
import { parseCallers } from '../../src/http/callers-file.js';

const known = { scopes: ['okta.users.read', 'okta.users.manage'], toolsets: ['users'], tools: ['list_users'] };
const parse = (text: string) => parseCallers('callers.yaml', text, known);

test('every setting, and what is there without one', () => {
  expect(
    parse(`
scopes:
  mcp:read: [okta.users.read]
  mcp:write: { scopes: [okta.users.manage], readOnly: true, toolsets: [users], tools: [list_users] }
  mcp:use: []
groups:
  - { name: Helpdesk, scopes: [okta.users.read] }
  - { pattern: 'IT-.*', scopes: [okta.users.manage], toolsets: [users] }
clients:
  - { id: 0oa1, scopes: [okta.users.read], readOnly: true }
groupsClaim: teams
ask: [mcp:use]
`),
  ).toEqual({
    scopes: {
      'mcp:read': { scopes: ['okta.users.read'] },
      'mcp:write': { scopes: ['okta.users.manage'], readOnly: true, toolsets: ['users'], tools: ['list_users'] },
      'mcp:use': { scopes: [] },
    },
    groups: [
      { name: 'Helpdesk', scopes: ['okta.users.read'] },
      { pattern: 'IT-.*', scopes: ['okta.users.manage'], toolsets: ['users'] },
    ],
    clients: [{ id: '0oa1', scopes: ['okta.users.read'], readOnly: true }],
    groupsClaim: 'teams',
    ask: ['mcp:use'],
  });
  expect(parse('')).toEqual({ scopes: {}, groups: [], clients: [], groupsClaim: 'groups' });
});

test.each([
  { given: 'half a list', text: 'groups:\n  - [', want: /callers\.yaml:2 / },
  { given: 'a key twice', text: 'scopes: {}\nscopes: {}', want: /callers\.yaml:2 .*unique/ },
  { given: 'a setting nobody knows', text: 'scopes: {}\ngroup: []', want: /callers\.yaml:2 group is no setting/ },
  {
    given: 'a setting nobody knows in an entry',
    text: 'groups:\n  - name: A\n    scopes: []\n    admin: true',
    want: /callers\.yaml:4 groups\.0\.admin is no setting/,
  },
  {
    given: 'neither name nor pattern',
    text: 'groups:\n  - scopes: []',
    want: /callers\.yaml:2 groups\.0 needs either name or pattern/,
  },
  {
    given: 'name and pattern',
    text: 'groups:\n  - { name: A, pattern: A, scopes: [] }',
    want: /needs either name or pattern/,
  },
  { given: 'no scopes', text: 'clients:\n  - id: 0oa1', want: /callers\.yaml:2 clients\.0\.scopes/ },
  { given: 'a client id with a space', text: 'clients: [{ id: "0oa 1", scopes: [] }]', want: /is no client id/ },
  {
    given: 'a scope Okta does not have',
    text: 'scopes:\n  mcp:read:\n    - okta.users.read\n    - okta.user.read',
    want: /callers\.yaml:4 scopes\.mcp:read\.scopes\.1 is no scope known/,
  },
  {
    given: 'a toolset nobody knows',
    text: 'groups: [{ name: A, scopes: [], toolsets: [people] }]',
    want: /groups\.0\.toolsets\.0 is no toolset known/,
  },
  {
    given: 'a tool nobody knows',
    text: 'groups: [{ name: A, scopes: [], tools: [list_people] }]',
    want: /groups\.0\.tools\.0 is no tool known/,
  },
  {
    given: 'an own name that is a scope of Okta',
    text: 'scopes:\n  okta.users.read: [okta.users.manage]',
    want: /callers\.yaml:2 scopes\.okta\.users\.read is a scope of Okta/,
  },
  { given: 'an own name that is none', text: 'scopes: { "mcp read": [] }', want: /scope name/ },
  {
    given: 'a pattern that can take for ever',
    text: 'groups:\n  - scopes: []\n    pattern: (a+)+',
    want: /callers\.yaml:3 groups\.0\.pattern repeats a group/,
  },
  { given: 'to ask for what opens nothing', text: 'ask: [mcp:use]', want: /callers\.yaml:1 ask\.0 opens nothing/ },
  { given: 'a list in place of the file', text: '- a', want: /callers\.yaml:1 the file/ },
])('$given', ({ text, want }) => {
  expect(() => parse(text)).toThrow(want);
});

test('every problem at once', () => {
  const text = 'groups:\n  - { name: A, scopes: [a] }\n  - { name: B, scopes: [b] }';
  expect(() => parse(text)).toThrow(/:2 .*\n.*:3 /);
});
