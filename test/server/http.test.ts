import { describe, expect, onTestFinished, test } from 'vitest';
import { inboundLimitInMemory } from '../../src/http/inbound-limit.js';
import { parseChallenges } from '../../src/okta/challenge.js';
import {
  call,
  type Hosted,
  type HostedOptions,
  hosted,
  ISSUER,
  list,
  messageOf,
  modern,
  namesOf,
  RESOURCE,
  session,
  tools,
} from './hosted.js';
import { interleave } from './interleaved.js';

async function world(options?: HostedOptions): Promise<Hosted> {
  const opened = await hosted(options);
  onTestFinished(() => opened.close());
  return opened;
}

/** Written down from the tools file, not by the code under test. */
function needing(...scopes: string[]): string[] {
  const open = tools.tools.filter((tool) => tool.scopes.every((any) => any.some((scope) => scopes.includes(scope))));
  return open.filter(({ auth }) => auth.includes('oauth')).map(({ name }) => name);
}

describe('the eras', () => {
  test.each(['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    '%s: without a session, as for a gateway that keeps none',
    async (version) => {
      const { handler, request, token, org } = await world();
      const options = { token: await token(), headers: { 'mcp-protocol-version': version } };
      const listed = await messageOf(await handler.fetch(request(list, options)));
      expect(namesOf(listed)).toContain('list_users');
      const called = await messageOf(await handler.fetch(request(call('list_users', { limit: 1 }), options)));
      expect(called.result.isError).not.toBe(true);
      expect(org.journal).toHaveLength(1);
    },
  );

  test('2026-07-28: lists may be kept by the client that got them, and by nobody else', async () => {
    const { handler, request, token } = await world();
    const { message, headers } = modern(list);
    const { result } = await messageOf(await handler.fetch(request(message, { token: await token(), headers })));
    expect(result).toMatchObject({ cacheScope: 'private', ttlMs: 60_000 });
    expect(namesOf({ result })).toContain('list_users');
  });

  test('a gateway that opens a session for each call can take both steps of a confirmation', async () => {
    const { handler, request, token, org } = await world();
    const bearer = await token({ scp: ['okta.groups.manage'] });
    const each = async (message: object) => {
      const id = await session({ handler, request }, bearer);
      return await messageOf(
        await handler.fetch(request(message, { token: bearer, headers: { 'mcp-session-id': id } })),
      );
    };
    const profile = { name: 'Short-lived', description: '' };
    const created = await each(call('create_group', { body: { profile } }));
    const { id: groupId } = JSON.parse(created.result.content[0].text);
    const first = await each(call('delete_group', { groupId }));
    expect(first.result.isError).toBe(true);
    const confirmation = /"confirmation":"([\w-]+)"/.exec(first.result.content[0].text)?.[1];
    const second = await each(call('delete_group', { groupId, confirmation }));
    expect(second.result.isError).not.toBe(true);
    expect(org.journal.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  test('the second step of another caller is refused', async () => {
    const { handler, request, token, org } = await world();
    const mine = await token({ scp: ['okta.groups.manage'] });
    const theirs = await token({ scp: ['okta.groups.manage'], uid: '00uother', sub: 'other@acme.example' });
    const ask = async (message: object, bearer: string) =>
      await messageOf(await handler.fetch(request(message, { token: bearer })));
    const created = await ask(call('create_group', { body: { profile: { name: 'Wanted' } } }), mine);
    const { id: groupId } = JSON.parse(created.result.content[0].text);
    const first = await ask(call('delete_group', { groupId }), mine);
    const confirmation = /"confirmation":"([\w-]+)"/.exec(first.result.content[0].text)?.[1];
    const stolen = await ask(call('delete_group', { groupId, confirmation }), theirs);
    expect(stolen.result.isError).toBe(true);
    expect(org.journal.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });
});

describe('scopes', () => {
  test('a call outside the token is answered with the scopes to ask for', async () => {
    const { handler, request, token, org } = await world();
    const bearer = await token({ scp: ['okta.users.read', 'openid'] });
    for (const { message, headers } of [
      { message: call('delete_group', { groupId: 'x' }), headers: {} },
      modern(call('delete_group', { groupId: 'x' })),
    ]) {
      const response = await handler.fetch(request(message, { token: bearer, headers }));
      expect(response.status).toBe(403);
      const [challenge] = parseChallenges(response.headers.get('www-authenticate') ?? '');
      expect(challenge?.params).toMatchObject({
        error: 'insufficient_scope',
        scope: 'okta.users.read openid okta.groups.manage',
        resource_metadata: expect.stringContaining('/.well-known/oauth-protected-resource/mcp'),
      });
    }
    expect(org.journal).toEqual([]);
  });

  test('own scope names: the challenge names those', async () => {
    const callers = 'scopes:\n  mcp:read: [okta.users.read, okta.groups.read]\n  mcp:write: [okta.groups.manage]\n';
    const { handler, request, token } = await world({ callers });
    const bearer = await token({ scp: ['mcp:read'] });
    const response = await handler.fetch(request(call('delete_group', { groupId: 'x' }), { token: bearer }));
    expect(response.headers.get('www-authenticate')).toContain('scope="mcp:read mcp:write"');
    const listed = namesOf(await messageOf(await handler.fetch(request(list, { token: bearer }))));
    expect(listed).toEqual(expect.arrayContaining(['list_users', 'list_groups']));
    expect(needing('okta.users.read', 'okta.groups.read')).toEqual(
      expect.arrayContaining(listed.filter((name) => tools.tools.some((tool) => tool.name === name))),
    );
  });

  test('the tools that find and call others stay inside the token, too', async () => {
    const { handler, request, token, org } = await world({ env: { OKTA_SURFACE: 'discover' } });
    const bearer = await token({ scp: ['okta.users.read'] });
    const ask = async (name: string, args: Record<string, unknown>) => {
      const { result } = await messageOf(await handler.fetch(request(call(name, args), { token: bearer })));
      return { isError: result.isError === true, text: result.content[0].text as string };
    };
    const found = JSON.parse((await ask('find_tools', { query: 'create a group', limit: 20 })).text);
    const names = found.tools.map(({ name }: { name: string }) => name);
    expect(needing('okta.users.read')).toEqual(expect.arrayContaining(names));
    const args = { body: { profile: { name: 'Mine' } } };
    for (const [tool, given] of [
      ['call_tool', { name: 'create_group', arguments: args }],
      ['run_batch', { tool: 'create_group', calls: [args] }],
      ['collect', { tool: 'list_groups' }],
    ] as const) {
      expect(await ask(tool, given)).toMatchObject({ isError: true });
    }
    expect(org.journal).toEqual([]);
    expect(await ask('call_tool', { name: 'list_users', arguments: { limit: 1 } })).toMatchObject({ isError: false });
    const status = JSON.parse((await ask('get_scope_status', {})).text);
    expect(status.scopes.requested).toEqual(['okta.users.read']);
    expect(Object.keys(status.unlocks)).toContain('okta.groups.manage');
    expect(JSON.stringify(status)).not.toContain('OKTA_');
  });

  test('what no token can open is refused by the call itself', async () => {
    const callers = 'groups:\n  - name: Helpdesk\n    scopes: [okta.users.read]\n';
    const { handler, request, token, org } = await world({ callers: `${callers}scopes:\n  mcp:use: []\n` });
    const bearer = await token({ scp: ['mcp:use'], groups: ['Everyone', 'Helpdesk'] });
    const { result } = await messageOf(
      await handler.fetch(request(call('delete_group', { groupId: 'x' }), { token: bearer })),
    );
    expect(result).toMatchObject({ isError: true });
    expect(result.content[0].text).toContain('outside what your access token allows');
    expect(org.journal).toEqual([]);
  });

  test.each([
    { given: 'no groups claim', claims: {}, want: 'groups_missing' },
    { given: 'a groups claim of another kind', claims: { groups: { a: 1 } }, want: 'groups_missing' },
    { given: 'other groups', claims: { groups: ['Everyone'] }, want: 'no_tools_despite_groups' },
    { given: 'the group in other letters', claims: { groups: ['helpdesk'] }, want: 'no_tools_despite_groups' },
    { given: 'a machine nobody knows', claims: { uid: undefined, sub: '0oaclient' }, want: 'permission_required' },
  ])('$given: $want', async ({ claims, want }) => {
    const callers = [
      'groups: [{ name: Helpdesk, scopes: [okta.users.read] }]',
      'clients: [{ id: 0oamachine, scopes: [okta.users.read] }]',
    ].join('\n');
    const { handler, request, token } = await world({ callers });
    const response = await handler.fetch(request(list, { token: await token({ scp: [], ...claims }) }));
    expect(response.status).toBe(403);
    expect((await messageOf(response)).error.data.code).toBe(want);
  });
});

describe('the front door', () => {
  test('one caller cannot use up the requests of another', async () => {
    const { handler, request, token } = await world({ limit: inboundLimitInMemory(2) });
    const [mine, theirs] = [await token(), await token({ uid: '00uother' })];
    const statuses = [];
    for (const bearer of [mine, mine, mine, theirs]) {
      statuses.push((await handler.fetch(request(list, { token: bearer }))).status);
    }
    expect(statuses).toEqual([200, 200, 429, 200]);
    const late = await handler.fetch(request(list, { token: mine }));
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test.each([
    { url: RESOURCE, paths: ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'] },
    {
      url: 'https://mcp.example.com/base/okta/mcp',
      paths: [
        '/.well-known/oauth-protected-resource/base/okta/mcp',
        '/.well-known/oauth-protected-resource',
        '/base/okta/.well-known/oauth-protected-resource',
        '/base/okta/.well-known/oauth-protected-resource/mcp',
      ],
    },
  ])('metadata of $url', async ({ url, paths }) => {
    const { handler, request, token } = await world({ url });
    for (const path of paths) {
      const response = await handler.fetch(new Request(new URL(path, url)));
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(await response.json()).toEqual({
        resource: url,
        authorization_servers: [ISSUER],
        scopes_supported: ['okta.users.read', 'okta.users.manage', 'okta.groups.read', 'okta.groups.manage'],
        bearer_methods_supported: ['header'],
        resource_name: 'Okta MCP',
      });
    }
    const bearer = await token({ aud: url });
    for (const path of new Set([new URL(url).pathname, '/mcp'])) {
      const message = new Request(new URL(path, url), request(list, { token: bearer }));
      expect((await handler.fetch(message)).status).toBe(200);
    }
    const elsewhere = new Request(new URL('/.well-known/oauth-protected-resource/other', url));
    expect((await handler.fetch(elsewhere)).status).toBe(404);
  });

  test('web pages of a listed origin, and of no other', async () => {
    const origins = ['https://inspector.example.com'];
    const { handler, request, token } = await world({ origins });
    const asking = (origin: string) => handler.fetch(request(list, { headers: { origin, authorization: 'Bearer x' } }));
    const allowed = await asking('https://inspector.example.com');
    expect(allowed.status).toBe(401);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://inspector.example.com');
    const preflight = await handler.fetch(
      new Request(RESOURCE, {
        method: 'OPTIONS',
        headers: { origin: 'https://inspector.example.com', 'access-control-request-method': 'POST' },
      }),
    );
    expect(preflight.status).toBe(204);
    expect((await asking('https://inspector.example.com.evil.example')).status).toBe(403);
    const headers = { origin: 'https://inspector.example.com' };
    expect((await handler.fetch(request(list, { token: await token(), headers }))).status).toBe(200);
  });

  test('every answer has the headers that keep browsers out', async () => {
    const { handler, request } = await world();
    for (const each of [
      request(list),
      new Request(new URL('/nothing', RESOURCE)),
      new Request(new URL('/healthz', RESOURCE)),
    ]) {
      const { headers } = await handler.fetch(each);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'strict-transport-security': 'max-age=31536000',
        'x-request-id': expect.any(String),
      });
    }
  });

  test('the log names caller, tool and trace, and neither query nor token', async () => {
    const opened = await world();
    const bearer = await opened.token();
    const headers = { 'x-request-id': 'id-of-the-gateway', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    const message = opened.request(call('list_users', { limit: 1 }), { token: bearer, headers });
    const response = await opened.handler.fetch(new Request(`${RESOURCE}?note=private`, message));
    await response.text();
    expect(response.headers.get('x-request-id')).toBe('id-of-the-gateway');
    expect(opened.log).toEqual([
      {
        id: 'id-of-the-gateway',
        method: 'POST',
        path: '/mcp',
        status: 200,
        duration: expect.any(Number),
        caller: 'user 00ujane via 0oaclient',
        about: 'tools/call list_users',
        trace: 'a'.repeat(32),
      },
    ]);
  });

  test('a trace goes on to Okta, and each with its own call', async () => {
    const { handler, request, token, traces } = await world();
    const bearer = await token();
    const sent = ['a', 'b', 'c'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);
    await Promise.all(
      [...sent, 'nonsense'].map((traceparent) =>
        handler
          .fetch(request(call('list_users', { limit: 1 }), { token: bearer, headers: { traceparent } }))
          .then(messageOf),
      ),
    );
    expect(traces.toSorted()).toEqual([...sent, null]);
  });

  test('a defect is told to the log, and to nobody else', async () => {
    const limit = { take: () => Promise.reject(new Error('/home/somebody: connection to 10.0.0.7 lost')) };
    const { handler, request, token, defects } = await world({ limit });
    const response = await handler.fetch(request(list, { token: await token(), headers: { 'x-request-id': 'id-1' } }));
    expect(response.status).toBe(500);
    expect(response.headers.get('x-request-id')).toBe('id-1');
    expect(await response.text()).not.toMatch(/somebody|10\.0\.0\.7|\.ts/);
    expect(defects).toHaveLength(1);
  });

  test('idle once answers are read to their end', async () => {
    const { handler, request, token } = await world();
    await handler.idle();
    const response = await handler.fetch(request(list, { token: await token() }));
    let idle = false;
    const waiting = handler.idle().then(() => {
      idle = true;
    });
    await Promise.resolve();
    expect(idle).toBe(false);
    await response.text();
    await waiting;
  });
});

describe('keys', () => {
  test('a rotation is picked up within one request', async () => {
    const opened = await world();
    const { handler, request, token, published } = opened;
    expect((await handler.fetch(request(list, { token: await token() }))).status).toBe(200);
    const { signingKey } = await import('./hosted.js');
    const next = await signingKey('key-2');
    published.splice(0, 1, next.jwk);
    expect((await handler.fetch(request(list, { token: await token({}, {}, next) }))).status).toBe(200);
    expect((await handler.fetch(request(list, { token: await token() }))).status).toBe(401);
  });

  test('a provider that cannot be reached is said to be that', async () => {
    const { handler, request, token } = await world({
      keysFetch: async () => {
        throw new TypeError('fetch failed');
      },
    });
    const response = await handler.fetch(request(list, { token: await token() }));
    expect(response.status).toBe(503);
    expect((await messageOf(response)).error.message).toContain('Failed to initialise OIDC provider');
  });
});

test('two people and a machine, 300 requests in any order: nobody lists or calls beyond the grant', async () => {
  await interleave(300, 1);
});
