import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { createApp } from '../src/app.js';
import { parseConfig } from '../src/config.js';
import { createDemoOrg } from '../src/demo-org/demo-org.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import { specifiedOrg } from './demo-org/valid-request.js';
import { jsonOf, textOf } from './tools/fixture.js';

const file = readToolFile();
const org = createDemoOrg({ origin: 'https://acme.okta.com' });

/** The product in front of the demo org, and what it asked. */
async function start(env: Record<string, string> = {}, at: Pick<typeof org, 'origin' | 'token' | 'fetch'> = org) {
  const { config } = parseConfig(
    {
      OKTA_ORG_URL: at.origin,
      OKTA_API_TOKEN: at.token,
      OKTA_SCOPES: 'okta.users.read okta.logs.read',
      ...env,
    },
    knownNames(file),
    { demo: false },
  );
  const asked: URL[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    asked.push(new URL(request.url));
    return at.fetch(request);
  };
  const log = pino({ level: 'silent' });
  const { toolbox } = await createApp({
    config,
    tools: file,
    version: '0',
    log,
    fetch,
    stderr: () => {},
  });
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    asked.length = 0;
    const result = await toolbox.call(name, args, {});
    const page = jsonOf(result) as unknown as Page;
    return {
      ...page,
      bytes: Buffer.byteLength(textOf(result)),
      requests: asked.map(({ search }) => search),
    };
  };
  return call;
}

interface Page {
  items: Record<string, unknown>[];
  note?: string;
  omitted?: string[];
  complete: boolean;
  next?: Record<string, unknown>;
}

describe('a list of the demo org', () => {
  test('shows what people need of 50 users in one request', async () => {
    const call = await start();
    const page = await call('list_users');
    expect(page.items).toHaveLength(50);
    expect(Object.keys(page.items[0]!).sort()).toEqual(['created', 'id', 'lastLogin', 'profile', 'status']);
    expect(page.omitted).toContain('profile.title');
    expect(page.complete).toBe(false);
    expect(page.bytes).toBeLessThan(24_000);
    expect(page.requests).toEqual(['?limit=50']);
    // Everything would be more than twice as long.
    expect((await call('list_users', { fields: ['*'], limit: 10 })).bytes / 10).toBeGreaterThan((2 * page.bytes) / 50);
  });

  test('shows more on request, and says what no item has', async () => {
    const call = await start();
    const { items, omitted, note, requests } = await call('list_users', {
      limit: 20,
      fields: ['profile.title', 'profile.employeeNumbre'],
    });
    expect(items[0]!.profile).toHaveProperty('title');
    expect(omitted).not.toContain('profile.title');
    expect(note).toContain('profile.employeeNumbre (nearest: profile.employeeNumber)');
    expect(requests).toEqual(['?limit=20']);
  });

  test('limit 1 is one item', async () => {
    const call = await start();
    expect((await call('list_users', { limit: 1 })).items).toHaveLength(1);
  });

  test.each([
    { name: 'list_users', args: { limit: 200, fields: ['*'] }, id: 'id' },
    {
      name: 'get_logs',
      args: { limit: 200, fields: ['*'], until: '2030-01-01T00:00:00Z' },
      id: 'uuid',
    },
  ])('$name beyond the budget is paged through without losing anything', async ({ name, args, id }) => {
    const whole = await start({ OKTA_RESULT_BYTES: '100000000' });
    const walk = async (call: typeof whole) => {
      const pages = [await call(name, args)];
      while (!pages.at(-1)!.complete) pages.push(await call(name, { ...args, ...pages.at(-1)!.next }));
      return pages;
    };
    const ids = (pages: Page[]) => pages.flatMap(({ items }) => items.map((item) => item[id]));
    const wanted = ids(await walk(whole));
    const pages = await walk(await start({ OKTA_RESULT_BYTES: '20000' }));
    expect(ids(pages)).toEqual(wanted);
    for (const { bytes } of pages) expect(bytes).toBeLessThanOrEqual(20_000);
    // The first page had to be read again; the others ask for as many as fit.
    expect(pages[0]!.requests).toHaveLength(2);
    expect(pages.flatMap(({ requests }) => requests).length).toBeLessThan(2 * pages.length);
  });
});

describe('what is a list by the shape of its reply', async () => {
  const call = await start({ OKTA_SCOPES: file.scopes.join(' ') }, specifiedOrg());
  const first = async (name: string, args?: Record<string, unknown>) => (await call(name, args)).items[0]!;
  const { id: userId } = await first('list_users_with_role_assignments');
  const { id: roleAssignmentId } = await first('list_user_roles', { userId });
  const role = { userId, roleAssignmentId };
  const { grantId } = await first('get_user_assigned_role_governance', role);
  const { id: collectionId } = await first('list_collections');
  const filter = 'target.type eq "APPLICATION"';

  test.each<{ name: string; args: Record<string, unknown> }>([
    { name: 'list_entitlement_grants', args: { filter } },
    { name: 'get_principal_entitlements', args: { filter } },
    { name: 'list_users_without_collection', args: { collectionId } },
    { name: 'get_user_assigned_role_governance', args: role },
    { name: 'list_role_assignment_grant_resources', args: { ...role, grantId } },
  ])('$name has items, and is collected', async ({ name, args }) => {
    const page = await call(name, args);
    expect([page.items.length > 0, page.complete]).toEqual([true, true]);
    const { rows } = (await call('collect', { tool: name, arguments: args })) as unknown as { rows: unknown[] };
    expect(rows).toHaveLength(page.items.length);
  });

  test('list_entitlement_grants goes on behind a page', async () => {
    const { items } = await call('list_entitlement_grants', { filter });
    const page = await call('list_entitlement_grants', { filter, limit: 1 });
    const rest = await call('list_entitlement_grants', { filter, ...page.next });
    expect([page.items.length, page.complete, rest.complete]).toEqual([1, false, true]);
    expect([...page.items, ...rest.items]).toEqual(items);
  });
});
