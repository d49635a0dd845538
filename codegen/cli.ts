import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { type Document, loadDocument } from './document.js';
import { CodegenError } from './errors.js';

/** The only file of codegen that reads and writes. */
const program = new Command('codegen').description("Okta's specification and tools.config.yaml -> generated/");

program
  .command('generate')
  .description('write generated/, docs/ and tools.expanded.yaml from specs/ and tools.config.yaml')
  .option('--check', 'write nothing; exit 1 when something is stale')
  .option(
    '--accept-new',
    'take operations that are not in tools.expanded.yaml yet, as the patterns say, and risks that fall',
  )
  .action(async ({ check, acceptNew = false }: { check?: boolean; acceptNew?: boolean }) => {
    // Each command loads its own libraries; together they take seconds.
    const [{ generate }, { EXPANDED }, { acceptedRisks }] = await Promise.all([
      import('./generate.js'),
      import('./emit/expanded.js'),
      import('./former.js'),
    ]);
    const [tools, operations] = await Promise.all(
      [TOOLS, OPERATIONS].map((path) => readFile(path, 'utf8').catch(() => '')),
    );
    const former = { tools: tools!, operations: operations! };
    const files = await generate({
      config: await readFile('tools.config.yaml', 'utf8'),
      configName: 'tools.config.yaml',
      sayings: await readFile('words/sayings.txt', 'utf8').catch(() => ''),
      documents: await readDocuments(),
      accepted: await readFile(EXPANDED, 'utf8').catch(() => ''),
      former,
      acceptNew,
    });
    const made = { tools: files.get(TOOLS)!, operations: files.get(OPERATIONS)! };
    for (const line of acceptedRisks(former, made)) console.log(line);
    const stale: string[] = [];
    for (const [path, contents] of files) {
      const current = await readFile(path, 'utf8').catch(() => undefined);
      if (current === contents) continue;
      stale.push(`${path} (${current === undefined ? 'missing' : changedLines(current, contents)})`);
      if (!check) await write(path, contents);
    }
    if (stale.length === 0) console.log(`${files.size} files, all up to date`);
    else if (!check) console.log(`wrote ${stale.join(', ')}`);
    else {
      console.error(`stale, run "npm run generate":\n  ${stale.join('\n  ')}`);
      process.exitCode = 1;
    }
  });

program
  .command('spec:import')
  .description('distil a published OpenAPI document into specs/, facts only')
  .argument('<file or https URL>', "Okta's YAML, the variant oneOfInheritance-noExamples")
  .option('--name <name>', 'name under specs/', 'okta-management')
  .option('--release <release>', "Okta's release, where the document has a version of its own")
  .option('--upstream <path>', 'where it lies in the repository it comes from; default: dist/<release>/<file>')
  .action(async (from: string, options: { name: string; release?: string; upstream?: string }) => {
    const { name } = options;
    const remote = /^https:\/\//.test(from);
    const text = remote ? await download(from) : await readFile(from, 'utf8');
    const release = options.release ?? /^ {2}version: (\S+)$/m.exec(text)?.[1];
    const upstream = `dist/${release}/${UPSTREAM[name] ?? name.replace(/^okta-/, '')}-oneOfInheritance-noExamples.yaml`;
    const { importSpec } = await import('./import.js');
    const { files, summary } = await importSpec(text, {
      name,
      upstream: options.upstream ?? upstream,
      file: from,
      ...(options.release === undefined ? {} : { release: options.release }),
      sources: await readFile('specs/SOURCE.md', 'utf8').catch(() => ''),
      ...(remote ? { url: from } : {}),
    });
    for (const [path, contents] of files) await write(path, contents);
    console.log(summary);
  });

program
  .command('spec:diff')
  .description('what changed between two versions of the specifications, for callers of our tools')
  .argument('[before]', 'git revision, or one document: file, https URL or <revision>:<path>', 'HEAD')
  .argument('[after]', 'the same; default: the working tree')
  .option('--json', 'for programs')
  .action(async (before: string, after: string | undefined, { json }: { json?: boolean }) => {
    const [{ readComparison }, { compareSpecs }, { reportOf }] = await Promise.all([
      import('./compare-input.js'),
      import('./compare.js'),
      import('./compare-report.js'),
    ]);
    const shelves = { names: documentNames, file, committed, download };
    const { documents, tools, defects } = await readComparison(shelves, before, after);
    if (defects.length > 0) console.error(`spec:import would refuse:\n${new CodegenError(defects).message}\n`);
    const comparison = compareSpecs(documents, tools);
    process.stdout.write(json ? `${JSON.stringify(comparison, null, 2)}\n` : reportOf(comparison));
  });

const TOOLS = 'generated/tools.json';
const OPERATIONS = 'generated/operations.ts';

/** Published names that are not the name of the document. */
const UPSTREAM: Readonly<Record<string, string>> = {
  'okta-governance': 'governance-combined-production-reference',
};

async function download(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new CodegenError([{ file: url, message: `answered ${response.status}` }]);
  return response.text();
}

async function documentNames(): Promise<string[]> {
  return (await readdir('specs'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'))
    .sort();
}

async function file(path: string): Promise<Buffer | undefined> {
  return (await stat(path).catch(() => undefined))?.isFile() ? readFile(path) : undefined;
}

/** A file as it is in a revision; undefined when it is not there. */
async function committed(revision: string, path: string): Promise<Buffer | undefined> {
  const git = (...args: string[]) =>
    promisify(execFile)('git', args, { encoding: 'buffer', maxBuffer: 2 ** 28 }).then(({ stdout }) => stdout);
  await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`).catch(() => {
    const fix = 'name a file, an https URL, a git revision or <revision>:<path>';
    throw new CodegenError([{ file: revision, message: 'is no file and no git revision here', fix }]);
  });
  return git('show', '--end-of-options', `${revision}:./${path}`).catch(() => undefined);
}

async function readDocuments(): Promise<Map<string, Document>> {
  const loaded = (await documentNames()).map(async (name) => {
    return [name, loadDocument(await readFile(join('specs', `${name}.json`), 'utf8'))] as const;
  });
  return new Map(await Promise.all(loaded));
}

function changedLines(before: string, after: string): string {
  const [old, fresh] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  const added = [...fresh].filter((line) => !old.has(line)).length;
  const removed = [...old].filter((line) => !fresh.has(line)).length;
  return `+${added} -${removed} lines`;
}

async function write(path: string, contents: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}

try {
  await program.parseAsync();
} catch (error) {
  const expected = error instanceof CodegenError || (error as NodeJS.ErrnoException).code === 'ENOENT';
  if (!expected) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
