import { describe, expect, test } from 'vitest';
import { parseCallers } from '../../src/http/callers-file.js';
import { Grants, NO_CALLERS } from '../../src/http/grants.js';
import type { VerifiedToken } from '../../src/http/token-verifier.js';
import { Catalog } from '../../src/tools/catalog.js';
import { tool, toolFile } from '../tools/fixture.js';

const file = toolFile(
  tool('list_people'),
  tool('change_person', { risk: 'write', scopes: [['okta.users.manage']] }),
  tool('list_teams', { toolset: 'groups', scopes: [['okta.groups.read', 'okta.groups.manage']] }),
  tool('change_team', { toolset: 'groups', risk: 'write', scopes: [['okta.groups.manage']] }),
  tool('join', { toolset: 'groups', risk: 'write', scopes: [['okta.users.manage'], ['okta.groups.manage']] }),
  tool('hello', { scopes: [] }),
);
const all = Catalog.parse(file);
const known = { scopes: file.scopes, toolsets: ['users', 'groups'], tools: file.tools.map(({ name }) => name) };

const CALLERS = `
scopes:
  mcp:read: [okta.users.read, okta.groups.read]
  mcp:use: []
groups:
  - { name: Helpdesk, scopes: [okta.users.manage] }
  - { name: Readers, scopes: [okta.users.manage, okta.groups.manage], readOnly: true }
  - { pattern: 'Team .*', scopes: [okta.groups.manage], toolsets: [groups] }
clients:
  - { id: 0oanight, scopes: [okta.groups.read] }
`;

const grants = new Grants(parseCallers('callers.yaml', CALLERS, known), known.scopes);

function token({
  scopes = [],
  userId,
  clientId = '0oaclient',
  ...claims
}: Partial<VerifiedToken> & Record<string, unknown>) {
  const who = userId === null ? {} : { userId: '00u1' };
  return { clientId, ...who, scopes, expiresAt: 0, claims: { sub: 'jane', ...claims } } as VerifiedToken;
}
const machine = (claims: Record<string, unknown> = {}) =>
  token({ userId: null as never, clientId: '0oanight', sub: '0oanight', ...claims });

function opened(of: VerifiedToken, with_ = grants, ceiling = all): string[] | string {
  const restriction = with_.of(of, ceiling);
  if (typeof restriction === 'string') return restriction;
  return ceiling.narrow({ credential: 'any', ...restriction }).tools.map(({ name }) => name);
}

const READ = ['list_people', 'list_teams', 'hello'];

describe('what opens what', () => {
  test.each([
    { given: "Okta's scope", of: token({ scopes: ['okta.users.read'] }), want: ['list_people', 'hello'] },
    { given: 'an own scope', of: token({ scopes: ['mcp:read'] }), want: READ },
    {
      given: 'an own scope for nothing',
      of: token({ scopes: ['mcp:use'], groups: [] }),
      want: 'no_tools_despite_groups',
    },
    { given: 'a name of Object', of: token({ scopes: ['toString', '__proto__'] }), want: 'groups_missing' },
    { given: 'a group', of: token({ groups: ['Helpdesk'] }), want: ['list_people', 'change_person', 'hello'] },
    { given: 'a group as text', of: token({ groups: 'Helpdesk' }), want: ['list_people', 'change_person', 'hello'] },
    { given: 'a read-only group', of: token({ groups: ['Readers'] }), want: READ },
    {
      given: 'a group by pattern, with a limit',
      of: token({ groups: ['Team Linz'] }),
      want: ['list_teams', 'change_team'],
    },
    {
      given: 'two groups: the limit of one does not narrow the other',
      of: token({ groups: ['Readers', 'Team Linz'] }),
      want: ['list_people', 'list_teams', 'change_team', 'hello'],
    },
    {
      given: 'two groups: what needs the scopes of both, one of them limited, stays closed',
      of: token({ groups: ['Helpdesk', 'Team Linz'] }),
      want: ['list_people', 'change_person', 'list_teams', 'change_team', 'hello'],
    },
    {
      given: 'a scope and a group',
      of: token({ scopes: ['okta.groups.read'], groups: ['Helpdesk'] }),
      want: ['list_people', 'change_person', 'list_teams', 'hello'],
    },
    { given: 'a machine', of: machine(), want: ['list_teams', 'hello'] },
    {
      given: 'a machine with groups',
      of: machine({ groups: ['Helpdesk'] }),
      want: ['list_people', 'change_person', 'hello'],
    },
    { given: 'a person through the client of a machine', of: token({ clientId: '0oanight' }), want: 'groups_missing' },
    { given: 'a machine of another name', of: machine({ sub: '0oaother' }), want: 'groups_missing' },
  ])('$given', ({ of, want }) => {
    expect(opened(of)).toEqual(want);
  });

  test('never more than the server itself may do', () => {
    const ceiling = all.narrow({ scopes: ['okta.users.read'], credential: 'any' });
    expect(opened(token({ groups: ['Helpdesk'] }), grants, ceiling)).toEqual(['list_people', 'hello']);
    expect(opened(token({ groups: ['Team Linz'] }), grants, ceiling)).toBe('no_tools_despite_groups');
  });

  test("without a callers file only Okta's own names count", () => {
    const none = new Grants(NO_CALLERS, known.scopes);
    expect(opened(token({ scopes: ['okta.users.read', 'mcp:read'], groups: ['Helpdesk'] }), none)).toEqual([
      'list_people',
      'hello',
    ]);
    expect(opened(token({ scopes: ['mcp:read'], groups: ['Helpdesk'] }), none)).toBe('scopes_not_configured');
    expect(opened(machine(), none)).toBe('scopes_not_configured');
  });
});

describe('what to ask for', () => {
  test.each([
    { sets: [['okta.users.read']], want: ['mcp:read'] },
    { sets: [['okta.users.manage'], ['okta.groups.read']], want: ['mcp:read'] },
    { sets: [['okta.users.read', 'okta.groups.read']], want: ['mcp:read'] },
    { sets: [['okta.users.manage']], want: undefined },
    { sets: [['okta.users.read', 'okta.users.manage']], want: undefined },
  ])('$sets', ({ sets, want }) => {
    expect(grants.toCover(sets)).toEqual(want);
  });

  test('the own name that opens least', () => {
    const text =
      'scopes:\n  wide: [okta.users.read, okta.groups.read]\n  limited: { scopes: [okta.users.read], readOnly: true }\n  narrow: [okta.users.read]';
    expect(new Grants(parseCallers('', text, known), known.scopes).toCover([['okta.users.read']])).toEqual(['narrow']);
  });

  test('at first: what the file says, its own names, or the scopes of the server', () => {
    const ceiling = ['okta.users.read', 'okta.unknown.read', 'openid'];
    expect(grants.asked(ceiling)).toEqual(['mcp:read', 'mcp:use']);
    expect(new Grants({ ...NO_CALLERS, ask: ['a'] }, known.scopes).asked(ceiling)).toEqual(['a']);
    expect(new Grants(NO_CALLERS, known.scopes).asked(ceiling)).toEqual(['okta.users.read']);
  });
});
