import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnvironment, root, run } from '../program.js';
import { jsonOf } from '../tools/fixture.js';
import { operationsOfSpec } from './specification.js';

// The worked example of README.md, done as it says, in a copy of this project.

const LEFT_OUT = ['node_modules', 'dist', '.git', 'coverage'];
let copy: string;
let files: Map<string, string>;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'okta-mcp-endpoint-'));
  await cp(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  files = await contents(copy);
});
afterAll(() => rm(copy, { recursive: true }));

test('adding a tool is what the README says: a few lines of YAML, nothing else by hand', async () => {
  const { yaml, toolset, name, operation } = await example();
  const allowlist = await readFile(join(copy, 'tools.config.yaml'), 'utf8');
  expect(allowlist, 'the README adds a tool that is there already').not.toMatch(
    new RegExp(`^ {6}${name}:|operation: ${operation}$`, 'm'),
  );
  await writeFile(join(copy, 'tools.config.yaml'), inserted(allowlist, toolset, yaml));

  await npm('run', 'generate');
  await npm('run', 'bundle');

  // Among what did not change is everything in src/ and codegen/.
  const after = await contents(copy);
  const changed = [...new Set([...files.keys(), ...after.keys()])].filter(
    (path) => files.get(path) !== after.get(path),
  );
  expect(changed.sort()).toEqual(['docs/tools.md', 'generated/tools.json', 'tools.config.yaml', 'tools.expanded.yaml']);

  const [scope] = operationsOfSpec.get(operation)!.security.flatMap(({ oauth2 = [] }) => oauth2);
  const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(copy, 'dist/okta-mcp.cjs'), 'stdio', '--demo'],
      env: cleanEnvironment({ OKTA_SCOPES: scope!, OKTA_LOG_LEVEL: 'error' }),
    }),
  );
  try {
    const tool = (await client.listTools()).tools.find((each) => each.name === name);
    expect(tool).toMatchObject({ inputSchema: { required: ['featureId'] }, _meta: { 'okta/operation': operation } });
    const { items } = jsonOf(await client.callTool({ name: 'list_features', arguments: {} }));
    const [first, second] = items as { id: string; name: string }[];
    expect(first!.id).not.toBe(second!.id);
    for (const { id, name: feature } of [first!, second!]) {
      const answer = await client.callTool({ name, arguments: { featureId: id } });
      expect(jsonOf(answer)).toMatchObject({ id, name: feature, status: expect.any(String) });
    }
  } finally {
    await client.close();
  }
}, 120_000);

/** The one YAML block of the README, and where its text says it goes. */
async function example() {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const { toolset, yaml } = /here\s`(?<toolset>\w+)`[^`]*```yaml\n(?<yaml>.*?)```/s.exec(readme)!.groups!;
  const { name, operation } = /^(?<name>\w+):\n {2}operation: (?<operation>\w+)$/m.exec(yaml!)!.groups!;
  return { yaml: yaml!, toolset: toolset!, name: name!, operation: operation! };
}

/** The allowlist with the lines at the start of the toolset, indented like its neighbours. */
function inserted(allowlist: string, toolset: string, yaml: string): string {
  const head = new RegExp(`^ {2}${toolset}:\\n(?: {4}(?!tools:).*\\n)* {4}tools:\\n`, 'm');
  expect(allowlist).toMatch(head);
  return allowlist.replace(head, (found) => found + yaml.replace(/^/gm, '      ').trimEnd().concat('\n'));
}

function npm(...args: string[]) {
  return run('npm', args, { cwd: copy, env: cleanEnvironment() });
}

/** Hash of every file below a folder, by its path. */
async function contents(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (LEFT_OUT.includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      for (const [below, hash] of await contents(path)) found.set(`${entry.name}/${below}`, hash);
    } else
      found.set(
        entry.name,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      );
  }
  return found;
}
