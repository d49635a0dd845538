import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nativeApp } from '../oauth/client.js';
import { cleanEnvironment, root } from '../program.js';
import { Browser, LOGIN, type OktaHosted, oktaHosted } from './hosted-okta.js';

// Real clients over a real port, in front of a certified authorization server on Okta's paths.

const SCOPES = 'okta.users.read okta.users.manage okta.groups.read okta.groups.manage';

let world: OktaHosted;
/** Where mcp-remote waits for its redirect: registered beforehand, as everything is at Okta. */
let port: number;

beforeAll(async () => {
  port = await freePort();
  const redirectUris = [`http://localhost:${port}/oauth/callback`];
  const bridge = nativeApp({ id: '0oabridge', redirectUris, scopes: [] });
  world = await oktaHosted({ scopes: SCOPES, serverScopes: SCOPES.split(' '), apps: [bridge] });
  world.okta.signIn(LOGIN);
});
beforeEach(() => {
  world.audit.length = 0;
  world.givenUp.length = 0;
});
afterAll(() => world.close());

type AnyClient = Pick<Client, 'listTools' | 'callTool' | 'close'>;

interface Opened {
  readonly client: AnyClient;
  readonly browser: Browser;
  /** Messages the person was asked; the answer to each. */
  readonly asked: string[];
  readonly answers: { action: 'accept' | 'decline'; content?: Record<string, boolean> }[];
}

const who = { name: 'test', version: '0' };
const asks = { capabilities: { elicitation: { form: {} } } };

async function connected<T extends { finishAuth: (parameters: never) => Promise<void> }>(
  browser: Browser,
  open: () => { readonly transport: T; readonly connect: () => Promise<void> },
  finish: (transport: T, parameters: URLSearchParams) => Promise<void>,
): Promise<void> {
  const first = open();
  await expect(first.connect()).rejects.toThrow(/unauthorized|authoriz/i);
  await finish(first.transport, await browser.approve());
  await open().connect();
}

const v2 = (mode: 'auto' | 'legacy') => async (): Promise<Opened> => {
  const browser = new Browser();
  const asked: string[] = [];
  const answers: Opened['answers'] = [];
  let client!: Client;
  await connected(
    browser,
    () => {
      client = new Client(who, { ...asks, versionNegotiation: { mode } });
      client.setRequestHandler('elicitation/create', async ({ params }) => {
        asked.push(params.message);
        return answers.shift() ?? { action: 'cancel' };
      });
      const transport = new StreamableHTTPClientTransport(world.url, { authProvider: browser as never });
      return { transport, connect: () => client.connect(transport) };
    },
    (transport, parameters) => transport.finishAuth(parameters),
  );
  return { client, browser, asked, answers };
};

const v1 = async (): Promise<Opened> => {
  const browser = new Browser();
  const asked: string[] = [];
  const answers: Opened['answers'] = [];
  let client!: V1Client;
  await connected(
    browser,
    () => {
      client = new V1Client(who, asks);
      client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
        asked.push(params.message);
        return answers.shift() ?? { action: 'cancel' };
      });
      const transport = new V1Transport(world.url, { authProvider: browser as never });
      return { transport: transport as never as V1Transport, connect: () => client.connect(transport as never) };
    },
    (transport, parameters) => transport.finishAuth(parameters.get('code') ?? ''),
  );
  return { client: client as unknown as AnyClient, browser, asked, answers };
};

/** The options of a call: the second argument of v2, the third of v1. */
function last({ client }: Opened, options: object): [never] {
  return (client instanceof Client ? [options] : [undefined, options]) as unknown as [never];
}

describe.each([
  { name: 'v2 client, modern', open: v2('auto') },
  { name: 'v2 client, legacy', open: v2('legacy') },
  { name: 'v1 client', open: v1 },
])('$name', ({ open }) => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.client.close());

  test('finds the authorization server from the 401 alone', () => {
    const [url] = opened.browser.visited;
    expect(url?.href.startsWith(`${world.okta.origin}/oauth2/ausmcp/v1/authorize?`)).toBe(true);
    expect(url?.searchParams.get('scope')).toBe(SCOPES);
    expect(url?.searchParams.get('resource')).toBe(world.url.href);
    expect(url?.searchParams.get('code_challenge_method')).toBe('S256');
  });

  test('lists and calls', async () => {
    const { tools } = await opened.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['list_users', 'delete_group']));
    const { isError, content } = await opened.client.callTool({ name: 'list_users', arguments: { limit: 2 } });
    expect(isError).not.toBe(true);
    expect(JSON.parse((content as { text: string }[])[0]?.text ?? '').items).toHaveLength(2);
  });

  test('a person confirms, or does not, and the audit says who called', async () => {
    const created = await opened.client.callTool({
      name: 'create_group',
      arguments: { body: { profile: { name: `Group of ${expect.getState().currentTestName}` } } },
    });
    const { id } = JSON.parse((created.content as { text: string }[])[0]?.text ?? '');
    opened.answers.push({ action: 'decline' });
    const declined = await opened.client.callTool({ name: 'delete_group', arguments: { groupId: id } });
    expect(declined.isError).toBe(true);
    opened.answers.push({ action: 'accept', content: { confirm: true } });
    const accepted = await opened.client.callTool({ name: 'delete_group', arguments: { groupId: id } });
    expect(accepted.isError).not.toBe(true);
    expect(opened.asked).toHaveLength(2);
    const entries = world.audit.map((line) => JSON.parse(line)).filter(({ tool }) => tool === 'delete_group');
    const { id: uid } = world.okta.org.account(LOGIN) ?? {};
    expect(entries.at(-1)).toMatchObject({
      decision: 'called',
      confirmation: 'human',
      caller: `user ${uid} via 0oamcpclient`,
      principal: '0oaserver',
    });
  });

  test('a long call tells how far it is', async () => {
    const told: number[] = [];
    const options = { onprogress: ({ progress }: { progress: number }) => void told.push(progress) };
    const people = await opened.client.callTool({ name: 'list_users', arguments: { limit: 4 } });
    const { items } = JSON.parse((people.content as { text: string }[])[0]?.text ?? '') as { items: { id: string }[] };
    const args = { tool: 'get_user', calls: items.map(({ id }) => ({ id })) };
    const result = await opened.client.callTool({ name: 'run_batch', arguments: args }, ...last(opened, options));
    expect(result.isError).not.toBe(true);
    expect(told.length).toBeGreaterThan(0);
  });

  test('a cancelled call is given up at Okta, too', async () => {
    world.okta.org.inject({ path: '/api/v1/groups', fault: { kind: 'latency', ms: 500 } });
    const requests = world.okta.org.journal.length;
    const cancel = new AbortController();
    const call = opened.client.callTool(
      { name: 'list_groups', arguments: {} },
      ...last(opened, { signal: cancel.signal }),
    );
    setTimeout(() => cancel.abort(), 150);
    await expect(call).rejects.toThrow();
    await expect.poll(() => world.givenUp).toEqual(['/api/v1/groups']);
    await expect.poll(() => world.okta.org.journal.length).toBe(requests + 1);
  });
});

test('mcp-remote, the bridge for editors without OAuth of their own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'okta-mcp-remote-'));
  const proxy = resolve(root, 'node_modules/mcp-remote/dist/proxy.js');
  const registered = ['--static-oauth-client-info', JSON.stringify({ client_id: '0oabridge' })];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [proxy, world.url.href, String(port), ...registered],
    // Nothing to open a browser with.
    env: { ...cleanEnvironment(), MCP_REMOTE_CONFIG_DIR: folder, PATH: '' },
    stderr: 'pipe',
  });
  const client = new Client({ name: 'test', version: '0' });
  let said = '';
  transport.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const connected = client.connect(transport);
  await expect.poll(() => said, { timeout: 15_000 }).toMatch(/http\S+\/v1\/authorize\?\S+/);
  const [link = ''] = /http\S+\/v1\/authorize\?\S+/.exec(said) ?? [];
  expect(link.startsWith(`${world.okta.origin}/oauth2/ausmcp/`)).toBe(true);
  // The redirect leads back to mcp-remote.
  await (await fetch(link)).text();
  await connected;
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('list_users');
  const { isError } = await client.callTool({ name: 'list_users', arguments: { limit: 1 } });
  expect(isError).not.toBe(true);
  await client.close();
  await rm(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: free } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return free;
}
