import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { type Document, loadDocument } from './document.js';
import { CodegenError } from './errors.js';

/** The only file of codegen that reads and writes. */
const program = new Command('codegen').description("Okta's specification and tools.config.yaml -> generated/");

program
  .command('generate')
  .description('write generated/ and docs/tools.md from specs/ and tools.config.yaml')
  .option('--check', 'write nothing; exit 1 when something is stale')
  .action(async ({ check }: { check?: boolean }) => {
    // Each command loads its own libraries; together they take seconds.
    const { generate } = await import('./generate.js');
    const files = await generate({
      config: await readFile('tools.config.yaml', 'utf8'),
      configName: 'tools.config.yaml',
      documents: await readDocuments(),
    });
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
  .option('--upstream <path>', 'where it lies in the repository it comes from; default: dist/<release>/<file>')
  .action(async (from: string, { name, upstream }: { name: string; upstream?: string }) => {
    const remote = /^https:\/\//.test(from);
    const text = remote ? await download(from) : await readFile(from, 'utf8');
    const release = /^ {2}version: (\S+)$/m.exec(text)?.[1];
    const published = upstream ?? `dist/${release}/${name.replace(/^okta-/, '')}-oneOfInheritance-noExamples.yaml`;
    const { importSpec } = await import('./import.js');
    const { files, summary } = await importSpec(text, {
      name,
      upstream: published,
      file: from,
      sources: await readFile('specs/SOURCE.md', 'utf8').catch(() => ''),
      ...(remote ? { url: from } : {}),
    });
    for (const [path, contents] of files) await write(path, contents);
    console.log(summary);
  });

async function download(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new CodegenError([{ file: url, message: `answered ${response.status}` }]);
  return response.text();
}

async function readDocuments(): Promise<Map<string, Document>> {
  const names = (await readdir('specs')).filter((name) => name.endsWith('.json')).sort();
  const loaded = names.map(async (name) => {
    return [basename(name, '.json'), loadDocument(await readFile(join('specs', name), 'utf8'))] as const;
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
