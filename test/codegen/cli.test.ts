import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asModule } from '../built.js';
import { petstore } from './petstore.js';

const CONFIG = `specs: { pets: {} }
roles:
  okta.pets.read: { anyOf: [ORG_ADMIN], source: test, verified: false }
toolsets:
  pets:
    title: Pets
    tools:
      get_pet: { operation: getPet, title: Get pet, description: Read one pet. }
`;

const ROLES = ['pets.manage', 'owners.manage']
  .map((scope) => `  okta.${scope}: { anyOf: [ORG_ADMIN], source: test, verified: false }\n`)
  .join('');

let project: string;
let cli: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'codegen-'));
  // In one file it starts in less than half the time.
  cli = join(project, 'cli.mjs');
  await build({
    entryPoints: [resolve(import.meta.dirname, '../../codegen/cli.ts')],
    outfile: cli,
    ...asModule,
  });
  mkdirSync(join(project, 'specs'));
  writeFileSync(join(project, 'specs/pets.json'), JSON.stringify(petstore));
  writeFileSync(join(project, 'tools.config.yaml'), CONFIG);
});
afterAll(() => rmSync(project, { recursive: true }));

/** Runs the command line of codegen in the small project. */
function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [cli, ...args], { cwd: project }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

test('generate writes what is missing, --check says what is stale and writes nothing', async () => {
  expect(await run('generate')).toMatchObject({ code: 0, err: '' });
  expect(existsSync(join(project, 'generated/okta-api.d.ts'))).toBe(true);

  appendFileSync(join(project, 'generated/tools.json'), 'edited by hand\n');
  const stale = await run('generate', '--check');
  expect(stale).toMatchObject({ code: 1 });
  expect(stale.err).toBe('stale, run "npm run generate":\n  generated/tools.json (+0 -1 lines)\n');
  expect(readFileSync(join(project, 'generated/tools.json'), 'utf8')).toContain('edited by hand');
}, 60_000);

test('operations of patterns are taken with --accept-new, once', async () => {
  const classified = `${CONFIG}patterns: [{ scope: okta.pets, toolset: pets }]\nexcluded: { getPublic: redirect-only }\n`;
  writeFileSync(
    join(project, 'tools.config.yaml'),
    classified.replace('  okta.pets.read:', `${ROLES}  okta.pets.read:`),
  );
  const refused = await run('generate');
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.err).toMatch(/operations are neither curated, excluded nor accepted: listPets, .*--accept-new/);
  expect(existsSync(join(project, 'tools.expanded.yaml'))).toBe(false);
  expect(await run('generate', '--accept-new')).toMatchObject({ code: 0, err: '' });
  expect(readFileSync(join(project, 'tools.expanded.yaml'), 'utf8')).toMatch(/^listPets: \{ tool: list_pets, /m);
  expect(await run('generate', '--check')).toMatchObject({ code: 0, err: '' });
}, 60_000);

test.each([
  { given: 'a file that is not there', args: ['spec:import', 'nope.yaml'], want: /no such file/ },
  { given: 'a file that is no YAML', args: ['spec:import', 'broken.yaml'], want: /^broken\.yaml:\d+ / },
])(
  'spec:import of $given fails with its name',
  async ({ args, want }) => {
    writeFileSync(join(project, 'broken.yaml'), 'openapi: [3\n');
    const { code, err } = await run(...args);
    expect(code).toBe(1);
    expect(err).toMatch(want);
  },
  60_000,
);
