import { describe, expect, test } from 'vitest';
import type { OktaMcpError } from '../../src/errors.js';
import { ArgumentCheck, acceptedSchema } from '../../src/tools/arguments.js';
import { tool } from './fixture.js';

const create = tool('create_user', {
  inputSchema: {
    type: 'object',
    properties: {
      userId: { type: 'string', minLength: 1 },
      limit: { type: 'integer', minimum: 1, maximum: 200 },
      status: { type: 'string', enum: ['ACTIVE', 'STAGED'] },
      since: { type: 'string', format: 'date-time' },
      body: {
        type: 'object',
        properties: {
          profile: {
            type: 'object',
            properties: { login: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
            required: ['login'],
          },
          'a/b~c': { type: 'string' },
          kind: { enum: ['X'] },
          choice: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
        },
        additionalProperties: false,
      },
    },
    required: ['userId'],
    additionalProperties: false,
  },
  accept: {
    nullable: [
      '/properties/body/properties/a~1b~0c',
      '/properties/body/properties/kind',
      '/properties/body',
      '/properties/body/properties/choice',
    ],
    open: ['/properties/status'],
  },
});

async function problemsOf(args: Record<string, unknown>): Promise<string[]> {
  const error = await new ArgumentCheck().check(create, args).then(
    () => undefined,
    (thrown: OktaMcpError) => thrown,
  );
  if (error) expect(error.code).toBe('arguments_invalid');
  return (error?.message.split('\n').slice(1) ?? []).map((line) => line.replace(/^- /, ''));
}

describe('refused, saying where and what was expected', () => {
  test.each([
    { given: {}, want: ['`userId` is required'] },
    { given: { userId: 1 }, want: ['`userId` must be string, got a number'] },
    { given: { userId: '' }, want: ['`userId` must NOT have fewer than 1 characters, got an empty string'] },
    { given: { userId: 'a', limit: 0 }, want: ['`limit` must be >= 1, got a number'] },
    { given: { userId: 'a', limit: '5' }, want: ['`limit` must be integer, got a string of 1 characters'] },
    // A format is a hint to the model; Okta is the judge of values.
    { given: { userId: 'a', since: 'yesterday' }, want: [] },
    { given: { userId: 'a', limitt: 5 }, want: ['`limitt` is not an argument of this tool; did you mean `limit`?'] },
    {
      given: { userId: 'a', frobnicate: 5 },
      want: ['`frobnicate` is not an argument of this tool; it takes `userId`, `limit`, `status`, `since`, `body`'],
    },
    {
      given: JSON.parse('{"userId":"a","__proto__":{"limit":1}}'),
      want: [expect.stringContaining('`__proto__` is not an argument')],
    },
    { given: { userId: 'a', body: { profile: {} } }, want: ['`body.profile.login` is required'] },
    {
      given: { userId: 'a', body: { profile: { login: 'x', tags: ['a', 1] } } },
      want: ['`body.profile.tags[1]` must be string, got a number'],
    },
    { given: { userId: 'a', body: { profil: {} } }, want: ['`body.profil` is not a known field'] },
    { given: { limit: 500, x: 1 }, want: expect.objectContaining({ length: 3 }) },
  ])('$given', async ({ given, want }) => {
    expect(await problemsOf(given)).toEqual(want);
  });

  test('values are never repeated: they may be passwords', async () => {
    const text = (await problemsOf({ userId: 'a', limit: 'hunter2', body: 'hunter2' })).join();
    expect(text).toContain('limit');
    expect(text).not.toContain('hunter2');
  });

  test('a long list of problems is cut, saying how many more there are', async () => {
    const tags = Array.from({ length: 500 }, (_, index) => index);
    const problems = await problemsOf({ userId: 'a', body: { profile: { login: 'x', tags } } });
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 480 more');
  });
});

test.each([
  { why: 'unknown value of an open enum', given: { userId: 'a', status: 'INVENTED_LATER' } },
  { why: 'null where Okta admits it', given: { userId: 'a', body: null } },
  { why: 'null in a closed enum that admits it', given: { userId: 'a', body: { kind: null } } },
  { why: 'null in a choice that admits it', given: { userId: 'a', body: { choice: null } } },
  { why: 'null at a pointer with escapes', given: { userId: 'a', body: { 'a/b~c': null } } },
  {
    why: 'free fields where the schema is open',
    given: { userId: 'a', body: { profile: { login: 'x', shoeSize: 44 } } },
  },
])('admitted: $why', async ({ given }) => {
  expect(await problemsOf(given)).toEqual([]);
});

test('an open enum still has a type, and the schema that the model sees is not touched', async () => {
  const before = JSON.stringify(create.inputSchema);
  expect(await problemsOf({ userId: 'a', status: 5 })).toEqual(['`status` must be string, got a number']);
  acceptedSchema(create);
  expect(JSON.stringify(create.inputSchema)).toBe(before);
});

test('undeclared arguments are refused even when a schema forgets to be closed', async () => {
  const open = tool('open', { inputSchema: { type: 'object', properties: {} } });
  await expect(new ArgumentCheck().check(open, { a: 1 })).rejects.toMatchObject({ code: 'arguments_invalid' });
});
