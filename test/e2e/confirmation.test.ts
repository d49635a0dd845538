import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cleanEnvironment, program } from '../program.js';
import { jsonOf, textOf } from '../tools/fixture.js';

// What ships, as a process, asked to delete and to hand out power by every kind of client.

const who = { name: 'test', version: '0' };
const SCOPES = 'okta.groups.manage okta.users.manage okta.roles.manage';
type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> };
type Person = (message: string) => Answer | Promise<Answer>;
type AnyClient = Pick<Client, 'callTool' | 'listTools' | 'close'>;

function server(settings: Record<string, string> = {}) {
  const env = cleanEnvironment({ OKTA_SCOPES: SCOPES, OKTA_LOG_LEVEL: 'error', ...settings });
  return { command: process.execPath, args: [program, 'stdio', '--demo'], env, stderr: 'pipe' as const };
}

interface Opened {
  readonly client: AnyClient;
  /** The audit on standard error, so far. */
  audit(): Record<string, unknown>[];
}

function auditOf(stream: unknown): () => Record<string, unknown>[] {
  let text = '';
  (stream as NodeJS.ReadableStream).on('data', (chunk) => {
    text += chunk;
  });
  const lines = () => text.split('\n').filter((line) => line.startsWith('{"audit":'));
  return () => lines().map((line) => JSON.parse(line) as Record<string, unknown>);
}

const v2 = (mode: 'auto' | 'legacy') => async (person: Person | undefined, settings?: Record<string, string>) => {
  const capabilities = person ? { elicitation: { form: {} } } : {};
  const client = new Client(who, { versionNegotiation: { mode }, capabilities });
  if (person) client.setRequestHandler('elicitation/create', ({ params }) => person(params.message));
  const transport = new StdioClientTransport(server(settings));
  const audit = auditOf(transport.stderr);
  await client.connect(transport);
  onTestFinished(() => client.close());
  expect(client.getProtocolEra()).toBe(mode === 'auto' ? 'modern' : 'legacy');
  return { client, audit };
};

const clients: {
  name: string;
  open: (person: Person | undefined, settings?: Record<string, string>) => Promise<Opened>;
}[] = [
  { name: 'v2 client, 2026-07-28', open: v2('auto') },
  { name: 'v2 client, legacy', open: v2('legacy') },
  {
    name: 'v1 client',
    open: async (person, settings) => {
      const client = new V1Client(who, { capabilities: person ? { elicitation: {} } : {} });
      if (person) client.setRequestHandler(ElicitRequestSchema, ({ params }) => person(params.message));
      const transport = new V1Transport(server(settings));
      const audit = auditOf(transport.stderr);
      await client.connect(transport);
      onTestFinished(() => client.close());
      return { client: client as unknown as AnyClient, audit };
    },
  },
];

async function makeGroup(client: AnyClient, name = 'Temporary'): Promise<string> {
  const made = await client.callTool({ name: 'create_group', arguments: { body: { profile: { name } } } });
  return jsonOf(made).id as string;
}

const exists = async (client: AnyClient, groupId: string) =>
  (await client.callTool({ name: 'get_group', arguments: { groupId } })).isError !== true;

describe.each(clients)('$name', ({ open }) => {
  test('asks the person, and does what they agreed to, once', async () => {
    const asked: string[] = [];
    const { client, audit } = await open((message) => {
      asked.push(message);
      return { action: 'accept', content: { confirm: true } };
    });
    const groupId = await makeGroup(client);
    const result = await client.callTool({ name: 'delete_group', arguments: { groupId } });
    expect(jsonOf(result)).toEqual({ ok: true, status: 204 });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(`- group: profile.name "Temporary", type "OKTA_GROUP", id "${groupId}"`);
    expect(await exists(client, groupId)).toBe(false);
    const about = audit().filter(({ tool }) => tool === 'delete_group');
    expect(about.map(({ decision, confirmation }) => [decision, confirmation])).toEqual([
      ['asked', 'none'],
      ['confirmed', 'human'],
      ['called', 'human'],
    ]);
    expect(about[2]).toMatchObject({ target: { groupId }, status: 204, requestId: expect.any(String) });
  });

  test('does nothing without a clear yes', async () => {
    let person: Person;
    const { client } = await open((message) => person(message));
    const groupId = await makeGroup(client);
    const persons: Person[] = [
      () => ({ action: 'decline' }),
      () => ({ action: 'cancel' }),
      () => ({ action: 'accept', content: { confirm: false } }),
      () => {
        throw new Error('no window');
      },
    ];
    for (person of persons) {
      const call = client.callTool({ name: 'delete_group', arguments: { groupId } });
      // A 2026-07-28 client whose handler fails gives up the call itself.
      const result = await call.catch((error: Error) => ({ isError: true, content: [{ text: error.message }] }));
      expect(result.isError).toBe(true);
      expect(await exists(client, groupId)).toBe(true);
    }
  });

  test('that cannot ask: destructive takes two steps, privileged is refused with what to do', async () => {
    const { client, audit } = await open(undefined);
    const groupId = await makeGroup(client);
    const { tools } = await client.listTools();
    const takes = (name: string) =>
      'confirmation' in (tools.find((tool) => tool.name === name)!.inputSchema.properties ?? {});
    expect([takes('delete_group'), takes('assign_role_to_group'), takes('get_group')]).toEqual([true, false, false]);

    const first = await client.callTool({ name: 'delete_group', arguments: { groupId } });
    expect(first.isError).toBe(true);
    expect(await exists(client, groupId)).toBe(true);
    const { confirmation } = JSON.parse(textOf(first).split('\n').at(-1)!);
    const second = await client.callTool({ name: 'delete_group', arguments: { groupId, confirmation } });
    expect(jsonOf(second)).toEqual({ ok: true, status: 204 });
    expect(audit().at(-1)).toMatchObject({ decision: 'called', confirmation: 'model-two-step' });

    const role = { groupId: await makeGroup(client, 'Other'), body: { type: 'SUPER_ADMIN' } };
    const refused = await client.callTool({ name: 'assign_role_to_group', arguments: role });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toContain('"code":"confirmation_unavailable"');
    expect(textOf(refused)).toContain('elicitation');
  });
});

test('a client that can ask is not offered the second way', async () => {
  const { client } = await clients[0]!.open(() => ({ action: 'decline' }));
  const { tools } = await client.listTools();
  expect(tools.filter(({ inputSchema }) => 'confirmation' in (inputSchema.properties ?? {}))).toEqual([]);
});

test('the audit file holds what standard error holds, and without one nothing is deleted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'okta-mcp-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const yes: Person = () => ({ action: 'accept', content: { confirm: true } });
  const kept = await clients[1]!.open(yes, { OKTA_AUDIT_LOG: folder });
  const groupId = await makeGroup(kept.client);
  await kept.client.callTool({ name: 'delete_group', arguments: { groupId } });
  const [name] = readdirSync(folder);
  expect(statSync(join(folder, name!)).mode & 0o777).toBe(0o600);
  const lines = readFileSync(join(folder, name!), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(kept.audit());

  const lost = await clients[1]!.open(yes, { OKTA_AUDIT_LOG: join(folder, 'missing') });
  const other = await makeGroup(lost.client);
  const refused = await lost.client.callTool({ name: 'delete_group', arguments: { groupId: other } });
  expect(textOf(refused)).toContain('"code":"audit_unavailable"');
  expect(await exists(lost.client, other)).toBe(true);
});
