import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operations } from '../../generated/operations.js';
import { readLexicon, readToolFile } from '../../src/package-files.js';
import { ToolSearch } from '../../src/tools/search.js';
import type { Lexicon } from '../../src/tools/words.js';
import { tool } from './fixture.js';

const empty: Lexicon = { same: [], near: {}, verbs: [], names: {}, known: {}, ignore: 'the a of' };
const search = (names: readonly string[], lexicon: Partial<Lexicon> = {}) =>
  new ToolSearch(
    names.map((name) => tool(name, { description: '' })),
    ({ name }) => `/path/${name}`,
    { ...empty, ...lexicon },
  );
const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

describe('ranking', () => {
  test.each<{ what: string; all: string[]; lexicon?: Partial<Lexicon>; query: string; want: string }>([
    { what: 'words of the name', all: ['list_users', 'list_groups'], query: 'groups', want: 'list_groups' },
    { what: 'singular for plural', all: ['list_users', 'list_groups'], query: 'a group', want: 'list_groups' },
    { what: 'typos', all: ['list_users', 'suspend_group'], query: 'supsend', want: 'suspend_group' },
    {
      what: 'the name that says no more than was asked',
      all: ['list_user_role_targets', 'list_users'],
      query: 'list users',
      want: 'list_users',
    },
    {
      what: 'synonyms of several words',
      all: ['revoke_sessions', 'list_users'],
      lexicon: { near: { 'kick out': ['revoke sessions'] } },
      query: 'kick her out or kick out',
      want: 'revoke_sessions',
    },
    {
      what: 'what a name stands for',
      all: ['get_group', 'get_app'],
      lexicon: { names: { app: 'salesforce' } },
      query: 'Salesforce',
      want: 'get_app',
    },
    {
      what: 'what people say for a verb',
      all: ['create_user', 'delete_user', 'get_user'],
      lexicon: { verbs: [['delete', ['get rid of']]] },
      query: 'get rid of the user',
      want: 'delete_user',
    },
    {
      what: 'words known of a tool',
      all: ['get_user', 'get_group'],
      lexicon: { known: { get_group: 'squad' } },
      query: 'squad',
      want: 'get_group',
    },
    {
      what: 'rare words above common ones',
      all: ['get_app_key', 'get_app', 'get_app_user'],
      query: 'app key',
      want: 'get_app_key',
    },
  ])('knows $what', ({ all, lexicon, query, want }) => {
    expect(names(search(all, lexicon).rank(query))[0]).toBe(want);
  });

  test('a sentence about another tool counts for that one', () => {
    const tools = [
      tool('suspend_user', { description: 'Block a user. To offboard use deactivate_user.' }),
      tool('deactivate_user', { description: 'Switch a user off.' }),
    ];
    const found = new ToolSearch(tools, () => '/', empty).rank('offboard');
    expect(names(found)).toEqual(['deactivate_user']);
  });

  test.each(['', ' ', 'the a of', '???', 'xyzzyplugh', '🙂', 'of '.repeat(200), 'x'.repeat(500)])(
    'finds nothing for %j',
    (query) => {
      expect(search(['list_users', 'get_group']).rank(query)).toEqual([]);
    },
  );
});

describe('over all tools', () => {
  const { tools } = readToolFile();
  const all = new ToolSearch(
    tools,
    ({ operation }) => operations[operation as keyof typeof operations].path,
    readLexicon(),
  );

  test('the name of a tool finds it', () => {
    const missed = tools.filter(({ name }) => !names(all.rank(name)).slice(0, 5).includes(name));
    expect(names(missed)).toEqual([]);
  });

  test('every synonym leads somewhere', () => {
    const { near } = readLexicon();
    const dead = Object.entries(near).flatMap(([said, ways]) =>
      ways.filter((way) => all.rank(way).length === 0).map((way) => `${said}: ${way}`),
    );
    expect(dead).toEqual([]);
  });

  test('any text is answered, the same way each time, each tool at most once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (query) => {
        const found = names(all.rank(query));
        expect(new Set(found).size).toBe(found.length);
        expect(names(all.rank(query))).toEqual(found);
      }),
      { numRuns: 50 },
    );
  });
});
