import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cleanEnvironment, program } from '../program.js';
import { jsonOf, textOf } from '../tools/fixture.js';

// What ships, as a process that lists nothing but the tools that find and call others.

interface Audited {
  readonly tool: string;
  readonly decision: string;
  readonly confirmation: string;
}

async function open(mode: 'auto' | 'legacy', answers: boolean[], settings: Record<string, string> = {}) {
  const client = new Client(
    { name: 'test', version: '0' },
    { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
  );
  const asked: string[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params.message);
    return answers.shift() === true ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
  });
  const env = cleanEnvironment({
    OKTA_SURFACE: 'discover',
    OKTA_SCOPES: 'okta.groups.manage okta.users.read',
    OKTA_LOG_LEVEL: 'error',
    ...settings,
  });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, 'stdio', '--demo'],
    env,
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  const audit = () => {
    const lines = stderr.split('\n').filter((line) => line.startsWith('{"audit":'));
    return lines.map((line) => JSON.parse(line) as Audited);
  };
  const call = (name: string, args: object) => client.callTool({ name, arguments: args as Record<string, unknown> });
  return { client, call, asked, audit };
}

interface Found {
  readonly tools: { readonly name: string; readonly arguments: string; readonly risk: string }[];
  readonly notAvailable?: { readonly name: string; readonly unlock: string }[];
}

describe.each(['auto', 'legacy'] as const)('%s', (mode) => {
  test('find, describe, call: from a wish to its fulfilment', async () => {
    const { client, call } = await open(mode, []);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).filter((name) => /^(find|describe|call)_/.test(name))).toHaveLength(3);
    expect(tools.filter(({ _meta }) => _meta)).toEqual([]);
    expect(client.getInstructions()).toContain('find_tools');

    const answer = await call('find_tools', { query: 'make a new group for the marketing team' });
    const best = (jsonOf(answer) as unknown as Found).tools.find((each) => each.name === 'create_group');
    expect(best).toMatchObject({ name: 'create_group', risk: 'write' });
    expect(best!.arguments).toContain('body');
    expect(Buffer.byteLength(textOf(answer))).toBeLessThan(2_500);

    const described = jsonOf(await call('describe_tool', { name: 'create_group' }));
    const { properties } = (described.arguments as { properties: { body: { properties: object } } }).properties.body;
    expect(properties).toHaveProperty('profile');

    const made = await call('call_tool', {
      name: 'create_group',
      arguments: { body: { profile: { name: 'Marketing Lisbon' } } },
    });
    const { id } = jsonOf(made);
    const read = jsonOf(await call('call_tool', { name: 'get_group', arguments: { groupId: id } }));
    expect(read).toMatchObject({ id, profile: { name: 'Marketing Lisbon' } });
  });

  test('a destructive tool asks the person as it does when it is called itself', async () => {
    const { call, asked, audit } = await open(mode, [false, true, false, true]);
    const wordings: string[][] = [];
    for (const through of [false, true]) {
      const reach = (name: string, args: object) =>
        through ? call('call_tool', { name, arguments: args }) : call(name, args);
      const made = await reach('create_group', { body: { profile: { name: 'Temporary' } } });
      const groupId = jsonOf(made).id as string;
      const declined = await reach('delete_group', { groupId });
      expect(textOf(declined)).toContain('"code":"confirmation_declined"');
      expect(jsonOf(await reach('delete_group', { groupId }))).toEqual({ ok: true, status: 204 });
      wordings.push(asked.splice(0).map((text) => text.replaceAll(groupId, '<id>')));
    }
    expect(wordings[0]).toHaveLength(2);
    expect(wordings[1]).toEqual(wordings[0]);
    await expect.poll(() => audit().filter(({ decision }) => decision === 'called').length).toBe(4);
    const about = audit().map(({ tool, decision, confirmation }) => [tool, decision, confirmation]);
    expect(about.slice(about.length / 2)).toEqual(about.slice(0, about.length / 2));
    expect(about).toContainEqual(['delete_group', 'called', 'human']);
  });
});

test('what is not allowed is found with what would unlock it, and stays out of reach', async () => {
  const { call } = await open('auto', [true], { OKTA_SCOPES: 'okta.users.read', OKTA_READ_ONLY: 'true' });
  const { tools, notAvailable } = jsonOf(await call('find_tools', { query: 'offboard a user' })) as unknown as Found;
  expect(tools.map(({ name }) => name)).not.toContain('deactivate_user');
  const unlock = notAvailable!.find(({ name }) => name === 'deactivate_user')!.unlock;
  expect(unlock).toContain('OKTA_SCOPES');
  expect(unlock).toContain('OKTA_READ_ONLY');
  const refused = await call('call_tool', { name: 'deactivate_user', arguments: { id: 'x' } });
  expect(textOf(refused)).toContain('"code":"tool_not_allowed"');
});
