import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configReference, parseConfig } from '../src/config.js';
import { parseCallers } from '../src/http/callers-file.js';
import { Metrics } from '../src/http/metrics.js';
import { REFUSALS, type Refusal } from '../src/http/refusals.js';
import { httpEnvironment, parseHttpConfig } from '../src/http-config.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import { cleanEnvironment, program, root, run } from './program.js';

// What the guides of the hosted mode say, held against the program.

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const known = knownNames(readToolFile());
const documented = [...configReference(), ...configReference(httpEnvironment)].map(({ name }) => name);
const { scripts, bin } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  bin: { 'okta-mcp': string };
};

const guides = ['hosted', 'clients', 'gateways', 'troubleshooting'].map((name) => {
  const text = read(`docs/${name}.md`);
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))].map((match) => match[1]!);
  return {
    name,
    text,
    blocks,
    all: (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, it]) => it!))],
  };
});
const guide = (wanted: string) => guides.find(({ name }) => name === wanted)!;
/** GitHub's id of a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(' ', '-');

let commands: string[];
beforeAll(async () => {
  const { stdout } = await run(process.execPath, [program, '--help'], { env: cleanEnvironment() });
  commands = [...stdout.matchAll(/^ {2}([a-z][\w-]*)/gm)].map((match) => match[1]!);
});

describe.each(guides)('the guide $name', ({ name, blocks, all }) => {
  test('names settings that exist', () => {
    // Names of the examples themselves.
    const own = ['OKTA_PRIVATE_KEY_FILE', 'OKTA_MCP_BEARER'];
    expect(all(/\b(OKTA_[A-Z0-9_]+)\b/g).filter((each) => ![...documented, ...own].includes(each))).toEqual([]);
  });

  test('names commands and scripts that exist', () => {
    const called = [...all(/`okta-mcp ([a-z][\w-]*)/g), ...all(/\bdist\/okta-mcp\.cjs ([a-z][\w-]*)/g)];
    expect(called.filter((each) => !commands.includes(each))).toEqual([]);
    expect(all(/\bnpm run ([\w:-]+)/g).filter((each) => scripts[each] === undefined)).toEqual([]);
    expect(all(/(\bdist\/[\w.-]+)/g).filter((each) => each !== bin['okta-mcp'])).toEqual([]);
  });

  test('links to files and headings that exist', () => {
    const links = all(/\]\((?!https?:)([^)]+)\)/g);
    const broken = links.filter((link) => {
      const [path = '', id] = link.split('#');
      const file = join('docs', path || `${name}.md`);
      if (!existsSync(join(root, file))) return true;
      const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map((match) => anchor(match[1]!));
      return id !== undefined && !headings.includes(id);
    });
    expect(broken).toEqual([]);
    expect(all(/\b(deploy\/[\w./-]*\w)/g).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('its YAML is what the server takes for callers.yaml', () => {
    for (const block of blocks('yaml')) expect(() => parseCallers('callers.yaml', block, known)).not.toThrow();
  });

  test('its scopes of Okta exist', () => {
    const named = all(/\b(okta\.[a-zA-Z]+\.(?:read|manage))\b/g);
    expect(named.filter((scope) => !known.scopes.includes(scope))).toEqual([]);
  });
});

describe('clients', () => {
  interface Entry {
    readonly command?: string;
    readonly args?: readonly string[];
    readonly url?: string;
    readonly type?: string;
    readonly env?: Record<string, string>;
  }
  const { blocks, text } = guide('clients');
  const entries = blocks('json').flatMap((block) => {
    const { mcpServers, servers } = JSON.parse(block) as Record<'mcpServers' | 'servers', Record<string, Entry>>;
    return Object.values(mcpServers ?? servers);
  });

  test('what starts the server here is what ships, with a configuration it takes', () => {
    const here = entries.filter(({ command }) => command === 'node');
    expect(here.length).toBeGreaterThan(1);
    for (const { args, env = {} } of here) {
      expect(args).toEqual([expect.stringMatching(new RegExp(`/${bin['okta-mcp']}$`))]);
      expect(parseConfig(env, known, { demo: false }).config.auth.strategy).toBe('device');
    }
  });

  test('what connects goes to the MCP endpoint', () => {
    const urls = entries.flatMap(({ url }) => url ?? []);
    expect(urls.length).toBeGreaterThan(2);
    expect(urls.filter((url) => !url.endsWith('/mcp'))).toEqual([]);
    expect(text.match(/claude mcp add --transport http .*/g)).toEqual([
      expect.stringMatching(/okta https:\/\/mcp\.example\.com\/mcp$/),
      expect.stringMatching(/okta http:\/\/localhost:8080\/mcp --header /),
    ]);
  });

  test('mcp-remote knows its options, and its redirect has the port', () => {
    const { args = [] } = entries.find(({ command }) => command === 'npx') ?? {};
    const folder = join(root, 'node_modules/mcp-remote/dist');
    const program = readdirSync(folder).map((file) => read(join('node_modules/mcp-remote/dist', file)));
    const section = text.slice(text.indexOf('## mcp-remote'), text.indexOf('## A token'));
    const options = [...new Set(section.match(/--[a-z][a-z-]+/g))];
    expect(options.length).toBeGreaterThan(3);
    expect(options.filter((option) => !program.some((code) => code.includes(`"${option}"`)))).toEqual([]);
    expect(JSON.parse(args[args.indexOf('--static-oauth-client-info') + 1] ?? '')).toEqual({
      client_id: '0oa1exampleclient',
    });
    expect(text).toContain(`\`http://localhost:${args[3]}/oauth/callback\``);
  });
});

describe('hosted', () => {
  const { blocks } = guide('hosted');

  test('the example is a configuration the server starts with', () => {
    const exports = blocks('bash').find((block) => block.startsWith('export OKTA_ORG_URL')) ?? '';
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const env = {
      ...Object.fromEntries(
        [...exports.matchAll(/\b(OKTA_\w+)=("[^"]*"|\S+)/g)].map(([, name, value]) => [name, value]),
      ),
      OKTA_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    };
    const { config, warnings } = parseConfig(env, known, { demo: false });
    const http = parseHttpConfig(env, config, { demo: false });
    expect(warnings).toEqual([]);
    expect(http.url.href).toBe('https://mcp.example.com/mcp');
    expect(http.guard).toEqual({
      kind: 'oauth',
      serverId: 'aus1example',
      audiences: ['https://mcp.example.com/mcp'],
      callers: 'deploy/callers.yaml',
    });
  });

  test('its callers file is the one in deploy/', () => {
    expect(parse(blocks('yaml')[0] ?? '')).toEqual(parse(read('deploy/callers.yaml')));
  });

  test('names the metrics there are', async () => {
    const metrics = await new Metrics(() => 0).response().then((response) => response.text());
    const named = [...guide('hosted').text.matchAll(/`(okta_mcp_\w+)`/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !metrics.includes(`# TYPE ${name} `))).toEqual([]);
  });
});

describe('troubleshooting', () => {
  const { text } = guide('troubleshooting');
  const cell = (words: string) => words.replaceAll('|', '\\|').replaceAll('<', '\\<');
  const refusals = Object.entries(REFUSALS as Record<string, Refusal>);

  test.each(refusals)('%s', (code, { status, message, fix }) => {
    expect(text.split('\n')).toContain(`| \`${code}\` | ${status} | ${cell(message)} | ${cell(fix)} |`);
  });

  test('has no refusal that the server does not have', () => {
    const table = text.slice(text.indexOf('## All refusals'));
    expect(table.match(/^\| `/gm)).toHaveLength(refusals.length);
  });

  test('its headings begin texts of the server', () => {
    const headings = [
      'Failed to initialise OIDC provider',
      'Invalid audience',
      'Token verification failed',
      'No matching key for the kid',
      'Permission required',
      'Groups missing',
      'No tools despite groups',
      'Scopes not configured',
    ];
    for (const heading of headings) {
      expect(text).toContain(`\n## ${heading}\n`);
      expect(refusals.some(([, { message }]) => message.startsWith(heading))).toBe(true);
    }
  });
});
