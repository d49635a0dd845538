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

function setUp(grant: Partial<Grant>) {
  const file = toolFile(...tools);
  let made = 0;
  const toolbox = createToolbox({
    all: Catalog.parse(file),
    grant: () => ({ scopes: [], credential: 'any', ...grant }),
    operations: operationsFor(tools),
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
          return new ToolSearch(tools, {
            pathOf: () => '/',
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

  test('says so when nothing fits', async () => {
    const { find } = setUp({ scopes: ['okta.users.read'] });
    expect(jsonOf(await find({ query: 'weather' }))).toEqual({ tools: [], note: expect.stringContaining('brands') });
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
    await find({ query: 'users' });
    expect(made()).toBe(1);
  });
});
