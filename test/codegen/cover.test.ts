import { describe, expect, test } from 'vitest';
import type { Document, OperationObject } from '../../codegen/document.js';
import { CodegenError } from '../../codegen/errors.js';
import { generate } from '../../codegen/generate.js';
import type { ToolFile } from '../../src/tools/definition.js';
import { documentWith, json, operation } from './petstore.js';

const path = (name: string) => ({ name, in: 'path' as const, required: true, schema: { type: 'string' as const } });
const oauth = (scope: string, rest: Partial<OperationObject> = {}): Partial<OperationObject> => ({
  security: [{ apiToken: [] }, { oauth2: [scope] }],
  ...rest,
});

const pets = documentWith({
  '/api/v1/pets': {
    get: operation('listPets'),
    post: operation('createPet', oauth('okta.pets.manage', { requestBody: json({ type: 'object' }) })),
  },
  '/api/v1/pets/{petId}': {
    get: operation('getPet', { parameters: [path('petId')] }),
    delete: operation('deletePet', oauth('okta.pets.manage', { parameters: [path('petId')], deprecated: true })),
  },
  '/api/v1/pets/{petId}/secrets': {
    get: operation('listPetSecrets', { parameters: [path('petId')] }),
    post: operation('createPetSecret', oauth('okta.pets.manage', { parameters: [path('petId')] })),
  },
  '/api/v1/pets/{petId}/secrets/{secretId}': {
    delete: operation('deletePetSecret', oauth('okta.pets.manage', { parameters: [path('petId'), path('secretId')] })),
  },
  '/api/v1/redirect': { post: operation('moveAway', oauth('okta.pets.manage')) },
});

const owners = documentWith({
  '/api/v1/owners': { get: operation('listOwners', oauth('okta.owners.read')) },
  '/oauth2/v1/token': { post: operation('token', { security: [] }) },
  '/oauth2/v1/userinfo': { get: operation('userinfo', oauth('openid')) },
});

const asking = documentWith({
  '/api/v1/owners/ask': { post: operation('askOwners', oauth('okta.owners.read')) },
  '/oauth2/v1/token': { post: operation('token', { security: [] }) },
  '/oauth2/v1/userinfo': { get: operation('userinfo', oauth('openid')) },
});

const HEAD = `specs: { pets: {}, owners: { protocol: [token, userinfo] } }
roles:
  okta.pets.read: { anyOf: [ORG_ADMIN], source: test, verified: false }
  okta.pets.manage: { anyOf: [ORG_ADMIN], source: test, verified: false }
  okta.owners.read: { anyOf: [ORG_ADMIN], source: test, verified: false }
toolsets:
  pets:
    title: Pets
    tools:
      list_pets: { operation: listPets, title: List pets, description: List all pets. }
`;

const PATTERNS = `excluded: { moveAway: redirect-only }
patterns:
  - { scope: okta.pets, path: '/api/v1/pets/{id}/secrets', toolset: pets, risk: privileged, removal: destructive, reads: privileged }
  - { scope: okta.pets, toolset: pets }
`;

interface Options {
  readonly config?: string;
  readonly accepted?: string;
  readonly acceptNew?: boolean;
  readonly documents?: readonly [string, Document][];
}

const run = ({ config = HEAD + PATTERNS, documents = [], ...options }: Options = {}) =>
  generate({
    config,
    configName: 'tools.config.yaml',
    documents: new Map<string, Document>([['pets', pets], ['owners', owners], ...documents]),
    ...options,
  });

async function problemsOf(options: Options): Promise<string[]> {
  const error: unknown = await run(options).catch((reason: unknown) => reason);
  return error instanceof CodegenError ? error.message.split('\n') : [];
}

async function tools(options: Options = { acceptNew: true }): Promise<Map<string, ToolFile['tools'][number]>> {
  const file = JSON.parse((await run(options)).get('generated/tools.json')!) as ToolFile;
  return new Map(file.tools.map((tool) => [tool.operation, tool]));
}

describe('operations without an entry of their own', () => {
  test('nobody has accepted are named, and nothing is written', async () => {
    const [problem, ...others] = await problemsOf({});
    expect(problem).toMatch(
      /^tools\.config\.yaml:12 7 operations are neither curated, excluded nor accepted: createPet, getPet, .*, listOwners \(.*--accept-new/,
    );
    expect(others).toEqual([]);
  });

  test('are taken with --accept-new, and once they are on the list without it', async () => {
    const list = (await run({ acceptNew: true })).get('tools.expanded.yaml')!;
    expect((await run({ accepted: list })).get('tools.expanded.yaml')).toBe(list);
    const shorter = list.replace(/^getPet: .*\n/m, '');
    expect((await problemsOf({ accepted: shorter }))[0]).toMatch(/1 operations are neither .*: getPet \(/);
  });

  test('what the list says beside the operation follows the patterns', async () => {
    const list = (await run({ acceptNew: true })).get('tools.expanded.yaml')!;
    const edited = list.replace('risk: privileged', 'risk: read');
    expect((await run({ accepted: edited })).get('tools.expanded.yaml')).toBe(list);
  });

  test('an operation that is gone leaves the list', async () => {
    const list = (await run({ acceptNew: true })).get('tools.expanded.yaml')!;
    expect((await run({ accepted: `${list}lostPet: { tool: lost_pet }\n` })).get('tools.expanded.yaml')).toBe(list);
  });

  test.each([
    { operation: 'createPet', want: { risk: 'write', toolset: 'pets' } },
    { operation: 'getPet', want: { risk: 'read', toolset: 'pets' } },
    { operation: 'deletePet', want: { risk: 'destructive', toolset: 'pets' } },
    { operation: 'listPetSecrets', want: { risk: 'privileged', toolset: 'pets' } },
    { operation: 'createPetSecret', want: { risk: 'privileged', toolset: 'pets' } },
    { operation: 'deletePetSecret', want: { risk: 'destructive', toolset: 'pets' } },
    { operation: 'listOwners', want: { risk: 'privileged', toolset: 'unclassified' } },
  ])('$operation is $want.risk', async ({ operation: id, want }) => {
    const tool = (await tools()).get(id);
    expect(tool).toMatchObject({ ...want, core: false });
    expect(tool!.annotations.readOnlyHint).toBe(want.risk === 'read' || id.startsWith('list'));
  });

  test('a POST that a read scope opens may be said to change nothing', async () => {
    const config = `${HEAD}${PATTERNS}  - { scope: okta.owners, toolset: pets, risk: read }\n`;
    const tool = (await tools({ config, acceptNew: true, documents: [['owners', asking]] })).get('askOwners');
    expect(tool).toMatchObject({ risk: 'read', annotations: { readOnlyHint: true, idempotentHint: true } });
  });

  test('deprecated ones say so', async () => {
    expect((await tools()).get('deletePet')?.description).toBe('Delete a pet. Deprecated.');
  });

  test('the toolset of unclassified ones exists only when there are any', async () => {
    const titles = async (config: string) =>
      Object.keys(
        (JSON.parse((await run({ config, acceptNew: true })).get('generated/tools.json')!) as ToolFile).toolsets,
      );
    expect(await titles(HEAD + PATTERNS)).toEqual(['pets', 'unclassified']);
    expect(await titles(`${HEAD}${PATTERNS}  - { scope: okta.owners, toolset: pets }\n`)).toEqual(['pets']);
  });
});

test('without patterns only curated tools are offered, and nothing is missing', async () => {
  const files = await run({ config: HEAD });
  expect([files.has('tools.expanded.yaml'), files.has('docs/coverage.md')]).toEqual([false, false]);
  expect([...(await tools({ config: HEAD })).keys()]).toEqual(['listPets']);
});

test('a SCIM filter says what it may be about, unless the entry has better words', async () => {
  const filter = {
    name: 'filter',
    in: 'query' as const,
    schema: { type: 'string' as const },
    'x-scim-filter': { name: {}, 'owner.id': {} },
  };
  const filtered = documentWith({ '/api/v1/pets': { get: operation('listPets', { parameters: [filter] }) } });
  const said = async (config: string) => {
    const file = await run({ config: `glossary: { filter: Words. }\n${config}`, documents: [['pets', filtered]] });
    const [tool] = (JSON.parse(file.get('generated/tools.json')!) as ToolFile).tools;
    return (tool!.inputSchema.properties as { filter: object }).filter;
  };
  expect(await said(HEAD)).toEqual({ type: 'string', description: 'SCIM filter on name, owner.id.' });
  const noted = HEAD.replace('all pets. }', 'all pets., notes: { filter: By name. } }');
  expect(await said(noted)).toEqual({ type: 'string', description: 'By name.' });
});

test('the coverage report counts every operation of every document', async () => {
  const report = (await run({ acceptNew: true })).get('docs/coverage.md')!;
  expect(report).toContain('| pets | 8 | 0 | 7 | 1 |\n| owners | 3 | 2 | 1 | 0 |\n| together | 11 | 2 | 8 | 1 |');
  expect(report).toContain('| redirect-only | 1 |');
  expect(report).toContain('| moveAway | `POST /api/v1/redirect` | excluded: redirect-only |');
  expect(report).toContain('| token | `POST /oauth2/v1/token` | protocol |');
  expect(report).toContain('| getPet | `GET /api/v1/pets/{petId}` | `get_pet` |');
});

test.each<{ given: string; config: string; want: RegExp }>([
  {
    given: 'an unknown excluded operation',
    config: `${HEAD}${PATTERNS.replace('moveAway', 'moveAwya')}`,
    want: /:11 unknown operation "moveAwya" \(nearest: moveAway/,
  },
  {
    given: 'an excluded operation that is a tool',
    config: `${HEAD}${PATTERNS.replace('moveAway', 'listPets')}`,
    want: /:11 "listPets" is a tool of its own/,
  },
  {
    given: 'a reason that is not on the list',
    config: `${HEAD}${PATTERNS.replace('redirect-only', 'boring')}`,
    want: /:11 excluded\.moveAway/,
  },
  {
    given: 'a phrase for an excluded operation',
    config: `${HEAD}${PATTERNS}phrases: { moveAway: Go. }\n`,
    want: /:15 "moveAway" is excluded/,
  },
  {
    given: 'a pattern of an unknown toolset',
    config: `${HEAD}${PATTERNS}  - { scope: okta.owners, toolset: pet }\n`,
    want: /:15 unknown toolset "pet" \(nearest: pets\)/,
  },
  {
    given: 'a pattern that another one hides',
    config: `${HEAD}${PATTERNS}  - { scope: okta.pets, path: /api/v1/pets, toolset: pets }\n`,
    want: /:15 classifies no operation \(remove it\)/,
  },
  {
    given: 'a pattern that says of what a managing scope opens that it changes nothing',
    config: `${HEAD}${PATTERNS.replace('toolset: pets }', 'toolset: pets, risk: read }')}`,
    want: /:14 .*createPet.* only a POST that a read scope opens can be of risk read/,
  },
  {
    given: 'two tools of one name',
    config: `${HEAD}${PATTERNS}phrases: { getPet: { name: list_pets } }\n`,
    want: /list_pets \(getPet\): listPets has the same name \(give getPet a name/,
  },
])('refuses $given, with its line', async ({ config, want }) => {
  expect((await problemsOf({ config, acceptNew: true })).join('\n')).toMatch(want);
});

/** Nobody has looked at them, and the catch-all pattern says nothing of their risk. */
test.each<{ id: string; end: string; want: string }>([
  { id: 'purgePet', end: 'purge', want: 'destructive' },
  { id: 'impersonatePet', end: 'lifecycle/impersonate', want: 'privileged' },
  { id: 'createImpersonation', end: 'lifecycle/impersonate', want: 'privileged' },
  { id: 'createImpersonation', end: 'impersonate', want: 'privileged' },
  { id: 'createKeys', end: 'lifecycle/keys', want: 'privileged' },
  { id: 'mergePets', end: 'toys', want: 'privileged' },
  { id: 'createToy', end: 'toys', want: 'write' },
  { id: 'activatePet', end: 'lifecycle/activate', want: 'write' },
])('a new $id, POST .../$end, is $want', async ({ id, end, want }) => {
  const post = operation(id, oauth('okta.pets.manage', { parameters: [path('petId')] }));
  const others = documentWith({ ...pets.paths, [`/api/v1/pets/{petId}/${end}`]: { post } });
  const offered = await tools({ documents: [['pets', others]], acceptNew: true });
  expect(offered.get(id)).toMatchObject({ risk: want });
});

describe('endpoints of a protocol', () => {
  const unlisted = (...ids: string[]) => ({
    config: `${HEAD.replace('[token, userinfo]', `[${ids.join(', ')}]`)}${PATTERNS}`,
  });

  test.each<{ given: string; ids: string[]; want: RegExp }>([
    { given: 'one that does not exist', ids: ['tokn'], want: /:1 owners has no operation "tokn" \(nearest: token\)/ },
    { given: 'one of another document', ids: ['getPet'], want: /:1 owners has no operation "getPet"/ },
    { given: 'one twice', ids: ['token', 'token'], want: /:1 "token" stands here twice/ },
    {
      given: 'one that an administrative scope reaches',
      ids: ['listOwners'],
      want: /:1 okta\.owners\.read reaches "listOwners", so it is for administrators/,
    },
  ])('refuses $given', async ({ ids, want }) => {
    expect((await problemsOf({ ...unlisted(...ids), acceptNew: true })).join('\n')).toMatch(want);
  });

  test('refuses words for one', async () => {
    const config = `${HEAD}${PATTERNS}phrases: { token: Get a token. }\n`;
    expect((await problemsOf({ config, acceptNew: true })).join('\n')).toMatch(/:15 "token" is protocol/);
  });

  test('one that is not on the list must be accepted, whatever its security, and is privileged', async () => {
    expect((await problemsOf(unlisted('userinfo')))[0]).toMatch(
      /8 operations are neither .*: .*token.* \(.*list those of the protocol/,
    );
    const offered = await tools({ ...unlisted('userinfo'), acceptNew: true });
    expect(offered.get('token')).toMatchObject({ risk: 'privileged', toolset: 'unclassified', scopes: [] });
    expect((await problemsOf({ ...unlisted('token'), acceptNew: true })).join()).toMatch(/knows no scope "openid"/);
  });
});

describe('several documents', () => {
  const other = (info: Partial<Document['info']>, id: string): [string, Document] => {
    const document = documentWith({ '/api/v1/others': { get: operation(id) } });
    return ['others', { ...document, info: { ...document.info, ...info } }];
  };
  const config = HEAD.replace('owners: {', 'others: {}, owners: {');

  test.each<{ given: string; documents: [string, Document][]; want: RegExp }>([
    {
      given: 'one that is not there',
      documents: [],
      want: /:1 there is no specification "others" \(specs\/ has pets, owners\)/,
    },
    {
      given: 'one of another release',
      documents: [other({ version: '2025.01.0' }, 'listOthers')],
      want: /:1 others is of release 2025\.01\.0, pets of 2026\.01\.0/,
    },
    {
      given: 'an id twice',
      documents: [other({}, 'listPets')],
      want: /:1 pets and others both have an operation "listPets"/,
    },
  ])('refuses $given', async ({ documents, want }) => {
    expect((await problemsOf({ config, documents })).join('\n')).toMatch(want);
  });

  test('refuses one name for different things', async () => {
    const [name, document] = other({}, 'listOthers');
    const schemas = { Pet: { type: 'string' as const } };
    const named = (each: Document): Document => ({ ...each, components: { ...each.components, schemas } });
    const same: [string, Document][] = [
      [name, named(document)],
      ['pets', named(pets)],
    ];
    expect((await problemsOf({ config, documents: same })).join('\n')).not.toContain('mean different things');
    const different: [string, Document][] = [
      [name, named(document)],
      ['pets', { ...pets, components: { ...pets.components, schemas: { Pet: {} } } }],
    ];
    expect((await problemsOf({ config, documents: different })).join('\n')).toContain(
      'pets and others mean different things by schemas/Pet',
    );
  });

  test('share one table of operations, one list of scopes and one type of all paths', async () => {
    const documents = [other({}, 'listOthers')];
    const files = await run({ config: config + PATTERNS, documents, acceptNew: true });
    const table = files.get('generated/operations.ts')!;
    expect(['listPets', 'listOthers', 'listOwners'].every((id) => table.includes(`${id}: {`))).toBe(true);
    expect(table).not.toContain('token: {');
    expect(files.get('generated/okta-api.d.ts')).toContain('export interface paths extends paths0, paths1, paths2 {}');
    expect((JSON.parse(files.get('generated/tools.json')!) as ToolFile).scopes).toContain('okta.owners.read');
  });
});
