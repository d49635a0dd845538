import { describe, expect, test } from 'vitest';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog, type Grant } from '../../src/tools/catalog.js';
import type { JsonObject } from '../../src/tools/definition.js';
import { findToolsTool, signature } from '../../src/tools/find-tools.js';
import { ToolSearch } from '../../src/tools/search.js';
import { WordVectors } from '../../src/tools/word-vectors.js';
import { jsonOf, operationsFor, recordingClient, textOf, tool, toolFile, unguarded } from './fixture.js';

const object = (properties: Record<string, JsonObject>, required: string[] = []): JsonObject => ({
  type: 'object',
  properties,
  required,
});
const text = { type: 'string' };

test.each<{ schema: JsonObject; want: string }>([
  { schema: object({}), want: '{}' },
  { schema: object({ groupId: text, userId: text }, ['groupId', 'userId']), want: '{groupId, userId}' },
  { schema: object({ after: text, id: text }, ['id']), want: '{id, after?}' },
  { schema: object({ on: { type: 'boolean' } }), want: '{on?: boolean}' },
  { schema: object({ type: { enum: ['A', 'B'] } }, ['type']), want: '{type: A|B}' },
  { schema: object({ ids: { type: 'array', items: text } }, ['ids']), want: '{ids: [string]}' },
  {
    schema: object({ body: object({ profile: object({ name: text }, ['name']) }, ['profile']) }, ['body']),
    want: '{body: {profile: {name}}}',
  },
  {
    schema: object({ type: { enum: ['1', '2', '3', '4', '5', '6', '7', '8', '9'] } }),
    want: '{type?: 1|2|3|4|5|6|7|8|…}',
  },
  { schema: object({ body: { type: 'object' } }, ['body']), want: '{body: {…}}' },
  {
    schema: object({ rule: { type: 'object', description: 'When it acts. {type, value}' } }),
    want: '{rule?: {type, value}}',
  },
  {
    schema: object({ zone: text, login: { ...text, description: 'Unique.' } }),
    want: '{login?, zone?}',
  },
  {
    schema: object({
      body: { ...object({ type: text }), description: 'A zone. Fields by type: IP: gateways; DYNAMIC: asns. More.' },
    }),
    want: '{body?: {type?, by type: IP: gateways; DYNAMIC: asns}}',
  },
  {
    schema: object(Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, text]))),
    want: '{a?, b?, c?, d?, e?, …}',
  },
])('arguments are shown as $want', ({ schema, want }) => {
  expect(signature(schema)).toBe(want);
});

const tools = [
  tool('list_users', { composed: true }),
  tool('list_groups', { composed: true, scopes: [['okta.groups.read']] }),
  tool('delete_group', { risk: 'destructive', scopes: [['okta.groups.manage']] }),
  tool('get_brand', { toolset: 'brands', scopes: [] }),
];

function setUp(grant: Partial<Grant>, offered = tools) {
  const file = toolFile(...offered);
  let made = 0;
  const toolbox = createToolbox({
    all: Catalog.parse(file),
    grant: () => ({ scopes: [], credential: 'any', ...grant }),
    operations: operationsFor(offered),
    client: recordingClient(),
    ...unguarded,
    surface: 'auto',
    resultBytes: 24_000,
    log: { error: (facts) => console.error(facts) },
    local: (access) => [
      findToolsTool({
        access,
        search: () => {
          made += 1;
          return new ToolSearch(offered, {
            operationOf: () => ({ method: 'GET', path: '/' }),
            lexicon: { same: [], near: {}, verbs: [], names: {}, ignore: '' },
            sayings: {},
            vectors: new WordVectors([], new Int8Array()),
          });
        },
      }),
    ],
  });
  return { toolbox, find: (args: JsonObject) => toolbox.call('find_tools', args, {}), made: () => made };
}

describe('find_tools', () => {
  test('shows what is allowed, best first, ready to be called', async () => {
    const { find } = setUp({ scopes: ['okta.groups.read', 'okta.groups.manage'] });
    expect(jsonOf(await find({ query: 'delete a group' }))).toEqual({
      tools: [
        { name: 'delete_group', description: 'Does delete_group.', risk: 'destructive', arguments: '{}' },
        { name: 'list_groups', description: 'Does list_groups.', risk: 'read', arguments: '{}' },
      ],
    });
  });

  test.each<{ grant: Partial<Grant>; unlock: string }>([
    { grant: { scopes: ['okta.groups.read'] }, unlock: 'OKTA_SCOPES' },
    { grant: { scopes: ['okta.groups.read', 'okta.groups.manage'], readOnly: true }, unlock: 'OKTA_READ_ONLY' },
    { grant: { scopes: ['okta.groups.manage'], toolsets: ['brands'] }, unlock: 'OKTA_TOOLSETS' },
    { grant: { scopes: ['okta.groups.manage'], tools: ['get_brand'] }, unlock: 'OKTA_TOOLS' },
  ])('names what would fit but is not allowed, with what unlocks it: $grant', async ({ grant, unlock }) => {
    const { tools: found, notAvailable } = jsonOf(await setUp(grant).find({ query: 'delete group' })) as {
      tools: { name: string }[];
      notAvailable: { name: string; unlock: string }[];
    };
    expect(found.map(({ name }) => name)).not.toContain('delete_group');
    expect(notAvailable.find(({ name }) => name === 'delete_group')!.unlock).toContain(unlock);
  });

  test('what is not allowed is not named when it is not among the best', async () => {
    const { find } = setUp({ scopes: ['okta.users.read'] });
    const { notAvailable } = jsonOf(await find({ query: 'list users', limit: 1 }));
    expect(notAvailable).toBeUndefined();
  });

  test('what fits best comes first, also when it is not available', async () => {
    const hidden = jsonOf(await setUp({ scopes: ['okta.groups.read'] }).find({ query: 'delete group' }));
    expect(Object.keys(hidden)).toEqual(['notAvailable', 'tools']);
    const shown = jsonOf(await setUp({ scopes: ['okta.groups.read'] }).find({ query: 'list groups' }));
    expect(Object.keys(shown)[0]).toBe('tools');
  });

  test('says that what fits is not available, and not that nothing fits', async () => {
    expect(jsonOf(await setUp({ scopes: ['okta.users.read'] }).find({ query: 'groups' }))).toEqual({
      notAvailable: [
        expect.objectContaining({ name: 'list_groups' }),
        expect.objectContaining({ name: 'delete_group' }),
      ],
      tools: [],
      note: 'Only tools that are not available here fit.',
    });
  });

  test('does not show what is far down only because the rest is not allowed', async () => {
    const many = Array.from({ length: 20 }, (_, at) =>
      tool(`delete_group_${at}`, { scopes: [['okta.groups.manage']] }),
    );
    const far = tool('list_users', { description: 'Users, in a group or not.' });
    const { find } = setUp({ scopes: ['okta.users.read'] }, [...many, far]);
    expect(jsonOf(await find({ query: 'delete group' })).tools).toEqual([]);
  });

  test('the name of a toolset shows what is in it', async () => {
    const { find } = setUp({ scopes: ['okta.users.read'] });
    expect(jsonOf(await find({ query: ' Brands' })).tools).toEqual([expect.objectContaining({ name: 'get_brand' })]);
  });

  test('says where there is more to know', async () => {
    const wide = { type: 'object', properties: { body: { type: 'object' } } };
    const { find } = setUp({ scopes: ['okta.users.read'] }, [tool('list_users', { inputSchema: wide })]);
    expect(jsonOf(await find({ query: 'users' })).note).toMatch(/describe_tool/);
  });

  test('says so when nothing fits', async () => {
    const { find } = setUp({ scopes: ['okta.users.read'] });
    const note = 'Nothing fits. Say it in other words, in English, or name one of: users, brands.';
    expect(jsonOf(await find({ query: 'weather' }))).toEqual({ tools: [], note });
  });

  test.each([{}, { query: '' }, { query: 'x', limit: 0 }, { query: 'x', limit: 21 }, { query: 'x'.repeat(501) }])(
    'refuses %j',
    async (args) => {
      expect(textOf(await setUp({}).find(args))).toContain('"code":"arguments_invalid"');
    },
  );

  test('is listed only where a tool is not', () => {
    const listed = (grant: Partial<Grant>) => setUp(grant).toolbox.local.length;
    expect(listed({ scopes: ['okta.users.read'] })).toBe(1);
    expect(listed({ scopes: ['okta.groups.manage'] })).toBe(0);
  });

  test('costs nothing until it is used', async () => {
    const { toolbox, find, made } = setUp({ scopes: ['okta.users.read'] });
    expect(toolbox.local).toHaveLength(1);
    expect(made()).toBe(0);
    await find({ query: 'all users' });
    expect(made()).toBe(1);
  });
});
