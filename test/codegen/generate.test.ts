import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodegenError } from '../../codegen/errors.js';
import { generate } from '../../codegen/generate.js';
import type { ToolFile } from '../../src/tools/definition.js';
import { petstore } from './petstore.js';

const HEAD = `specs: { pets: {} }
roles:
  okta.pets.read: { anyOf: [READ_ONLY_ADMIN, ORG_ADMIN], source: test, verified: true }
  okta.pets.manage: { anyOf: [ORG_ADMIN], source: test, verified: false }
  okta.owners.manage: { anyOf: [APP_ADMIN], source: test, verified: true }
toolsets:
  pets:
    title: Pets
    tools:
`;

const run = (tools: string, head = HEAD) =>
  generate({ config: head + tools, configName: 'tools.config.yaml', documents: new Map([['pets', petstore]]) });

async function problemsOf(tools: string, head = HEAD): Promise<string[]> {
  const error = await run(tools, head).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof CodegenError ? error.message.split('\n') : [];
}

const entry = (name: string, operation: string, rest = '') =>
  `      ${name}:\n        operation: ${operation}\n        title: T\n        description: D.\n${rest}`;

async function toolFile(tools: string): Promise<ToolFile> {
  return JSON.parse((await run(tools)).get('generated/tools.json')!) as ToolFile;
}

describe('what codegen refuses, with its line', () => {
  test.each<{ given: string; tools: string; want: RegExp }>([
    {
      given: 'an unknown operation',
      tools: entry('get_pets', 'listPet'),
      want: /^tools\.config\.yaml:11 get_pets: unknown operation "listPet" \(nearest: listPets/,
    },
    {
      given: 'an unknown key',
      tools: entry('list_pets', 'listPets', '        colour: red\n'),
      want: /^tools\.config\.yaml:14 unknown key "colour" in toolsets\.pets\.tools\.list_pets/,
    },
    {
      given: 'a scope against the spec',
      tools: entry('list_pets', 'listPets', '        scopes: [okta.owners.read]\n'),
      want: /:14 list_pets: contradicts the spec, which says okta\.pets\.read/,
    },
    {
      given: 'a scope the spec does not know',
      tools: entry('list_pets', 'listPets', '        scopes: [okta.pet.read]\n        scopesReason: x\n'),
      want: /:14 list_pets: the spec knows no scope "okta\.pet\.read" \(nearest: okta\.pets\.read/,
    },
    {
      given: 'no scope without saying so',
      tools: entry('get_public', 'getPublic'),
      want: /get_public: getPublic needs no scope in the spec \(say "scopes: none"/,
    },
    {
      given: 'a list that is never empty and needs arguments',
      tools: entry('get_pet', 'getPet', '        never_empty: x\n'),
      want: /:14 get_pet: is not a list that can be read without arguments/,
    },
    {
      given: 'a filtered list that is never empty',
      tools: entry('list_pets', 'listPets', '        never_empty: x\n        arguments: { tags: [a] }\n'),
      want: /:14 list_pets: is not a list that can be read without arguments/,
    },
    {
      given: 'a page size above the documented maximum',
      tools: entry('list_pets', 'listPets', '        limit: 21\n'),
      want: /:14 list_pets: is above 20/,
    },
    {
      given: 'a maximum beside the documented one',
      tools: entry('list_pets', 'listPets', '        max_limit: 20\n'),
      want: /:14 list_pets: the spec documents 20 \(remove it\)/,
    },
    {
      given: 'a page size of something that is no list',
      tools: entry('get_pet', 'getPet', '        limit: 5\n'),
      want: /:14 get_pet: getPet has no page size/,
    },
    {
      given: 'a retry without a reason',
      tools: entry('create_pet', 'createPet', '        retry: safe\n'),
      want: /create_pet: retry and retryReason belong together/,
    },
    {
      given: 'a reason without a retry',
      tools: entry('create_pet', 'createPet', '        retryReason: x\n'),
      want: /create_pet: retry and retryReason belong together/,
    },
    {
      given: 'a retry of a GET',
      tools: entry('list_pets', 'listPets', '        retry: safe\n        retryReason: x\n'),
      want: /:14 list_pets: is a GET, which is always repeated/,
    },
    {
      given: 'scopes: none against the spec',
      tools: entry('list_pets', 'listPets', '        scopes: none\n'),
      want: /contradicts the spec/,
    },
    {
      given: 'a role without a source',
      tools: entry('list_pets', 'listPets', '        roles: { anyOf: [ORG_ADMIN], verified: true }\n'),
      want: /:14 toolsets\.pets\.tools\.list_pets\.roles/,
    },
    {
      given: 'other roles than the spec states',
      tools: entry('get_marked', 'getMarked', '        roles: { anyOf: [USER_ADMIN], source: test, verified: true }\n'),
      want: /:14 get_marked: contradicts the spec, whose roles are ORG_ADMIN \(remove it, or give a rolesReason\)/,
    },
    {
      given: 'a deprecated operation',
      tools: entry('delete_pet', 'deletePet', '        scopes: none\n'),
      want: /delete_pet: deletePet is deprecated/,
    },
    {
      given: 'an early-access operation',
      tools: entry('get_early', 'getEarly'),
      want: /get_early: getEarly is early-access/,
    },
    {
      given: 'the same name in one toolset',
      tools: entry('list_pets', 'listPets') + entry('list_pets', 'getPet'),
      want: /^tools\.config\.yaml:14 Map keys must be unique/,
    },
    {
      given: 'the same name in two toolsets',
      tools: `${entry('list_pets', 'listPets')}  more:\n    title: More\n    tools:\n${entry('list_pets', 'getPet')}`,
      want: /:17 list_pets: the name is already used in toolset pets/,
    },
    { given: 'a name over 48 characters', tools: entry(`a${'b'.repeat(48)}`, 'listPets'), want: /has 49 characters/ },
    {
      given: 'a missing description',
      tools: '      list_pets:\n        operation: listPets\n        title: T\n',
      want: /:10 list_pets: has no description/,
    },
    {
      given: 'a missing title',
      tools: '      list_pets:\n        operation: listPets\n        description: D\n',
      want: /:10 list_pets: has no title/,
    },
    {
      given: 'a description over 45 tokens',
      tools: `      list_pets:\n        operation: listPets\n        title: T\n        description: ${'word '.repeat(46)}\n`,
      want: /:13 list_pets: 46 tokens, at most 45/,
    },
    {
      given: 'a schema over 1,000 tokens',
      tools: entry('list_pets', 'listPets', `        notes: { limit: ${'word '.repeat(1000)}}\n`),
      want: /its schema has 10\d\d tokens, at most 1000/,
    },
    {
      given: 'a hidden parameter that is not there',
      tools: entry('list_pets', 'listPets', '        hide: [expand]\n'),
      want: /listPets has no parameter "expand" \(it has after, limit, tags\)/,
    },
    {
      given: 'a hidden parameter that is required',
      tools: entry('get_pet', 'getPet', '        hide: [petId]\n'),
      want: /"petId" is required and cannot be hidden/,
    },
    {
      given: 'a note on an input that is not there',
      tools: entry('create_pet', 'createPet', '        notes: { body.nme: x }\n'),
      want: /createPet has no input "body\.nme" \(nearest: name/,
    },
    {
      given: 'a template over an unknown input',
      tools: entry('list_pets', 'listPets', '        arguments: { tags: { and: [\'a eq "${b}"\'] } }\n'),
      want: /no input is named "b"/,
    },
    {
      given: 'an input no template uses',
      tools: entry('list_pets', 'listPets', '        inputs: { b: Bee. }\n'),
      want: /is used by no argument/,
    },
    { given: 'broken YAML', tools: '      list_pets: [\n', want: /^tools\.config\.yaml:\d+ / },
  ])('$given', async ({ tools, want }) => {
    const problems = await problemsOf(tools);
    expect(
      problems.some((problem) => want.test(problem)),
      problems.join('\n'),
    ).toBe(true);
  });

  test('a scope with no known role', async () => {
    const head = HEAD.replace(/ {2}okta\.pets\.read.*\n/, '');
    expect(await problemsOf(entry('list_pets', 'listPets'), head)).toEqual([
      expect.stringMatching(/no role is known for okta\.pets\.read/),
    ]);
  });

  test('a word for a parameter no operation has', async () => {
    const head = HEAD.replace('roles:', 'glossary: { lmit: x }\nroles:');
    expect(await problemsOf(entry('list_pets', 'listPets'), head)).toEqual([
      expect.stringMatching(/:2 no operation has a parameter "lmit"/),
    ]);
  });

  test('a projection that shows nothing', async () => {
    const head = HEAD.replace('roles:', 'projections:\n  Pet: [id, nme]\n  Cat: [id]\nroles:');
    expect(await problemsOf(entry('list_pets', 'listPets'), head)).toEqual([
      'tools.config.yaml:3 Pet has no field "nme" (nearest: name, id, size)',
      'tools.config.yaml:4 no list has items of schema "Cat"',
    ]);
  });

  test('all problems at once', async () => {
    const problems = await problemsOf(entry('a', 'nope') + entry('b', 'getEarly') + entry('c', 'getPublic'));
    expect(problems.map((problem) => problem.split(' ')[1])).toEqual(['a:', 'b:', 'c:']);
  });
});

describe('what follows from the specification', () => {
  const tool = async (operation: string, rest = '') => (await toolFile(entry('the_tool', operation, rest))).tools[0]!;

  test.each<{ operation: string; rest?: string; want: string[][] }>([
    { operation: 'listPets', want: [['okta.pets.read', 'okta.pets.manage']] },
    { operation: 'createPet', want: [['okta.pets.manage']] },
    { operation: 'linkBoth', want: [['okta.pets.manage'], ['okta.owners.manage']] },
    { operation: 'getPublic', rest: '        scopes: none\n', want: [] },
    {
      operation: 'listPets',
      rest: '        scopes: [ssf.read]\n        scopesReason: x\n        roles: { anyOf: [ORG_ADMIN], source: t, verified: true }\n',
      want: [['ssf.read']],
    },
  ])('scopes of $operation: $want', async ({ operation, rest, want }) => {
    expect((await tool(operation, rest)).scopes).toEqual(want);
  });

  test.each<{ operation: string; rest?: string; want: unknown }>([
    { operation: 'listPets', want: { anyOf: ['READ_ONLY_ADMIN', 'ORG_ADMIN'], source: 'test', verified: true } },
    { operation: 'getMarked', want: { anyOf: ['ORG_ADMIN'], source: 'spec x-okta-iam-admin-roles', verified: true } },
    {
      operation: 'linkBoth',
      want: {
        anyOf: ['SUPER_ADMIN'],
        source: 'test; no lesser role is known to suffice for all its scopes; unconfirmed',
        verified: false,
      },
    },
    {
      operation: 'getMarked',
      rest: '        roles: { anyOf: [USER_ADMIN], source: test, verified: true }\n        rolesReason: x\n',
      want: { anyOf: ['USER_ADMIN'], source: 'test', verified: true },
    },
    {
      operation: 'getPublic',
      rest: '        scopes: none\n',
      want: { anyOf: [], source: 'no scope, no role', verified: false },
    },
  ])('roles of $operation', async ({ operation, rest, want }) => {
    expect((await tool(operation, rest)).roles).toEqual(want);
  });

  test.each<{ operation: string; rest?: string; want: string[] }>([
    { operation: 'listPets', want: ['oauth', 'api-token'] },
    { operation: 'createPet', want: ['oauth'] },
    { operation: 'deletePet', rest: '        scopes: none\n        acknowledge: [deprecated]\n', want: ['api-token'] },
  ])('credentials of $operation: $want', async ({ operation, rest, want }) => {
    expect((await tool(operation, rest)).auth).toEqual(want);
  });

  test('a list has a page size within the documented maximum', async () => {
    expect((await tool('listPets')).page).toEqual({ resumable: true, limit: 20, max: 20 });
  });

  test('a list may say why it is never empty', async () => {
    expect((await tool('listPets', '        never_empty: there is a pet\n')).neverEmpty).toBe('there is a pet');
  });

  test('an operation is repeatable only where somebody says why', async () => {
    const line = async (rest: string) =>
      (await run(entry('create_pet', 'createPet', rest))).get('generated/operations.ts')!.match(/createPet: .*/)![0];
    expect(await line('')).not.toContain('retry');
    expect(await line('        retry: safe\n        retryReason: x\n')).toContain("retry: 'safe'");
  });

  test('a replacing PUT is destructive and says that it replaces', async () => {
    const { risk, update, annotations } = await tool('replacePet');
    expect({ risk, update, destructive: annotations.destructiveHint }).toEqual({
      risk: 'destructive',
      update: 'replace',
      destructive: true,
    });
  });

  test('inputs: no read-only fields, no links, no headers that impersonate, closed at the top', async () => {
    expect((await tool('replacePet')).inputSchema).toEqual({
      type: 'object',
      properties: {
        petId: { type: 'string' },
        'If-Match': { type: 'string' },
        body: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            kind: { type: 'string', enum: ['cat', 'dog'] },
            size: { type: 'string', enum: ['S', 'L'] },
          },
          required: ['name'],
        },
      },
      required: ['petId', 'body'],
      additionalProperties: false,
    });
  });

  test('named enums are open, inline ones are closed, and null is admitted where the spec is nullable', async () => {
    expect((await tool('createPet')).accept).toEqual({
      nullable: ['/properties/body/properties/size'],
      open: ['/properties/body/properties/kind'],
    });
  });

  test('fixed arguments leave the schema; template inputs join it', async () => {
    const rest =
      '        arguments: { tags: { and: [\'name eq "${name}"\'] }, limit: 5 }\n        inputs: { name: Only this one. }\n';
    const derived = await tool('listPets', rest);
    expect(Object.keys(derived.inputSchema.properties as object)).toEqual(['after', 'name']);
    expect(derived.arguments).toEqual({ tags: { and: ['name eq "${name}"'] }, limit: 5 });
  });

  test('operations: one line each, comma-joined arrays and settable headers marked', async () => {
    const files = await run(entry('list_pets', 'listPets') + entry('replace_pet', 'replacePet'));
    expect(
      files
        .get('generated/operations.ts')!
        .split('\n')
        .filter((line) => line.includes('method:')),
    ).toEqual([
      "  listPets: { method: 'GET', path: '/api/v1/pets', query: ['after', 'limit', 'tags'], comma: ['tags'], reply: 'application/json' },",
      "  replacePet: { method: 'PUT', path: '/api/v1/pets/{petId}', header: ['If-Match'], body: 'application/json' },",
    ]);
  });

  test('types hold the allowlisted operations and what they reach, nothing else', async () => {
    const types = (await run(entry('list_pets', 'listPets'))).get('generated/api/pets.d.ts')!;
    expect([types.includes('listPets'), types.includes('Kind:'), types.includes('createPet')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

test('the same input gives the same bytes, whatever the order of keys in the entry', async () => {
  const keys = [
    '        operation: listPets\n',
    '        title: T\n',
    '        description: D.\n',
    '        core: true\n',
  ];
  const want = await run(`      list_pets:\n${keys.join('')}`);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(keys, { minLength: keys.length }), async (shuffled) => {
      expect(await run(`      list_pets:\n${shuffled.join('')}`)).toEqual(want);
    }),
    { numRuns: 5 },
  );
});
