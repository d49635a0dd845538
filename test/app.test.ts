import fc from 'fast-check';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { operations } from '../generated/operations.js';
import { type App, createApp } from '../src/app.js';
import type { AuthStrategy } from '../src/auth/strategy.js';
import { parseConfig } from '../src/config.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import { createToolbox } from '../src/tools/call.js';
import { Catalog } from '../src/tools/catalog.js';
import { withSampleFiles } from './pictures.js';
import { jsonOf, recordingClient, textOf, unguarded } from './tools/fixture.js';

const file = readToolFile();
const log = pino({ level: 'silent' });
const everyScope = file.scopes.join(' ');

async function start(
  env: Record<string, string>,
  { strategy, answer }: { strategy?: AuthStrategy; answer?: () => Response } = {},
): Promise<{ app: App; requests: Request[] }> {
  const requests: Request[] = [];
  const { config, warnings } = parseConfig(
    { OKTA_ORG_URL: 'https://acme.okta.com', OKTA_API_TOKEN: '00abcdefghijklmnopqrstuvwxyz0123456789ABCD', ...env },
    knownNames(file),
    { demo: false },
  );
  const fetch: typeof globalThis.fetch = async (input, init) => {
    requests.push(new Request(input, init));
    return answer?.() ?? Response.json([]);
  };
  const app = await createApp({
    config,
    warnings,
    tools: file,
    version: '0',
    log,
    fetch,
    stderr: () => {},
    ...(strategy && { strategy }),
  });
  return { app, requests };
}

/** The smallest arguments a schema admits. */
function sample(schema: Record<string, unknown>): unknown {
  if (schema.enum) return (schema.enum as unknown[])[0];
  const required = (schema.required ?? []) as string[];
  const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(required.map((name) => [name, sample(properties[name] ?? {})]));
    case 'array':
      return Array.from({ length: (schema.minItems as number) ?? 0 }, () => sample(schema.items as typeof schema));
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return schema.format === 'date-time'
        ? '2026-01-01T00:00:00Z'
        : 'x'.repeat(Math.max(1, Number(schema.minLength ?? 1)));
  }
}

const argumentsFor = (name: string) => {
  const tool = file.tools.find((each) => each.name === name)!;
  return withSampleFiles(tool, sample(tool.inputSchema) as Record<string, unknown>);
};

describe('against a real org', () => {
  test('a read goes out once, to the org, with the credential, and comes back as a page', async () => {
    const { app, requests } = await start({}, { answer: () => Response.json([{ id: '00u1' }]) });
    const result = await app.toolbox.call('list_users', {}, {});
    expect(jsonOf(result)).toEqual({ items: [{ id: '00u1' }], complete: true });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://acme.okta.com/api/v1/users?limit=50',
    ]);
    expect(requests[0]!.headers.get('authorization')).toBe('SSWS 00abcdefghijklmnopqrstuvwxyz0123456789ABCD');
    expect(requests[0]!.headers.get('user-agent')).toMatch(/^okta-mcp\/0 node\//);
    await app.close();
  });

  test.each([{ canAsk: true }, { canAsk: false }])(
    'every tool that needs confirmation asks or refuses, and nothing but reads goes out: $canAsk',
    async ({ canAsk }) => {
      const strategy = oauth();
      const { app, requests } = await start({ OKTA_SCOPES: everyScope }, { strategy });
      const guarded = app.toolbox.catalog
        .list()
        // Updates read what they change first, and there is nothing here.
        .filter(({ update }) => update !== 'merge')
        .filter(({ risk, update }) => risk === 'destructive' || risk === 'privileged' || update === 'replace');
      expect(guarded.length).toBeGreaterThan(200);
      let asked = 0;
      for (const { name, risk } of guarded) {
        const result = await app.toolbox.call(name, argumentsFor(name), { canAsk });
        if ('ask' in result) asked += 1;
        else {
          const unfit = /"code":"(target_unfit|okta_reply_invalid)"/.test(textOf(result));
          const code = risk === 'privileged' ? 'confirmation_unavailable' : 'confirmation_required';
          expect(result.isError, name).toBe(true);
          if (canAsk) expect(unfit, `${name}: ${textOf(result)}`).toBe(true);
          else if (!unfit) expect(textOf(result), name).toContain(`"code":"${code}"`);
        }
      }
      if (canAsk) expect(asked).toBeGreaterThan(guarded.length - 5);
      expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    },
  );

  test('every tool outside random scopes is neither listed nor callable, and sends nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...file.scopes], { minLength: 1, maxLength: 5 }), async (scopes) => {
        const { app, requests } = await start({ OKTA_SCOPES: scopes.join(' ') });
        for (const { name } of file.tools) {
          if (app.toolbox.catalog.get(name)) continue;
          const result = await app.toolbox.call(name, {}, {});
          expect(textOf(result)).toContain('"code":"tool_not_allowed"');
        }
        expect(requests).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test('tools follow what Okta granted', async () => {
    const granted = ['okta.users.read'];
    let changed = () => {};
    let known: readonly string[] | undefined;
    const strategy = {
      ...oauth(),
      granted: () => known,
      onChange: (listener: () => void) => {
        changed = listener;
        return () => {};
      },
    };
    const { app } = await start({ OKTA_SCOPES: 'okta.users.read okta.groups.read' }, { strategy });
    let announced = 0;
    app.toolbox.onChange(() => announced++);
    expect(app.toolbox.catalog.get('list_groups')).toBeDefined();
    known = granted;
    changed();
    expect(announced).toBe(1);
    expect(app.toolbox.catalog.get('list_groups')).toBeUndefined();
    expect(app.toolbox.catalog.get('list_users')).toBeDefined();
    expect(jsonOf(await app.toolbox.call('get_scope_status', {}, {}))).toMatchObject({
      scopes: { granted, notGranted: ['okta.groups.read'] },
    });
  });

  test.each([
    { env: { OKTA_SCOPES: 'okta.users.manage' }, has: ['list_users'], lacks: ['list_groups'] },
    { env: {}, has: ['list_users', 'list_groups'], lacks: ['create_user', 'list_applications'] },
    { env: { OKTA_SCOPES: 'okta.users.manage', OKTA_READ_ONLY: 'true' }, has: ['list_users'], lacks: ['create_user'] },
    { env: { OKTA_TOOLS: 'get_user' }, has: ['get_user'], lacks: ['list_users'] },
    { env: { OKTA_TOOLSETS: 'groups' }, has: ['list_groups'], lacks: ['list_users'] },
  ])('$env', async ({ env, has, lacks }) => {
    const { app } = await start(env as Record<string, string>);
    for (const name of has) expect(app.toolbox.catalog.get(name), name).toBeDefined();
    for (const name of lacks) expect(app.toolbox.catalog.get(name), name).toBeUndefined();
  });
});

test('once confirmed, every tool acts', async () => {
  const client = recordingClient();
  const toolbox = createToolbox({
    all: Catalog.parse(file),
    // Naming every toolset also opens what no scope guards.
    grant: () => ({ scopes: file.scopes, credential: 'any', toolsets: Object.keys(file.toolsets) }),
    operations,
    client,
    ...unguarded,
    log,
  });
  const guarded = file.tools.filter(({ risk, page }) => risk !== 'read' && !page);
  for (const { name } of guarded) {
    const result = await toolbox.call(name, argumentsFor(name), {});
    expect(result.isError, `${name}: ${textOf(result)}`).toBeUndefined();
  }
  expect(client.sent).toHaveLength(guarded.length);
});

test('the demo org is wired: a destructive tool really acts there', async () => {
  const { config } = parseConfig({ OKTA_SCOPES: 'okta.groups.manage' }, knownNames(file), { demo: true });
  const { toolbox, info, close } = await createApp({ config, tools: file, version: '0', log, stderr: () => {} });
  expect(info.demo).toBe(true);
  const { id } = jsonOf(await toolbox.call('create_group', { body: { profile: { name: 'Temporary' } } }, {}));
  expect(jsonOf(await toolbox.call('get_group', { groupId: id }, {}))).toMatchObject({
    profile: { name: 'Temporary' },
  });
  const first = await toolbox.call('delete_group', { groupId: id }, {});
  expect(textOf(first)).toContain('"Temporary"');
  const { confirmation } = JSON.parse(textOf(first).split('\n').at(-1)!);
  const second = await toolbox.call('delete_group', { groupId: id, confirmation }, {});
  expect(jsonOf(second)).toEqual({ ok: true, status: 204 });
  const gone = await toolbox.call('get_group', { groupId: id }, {});
  expect(gone.isError).toBe(true);
  expect(textOf(gone)).toContain('"code":"okta_not_found"');
  await close();
});

test('a session with the demo org may last: its token does not expire', async () => {
  let now = Date.UTC(2026, 2, 1);
  const { config } = parseConfig({ OKTA_SCOPES: 'okta.groups.read' }, knownNames(file), { demo: true });
  const { toolbox, close } = await createApp({ config, tools: file, version: '0', log, now: () => now });
  for (let day = 0; day < 3; day++) {
    const result = await toolbox.call('list_groups', { limit: 1 }, {});
    expect(jsonOf(result)).toMatchObject({ complete: false });
    now += 86_400_000;
  }
  await close();
});

function oauth(): AuthStrategy {
  return {
    name: 'test',
    credential: 'oauth',
    authenticate: async () => {},
    recover: async () => false,
    granted: () => undefined,
    onChange: () => () => {},
    close: async () => {},
  };
}
