import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Operation } from '../../src/okta/operation.js';
import { bind } from '../../src/tools/bind.js';
import type { ToolDefinition } from '../../src/tools/definition.js';
import { tool } from './fixture.js';

const update: Operation = {
  method: 'POST',
  path: '/users/{id}/factors/{factorId}',
  query: ['expand', 'limit', 'after', 'filter', 'strict'],
  header: ['If-Match'],
  body: 'application/json',
};

test.each<{ name: string; facts?: Partial<ToolDefinition>; given: Record<string, unknown>; want: object }>([
  {
    name: 'every place',
    given: { id: 'u', factorId: 7, expand: ['a', 'b'], 'If-Match': 'W/"1"', body: { a: null } },
    want: {
      path: { id: 'u', factorId: '7' },
      query: { expand: ['a', 'b'] },
      header: { 'If-Match': 'W/"1"' },
      body: { a: null },
    },
  },
  {
    name: 'false and zero are values, null is none',
    given: { id: 'u', factorId: 'f', strict: false, limit: 0, expand: null, 'If-Match': null },
    want: { query: { strict: false, limit: 0 }, header: {} },
  },
  { name: 'a null body is a body', given: { id: 'u', factorId: 'f', body: null }, want: { body: null } },
  {
    name: 'default page size',
    facts: { page: { resumable: true, limit: 50 } },
    given: { id: 'u', factorId: 'f' },
    want: { query: { limit: 50 } },
  },
  {
    name: 'a given page size stays',
    facts: { page: { resumable: true, limit: 50 } },
    given: { id: 'u', factorId: 'f', limit: 1 },
    want: { query: { limit: 1 } },
  },
  {
    name: "names that clients refuse become Okta's, in every item; Okta's own are taken as well",
    facts: { renamed: { '/body/keys/*/x5t_S256': 'x5t#S256', '/body/keys/*/_c': '$c', '/body/keys/*/_c/a_b': 'a:b' } },
    given: {
      id: 'u',
      factorId: 'f',
      body: { keys: [{ x5t_S256: 'a', _c: { a_b: 1 } }, { 'x5t#S256': 'b' }, null], x5t_S256: 'not here' },
    },
    want: { body: { keys: [{ 'x5t#S256': 'a', $c: { 'a:b': 1 } }, { 'x5t#S256': 'b' }, null], x5t_S256: 'not here' } },
  },
  {
    name: 'a body of another kind than was renamed in is left alone',
    facts: { renamed: { '/body/a_b': 'a:b', '/body/*/c_d': 'c:d' } },
    given: { id: 'u', factorId: 'f', body: 'a_b' },
    want: { body: 'a_b' },
  },
  {
    name: 'what widens a projection is not sent',
    facts: { projection: ['id'] },
    given: { id: 'u', factorId: 'f', fields: ['profile.title'] },
    want: { query: {} },
  },
  {
    name: 'fixed values',
    facts: { arguments: { expand: ['x'], id: 'me', strict: true } },
    given: { factorId: 'f' },
    want: { path: { id: 'me', factorId: 'f' }, query: { expand: ['x'], strict: true } },
  },
  {
    name: 'clauses with an argument, escaped as SCIM strings',
    facts: { arguments: { filter: { and: ['eventType eq "user.session.start"', 'actor.id eq "${who}"'] } } },
    given: { id: 'u', factorId: 'f', who: 'O"Brien\\ or 1 eq 1' },
    want: { query: { filter: 'eventType eq "user.session.start" and actor.id eq "O\\"Brien\\\\ or 1 eq 1"' } },
  },
  {
    name: 'clauses without their argument are left out',
    facts: { arguments: { filter: { and: ['a eq "1"', 'b eq "${who}"', 'c eq "${who}" or d eq "${what}"'] } } },
    given: { id: 'u', factorId: 'f', what: 'x' },
    want: { query: { filter: 'a eq "1"' } },
  },
  {
    name: 'no clause left, nothing sent',
    facts: { arguments: { filter: { and: ['b eq "${who}"'] } } },
    given: { id: 'u', factorId: 'f', who: null },
    want: { query: {} },
  },
])('$name', ({ facts, given, want }) => {
  expect(bind(tool('t', facts), update, given)).toMatchObject(want);
  expect(Object.keys(bind(tool('t', facts), update, given)).includes('body')).toBe('body' in given);
});

test('an argument without a place is a defect, never silently dropped', () => {
  expect(() => bind(tool('t'), update, { id: 'u', factorId: 'f', other: 1 })).toThrow(/no place for "other"/);
});

test('a templated text never leaves its SCIM string', () => {
  const templated = tool('t', { arguments: { filter: { and: ['a eq "${v}"'] } } });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (v) => {
      const { query } = bind(templated, update, { id: 'u', factorId: 'f', v });
      const literal = String(query?.filter).slice('a eq '.length);
      expect(JSON.parse(literal)).toBe(v);
    }),
  );
});
