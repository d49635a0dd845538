import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { Catalog, type Grant } from '../../src/tools/catalog.js';
import type { JsonObject } from '../../src/tools/definition.js';
import { scopeStatusTool } from '../../src/tools/scope-status.js';
import { jsonOf, tool, toolFile } from './fixture.js';

const all = Catalog.parse(
  toolFile(
    tool('list_users', { core: true }),
    tool('create_user', { risk: 'write', scopes: [['okta.users.manage']] }),
    tool('list_apps', { toolset: 'apps', scopes: [['okta.apps.read', 'okta.apps.manage']] }),
    tool('assign_user', { toolset: 'apps', risk: 'write', scopes: [['okta.apps.manage'], ['okta.users.manage']] }),
    tool('token_only', { toolset: 'apps', auth: ['api-token'], scopes: [['okta.apps.manage']] }),
  ),
);

function status(grant: Partial<Grant>, facts: { granted?: string[]; warnings?: string[]; all?: Catalog } = {}) {
  const full: Grant = { scopes: [], credential: 'oauth', ...grant };
  const catalog = facts.all ?? all;
  const tool = scopeStatusTool({
    all: catalog,
    active: () => catalog.narrow(full),
    grant: () => full,
    requested: full.scopes,
    granted: () => facts.granted,
    warnings: facts.warnings ?? [],
  });
  return async (args: JsonObject) => jsonOf(await tool.run(args, { deadline: Number.POSITIVE_INFINITY }));
}

test('counts what is active and what each missing scope alone would unlock', async () => {
  expect(await status({ scopes: ['okta.users.read'] })({})).toMatchObject({
    credential: 'oauth',
    scopes: { requested: ['okta.users.read'] },
    active: { tools: 1, of: 5, toolsets: { users: 1 } },
    unlocks: {
      'okta.users.manage': '1: create_user',
      'okta.apps.read': '1: list_apps',
      'okta.apps.manage': '1: list_apps',
      'okta.apps.manage + okta.users.manage': '1: assign_user',
    },
  });
});

test('what scopes alone cannot unlock is not promised', async () => {
  const answer = await status(
    { scopes: ['okta.users.read'], readOnly: true, toolsets: ['users'] },
    { warnings: ['w'] },
  )({});
  expect(answer).toMatchObject({
    unlocks: {},
    restrictions: { readOnly: true, toolsets: ['users'] },
    warnings: ['w'],
  });
});

describe('granted scopes', () => {
  test.each([
    { granted: undefined, want: { requested: ['a', 'b'] } },
    { granted: ['a', 'b'], want: { requested: ['a', 'b'], granted: 'all that were requested' } },
    { granted: ['a'], want: { requested: ['a', 'b'], granted: ['a'], notGranted: ['b'] } },
  ])('$granted', async ({ granted, want }) => {
    expect(await status({ scopes: ['a', 'b'] }, granted ? { granted } : {})({})).toMatchObject({ scopes: want });
  });
});

test.each([
  {
    scope: 'okta.apps.manage',
    want: {
      scope: 'okta.apps.manage',
      granted: false,
      unlocks: ['list_apps'],
      withOthers: { 'okta.users.manage': ['assign_user'] },
    },
  },
  { scope: 'okta.users.read', want: { scope: 'okta.users.read', granted: true, tools: ['list_users'] } },
  { scope: 'okta.user.manage', want: { scope: 'okta.user.manage', known: false, nearest: ['okta.users.manage'] } },
])('one scope: $scope', async ({ scope, want }) => {
  expect(await status({ scopes: ['okta.users.read'] })({ scope })).toEqual(want);
});

describe('for all of Okta the answer stays under 1,500 tokens', () => {
  const families = Array.from({ length: 55 }, (_, index) => `okta.someResourceFamily${index}`);
  const tools = Array.from({ length: 732 }, (_, index) => {
    const family = families[index % families.length]!;
    const scopes = index % 2 ? [[`${family}.manage`]] : [[`${family}.read`, `${family}.manage`]];
    return tool(`replace_resource_of_family_${index}`, {
      toolset: `toolset-${index % 30}`,
      scopes,
      core: index % 5 === 0,
    });
  });
  const huge = Catalog.parse(toolFile(...tools));

  test.each([0, 2, 30, 110])('with %i scopes', async (count) => {
    const scopes = huge.scopes.slice(0, count);
    const answer = await status({ scopes }, { all: huge, granted: scopes })({});
    expect(countTokens(JSON.stringify(answer))).toBeLessThan(1500);
  });
});
