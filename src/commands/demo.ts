import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { type CallToolResult, Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { createStory, type Story } from './story.js';

export interface DemoOptions {
  readonly out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  readonly err: NodeJS.WritableStream;
  /** How to start `okta-mcp stdio --demo`: the executable and its arguments. */
  readonly server: { readonly command: string; readonly args: readonly string[] };
  readonly version: string;
  /** The environment to start the server from; no `OKTA_*` setting of it is passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Arguments = Record<string, unknown>;
type Row = Record<string, unknown>;

/**
 * A guided session: a real MCP client talks over stdio to the real server, which works on the embedded demo org.
 * Rejects when the server does not behave as the text says, so that the demo is also a check.
 */
export async function runDemo({ out, ...options }: DemoOptions): Promise<void> {
  const story = createStory(out);
  story.title(
    'okta-mcp demo',
    'A real MCP client, the real server, an embedded Okta org. Every person and app in it is invented.',
  );

  story.step('Least privilege: the model only sees what OKTA_SCOPES allows');
  const audit: Row[] = [];
  const narrow = await connect(options, 'okta.users.read okta.groups.read', story, audit);
  const few = await toolNames(narrow);
  story.scopes('okta.users.read okta.groups.read', few);
  await narrow.close();
  const scopes = 'okta.users.manage okta.groups.manage okta.apps.read okta.roles.read okta.logs.read';
  const client = await connect(options, scopes, story, audit);
  const many = await toolNames(client);
  story.scopes(scopes, many);
  story.say(`${many.length - few.length} more tools, and nothing outside those five scopes can be called.`);

  try {
    await work(client, story, audit);
  } finally {
    await client.close();
  }
  story.end([
    'Connect a client to this demo org:   okta-mcp stdio --demo',
    'Connect your own org:                see "Your own org" in README.md',
    'Every tool, its scopes and roles:    docs/tools.md',
  ]);
}

async function work(client: Client, story: Story, audit: readonly Row[]): Promise<void> {
  story.step('Find people: "Who works in Engineering?"');
  const found = await call(client, story, 'list_users', {
    search: 'profile.department eq "Engineering" and status eq "ACTIVE"',
    fields: ['profile.title'],
    limit: 5,
  });
  story.table(people(found.items), ['name', 'login', 'title']);
  if (found.complete === false)
    story.say('complete: false. There are more; the result says how to go on, so nobody reports five as all.');

  story.step('Onboard somebody: "Ada joins Engineering on Monday"');
  const [group] = rows((await call(client, story, 'list_groups', { q: 'Engineering', limit: 1 })).items);
  const login = 'ada.okonkwo@atlasworks.example';
  const ada = await call(client, story, 'create_user', {
    activate: false,
    body: {
      profile: {
        firstName: 'Ada',
        lastName: 'Okonkwo',
        email: login,
        login,
        department: 'Engineering',
        title: 'Staff Engineer',
      },
    },
  });
  story.say(`created ${text(ada.id)}, status ${text(ada.status)}`);
  await call(client, story, 'add_user_to_group', { groupId: text(group?.id), userId: text(ada.id) });
  const members = await call(client, story, 'list_user_groups', { id: login });
  story.say(
    `member of ${rows(members.items)
      .map((row) => text(profile(row).name))
      .join(', ')}`,
  );

  story.step('Offboard somebody: "Ada is not coming after all"');
  story.say(
    'Deactivating takes all apps away, so the server has the person asked, with what Okta says about the target.',
  );
  await call(client, story, 'deactivate_user', { id: login });
  const done = () => audit.findLast(({ tool, decision }) => tool === 'deactivate_user' && decision === 'called');
  // It comes through another pipe than the answer.
  for (let tries = 0; !done() && tries < 100; tries += 1) await setTimeout(20);
  const record = done();
  if (record?.confirmation !== 'human') throw new Error('the deactivation was not recorded as confirmed by a person');
  story.say(
    `The audit keeps who confirmed: confirmation ${text(record.confirmation)}, status ${String(record.status)}.`,
  );

  story.step('Report and clean up: "Suspend everybody who has not signed in for 90 days"');
  const since = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10);
  const idle = await call(client, story, 'collect', {
    tool: 'list_users',
    where: `status eq "ACTIVE" and lastLogin lt "${since}" and not (profile.login sw "break.glass")`,
  });
  if (idle.complete !== true) throw new Error('the collection did not reach its end');
  story.table(
    people(idle.rows).map((row, at) => ({ ...row, 'last sign-in': text(rows(idle.rows)[at]?.lastLogin).slice(0, 10) })),
    ['name', 'login', 'last sign-in'],
  );
  story.say(
    `${String(idle.read)} users read, however many pages that takes; ${String(idle.matched)} of them match. One batch, one question:`,
  );
  const calls = rows(idle.rows).map(({ id }) => ({ id: text(id) }));
  const batch = await call(client, story, 'run_batch', { tool: 'suspend_user', calls });
  story.say(
    `${String(batch.done)} of ${String(batch.calls)} done. Above ten targets the person would have had to type how many.`,
  );

  story.step('Read the trail: "What just happened?"');
  const log = await call(client, story, 'get_logs', {
    filter: `target.id eq "${text(ada.id)}"`,
    sortOrder: 'ASCENDING',
  });
  story.table(
    rows(log.items).map((event) => ({
      time: text(event.published).slice(11, 19),
      event: event.eventType,
      outcome: (event.outcome as Row | undefined)?.result,
    })),
    ['time', 'event', 'outcome'],
  );

  story.step('Refused: "Assign the VPN app to everybody"');
  const refused = await client.callTool({
    name: 'assign_group_to_app',
    arguments: { appId: '0oa0000000000000000a', groupId: text(group?.id) },
  });
  story.call('assign_group_to_app', { appId: '0oa…', groupId: text(group?.id) });
  if (refused.isError !== true) throw new Error('a tool outside the granted scopes was not refused');
  story.refusal(textOf(refused));
  story.say('No request left the server: what cannot be listed cannot be called.');
}

async function connect(
  { server, version, env, err }: Omit<DemoOptions, 'out'>,
  scopes: string,
  story: Story,
  audit: Row[],
): Promise<Client> {
  const client = new Client(
    { name: 'okta-mcp-demo', version },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => {
    story.question(params.message, 'Yes, do this (a person answers; here the demo does)');
    return { action: 'accept', content: { confirm: true } };
  });
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !name.startsWith('OKTA_'));
  const transport = new StdioClientTransport({
    command: server.command,
    args: [...server.args],
    env: { ...(Object.fromEntries(kept) as Record<string, string>), OKTA_SCOPES: scopes, OKTA_LOG_LEVEL: 'error' },
    stderr: 'pipe',
  });
  const lines = transport.stderr && createInterface({ input: transport.stderr as Readable });
  lines?.on('line', (line) => {
    // Standard error carries the audit and, when something is wrong, the log.
    if (line.startsWith('{"audit":')) audit.push(JSON.parse(line) as Row);
    else err.write(`${line}\n`);
  });
  await client.connect(transport);
  return client;
}

async function toolNames(client: Client): Promise<string[]> {
  const { tools } = await client.listTools();
  // Those that stand for operations of Okta first; they carry facts about them.
  const own = (tool: (typeof tools)[number]) => Number(tool._meta === undefined);
  return [...tools].sort((a, b) => own(a) - own(b)).map(({ name }) => name);
}

async function call(client: Client, story: Story, name: string, args: Arguments): Promise<Row> {
  story.call(name, args);
  const result = await client.callTool({ name, arguments: args });
  if (result.isError === true) throw new Error(`${name} failed: ${textOf(result)}`);
  return JSON.parse(textOf(result)) as Row;
}

function textOf(result: CallToolResult): string {
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

function people(items: unknown): Row[] {
  return rows(items).map((user) => {
    const { firstName, lastName, login, title } = profile(user);
    return { name: `${text(firstName)} ${text(lastName)}`, login, title };
  });
}

function profile(row: Row): Row {
  return (row.profile ?? {}) as Row;
}

function rows(items: unknown): Row[] {
  return Array.isArray(items) ? items : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
