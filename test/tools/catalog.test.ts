import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Catalog, type Grant } from '../../src/tools/catalog.js';
import { describeMissing, type Missing } from '../../src/tools/missing.js';
import { tool, toolFile } from './fixture.js';

const read = ['okta.users.read', 'okta.users.manage'];
const tools = [
  tool('list_users', { core: true }),
  tool('create_user', { risk: 'write', scopes: [['okta.users.manage']] }),
  tool('list_apps', { toolset: 'apps', scopes: [['okta.apps.read', 'okta.apps.manage']] }),
  tool('assign_user', { toolset: 'apps', risk: 'write', scopes: [['okta.apps.manage'], read] }),
  tool('get_org', { toolset: 'org', scopes: [] }),
  tool('oauth_only', { auth: ['oauth'] }),
  tool('announce', { toolset: 'org', presets: ['desk'], risk: 'privileged', scopes: [] }),
  tool('grant_role', {
    risk: 'privileged',
    scopes: [['okta.roles.manage']],
    roles: { anyOf: ['ORG_ADMIN'], permissions: ['okta.roles.manage'], source: 'test', verified: true },
  }),
];
const all = Catalog.parse(toolFile(...tools));
const grant = (scopes: string[], facts: Partial<Grant> = {}): Grant => ({ scopes, credential: 'oauth', ...facts });
const everything = grant(['okta.users.manage', 'okta.apps.manage', 'okta.roles.manage']);

describe('narrow', () => {
  test.each<{ given: Grant; want: string[] }>([
    { given: grant([]), want: ['get_org'] },
    { given: grant(['okta.users.read']), want: ['list_users', 'get_org', 'oauth_only'] },
    { given: grant(['okta.users.manage']), want: ['list_users', 'create_user', 'get_org', 'oauth_only'] },
    { given: grant(['okta.apps.manage']), want: ['list_apps', 'get_org'] },
    { given: grant(['okta.users']), want: ['get_org'] },
    { given: everything, want: tools.map(({ name }) => name).filter((name) => name !== 'announce') },
    { given: { ...everything, readOnly: true }, want: ['list_users', 'list_apps', 'get_org', 'oauth_only'] },
    { given: { ...everything, toolsets: ['apps', 'org'] }, want: ['list_apps', 'assign_user', 'get_org', 'announce'] },
    { given: { ...everything, toolsets: ['desk'] }, want: ['announce'] },
    { given: { ...everything, toolsets: ['apps'] }, want: ['list_apps', 'assign_user'] },
    { given: grant([], { tools: ['announce'] }), want: ['announce'] },
    { given: grant([], { tools: ['announce'], readOnly: true }), want: [] },
    { given: grant([], { tools: ['announce'], toolsets: ['apps'] }), want: [] },
    { given: { ...everything, tools: ['list_users', 'no_such_tool'] }, want: ['list_users'] },
    { given: { ...everything, toolsets: [] }, want: [] },
    {
      given: { ...everything, credential: 'api-token' },
      want: ['list_users', 'create_user', 'list_apps', 'assign_user', 'get_org', 'grant_role'],
    },
  ])('$given', ({ given, want }) => {
    expect(
      all
        .narrow(given)
        .list()
        .map(({ name }) => name),
    ).toEqual(want);
  });

  test.each([
    { roles: ['ORG_ADMIN'], want: true },
    { roles: ['SUPER_ADMIN'], want: true },
    { roles: ['CUSTOM'], want: true },
    { roles: ['HELP_DESK_ADMIN'], want: false },
    { roles: [], want: false },
  ])('roles $roles keep a tool with a verified requirement: $want', ({ roles, want }) => {
    const narrowed = all.narrow({ ...everything, roles });
    expect(narrowed.get('grant_role') !== undefined).toBe(want);
    expect(narrowed.get('list_users')).toBeDefined();
  });
});

const scopes = fc.subarray([...all.scopes, 'openid', 'okta.unknown.read']);
const anyGrant = fc.record(
  {
    scopes,
    credential: fc.constantFrom('oauth' as const, 'api-token' as const, 'any' as const),
    readOnly: fc.boolean(),
    toolsets: fc.subarray(['users', 'apps', 'org']),
    tools: fc.subarray(tools.map(({ name }) => name)),
    roles: fc.subarray(['ORG_ADMIN', 'SUPER_ADMIN', 'CUSTOM']),
  },
  { requiredKeys: ['scopes', 'credential'] },
);

describe('properties', () => {
  test('a narrowed catalogue holds no tool whose scopes are not satisfied', () => {
    fc.assert(
      fc.property(anyGrant, (given) => {
        for (const { scopes: required } of all.narrow(given as Grant).list()) {
          for (const anyOf of required) expect(anyOf.filter((scope) => given.scopes.includes(scope))).not.toEqual([]);
        }
      }),
    );
  });

  test('narrowing is monotonic, and narrowing twice is the intersection', () => {
    fc.assert(
      fc.property(anyGrant, anyGrant, (one, two) => {
        const names = (catalog: Catalog) => new Set(catalog.list().map(({ name }) => name));
        const both = names(all.narrow(one as Grant).narrow(two as Grant));
        const [first, second] = [names(all.narrow(one as Grant)), names(all.narrow(two as Grant))];
        expect(both).toEqual(new Set([...first].filter((name) => second.has(name))));
      }),
    );
  });

  test('more scopes never take a tool away', () => {
    fc.assert(
      fc.property(anyGrant, scopes, (given, more) => {
        const wider = all.narrow({ ...given, scopes: [...given.scopes, ...more] } as Grant);
        for (const { name } of all.narrow(given as Grant).list()) expect(wider.get(name)).toBeDefined();
      }),
    );
  });

  test('a tool is either inside the grant or has a reason, and adding any named scope set removes that reason', () => {
    fc.assert(
      fc.property(anyGrant, fc.constantFrom(...tools), (given, { name }) => {
        const missing = all.missing(name, given as Grant);
        expect(missing === undefined).toBe(all.narrow(given as Grant).get(name) !== undefined);
        for (const set of missing?.scopes ?? []) {
          const wider = { ...given, scopes: [...given.scopes, ...set] } as Grant;
          expect(all.missing(name, wider)?.scopes).toBeUndefined();
          for (const dropped of set) {
            const less = set.filter((scope) => scope !== dropped);
            expect(all.missing(name, { ...given, scopes: [...given.scopes, ...less] } as Grant)?.scopes).toBeDefined();
          }
        }
      }),
    );
  });
});

test.each<{ name: string; given: Grant; want: Missing | undefined }>([
  { name: 'list_users', given: grant(['okta.users.read']), want: undefined },
  { name: 'no_such_tool', given: grant([]), want: undefined },
  { name: 'get_org', given: grant([]), want: undefined },
  { name: 'announce', given: everything, want: { unnamed: 'org' } },
  { name: 'announce', given: { ...everything, toolsets: ['apps'] }, want: { toolset: 'org' } },
  { name: 'announce', given: { ...everything, tools: ['get_org'] }, want: { unlisted: true } },
  { name: 'announce', given: { ...everything, tools: ['announce'] }, want: undefined },
  { name: 'list_users', given: grant([]), want: { scopes: [['okta.users.read'], ['okta.users.manage']] } },
  {
    name: 'assign_user',
    given: grant([]),
    want: {
      scopes: [
        ['okta.apps.manage', 'okta.users.read'],
        ['okta.apps.manage', 'okta.users.manage'],
      ],
    },
  },
  { name: 'assign_user', given: grant(['okta.users.read']), want: { scopes: [['okta.apps.manage']] } },
  {
    name: 'create_user',
    given: { ...grant([]), readOnly: true, toolsets: ['apps'], tools: [] },
    want: { scopes: [['okta.users.manage']], readOnly: true, toolset: 'users', unlisted: true },
  },
  {
    name: 'oauth_only',
    given: grant(['okta.users.read'], { credential: 'api-token' }),
    want: { credential: ['oauth'] },
  },
  {
    name: 'grant_role',
    given: grant(['okta.roles.manage'], { roles: ['HELP_DESK_ADMIN'] }),
    want: { roles: ['ORG_ADMIN'], permissions: ['okta.roles.manage'] },
  },
])('$name is missing $want', ({ name, given, want }) => {
  expect(all.missing(name, given)).toEqual(want);
});

test('two lists that share a scope need it once', () => {
  const shared = Catalog.parse(
    toolFile(
      tool('both', {
        scopes: [
          ['a', 'b'],
          ['b', 'c'],
        ],
      }),
    ),
  );
  expect(shared.missing('both', grant([]))?.scopes).toEqual([['b'], ['a', 'c']]);
});

test.each([
  { missing: { roles: ['ORG_ADMIN'] }, want: 'it needs the role ORG_ADMIN or SUPER_ADMIN' },
  { missing: { roles: ['SUPER_ADMIN'] }, want: 'it needs the role SUPER_ADMIN' },
  {
    missing: { roles: ['ORG_ADMIN'], permissions: ['okta.a.read', 'okta.b.read'] },
    want: 'it needs the role ORG_ADMIN or SUPER_ADMIN or a custom role with okta.a.read and okta.b.read',
  },
])('every role that suffices is named: $want', ({ missing, want }) => {
  expect(describeMissing('it', missing).map(({ why }) => why)).toEqual([want]);
});
