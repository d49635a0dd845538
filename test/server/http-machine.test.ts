import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKey, post, serviceApp } from '../oauth/client.js';
import { call, list, messageOf } from './hosted.js';
import { type OktaHosted, oktaHosted } from './hosted-okta.js';

// A client that acts for itself, and tokens that are revoked: introspection at the authorization server.

const SECRET = 'an-invented-secret';

let world: OktaHosted;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'okta-mcp-callers-'));
  const callers = join(folder, 'callers.yaml');
  await writeFile(callers, 'scopes:\n  mcp:use: []\nclients:\n  - { id: 0oanight, scopes: [okta.users.read] }\n');
  world = await oktaHosted({
    scopes: 'okta.users.read okta.groups.read',
    serverScopes: ['mcp:use'],
    apps: [serviceApp(await makeKey(), { id: '0oanight', secret: SECRET, dpop: false, scopes: [] })],
    env: {
      OKTA_MCP_CALLERS: callers,
      OKTA_MCP_INTROSPECTION: 'on',
      OKTA_M2M_CLIENT_ID: '0oanight',
      OKTA_M2M_CLIENT_SECRET: SECRET,
    },
  });
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const basic = { authorization: `Basic ${Buffer.from(`0oanight:${SECRET}`).toString('base64')}` };

async function token(): Promise<string> {
  const form = { grant_type: 'client_credentials', scope: 'mcp:use' };
  const { json } = await post(`${world.okta.origin}/oauth2/ausmcp/v1/token`, form, basic);
  return json.access_token;
}

const send = (bearer: string, message: object) =>
  fetch(world.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${bearer}`,
    },
    body: JSON.stringify(message),
  });

test('a machine uses what its client id opens, until its token is revoked', async () => {
  const good = await token();
  const { result } = await messageOf(await send(good, list));
  const names = result.tools.map(({ name }: { name: string }) => name);
  expect(names).toContain('list_users');
  expect(names).not.toContain('list_groups');
  expect((await messageOf(await send(good, call('list_users', { limit: 1 })))).result.isError).not.toBe(true);

  const fresh = await token();
  await post(`${world.okta.origin}/oauth2/ausmcp/v1/revoke`, { token: fresh }, basic);
  const revoked = await send(fresh, list);
  expect(revoked.status).toBe(401);
  expect((await messageOf(revoked)).error.data.code).toBe('token_revoked');
});

test('a token that cannot be asked about opens nothing', async () => {
  const good = await token();
  world.okta.failNext({ path: '/oauth2/ausmcp/v1/introspect', kind: 'server-error' });
  const response = await send(good, list);
  expect(response.status).toBe(503);
});
