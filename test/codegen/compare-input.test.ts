import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareSpecs } from '../../codegen/compare.js';
import { readComparison, type Shelves } from '../../codegen/compare-input.js';
import { CodegenError } from '../../codegen/errors.js';
import { importSpec } from '../../codegen/import.js';
import { petstore } from './petstore.js';
import { operation, yaml } from './small-spec.js';

const document = (version: string) => JSON.stringify({ ...petstore, info: { title: 'Pets', version } });
const tools = (...names: string[]) => JSON.stringify({ tools: names.map((name) => ({ name, operation: name })) });

/** Shelves that hold the given texts; `HEAD` and `v1` are revisions. */
function shelves(
  files: Record<string, string | Buffer>,
  commits: Record<string, Record<string, string>> = {},
): Shelves {
  return {
    names: async () => Object.keys(files).flatMap((path) => /^specs\/(.*)\.json$/.exec(path)?.slice(1) ?? []),
    file: async (path) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
    committed: async (revision, path) => {
      if (commits[revision] === undefined) throw new CodegenError([{ file: revision, message: 'no such revision' }]);
      const text = commits[revision][path];
      return text === undefined ? undefined : Buffer.from(text);
    },
    download: async (url) => document(`from ${url}`),
  };
}

const world = shelves(
  {
    'specs/pets.json': document('3'),
    'specs/new.json': document('3'),
    'generated/tools.json': tools('now'),
    'old.json.gz': gzipSync(document('zipped')),
    'published.yaml': yaml({ paths: { '/it': { get: operation('getIt') } } }),
    'other.json': '{"a":1}',
  },
  {
    HEAD: { 'specs/pets.json': document('2'), 'generated/tools.json': tools('then') },
    v1: { 'specs/pets.json': document('1') },
  },
);

describe('what is compared', () => {
  test.each<{ given: string; args: string[]; want: string[]; tools: string }>([
    {
      given: 'nothing: the last commit and the working tree',
      args: [],
      want: ['pets 2 3', 'new - 3'],
      tools: 'then now',
    },
    { given: 'a revision and the working tree', args: ['v1'], want: ['pets 1 3', 'new - 3'], tools: 'now now' },
    { given: 'two revisions', args: ['v1', 'HEAD'], want: ['pets 1 2', 'new - -'], tools: 'now then' },
    {
      given: 'a file of a revision and a file',
      args: ['v1:specs/pets.json', 'specs/pets.json'],
      want: ['pets 1 3'],
      tools: 'now now',
    },
    {
      given: 'gzipped and published files',
      args: ['old.json.gz', 'published.yaml'],
      want: ['published zipped 1.0.0'],
      tools: 'now now',
    },
    {
      given: 'a document from the web',
      args: ['specs/pets.json', 'https://a.example/b.yaml'],
      want: ['b 3 from https://a.example/b.yaml'],
      tools: 'now now',
    },
  ])('$given', async ({ args: [before, after], want, tools: names }) => {
    const read = await readComparison(world, before, after);
    const described = read.documents.map(
      (one) => `${one.name} ${one.before?.info.version ?? '-'} ${one.after?.info.version ?? '-'}`,
    );
    expect(described).toEqual(want);
    expect([...read.tools.before, ...read.tools.after].map(({ name }) => name).join(' ')).toBe(names);
  });

  test('what an import would refuse is told and compared all the same', async () => {
    const parameters = [{ name: 'Cookie', in: 'header', schema: { type: 'string' } }];
    const odd = shelves({
      'old.json': document('1'),
      'odd.yaml': yaml({ paths: { '/it': { get: operation('getIt', { parameters }) } } }),
    });
    const { documents, defects } = await readComparison(odd, 'old.json', 'odd.yaml');
    expect(Object.keys(documents[0]?.after?.paths ?? {})).toEqual(['/it']);
    expect(defects).toMatchObject([{ file: 'odd.yaml', message: expect.stringContaining('getIt') }]);
    expect((await readComparison(world)).defects).toEqual([]);
  });

  test.each([
    { given: 'one release', version: '2026.06.3', want: 'none' },
    { given: 'a version of its own', version: '3.2.0', want: 'none' },
    { given: 'another release', version: '2026.07.0', want: 'patch' },
  ])('a committed document and the one it was imported from, $given: $want', async ({ version, want }) => {
    // Keys as nobody sorts them.
    const schema = { type: 'string', format: 'binary' };
    const content = {
      'application/x-x509': { schema },
      'application/x-pem': { schema },
      'application/pkix': { schema },
    };
    const published = yaml({
      paths: {
        '/b': { post: operation('sendIt', { requestBody: { required: true, content } }) },
        '/a': { get: operation('getIt') },
      },
      root: { info: { version, title: 'Small' } },
    });
    const { files } = await importSpec(published, { name: 'it', file: 'it.yaml', upstream: '', release: '2026.06.3' });
    const both = shelves({ 'specs/it.json': files.get('specs/it.json')!, 'it.yaml': published });
    for (const [before, after] of [
      ['specs/it.json', 'it.yaml'],
      ['it.yaml', 'specs/it.json'],
    ]) {
      const { documents, tools: none } = await readComparison(both, before, after);
      expect(compareSpecs(documents, none)).toMatchObject({ verdict: want, reasons: [] });
    }
  });

  test.each([
    { given: 'no such thing', args: ['nope'], want: 'nope no such revision' },
    {
      given: 'no such file in a revision',
      args: ['v1:nope.json', 'specs/pets.json'],
      want: 'v1:nope.json is not in that revision',
    },
    {
      given: 'one document only',
      args: ['specs/pets.json'],
      want: 'specs/pets.json is one document, but the working tree stands for all of specs/ (name two documents, or two git revisions)',
    },
    {
      given: 'a document and a revision',
      args: ['v1', 'specs/pets.json'],
      want: 'specs/pets.json is one document, but v1 stands for all of specs/ (name two documents, or two git revisions)',
    },
    {
      given: 'JSON of another kind',
      args: ['specs/pets.json', 'other.json'],
      want: 'other.json is no document that spec:import wrote',
    },
  ])('refused: $given', async ({ args: [before, after], want }) => {
    await expect(readComparison(world, before, after)).rejects.toThrow(want);
  });
});

describe('npm run spec:diff', () => {
  const CLI = resolve(import.meta.dirname, '../../codegen/cli.ts');
  const TSX = import.meta.resolve('tsx');
  let project: string;

  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((done) => {
      execFile(process.execPath, ['--import', TSX, CLI, 'spec:diff', ...args], { cwd: project }, (error, out, err) =>
        done({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  const git = (...args: string[]) => {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...who, ...args], { cwd: project, stdio: 'pipe' });
  };

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'spec-diff-'));
    mkdirSync(join(project, 'specs'));
    mkdirSync(join(project, 'generated'));
    writeFileSync(join(project, 'specs/pets.json'), document('1'));
    writeFileSync(join(project, 'generated/tools.json'), tools('get_pet'));
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
  });
  afterAll(() => rmSync(project, { recursive: true }));

  test('unchanged, changed, as JSON, and a revision that is none', async () => {
    expect(await run()).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Nothing changed.') });

    writeFileSync(join(project, 'specs/pets.json'), document('2'));
    const [text, json, wrong] = [await run(), await run('--json'), await run('nope')];
    expect(text).toMatchObject({ code: 0, out: expect.stringMatching(/^Verdict: patch\n/) });
    expect(json.code).toBe(0);
    const { documents, ...rest } = JSON.parse(json.out);
    expect(rest).toEqual({
      verdict: 'patch',
      reasons: [],
      tools: { added: [], removed: [], renamed: [], replaced: [], lowered: [] },
    });
    expect(documents).toEqual([
      { name: 'pets', from: '1', to: '2', scopes: { added: [], removed: [] }, operations: [], replies: [] },
    ]);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/^nope is no file and no git revision here/) });
  }, 60_000);
});
