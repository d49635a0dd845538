import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.js';
import { parseConfig } from '../../src/config.js';
import { knownNames, readToolFile } from '../../src/package-files.js';
import { mcpServerFactory } from '../../src/server/mcp.js';
import type { ToolDefinition } from '../../src/tools/definition.js';
import { listedTools, mostDangerous } from '../../src/tools/surface.js';
import { connect } from '../e2e/session.js';
import { jsonOf, tool } from './fixture.js';

const many = (count: number, prefix: string, facts: Partial<ToolDefinition> = {}) =>
  Array.from({ length: count }, (_, at) => tool(`${prefix}_${at}`, facts));
const few = [...many(3, 'curated'), ...many(2, 'core', { core: true }), ...many(4, 'composed', { composed: true })];
const hundred = [
  ...many(98, 'curated'),
  ...many(2, 'core', { core: true }),
  ...many(50, 'composed', { composed: true }),
];

describe('of the allowed tools are listed', () => {
  test.each([
    { what: 'few', allowed: few, surface: 'auto', named: false, want: ['curated_', 'core_'], count: 5 },
    {
      what: 'few named ones',
      allowed: few,
      surface: 'auto',
      named: true,
      want: ['curated_', 'core_', 'composed_'],
      count: 9,
    },
    { what: 'few', allowed: few, surface: 'direct', named: false, want: ['curated_', 'core_', 'composed_'], count: 9 },
    { what: 'few', allowed: few, surface: 'discover', named: false, want: [], count: 0 },
    { what: '100', allowed: hundred, surface: 'auto', named: false, want: ['curated_', 'core_'], count: 100 },
    { what: '101', allowed: [...hundred, tool('curated_x')], surface: 'auto', named: false, want: ['core_'], count: 2 },
    { what: '150 named ones', allowed: hundred, surface: 'auto', named: true, want: ['core_'], count: 2 },
    {
      what: '150',
      allowed: hundred,
      surface: 'direct',
      named: false,
      want: ['curated_', 'core_', 'composed_'],
      count: 150,
    },
  ] as const)('$what with $surface: $count', ({ allowed, surface, named, want, count }) => {
    const names = listedTools(allowed, surface, { named }).map(({ name }) => name);
    expect(names).toHaveLength(count);
    expect(new Set(names.map((name) => name.replace(/_.*/, '_')))).toEqual(new Set(want));
  });

  const desk = { presets: ['desk'] };
  const beside = [...many(5, 'desk', { composed: true, ...desk }), ...many(1, 'deskcore', { core: true, ...desk })];

  test.each([
    {
      what: 'a preset whole',
      allowed: [...few, ...beside],
      groups: ['desk'],
      want: ['curated_', 'core_', 'desk_', 'deskcore_'],
    },
    {
      what: 'of another one what was curated',
      allowed: [...few, ...beside],
      groups: ['app'],
      want: ['curated_', 'core_', 'deskcore_'],
    },
    {
      what: 'of too many a preset whole',
      allowed: [...hundred, ...beside],
      groups: ['desk'],
      want: ['core_', 'desk_', 'deskcore_'],
    },
    {
      what: 'of presets with more than a hundred their core',
      allowed: [...many(101, 'desk', desk), ...many(1, 'deskcore', { core: true, ...desk })],
      groups: ['desk'],
      want: ['deskcore_'],
    },
    {
      what: 'of a preset of a hundred, all',
      allowed: [...many(99, 'desk', desk), ...many(1, 'deskcore', { core: true, ...desk })],
      groups: ['desk'],
      want: ['desk_', 'deskcore_'],
    },
  ])('with auto $what', ({ allowed, groups, want }) => {
    const names = listedTools(allowed, 'auto', { named: false, groups }).map(({ name }) => name);
    expect(new Set(names.map((name) => name.replace(/_.*/, '_')))).toEqual(new Set(want));
  });
});

test.each([
  { hints: [[true, false, true, false]], want: [true, false, true, false] },
  {
    hints: [
      [true, false, true, true],
      [false, false, false, true],
    ],
    want: [false, false, false, true],
  },
  {
    hints: [
      [true, false, true, true],
      [false, true, true, true],
    ],
    want: [false, true, true, true],
  },
])('what may call $hints is announced as $want', ({ hints, want }) => {
  const annotations = ([readOnlyHint, destructiveHint, idempotentHint, openWorldHint]: readonly boolean[]) =>
    ({ readOnlyHint, destructiveHint, idempotentHint, openWorldHint }) as ToolDefinition['annotations'];
  const tools = hints.map((each, at) => tool(`t${at}`, { annotations: annotations(each) }));
  expect(mostDangerous(tools)).toEqual(annotations(want));
});

const file = readToolFile();
const byName = new Map(file.tools.map((each) => [each.name, each]));
const META = ['call_tool', 'describe_tool', 'find_tools'];

/** The server an operator would get, with the demo org behind it. */
async function serve(env: Record<string, string>) {
  const { config } = parseConfig({ OKTA_SCOPES: file.scopes.join(' '), ...env }, knownNames(file), { demo: true });
  const lines: string[] = [];
  const app = await createApp({
    config,
    tools: file,
    version: '0',
    log: pino({ level: 'silent' }),
    stderr: (line) => lines.push(line),
  });
  const session = await connect(mcpServerFactory(app.toolbox, app.info)());
  return { ...session, lines, allowed: app.toolbox.catalog };
}

describe('over the protocol', () => {
  test.each<{ env: Record<string, string>; meta: string[]; lists: string[]; hides: string[] }>([
    {
      env: { OKTA_SCOPES: 'okta.groups.read okta.groups.manage' },
      meta: META,
      lists: ['list_groups', 'delete_group'],
      hides: ['list_group_role_app_targets'],
    },
    { env: {}, meta: META, lists: ['list_users', 'list_groups'], hides: ['list_user_types', 'list_campaigns'] },
    { env: { OKTA_READ_ONLY: 'true' }, meta: META, lists: ['list_users'], hides: ['delete_group', 'list_user_types'] },
    { env: { OKTA_SURFACE: 'discover' }, meta: META, lists: [], hides: ['list_users', 'list_groups'] },
    { env: { OKTA_SURFACE: 'direct' }, meta: ['describe_tool'], lists: ['list_users', 'list_campaigns'], hides: [] },
    { env: { OKTA_SURFACE: 'direct', OKTA_TOOLS: 'list_users' }, meta: [], lists: ['list_users'], hides: ['get_user'] },
    { env: { OKTA_TOOLS: 'list_campaigns get_user' }, meta: [], lists: ['list_campaigns', 'get_user'], hides: [] },
    {
      env: { OKTA_TOOLS: 'list_users', OKTA_SURFACE: 'discover' },
      meta: META,
      lists: [],
      hides: ['list_users'],
    },
  ])('$env', async ({ env, meta, lists, hides }) => {
    const { list } = await serve(env);
    const names = (await list()).map(({ name }) => name);
    expect(names.filter((name) => META.includes(name)).sort()).toEqual(meta);
    expect(names).toEqual(expect.arrayContaining(lists));
    for (const name of hides) expect(names).not.toContain(name);
  });

  test('above a hundred, exactly the core tools are listed', async () => {
    const { list, allowed } = await serve({});
    const names = (await list()).filter(({ _meta }) => _meta).map(({ name }) => name);
    expect(allowed.tools.filter(({ composed }) => !composed).length).toBeGreaterThan(100);
    expect(names.sort()).toEqual(
      allowed.tools
        .filter(({ core }) => core)
        .map(({ name }) => name)
        .sort(),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.length).toBeLessThanOrEqual(60);
  });

  test.each<{ env: Record<string, string>; want: object }>([
    { env: { OKTA_READ_ONLY: 'true' }, want: { readOnlyHint: true, destructiveHint: false } },
    { env: { OKTA_TOOLS: 'list_groups get_group' }, want: { readOnlyHint: true, destructiveHint: false } },
    { env: { OKTA_SCOPES: 'okta.groups.read' }, want: { readOnlyHint: true, destructiveHint: false } },
    { env: { OKTA_SCOPES: 'okta.groups.manage' }, want: { readOnlyHint: false, destructiveHint: true } },
    { env: { OKTA_TOOLS: 'create_group list_groups' }, want: { readOnlyHint: false, destructiveHint: false } },
  ])('call_tool and run_batch are as dangerous as what they reach: $env', async ({ env, want }) => {
    const { list } = await serve({ OKTA_SURFACE: 'discover', ...env });
    const tools = await list();
    for (const through of ['call_tool', 'run_batch']) {
      expect(tools.find(({ name }) => name === through)).toMatchObject({ annotations: want });
    }
  });

  test.each<{ env: Record<string, string>; takes: boolean; says: RegExp }>([
    { env: {}, takes: true, says: /take away, replace or hand out power are confirmed first/ },
    {
      env: { OKTA_CONFIRM: 'two-step' },
      takes: true,
      says: /take away, replace or hand out power are confirmed first/,
    },
    { env: { OKTA_CONFIRM: 'elicit' }, takes: false, says: /take away, replace or hand out power are confirmed first/ },
    { env: { OKTA_CONFIRM: 'off' }, takes: false, says: /hand out power are confirmed first.*replace act at once/ },
    { env: { OKTA_READ_ONLY: 'true' }, takes: false, says: /nothing was sent means exactly that/ },
  ])('confirmation is an argument only where it can be used ($takes): $env', async ({ env, takes, says }) => {
    const { list, instructions } = await serve({ OKTA_SURFACE: 'discover', ...env });
    for (const { name, inputSchema } of await list()) {
      const may = takes && ['call_tool', 'run_batch'].includes(name);
      expect(inputSchema.properties?.confirmation !== undefined, name).toBe(may);
    }
    expect(instructions).toMatch(says);
  });

  test.each([
    { env: {}, unlock: /name publish_security_event_tokens in OKTA_TOOLS, or its toolset security in OKTA_TOOLSETS/ },
    { env: { OKTA_TOOLS: 'list_users' }, unlock: /add publish_security_event_tokens to OKTA_TOOLS/ },
    { env: { OKTA_TOOLSETS: 'security' }, unlock: undefined },
    { env: { OKTA_TOOLS: 'publish_security_event_tokens' }, unlock: undefined },
  ])('what changes something and needs no scope is there when it is asked for: $env', async ({ env, unlock }) => {
    const { call } = await serve({ OKTA_SCOPES: 'okta.users.read', ...env });
    const told = jsonOf(await call('describe_tool', { name: 'publish_security_event_tokens' })).unlock;
    expect(told).toEqual(unlock && expect.stringMatching(unlock));
  });

  test('the discovery surface costs at most 1,500 tokens', async () => {
    const { list } = await serve({ OKTA_SURFACE: 'discover' });
    const tools = (await list()) as unknown as Record<string, unknown>[];
    const text = tools.map(
      ({ name, description, inputSchema }) => `${name}${description}${JSON.stringify(inputSchema)}`,
    );
    expect(text.reduce((sum, each) => sum + countTokens(each), 0)).toBeLessThanOrEqual(1_500);
  });

  test('what is not listed is called by name and through call_tool, what is not allowed by neither', async () => {
    const { call } = await serve({ OKTA_SURFACE: 'discover', OKTA_SCOPES: 'okta.groups.read', OKTA_READ_ONLY: 'true' });
    const through = (name: string, args: object = {}) => call('call_tool', { name, arguments: args });
    expect(jsonOf(await call('list_groups'))).toMatchObject({ complete: expect.any(Boolean) });
    expect(jsonOf(await through('list_groups'))).toMatchObject({ complete: expect.any(Boolean) });
    for (const name of ['list_users', 'create_group', 'delete_group']) {
      const [direct, indirect] = [await call(name), await through(name)];
      expect(direct.content[0]!.text).toContain('"code":"tool_not_allowed"');
      expect(indirect).toEqual(direct);
    }
  });

  test.each(['call_tool', 'find_tools', 'describe_tool', 'run_batch', 'get_scope_status', 'no_such_tool'])(
    'call_tool does not call %s',
    async (name) => {
      const { call } = await serve({ OKTA_SURFACE: 'discover' });
      const refused = await call('call_tool', { name, arguments: { name: 'list_groups' } });
      expect(refused.isError).toBe(true);
      expect(refused.content[0]!.text).toContain('"code":"tool_unknown"');
    },
  );

  test.each<{ env: Record<string, string>; name: string; args: object; says: RegExp; not?: RegExp }>([
    {
      env: {},
      name: 'call_tool',
      args: { name: 'frobnicate' },
      says: /Next step: Find one with find_tools\.$/m,
    },
    {
      env: { OKTA_TOOLSETS: 'helpdesk' },
      name: 'run_batch',
      args: { tool: 'frobnicate', calls: [{}] },
      says: /Next step: Call one of the listed tools\.$/m,
    },
    {
      env: {},
      name: 'call_tool',
      args: { name: 'delete_user' },
      says: /Did you mean delete_deactivated_user, .*\? find_tools finds others\.$/m,
      not: /create_user/,
    },
    {
      env: {},
      name: 'call_tool',
      args: { name: 'x'.repeat(5_000) },
      says: /no tool named "x{80}…"\./,
      not: /x{81}/,
    },
    {
      env: {},
      name: 'call_tool',
      args: { name: 'find_tools' },
      says: /Next step: Call find_tools directly, as its listing/,
    },
    {
      env: { OKTA_TOOLSETS: 'helpdesk' },
      name: 'run_batch',
      args: { tool: 'find_tools', calls: [{}] },
      says: /not listed\.\nNext step: Call one of the listed tools\./,
      not: /through|directly/,
    },
    {
      env: { OKTA_TOOLSETS: 'helpdesk' },
      name: 'describe_tool',
      args: { name: 'run_batch' },
      says: /Next step: Call run_batch directly, as its listing describes it\./,
      not: /through/,
    },
    {
      env: {},
      name: 'describe_tool',
      args: { name: 'get_group', variant: 'v'.repeat(5_000) },
      says: /no variant "v{80}…"/,
      not: /v{81}/,
    },
  ])('a name that cannot be called, $env $name: $says', async ({ env, name, args, says, not }) => {
    const { call } = await serve(env);
    const refused = await call(name, args);
    expect(refused.isError).toBe(true);
    expect(refused.content[0]!.text).toMatch(says);
    if (not) expect(refused.content[0]!.text).not.toMatch(not);
  });

  test('two steps through call_tool, the token inside the arguments or beside them, and the audit names the real tool', async () => {
    const { call, lines } = await serve({ OKTA_SURFACE: 'discover', OKTA_SCOPES: 'okta.groups.manage' });
    for (const place of ['inside', 'beside']) {
      const made = await call('call_tool', { name: 'create_group', arguments: { body: { profile: { name: place } } } });
      const groupId = jsonOf(made).id as string;
      const args = { groupId };
      const first = await call('call_tool', { name: 'delete_group', arguments: args });
      expect(first.isError).toBe(true);
      const { confirmation } = JSON.parse(first.content[0]!.text.split('\n').at(-1)!);
      const second =
        place === 'inside'
          ? { name: 'delete_group', arguments: { ...args, confirmation } }
          : { name: 'delete_group', arguments: args, confirmation };
      expect(jsonOf(await call('call_tool', second))).toEqual({ ok: true, status: 204 });
      expect((await call('call_tool', second)).content[0]!.text).toContain('"code":"confirmation_invalid"');
    }
    const audited = lines.filter((line) => line.startsWith('{"audit"')).map((line) => JSON.parse(line));
    expect(audited.map(({ tool: name }) => name)).not.toContain('call_tool');
    expect(audited.filter(({ tool: name, decision }) => name === 'delete_group' && decision === 'called')).toHaveLength(
      2,
    );
  });

  test('arguments are checked as in a direct call', async () => {
    const { call } = await serve({ OKTA_SURFACE: 'discover', OKTA_SCOPES: 'okta.groups.read' });
    for (const args of [{}, { groupId: 5 }, { groupId: 'x', more: 1 }, { groupId: '..' }]) {
      const direct = await call('get_group', args);
      expect(direct.isError).toBe(true);
      expect(await call('call_tool', { name: 'get_group', arguments: args })).toEqual(direct);
    }
  });
});

test('every tool that only patterns offer is marked, and none of them is core', () => {
  const composed = file.tools.filter(({ composed: marked }) => marked);
  expect(composed.length).toBeGreaterThan(400);
  expect(composed.filter(({ core }) => core)).toEqual([]);
  expect(byName.get('list_users')!.composed).toBeUndefined();
});
