import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cleanEnvironment, program, root, run } from '../program.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1]!);
const all = (pattern: RegExp) => [...new Set([...readme.matchAll(pattern)].map((match) => match[1]!))];

/** The names that other Okta MCP set-ups use, which must go on working. */
const FIVE = ['OKTA_CLIENT_ID', 'OKTA_KEY_ID', 'OKTA_ORG_URL', 'OKTA_PRIVATE_KEY', 'OKTA_SCOPES'];

test('a newcomer runs one command for the demo and one for the tests', () => {
  expect(blocks('sh')).toEqual(['npm ci && npm run demo\n', 'npm ci && npm test\n']);
});

test('the Node version it asks for is the one of the package', () => {
  const [floor] = all(/^Node ([\d.]+) or newer/gm);
  expect(packageJson().engines.node).toBe(`>=${floor}`);
});

test('every npm script it names exists', () => {
  const named = all(/\bnpm run (?:-s |--silent )?([\w:-]+)/g);
  expect(named).toEqual(expect.arrayContaining(['demo', 'build', 'generate', 'spec:import', 'lint', 'typecheck']));
  const { scripts } = packageJson();
  expect([...named, 'test'].filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every file it links to exists', () => {
  const linked = all(/\]\((?!https?:|#)([^)#]+)/g);
  expect(linked).toEqual(expect.arrayContaining(['tools.config.yaml', 'docs/tools.md', 'docs/configuration.md']));
  expect(linked.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

describe('the client snippets', () => {
  const [person, service, code] = blocks('json').map((text) => JSON.parse(text)) as [
    { mcpServers: { okta: Server } },
    { mcpServers: { okta: Server } },
    { inputs: { id: string; type: string; password?: boolean }[]; servers: { okta: Server } },
  ];

  interface Server {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  }

  test.each([
    ['Claude Desktop, a person', person.mcpServers.okta, ['OKTA_CLIENT_ID', 'OKTA_ORG_URL', 'OKTA_SCOPES']],
    ['Claude Desktop, a service app', service.mcpServers.okta, FIVE],
    ['VS Code', code.servers.okta, FIVE],
  ])('%s: the usual names, unchanged, and what the package ships', (_, { command, args, env }, names) => {
    expect(Object.keys(env).sort()).toEqual(names);
    expect(command).toBe('node');
    expect(args).toEqual([expect.stringMatching(new RegExp(`/${packageJson().bin['okta-mcp']}$`))]);
  });

  test('VS Code: every input is asked for once and used, and the key is typed unseen', () => {
    const asked = code.inputs.map(({ id }) => `\${input:${id}}`);
    expect(new Set(asked).size).toBe(asked.length);
    expect(Object.values(code.servers.okta.env).sort()).toEqual([...asked].sort());
    const input = (variable: string) =>
      code.inputs.find(({ id }) => code.servers.okta.env[variable] === `\${input:${id}}`);
    expect(input('OKTA_PRIVATE_KEY')).toMatchObject({ type: 'promptString', password: true });
  });
});

describe('commands', () => {
  let help: string;
  beforeAll(async () => {
    const { stdout } = await run(process.execPath, [program, '--help'], { env: cleanEnvironment() });
    help = stdout;
  });

  test('every command it names is one of okta-mcp --help', () => {
    const named = all(/`(?:node \S*\/)?okta-mcp(?:\.cjs)? ([a-z][\w-]*)/g);
    expect(named).toEqual(expect.arrayContaining(['tools', 'stdio']));
    expect(named.filter((name) => !new RegExp(`^  ${name}\\b`, 'm').test(help))).toEqual([]);
  });
});

test('every setting it names is documented', () => {
  const reference = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
  expect(all(/\b(OKTA_[A-Z_]+)\b/g).filter((name) => !reference.includes(`\`${name}\``))).toEqual([]);
});

function packageJson() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
    readonly engines: { readonly node: string };
    readonly bin: { readonly 'okta-mcp': string };
  };
}
