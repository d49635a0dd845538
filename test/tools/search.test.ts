import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operations } from '../../generated/operations.js';
import { readSearchFiles, readToolFile } from '../../src/package-files.js';
import { type SearchParts, ToolSearch } from '../../src/tools/search.js';
import { WordVectors } from '../../src/tools/word-vectors.js';
import type { Lexicon } from '../../src/tools/words.js';
import { share } from '../share.js';
import { tool } from './fixture.js';

const empty: Lexicon = { same: [], near: {}, verbs: [], names: {}, ignore: 'the a of' };
const plain: SearchParts = {
  pathOf: ({ name }) => `/path/${name}`,
  lexicon: empty,
  sayings: {},
  vectors: new WordVectors([], new Int8Array()),
};
const search = (names: readonly string[], lexicon: Partial<Lexicon> = {}, parts: Partial<SearchParts> = {}) =>
  new ToolSearch(
    names.map((name) => tool(name, { description: '' })),
    { ...plain, lexicon: { ...empty, ...lexicon }, ...parts },
  );
const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

describe('ranking', () => {
  test.each<{
    what: string;
    all: string[];
    lexicon?: Partial<Lexicon>;
    parts?: Partial<SearchParts>;
    query: string;
    want: string;
  }>([
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
      what: 'what people say for a tool, in words that have no place',
      all: ['get_user', 'get_group'],
      parts: { sayings: { get_group: ['the whole squad', 'our gang'] } },
      query: 'squad',
      want: 'get_group',
    },
    {
      what: 'what means about the same as what people say',
      all: ['get_user', 'get_group'],
      parts: {
        sayings: { get_group: ['the whole squad'] },
        vectors: new WordVectors(
          [
            ['squad', 1],
            ['gang', 1],
            ['person', 1],
          ],
          new Int8Array([90, 10, 80, 20, -50, 70]),
        ),
      },
      query: 'gang',
      want: 'get_group',
    },
    {
      what: 'rare words above common ones',
      all: ['get_app_key', 'get_app', 'get_app_user'],
      query: 'app key',
      want: 'get_app_key',
    },
  ])('knows $what', ({ all, lexicon, parts, query, want }) => {
    expect(names(search(all, lexicon, parts).rank(query))[0]).toBe(want);
  });

  test('a sentence about another tool counts for that one', () => {
    const tools = [
      tool('suspend_user', { description: 'Block a user. To offboard use deactivate_user.' }),
      tool('deactivate_user', { description: 'Switch a user off.' }),
    ];
    const found = new ToolSearch(tools, { ...plain, pathOf: () => '/' }).rank('offboard');
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
  const all = new ToolSearch(tools, {
    pathOf: ({ operation }) => operations[operation as keyof typeof operations].path,
    ...readSearchFiles(),
  });

  test('the name of a tool finds it', () => {
    const missed = share(tools, 4).filter(({ name }) => !names(all.rank(name)).slice(0, 5).includes(name));
    expect(names(missed)).toEqual([]);
  });

  test('every synonym leads somewhere', () => {
    const { near } = readSearchFiles().lexicon;
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
