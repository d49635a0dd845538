import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testProgram } from '../program.js';
import { jsonOf, textOf } from '../tools/fixture.js';

const command = process.execPath;
const args = [testProgram('server/stdio-child')];
const who = { name: 'test', version: '0' };

/** What every client sees, whatever its age. */
async function expectService(client: Client | V1Client): Promise<void> {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['make_noise', 'lose_scopes', 'list_users']);
  expect(tools[2]).toMatchObject({
    title: 'list_users',
    description: 'Does list_users.',
    inputSchema: { type: 'object', additionalProperties: false },
    annotations: { readOnlyHint: true, destructiveHint: false },
    _meta: {
      'okta/operation': 'list_users',
      'okta/scopes': [['okta.users.read', 'okta.users.manage']],
      'okta/roles': { anyOf: ['READ_ONLY_ADMIN'], verified: false },
      'okta/risk': 'read',
    },
  });
  const page = await client.callTool({ name: 'list_users', arguments: {} });
  expect(jsonOf(page)).toEqual({ items: [{ id: '00u1', name: 'Zoë — 山田' }], complete: true });
  const refused = await client.callTool({ name: 'list_apps' });
  expect(refused.isError).toBe(true);
  expect(textOf(refused)).toContain('okta.apps.read');
  await expect(client.callTool({ name: 'lst_users' })).rejects.toMatchObject({
    code: -32602,
    message: expect.stringContaining('Did you mean list_users?'),
  });
  expect(client.getInstructions()).toMatch(/demo/);
}

describe('lists and calls', () => {
  test.each([
    { name: 'v2 client, automatic', mode: 'auto' as const, era: 'modern' },
    { name: 'v2 client, legacy', mode: 'legacy' as const, era: 'legacy' },
  ])('$name', async ({ mode, era }) => {
    const client = new Client(who, { versionNegotiation: { mode } });
    await client.connect(new StdioClientTransport({ command, args }));
    onTestFinished(() => client.close());
    expect(client.getProtocolEra()).toBe(era);
    await expectService(client);
    // Filtered lists must never be kept by a cache that others share.
    if (era === 'modern') expect(await client.listTools()).toMatchObject({ cacheScope: 'private' });
  });

  test('v1 client', async () => {
    const client = new V1Client(who);
    await client.connect(new V1Transport({ command, args }));
    onTestFinished(() => client.close());
    await expectService(client);
  });
});

/** A client that sees every line. */
function open() {
  const child: ChildProcess = spawn(command, args, { stdio: 'pipe' });
  onTestFinished(() => void child.kill());
  const lines: string[] = [];
  let stderr = '';
  const waiting: (() => void)[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    for (const wake of waiting.splice(0)) wake();
  });
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  return {
    child,
    lines,
    stderr: () => stderr,
    write: (text: string) => child.stdin!.write(text),
    async ask(id: number, method: string, params: object): Promise<{ result?: Record<string, unknown> }> {
      child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
      for (;;) {
        const line = lines.find((each) => JSON.parse(each).id === id);
        if (line) return JSON.parse(line);
        await new Promise<void>((wake) => waiting.push(wake));
      }
    },
  };
}

test.each(['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
  'speaks protocol %s',
  async (protocolVersion) => {
    const { ask } = open();
    const { result } = await ask(1, 'initialize', { protocolVersion, capabilities: {}, clientInfo: who });
    expect(result).toMatchObject({ protocolVersion, serverInfo: { name: 'okta-mcp' } });
    expect((await ask(2, 'tools/list', {})).result?.tools).toHaveLength(3);
  },
);

test('a list that shrinks is announced', async () => {
  const { ask, lines } = open();
  await ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: who });
  await ask(2, 'tools/call', { name: 'lose_scopes', arguments: {} });
  const { result } = await ask(3, 'tools/list', {});
  const { tools } = result as { tools: { name: string }[] };
  expect(tools.map(({ name }) => name)).toEqual(['make_noise', 'lose_scopes']);
  expect(lines.map((line) => JSON.parse(line).method)).toContain('notifications/tools/list_changed');
});

test('stdout carries JSON-RPC only, whatever is written and whatever is sent', async () => {
  const { ask, write, lines, stderr, child } = open();
  await ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: who });
  write('this is not JSON\n{"jsonrpc":"1.0"}\n[]\nnull\n\n');
  await ask(2, 'tools/call', { name: 'make_noise', arguments: {} });
  await ask(3, 'no/such/method', {});
  await ask(4, 'tools/call', { name: 5 });
  child.stdin!.end();
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  expect(lines.length).toBeGreaterThanOrEqual(4);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  for (const noise of ['console.log', 'console.info', 'console.table', 'process.stdout.write', 'that is JSON']) {
    expect(stderr()).toContain(noise);
  }
});
