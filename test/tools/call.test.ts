import { describe, expect, test } from 'vitest';
import { OktaMcpError } from '../../src/errors.js';
import { createToolbox, type ToolboxParts } from '../../src/tools/call.js';
import { Catalog, type Grant } from '../../src/tools/catalog.js';
import {
  jsonOf,
  localTool,
  operationsFor,
  recordingClient,
  reply,
  textOf,
  tool,
  toolFile,
  unguarded,
} from './fixture.js';

const list = tool('list_users', {
  inputSchema: {
    type: 'object',
    properties: { search: { type: 'string' }, after: { type: 'string' }, limit: { type: 'integer' } },
    additionalProperties: false,
  },
  page: { resumable: true, limit: 50 },
});
const tools = [
  list,
  tool('get_user'),
  tool('create_user', { risk: 'write', scopes: [['okta.users.manage']] }),
  tool('list_apps', { toolset: 'apps', scopes: [['okta.apps.read', 'okta.apps.manage']] }),
  tool('delete_user', { risk: 'destructive', scopes: [['okta.users.manage']] }),
];
const operations = {
  ...operationsFor(tools),
  list_users: { method: 'GET', path: '/list_users', query: ['search', 'after', 'limit'] } as const,
};

function setUp(facts: Partial<ToolboxParts> & { scopes?: string[]; grant?: () => Grant } = {}) {
  const client = recordingClient(() => reply([]));
  const logged: unknown[] = [];
  const parts: ToolboxParts = {
    all: Catalog.parse(toolFile(...tools)),
    grant: () => ({ scopes: facts.scopes ?? ['okta.users.read'], credential: 'oauth' }),
    operations,
    client,
    ...unguarded,
    log: { error: (what) => logged.push(what) },
    ...facts,
  };
  return { toolbox: createToolbox(parts), sent: client.sent, logged };
}

describe('a call that may act', () => {
  test('is bound, sent once with its context, and its page comes back with how to go on', async () => {
    const link = '<https://x.okta.com/list_users?after=c2&limit=50&search=a>; rel="next"';
    const client = recordingClient(() => reply([{ id: 'u1' }], { link }));
    const { toolbox } = setUp({ client, now: () => 1000 });
    const signal = new AbortController().signal;
    const result = await toolbox.call('list_users', { search: 'a' }, { signal });
    expect(jsonOf(result)).toEqual({ items: [{ id: 'u1' }], complete: false, next: { after: 'c2' } });
    expect(client.sent).toEqual([
      {
        id: 'list_users',
        input: { path: {}, query: { search: 'a', limit: 50 }, header: {} },
        // MCP clients give up after 60 s.
        context: { signal, deadline: 51_000 },
      },
    ]);
  });

  test('has as long as its caller says', async () => {
    const client = recordingClient(() => reply([{ id: 'u1' }]));
    const { toolbox } = setUp({ client });
    await toolbox.call('list_users', {}, { deadline: 7 });
    expect(client.sent.map(({ context }) => context)).toEqual([{ deadline: 7 }]);
  });
});

describe('a call that may not act sends nothing', () => {
  test.each([
    {
      name: 'undeclared argument',
      call: 'list_users',
      args: { serch: 'x' },
      code: 'arguments_invalid',
      says: '`search`',
    },
    {
      name: 'missing scope',
      call: 'list_apps',
      args: {},
      code: 'tool_not_allowed',
      says: 'okta.apps.read, or okta.apps.manage',
    },
    {
      name: 'missing scope before bad arguments',
      call: 'list_apps',
      args: { x: 1 },
      code: 'tool_not_allowed',
      says: 'OKTA_SCOPES',
    },
  ])('$name', async ({ call, args, code, says }) => {
    const { toolbox, sent } = setUp();
    const result = await toolbox.call(call, args, {});
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain(`"code":"${code}"`);
    expect(textOf(result)).toContain(says);
    expect(sent).toEqual([]);
  });

  test.each<{ grant: Partial<Grant>; says: string[] }>([
    { grant: { readOnly: true }, says: ['read-only', 'OKTA_READ_ONLY'] },
    { grant: { toolsets: ['apps'] }, says: ['toolset users', 'OKTA_TOOLSETS'] },
    { grant: { tools: ['get_user'] }, says: ['OKTA_TOOLS'] },
  ])('the setting in the way is named: $grant', async ({ grant, says }) => {
    const { toolbox, sent } = setUp({
      grant: () => ({ scopes: ['okta.users.manage'], credential: 'oauth', ...grant }),
    });
    const result = await toolbox.call('create_user', {}, {});
    expect(result.isError).toBe(true);
    for (const text of says) expect(textOf(result)).toContain(text);
    expect(sent).toEqual([]);
  });

  test('an unknown name is the mistake of the client, and the nearest names are told', async () => {
    const { toolbox, sent } = setUp();
    await expect(toolbox.call('user_list', {}, {})).rejects.toMatchObject({
      code: 'tool_unknown',
      details: { nearest: ['list_users'] },
    });
    await expect(toolbox.call('__proto__', {}, {})).rejects.toMatchObject({ code: 'tool_unknown' });
    expect(sent).toEqual([]);
  });
});

describe('failures', () => {
  const failing = (error: unknown) => ({
    send: async () => {
      throw error;
    },
  });

  test('of Okta keep their words; a missing role or scope is named by the tool', async () => {
    const cases = [
      { code: 'okta_not_found', says: [] },
      { code: 'okta_scope_missing', says: ['okta.users.read or okta.users.manage'] },
      { code: 'okta_role_missing', says: ['READ_ONLY_ADMIN or SUPER_ADMIN'] },
    ] as const;
    for (const { code, says } of cases) {
      const { toolbox } = setUp({
        client: failing(new OktaMcpError(code, 'It failed.', 'Do this.', { requestId: 'r' })),
      });
      const result = await toolbox.call('get_user', {}, {});
      expect(result.isError).toBe(true);
      expect(textOf(result)).toContain('It failed.\nNext step: Do this.');
      expect(textOf(result)).toContain(`{"code":"${code}","requestId":"r"}`);
      for (const text of says) expect(textOf(result)).toContain(text);
    }
  });

  test('of ours are an error with a reference; stack and message stay in the log', async () => {
    const error = new Error('secret inner workings');
    const { toolbox, logged } = setUp({ client: failing(error) });
    const result = await toolbox.call('get_user', {}, {});
    expect(result.isError).toBe(true);
    expect(textOf(result)).not.toContain('inner workings');
    expect(logged).toEqual([{ err: error, tool: 'get_user', reference: expect.any(String) }]);
    expect(textOf(result)).toContain((logged[0] as { reference: string }).reference);
  });

  test('an operation that is not in the table is such a failure', async () => {
    const { toolbox, sent } = setUp({ operations: {} });
    expect(textOf(await toolbox.call('get_user', {}, {}))).toContain('"code":"internal"');
    expect(sent).toEqual([]);
  });
});

test('the catalogue follows the grant, and only a real change is announced', async () => {
  let scopes = ['okta.users.manage'];
  const { toolbox } = setUp({ grant: () => ({ scopes, credential: 'oauth' }) });
  let announced = 0;
  const stop = toolbox.onChange(() => announced++);
  toolbox.refresh();
  expect(announced).toBe(0);
  scopes = ['okta.users.read'];
  toolbox.refresh();
  expect(announced).toBe(1);
  expect(toolbox.catalog.get('create_user')).toBeUndefined();
  expect((await toolbox.call('create_user', {}, {})).isError).toBe(true);
  stop();
  scopes = [];
  toolbox.refresh();
  expect(announced).toBe(1);
});

test('a local tool answers without a request, its arguments are checked, and it may see the catalogue', async () => {
  const { toolbox, sent } = setUp({
    local: (box) => [localTool('count', () => ({ count: box.catalog.list().length }))],
  });
  expect(jsonOf(await toolbox.call('count', {}, {}))).toEqual({ count: 2 });
  expect((await toolbox.call('count', { x: 1 }, {})).isError).toBe(true);
  expect(sent).toEqual([]);
});
