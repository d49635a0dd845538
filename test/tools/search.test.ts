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
  operationOf: ({ name }) => ({ method: 'GET', path: `/path/${name}` }),
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

  test('bare nouns ask what there is, unless they say what to do', () => {
    const tools = [
      tool('delete_domain', { risk: 'destructive' }),
      tool('create_domain', { risk: 'write' }),
      tool('get_domain'),
      tool('list_domains', { page: { resumable: true } }),
    ];
    const first = (query: string) => names(new ToolSearch(tools, plain).rank(query))[0];
    expect(first('domain')).toBe('list_domains');
    expect(first('delete domain')).toBe('delete_domain');
  });

  test.each([
    { by: 'its name', query: 'revoke_token' },
    { by: 'its name within a sentence', query: 'please call revoke_token for all the tokens' },
    { by: 'its name in words', query: 'Revoke token' },
    { by: 'a name it had', query: 'kill_token' },
    { by: 'its title', query: 'Take one token away' },
    { by: 'its operation id', query: 'revokeTokenForUser' },
    { by: 'its request', query: 'DELETE /api/v1/tokens/{id}' },
    { by: 'its path, whatever the parameter is called', query: '/api/v1/tokens/{tokenId}' },
  ])('a tool is found by $by', ({ query }) => {
    const one = { title: 'Take one token away', operation: 'revokeTokenForUser', aliases: ['kill_token'] };
    const tools = [
      tool('revoke_tokens', { description: 'Revoke token after token, all tokens, all the tokens away.' }),
      tool('revoke_token', { description: '', ...one }),
    ];
    const operationOf = ({ name }: { name: string }) => {
      return { method: 'DELETE', path: name === 'revoke_token' ? '/api/v1/tokens/{token}' : '/api/v1/all' } as const;
    };
    const found = new ToolSearch(tools, { ...plain, operationOf }).rank(query);
    expect(names(found)[0]).toBe('revoke_token');
  });

  test('a sentence about another tool counts for that one', () => {
    const tools = [
      tool('suspend_user', { description: 'Block a user. To offboard use deactivate_user.' }),
      tool('deactivate_user', { description: 'Switch a user off.' }),
    ];
    const found = new ToolSearch(tools, { ...plain, operationOf: () => ({ method: 'GET', path: '/' }) }).rank(
      'offboard',
    );
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
    operationOf: ({ operation }) => operations[operation as keyof typeof operations],
    ...readSearchFiles(),
  });

  test.each<{ by: string; query: (each: (typeof tools)[number]) => string }>([
    { by: 'name', query: ({ name }) => name },
    { by: 'operation id', query: ({ operation }) => operation },
    { by: 'title', query: ({ title }) => title },
  ])('each is found by its $by', ({ query }) => {
    const missed = share(tools, 4).filter((each) => {
      return !names(all.rank(query(each)))
        .slice(0, 3)
        .includes(each.name);
    });
    expect(names(missed)).toEqual([]);
  });

  // A word is wrong, or there is only one: what people type who are in a hurry.
  test.each([
    { query: 'system log', want: 'get_logs' },
    { query: 'audit log', want: 'get_logs' },
    { query: 'logs', want: 'get_logs' },
    { query: 'supend user', want: 'suspend_user' },
    { query: 'dectivate acount', want: 'deactivate_user' },
    { query: 'delte group', want: 'delete_group' },
    { query: 'list polcies', want: 'list_policies' },
    { query: 'ofboard', want: 'deactivate_user' },
    { query: 'netwrok zones', want: 'list_network_zones' },
    { query: 'password policy', want: 'list_policies' },
    { query: 'custom domain', want: 'list_custom_domains' },
    { query: 'brand', want: 'list_brands' },
  ])('"$query" finds $want', ({ query, want }) => {
    expect(names(all.rank(query)).slice(0, 3)).toContain(want);
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
