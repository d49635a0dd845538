import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import pino from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../src/app.js';
import { parseConfig } from '../src/config.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import { mcpServerFactory } from '../src/server/mcp.js';

// docs/presets.md is written by this test, from what a client is really shown. After a change:
// npx vitest run test/presets -u

const file = readToolFile();
const presets = Object.entries(file.presets!);
const toolsOf = (id: string) => file.tools.filter((tool) => tool.presets?.includes(id));

/** What a client that cannot ask a person is shown: the longer list, because confirmations travel in an argument. */
async function shown(env: Record<string, string>) {
  const { config } = parseConfig(env, knownNames(file), { demo: true });
  const log = pino({ level: 'silent' });
  const app = await createApp({ config, tools: file, version: '0', log, stderr: () => {} });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const served = serveStdio(mcpServerFactory(app.toolbox, app.info), { transport: far });
  const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode: 'legacy' } });
  await client.connect(near);
  const { tools } = await client.listTools();
  const status = await client.callTool({ name: 'get_scope_status', arguments: {} });
  const own = new Set(app.toolbox.local.map(({ name }) => name));
  await client.close();
  await served.close();
  await app.close();
  return {
    names: tools.filter(({ name }) => !own.has(name)).map(({ name }) => name),
    local: tools.filter(({ name }) => own.has(name)).map(({ name }) => name),
    tokens: tools.reduce(
      (sum, { name, description, inputSchema }) =>
        sum + countTokens(JSON.stringify({ name, description, inputSchema })),
      0,
    ),
    status: JSON.parse((status.content as { text: string }[])[0]!.text),
  };
}

const all = { OKTA_SCOPES: file.scopes.join(' ') };

describe.each(presets)('preset %s', (id, { scopes }) => {
  let list: Awaited<ReturnType<typeof shown>>;
  beforeAll(async () => {
    list = await shown({ OKTA_TOOLSETS: id, OKTA_SCOPES: scopes.join(' ') });
  });

  test('its scopes open all of it, and all of it is listed', () => {
    expect(list.names.sort()).toEqual(
      toolsOf(id)
        .map(({ name }) => name)
        .sort(),
    );
    expect(list.status.active.tools).toBe(list.names.length);
  });

  test('without one of its scopes something is missing', () => {
    for (const without of scopes) {
      const held = new Set(scopes.filter((scope) => scope !== without));
      const open = toolsOf(id).filter((tool) => tool.scopes.every((anyOf) => anyOf.some((scope) => held.has(scope))));
      expect(open.length, without).toBeLessThan(list.names.length);
    }
  });

  test('needs no meta-tool to find or call what is listed anyway', () => {
    expect(list.local).not.toContain('find_tools');
    expect(list.local).not.toContain('call_tool');
  });

  test(`costs at most ${id === 'helpdesk' ? '4,000' : '8,000'} tokens, with what this server lists of its own`, () => {
    expect(list.tokens).toBeLessThanOrEqual(id === 'helpdesk' ? 4_000 : 8_000);
  });
});

test('the six kinds of work', () => {
  expect(presets.map(([id]) => id)).toEqual([
    'helpdesk',
    'onboarding',
    'app-admin',
    'security-audit',
    'branding',
    'governance',
  ]);
});

test('an audit changes nothing', () => {
  expect(toolsOf('security-audit').filter(({ risk }) => risk !== 'read')).toEqual([]);
});

describe('a preset narrows as a toolset does', () => {
  test.each([
    [
      'scopes still decide',
      { OKTA_TOOLSETS: 'helpdesk', OKTA_SCOPES: 'okta.logs.read' },
      ['get_login_failures', 'get_logs'],
    ],
    [
      'read-only still decides',
      { OKTA_TOOLSETS: 'branding', OKTA_SCOPES: 'okta.domains.manage', OKTA_READ_ONLY: 'true' },
      ['get_custom_domain', 'list_custom_domains'],
    ],
    [
      'so does a list of tools',
      { ...all, OKTA_TOOLSETS: 'helpdesk', OKTA_TOOLS: 'get_user delete_group' },
      ['get_user'],
    ],
    [
      'beside a toolset, either will do',
      { OKTA_TOOLSETS: 'security-audit logs', OKTA_SCOPES: 'okta.logs.read okta.apiTokens.read' },
      ['get_login_failures', 'get_logs', 'list_api_tokens'],
    ],
  ])('%s', async (_, env, want) => {
    expect((await shown(env)).names.sort()).toEqual(want);
  });

  test('several are their union, listed whole up to a hundred', async () => {
    const { names, local } = await shown({ ...all, OKTA_TOOLSETS: 'helpdesk onboarding' });
    const either = file.tools.filter(({ presets: ids = [] }) => ids.includes('helpdesk') || ids.includes('onboarding'));
    expect(names.sort()).toEqual(either.map(({ name }) => name).sort());
    expect(local).not.toContain('find_tools');
  });

  test.each(['security-audit branding', presets.map(([id]) => id).join(' ')])(
    'above a hundred their core is listed, and the others are found: %s',
    async (ids) => {
      const { names, local, status } = await shown({ ...all, OKTA_TOOLSETS: ids });
      const core = file.tools.filter((tool) => tool.core && tool.presets?.some((id) => ids.split(' ').includes(id)));
      expect(status.active.tools).toBeGreaterThan(100);
      expect(names.sort()).toEqual(core.map(({ name }) => name).sort());
      expect(local).toEqual(expect.arrayContaining(['find_tools', 'describe_tool', 'call_tool']));
    },
  );
});

const INTRO = `<!-- Written by test/presets.test.ts from generated/tools.json. Do not edit. -->

# Presets

A preset is a set of tools for one kind of work. Its name goes into \`OKTA_TOOLSETS\`, where it may stand beside toolsets
([tools.md](tools.md)) and other presets: a tool of any of them is offered. As every setting that narrows, it adds no right:
scopes, \`OKTA_READ_ONLY\`, \`OKTA_TOOLS\` and confirmations decide as ever. Presets are listed whole as long as all that is
listed is no more than 100 tools; above that only the most used ones of them are, and \`find_tools\` finds the others.

Scopes are the fewest that open the whole preset; grant fewer, and the tools behind the others are not offered. Roles are
standard administrator roles that together suffice and open little beyond. Tokens are o200k, for name, description and
schema of everything a client is shown, the tools of this server itself included.`;

const codes = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

/** What is not verified is not said as a fact. */
function reservedWords(names: readonly string[]): string {
  const verified = (name: string) => file.tools.some((tool) => tool.name === name && tool.roles.verified);
  const known = names.filter(verified);
  const assumed = names.filter((name) => !verified(name));
  return [
    known.length > 0 && ` Only a super administrator may use ${codes(known)}.`,
    assumed.length > 0 && ` Whether anybody but a super administrator may use ${codes(assumed)} is not verified.`,
  ]
    .filter(Boolean)
    .join('');
}

test('docs/presets.md says what each costs and needs', async () => {
  const rows: string[] = [];
  const sections: string[] = [];
  for (const [id, { title, scopes, roles, reserved }] of presets) {
    const { names, tokens } = await shown({ OKTA_TOOLSETS: id, OKTA_SCOPES: scopes.join(' ') });
    rows.push(`| [${id}](#${id}) | ${title} | ${names.length} | ${tokens} |`);
    sections.push(
      `## ${id}`,
      `${title}.`,
      `\`\`\`sh\nOKTA_TOOLSETS=${id}\nOKTA_SCOPES="${scopes.join(' ')}"\n\`\`\``,
      `Roles: ${roles.join(' and ')}.${reservedWords(reserved)}`,
      `Tools: ${codes(names)}.`,
    );
  }
  const table = ['| preset | for | tools | tokens |', '|---|---|---|---|', ...rows].join('\n');
  const text = [INTRO, table, ...sections].join('\n\n');
  await expect(`${text}\n`).toMatchFileSnapshot('../docs/presets.md');
});
