import { describe, expect, test } from 'vitest';
import { parseToolsConfig } from '../../codegen/config.js';
import { withPresets } from '../../codegen/presets.js';
import type { ToolDefinition } from '../../src/tools/definition.js';
import { tool } from '../tools/fixture.js';

const needing = (name: string, scopes: string[][], anyOf: string[], toolset = 'users'): ToolDefinition =>
  tool(name, { toolset, scopes, roles: { anyOf, source: 'test', verified: true } });

const tools = [
  needing('list_users', [['u.read', 'u.manage']], ['HELP_DESK_ADMIN', 'ORG_ADMIN']),
  needing('unlock_user', [['u.manage']], ['HELP_DESK_ADMIN', 'ORG_ADMIN']),
  needing('delete_user', [['u.manage']], ['ORG_ADMIN']),
  needing('get_logs', [['l.read']], ['REPORT_ADMIN', 'ORG_ADMIN'], 'logs'),
  needing('grant_role', [['r.manage'], ['u.read', 'u.manage']], ['SUPER_ADMIN'], 'roles'),
  needing('who_am_i', [], [], 'roles'),
];

const HEAD = `specs: {}
toolsets:
  users: { title: U, tools: {} }
  logs: { title: L, tools: {} }
  roles: { title: R, tools: {} }
presets:
`;

function run(presets: string) {
  const source = parseToolsConfig(HEAD + presets, 'tools.config.yaml');
  expect(source.problems).toEqual([]);
  return withPresets(tools, source);
}

describe('what a preset needs', () => {
  test.each([
    {
      given: 'only reads',
      preset: '{ title: T, tools: [list_users, get_logs] }',
      want: { scopes: ['l.read', 'u.read'], roles: ['HELP_DESK_ADMIN', 'REPORT_ADMIN'], reserved: [] },
    },
    {
      given: 'a scope that must be there anyway includes another',
      preset: '{ title: T, tools: [list_users, unlock_user] }',
      want: { scopes: ['u.manage'], roles: ['HELP_DESK_ADMIN'], reserved: [] },
    },
    {
      given: 'one role that is needed makes two others needless',
      preset: '{ title: T, toolsets: [users, logs] }',
      want: { scopes: ['l.read', 'u.manage'], roles: ['ORG_ADMIN'], reserved: [] },
    },
    {
      given: 'what is for super administrators only asks no such role of the rest',
      preset: '{ title: T, toolsets: [roles], tools: [get_logs] }',
      want: { scopes: ['l.read', 'r.manage', 'u.read'], roles: ['REPORT_ADMIN'], reserved: ['grant_role'] },
    },
    { given: 'nothing', preset: '{ title: T, tools: [who_am_i] }', want: { scopes: [], roles: [], reserved: [] } },
  ])('$given', ({ preset, want }) => {
    const { presets, problems } = run(`  desk: ${preset}\n`);
    expect(problems).toEqual([]);
    expect(presets).toEqual({ desk: { title: 'T', ...want } });
  });
});

test('tools know their presets, and those of none say nothing', () => {
  const { tools: marked } = run(
    '  a: { title: A, toolsets: [logs] }\n  b: { title: B, tools: [get_logs, list_users] }\n',
  );
  expect(marked.map(({ name, presets }) => [name, presets]).filter(([, presets]) => presets)).toEqual([
    ['list_users', ['b']],
    ['get_logs', ['a', 'b']],
  ]);
  expect(Object.hasOwn(marked.at(-1)!, 'presets')).toBe(false);
});

describe('what codegen refuses, with its line', () => {
  test.each([
    {
      given: 'an unknown tool',
      preset: '  desk:\n    title: T\n    tools:\n      - list_users\n      - unlock_users\n',
      want: { line: 11, message: 'there is no tool "unlock_users"', fix: 'nearest: unlock_user' },
    },
    {
      given: 'an unknown toolset',
      preset: '  desk:\n    title: T\n    toolsets:\n      - log\n',
      want: { line: 10, message: 'there is no toolset "log"', fix: 'nearest: logs' },
    },
    {
      given: 'the name of a toolset',
      preset: '  logs: { title: T, tools: [get_logs] }\n',
      want: { line: 7, message: '"logs" is a toolset as well', fix: expect.stringContaining('OKTA_TOOLSETS') },
    },
    {
      given: 'a tool that its toolset brings already',
      preset: '  desk:\n    title: T\n    toolsets: [logs]\n    tools: [get_logs]\n',
      want: { line: 10, message: '"get_logs" is in desk twice', fix: 'remove it' },
    },
  ])('$given', ({ preset, want }) => {
    expect(run(preset).problems).toEqual([{ file: 'tools.config.yaml', ...want }]);
  });

  test('an unknown key', () => {
    const { problems } = parseToolsConfig(`${HEAD}  desk: { title: T, tool: [get_logs] }\n`, 'x');
    expect(problems).toMatchObject([
      { line: 7, message: expect.stringMatching(/unknown key "tool" in presets\.desk/) },
    ]);
  });
});
