import { describe, expect, test } from 'vitest';
import { CodegenError } from '../../codegen/errors.js';
import { generate } from '../../codegen/generate.js';
import type { ToolFile } from '../../src/tools/definition.js';
import { petstore } from './petstore.js';

const config = (listAliases: string, getAliases: string, rest = '') => `specs: { pets: {} }
roles:
  okta.pets.read: { anyOf: [ORG_ADMIN], source: test, verified: false }
  okta.pets.manage: { anyOf: [ORG_ADMIN], source: test, verified: false }
  okta.owners.manage: { anyOf: [ORG_ADMIN], source: test, verified: false }
toolsets:
  pets:
    title: Pets
    tools:
      list_pets: { operation: listPets, title: List pets, description: List pets., aliases: ${listAliases} }
      get_pet:
        operation: getPet
        title: Get pet
        description: Read one pet.
        aliases: ${getAliases}
${rest}`;

const run = (text: string, acceptNew = false) =>
  generate({ config: text, configName: 'tools.config.yaml', documents: new Map([['pets', petstore]]), acceptNew });

async function aliases(text: string, acceptNew?: boolean): Promise<Record<string, readonly string[]>> {
  const { tools } = JSON.parse((await run(text, acceptNew)).get('generated/tools.json')!) as ToolFile;
  return Object.fromEntries(tools.flatMap((tool) => (tool.aliases === undefined ? [] : [[tool.name, tool.aliases]])));
}

describe('former names of tools', () => {
  test('are written down for the runtime', async () => {
    expect(await aliases(config('[]', '[read_pet, show_pet]'))).toEqual({ get_pet: ['read_pet', 'show_pet'] });
  });

  test('of operations that a pattern makes tools stand among the phrases', async () => {
    const rest = `phrases:
  createPet: { says: Create a pet., aliases: [add_pet] }
patterns:
  - { scope: okta.pets, toolset: pets }
  - { scope: none, toolset: pets }
`;
    const error = await run(config('[]', '[add_pet]', rest), true).catch((reason: unknown) => reason);
    expect((error as Error).message).toContain('tools.config.yaml:17 create_pet (createPet): the alias "add_pet" is');
    expect(await aliases(config('[]', '[]', rest), true)).toMatchObject({ create_pet: ['add_pet'] });
  });

  test.each([
    {
      given: 'that another tool has',
      list: '[get_pet]',
      get: '[]',
      want: /^tools\.config\.yaml:10 list_pets: the alias "get_pet" is the name of a tool$/,
    },
    {
      given: 'that the tool itself has',
      list: '[]',
      get: '[get_pet]',
      want: /^tools\.config\.yaml:15 get_pet: the alias "get_pet" is the name of a tool$/,
    },
    {
      given: 'of two tools',
      list: '[pets]',
      get: '[pets]',
      want: /^tools\.config\.yaml:15 get_pet: the alias "pets" is an alias of list_pets already$/,
    },
    { given: 'that is no name', list: '[]', get: '["Get pet"]', want: /^tools\.config\.yaml:15 .*aliases\.0/ },
  ])('a name $given is refused with its line', async ({ list, get, want }) => {
    const error = await run(config(list, get)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CodegenError);
    expect((error as Error).message).toMatch(want);
  });
});
