import { describe, expect, test } from 'vitest';
import { CodegenError } from '../../codegen/errors.js';
import { acceptedRisks } from '../../codegen/former.js';
import { generate } from '../../codegen/generate.js';
import { documentWith, json, operation } from './petstore.js';

const security = [{ oauth2: ['okta.pets.manage'] }];
const pets = (id: string) =>
  documentWith({
    '/api/v1/pets/settings': { post: operation(id, { security, requestBody: json({ type: 'object' }) }) },
  });

const HEAD = `specs: { pets: {} }
roles:
  okta.pets.manage: { anyOf: [ORG_ADMIN], source: test, verified: false }
toolsets:
  pets:
    title: Pets
    tools: {}
patterns:
  - { scope: okta.pets, toolset: pets }
`;

type Given = { id: string; config?: string; former?: { tools: string; operations: string }; acceptNew?: boolean };
const run = async ({ id, config = HEAD, ...options }: Given) => {
  const accepted = 'updatePetSettings: \nsetPetSettings: \nstartPetSettings: \n';
  const documents = new Map([['pets', pets(id)]]);
  const files = await generate({ config, configName: 'tools.config.yaml', documents, accepted, ...options });
  return { tools: files.get('generated/tools.json')!, operations: files.get('generated/operations.ts')! };
};
const problemsOf = async (given: Given) => {
  const error: unknown = await run(given).catch((reason: unknown) => reason);
  return error instanceof CodegenError ? error.message : '';
};
const phrased = (id: string, phrase: string) => `${HEAD}phrases: { ${id}: ${phrase} }\n`;

describe('a risk that falls because an operation has another id', () => {
  test.each<{ given: string; id: string; config?: string; want: RegExp }>([
    {
      given: 'and the tool another name',
      id: 'startPetSettings',
      want: /^tools\.config\.yaml:9 start_pet_settings .*its risk falls from destructive to write .*--accept-new/,
    },
    {
      given: 'and the tool keeps its name',
      id: 'startPetSettings',
      config: phrased('startPetSettings', '{ name: update_pet_settings }'),
      want: /update_pet_settings .*its risk falls from destructive to write/,
    },
    {
      given: 'and the tool keeps its name as an alias',
      id: 'startPetSettings',
      config: phrased('startPetSettings', '{ aliases: [update_pet_settings] }'),
      want: /start_pet_settings .*its risk falls from destructive to write/,
    },
    { given: 'but does not', id: 'setPetSettings', want: /^$/ },
  ])('$given', async ({ want, ...given }) => {
    const former = await run({ id: 'updatePetSettings' });
    expect(await problemsOf({ ...given, former })).toMatch(want);
    expect(await problemsOf(given)).toBe('');
  });

  test('is accepted by name', async () => {
    const former = await run({ id: 'updatePetSettings' });
    const made = await run({ id: 'startPetSettings', former, acceptNew: true });
    expect(acceptedRisks(former, made)).toEqual([
      'accepted: the risk of start_pet_settings falls from destructive to write',
    ]);
    expect(await problemsOf({ id: 'startPetSettings', former: made })).toBe('');
    expect(acceptedRisks({ ...former, tools: 'broken' }, made)).toEqual([]);
  });
});

test('an id that is gone: the operation that makes its request comes first, however it is called', async () => {
  const former = await run({ id: 'updatePetSettings' });
  const config = phrased('updatePetSettings', 'Change settings.');
  expect(await problemsOf({ id: 'startPetSettings', config, former, acceptNew: true })).toContain(
    'unknown operation "updatePetSettings" (nearest: startPetSettings)',
  );
});
