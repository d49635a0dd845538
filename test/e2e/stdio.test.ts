import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { cleanEnvironment, program } from '../program.js';
import { jsonOf, textOf } from '../tools/fixture.js';

// What ships, as a process, with the demo org behind it and every kind of client in front.

const who = { name: 'test', version: '0' };
function server(scopes: string) {
  const env = cleanEnvironment({ OKTA_SCOPES: scopes, OKTA_LOG_LEVEL: 'error' });
  return { command: process.execPath, args: [program, 'stdio', '--demo'], env };
}

type AnyClient = Pick<Client, 'listTools' | 'callTool' | 'close'>;

const v2 = (mode: 'auto' | 'legacy' | { pin: string }, era: string) => async (scopes: string) => {
  const client = new Client(who, { versionNegotiation: { mode } });
  await client.connect(new StdioClientTransport(server(scopes)));
  expect(client.getProtocolEra()).toBe(era);
  return client;
};

const clients: { name: string; open: (scopes: string) => Promise<AnyClient> }[] = [
  { name: 'v2 client, automatic', open: v2('auto', 'modern') },
  { name: 'v2 client, pinned to 2026-07-28', open: v2({ pin: '2026-07-28' }, 'modern') },
  { name: 'v2 client, legacy', open: v2('legacy', 'legacy') },
  {
    name: 'v1 client',
    open: async (scopes) => {
      const client = new V1Client(who);
      await client.connect(new V1Transport(server(scopes)));
      return client as unknown as AnyClient;
    },
  },
];

const login = "zoë.o'brien+test@example.com";
const profile = { login, email: login, firstName: 'Zoë', lastName: "O'Brien" };

/** One session, told as what the model saw; what differs between two runs of the demo org (its clock) is blanked. */
async function session(client: AnyClient): Promise<unknown> {
  const { tools } = await client.listTools();
  const page = jsonOf(await client.callTool({ name: 'list_users', arguments: { limit: 3 } })) as unknown as Page;
  const first = page.items[0]!;
  const calls = [
    { name: 'get_user', arguments: { id: first.profile.login } },
    { name: 'list_users', arguments: { limit: 3, ...page.next } },
    { name: 'create_user', arguments: { body: { profile } } },
    { name: 'get_user', arguments: { id: login } },
    { name: 'get_user', arguments: { id: 'nobody@example.com' } },
    { name: 'get_user', arguments: {} },
    { name: 'list_users', arguments: { limit: 'three' } },
    { name: 'list_groups' },
    { name: 'get_scope_status', arguments: {} },
  ];
  const answers: unknown[] = [tools, page];
  for (const call of calls) {
    const { isError = false, content } = await client.callTool(call);
    answers.push({ call, isError, content });
  }
  return JSON.parse(
    JSON.stringify(answers, (_, value) =>
      typeof value === 'string' ? value.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>') : value,
    ),
  );
}

interface Page {
  readonly items: { readonly id: string; readonly profile: { readonly login: string } }[];
  readonly complete: boolean;
  readonly next: object;
}

describe('every kind of client lists and calls', () => {
  const transcripts: unknown[] = [];

  test.each(clients)('$name', async ({ open }) => {
    const client = await open('okta.users.manage');
    try {
      const { tools } = await client.listTools();
      const names = tools.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['get_scope_status', 'list_users', 'get_user', 'create_user']));
      expect(names).not.toContain('list_groups');

      const page = jsonOf(await client.callTool({ name: 'list_users', arguments: { limit: 2 } })) as unknown as Page;
      expect(page).toMatchObject({ complete: false, next: { after: expect.any(String) } });
      expect(page.items).toHaveLength(2);
      const [{ id, profile: known }] = page.items as [Page['items'][0]];
      expect(jsonOf(await client.callTool({ name: 'get_user', arguments: { id } }))).toMatchObject({
        id,
        profile: known,
      });

      transcripts.push(await session(client));
      expect(jsonOf(await client.callTool({ name: 'get_user', arguments: { id: login } }))).toMatchObject({ profile });
    } finally {
      await client.close();
    }
  });

  test('and all of them see the same', () => {
    expect(transcripts).toHaveLength(clients.length);
    for (const transcript of transcripts) expect(transcript).toEqual(transcripts[0]);
  });
});

describe.each(clients)('mistakes: $name', ({ open }) => {
  test('a tool that does not exist is a protocol error, anything else a result the model can read', async () => {
    const client = await open('okta.users.read');
    try {
      await expect(client.callTool({ name: 'lst_users', arguments: {} })).rejects.toMatchObject({
        code: -32602,
        message: expect.stringContaining('list_users'),
      });
      for (const [name, args, text] of [
        ['list_users', { limit: 'three' }, 'limit'],
        ['list_users', { lmit: 3 }, 'did you mean `limit`'],
        ['get_user', {}, 'id'],
        ['get_user', { id: '..' }, '"code":"path_unsafe"'],
        ['create_user', { body: { profile } }, 'okta.users.manage'],
        ['get_user', { id: 'nobody@example.com' }, '"code":"okta_not_found"'],
      ] as const) {
        const answer = await client.callTool({ name, arguments: args });
        expect(answer.isError, name).toBe(true);
        expect(textOf(answer)).toContain(text);
      }
    } finally {
      await client.close();
    }
  });
});
