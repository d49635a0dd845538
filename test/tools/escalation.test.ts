import { describe, expect, test } from 'vitest';
import type { Escalation, JsonObject } from '../../src/tools/definition.js';
import { concerns } from '../../src/tools/escalation.js';
import { all, createStands, type Stand } from './confirm-world.js';
import { textOf } from './fixture.js';

describe('what is given', () => {
  const usage = { given: 'body.usage', except: ['POLICY'] };
  test.each<{ reason: Partial<Escalation>; body: JsonObject; want: boolean }>([
    { reason: { given: 'body.a.b' }, body: { a: { b: 1 } }, want: true },
    { reason: { given: 'body.a.b' }, body: { a: { b: false } }, want: true },
    { reason: { given: 'body.a.b' }, body: { a: {} }, want: false },
    { reason: { given: 'body.a.b' }, body: { 'a.b': 1 }, want: false },
    { reason: { given: 'body.a.b' }, body: { a: 'text' }, want: false },
    { reason: { given: 'body.a.b' }, body: { a: { b: null } }, want: true },
    { reason: { given: 'body.a.b' }, body: { a: null }, want: true },
    { reason: { given: 'body.toString' }, body: {}, want: false },
    { reason: { given: ['body.a', 'body.b'] }, body: { b: 1 }, want: true },
    { reason: { given: ['body.a', 'body.b'] }, body: { c: 1 }, want: false },
    { reason: usage, body: { usage: 'POLICY' }, want: false },
    { reason: usage, body: {}, want: false },
    { reason: usage, body: { usage: 'BLOCKLIST' }, want: true },
    { reason: usage, body: { usage: 'SOMETHING_NEW' }, want: true },
    { reason: usage, body: { usage: null }, want: true },
    { reason: usage, body: { usage: ['POLICY'] }, want: true },
    { reason: {}, body: {}, want: true },
  ])('$reason of $body: $want', ({ reason, body, want }) => {
    expect(concerns(reason as Escalation, { body })).toBe(want);
  });
});

type Ids = Record<'plain' | 'power' | 'zone' | 'origin' | 'app', string>;

/** Somebody, an administrator, and things to change. */
async function targets({ admin }: Stand): Promise<Ids> {
  const make = async (path: string, body: object) => {
    const made = await admin('POST', path, body);
    return ((await made.json()) as { id: string }).id;
  };
  const person = (name: string) =>
    make('/api/v1/users', { profile: { ...profile, login: `${name}@example.com`, email: `${name}@example.com` } });
  const power = await person('power');
  await make(`/api/v1/users/${power}/roles`, { type: 'HELP_DESK_ADMIN' });
  return {
    power,
    plain: await person('plain'),
    zone: await make('/api/v1/zones', zone),
    origin: await make('/api/v1/trustedOrigins', {
      name: 'O',
      origin: 'https://a.example',
      scopes: [{ type: 'CORS' }],
    }),
    app: await make('/api/v1/apps', client),
  };
}

const client = {
  name: 'oidc_client',
  label: 'Client',
  signOnMode: 'OPENID_CONNECT',
  credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
  settings: {
    oauthClient: {
      redirect_uris: ['https://a.example/cb'],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      application_type: 'web',
    },
  },
};
const profile = { login: 'new@example.com', email: 'new@example.com', firstName: 'N', lastName: 'E' };
const password = { credentials: { password: { value: 'Sommer-2026!' } } };
const zone = { name: 'Z', type: 'IP', gateways: [{ type: 'CIDR', value: '203.0.113.0/24' }] };
const oauth =
  (body: object) =>
  ({ app }: Ids) => ({ appId: app, body: { settings: { oauthClient: body } } });
const zoneChange =
  (body: object) =>
  ({ zone: zoneId }: Ids) => ({ zoneId, body });
const originChange =
  (body: object) =>
  ({ origin: trustedOriginId }: Ids) => ({ trustedOriginId, body });
const grant = (grantType: string) => ({
  body: { grantType, targetPrincipal: { externalId: '00uX', type: 'OKTA_USER' } },
});

describe('without anybody to ask', () => {
  test.each<{ tool: string; args: object | ((ids: Ids) => object); want: string }>([
    { tool: 'update_user', args: ({ plain }) => ({ id: plain, body: password }), want: 'privileged' },
    { tool: 'update_user', args: ({ power }) => ({ id: power, body: { profile: { title: 'T' } } }), want: 'sent' },
    { tool: 'update_user', args: ({ plain }) => ({ id: plain, body: { profile } }), want: 'sent' },
    { tool: 'update_user', args: ({ power }) => ({ id: power, body: { profile } }), want: 'privileged' },
    {
      tool: 'update_user',
      args: ({ power }) => ({ id: power, body: { profile: { secondEmail: 'me@example.com' } } }),
      want: 'privileged',
    },
    { tool: 'replace_user', args: ({ plain }) => ({ id: plain, body: { profile, ...password } }), want: 'privileged' },
    { tool: 'replace_user', args: ({ plain }) => ({ id: plain, body: { profile } }), want: 'two steps' },
    { tool: 'replace_user', args: ({ power }) => ({ id: power, body: { profile } }), want: 'privileged' },
    { tool: 'create_network_zone', args: { body: zone }, want: 'sent' },
    { tool: 'create_network_zone', args: { body: { ...zone, usage: 'POLICY' } }, want: 'sent' },
    { tool: 'create_network_zone', args: { body: { ...zone, usage: 'BLOCKLIST' } }, want: 'two steps' },
    { tool: 'update_network_zone', args: zoneChange({ name: 'Z' }), want: 'sent' },
    { tool: 'update_network_zone', args: zoneChange({ usage: 'BLOCKLIST' }), want: 'two steps' },
    { tool: 'update_network_zone', args: zoneChange({ gateways: [] }), want: 'two steps' },
    { tool: 'update_network_zone', args: zoneChange({ status: 'INACTIVE' }), want: 'two steps' },
    { tool: 'create_trusted_origin', args: { body: { name: 'O', origin: 'https://o.example' } }, want: 'two steps' },
    { tool: 'update_trusted_origin', args: originChange({ name: 'O' }), want: 'sent' },
    { tool: 'update_trusted_origin', args: originChange({ origin: 'https://o.example' }), want: 'two steps' },
    { tool: 'update_application', args: ({ app }) => ({ appId: app, body: { label: 'L' } }), want: 'sent' },
    { tool: 'update_application', args: oauth({ redirect_uris: ['https://evil.example'] }), want: 'privileged' },
    { tool: 'update_application', args: oauth({ jwks: { keys: [] } }), want: 'privileged' },
    {
      tool: 'update_application',
      args: ({ app }) => ({ appId: app, body: { settings: { signOn: { ssoAcsUrl: 'https://evil.example' } } } }),
      want: 'privileged',
    },
    { tool: 'create_entitlement_grant', args: grant('ENTITLEMENT'), want: 'sent' },
    { tool: 'create_entitlement_grant', args: grant('ENTITLEMENT-BUNDLE'), want: 'sent' },
    { tool: 'create_entitlement_grant', args: grant('CUSTOM'), want: 'two steps' },
    { tool: 'create_entitlement_grant', args: grant('POLICY'), want: 'two steps' },
    {
      tool: 'modify_directory_group_members',
      args: {
        appInstanceId: '0oaX',
        body: { id: 'x', parameters: { action: 'ADD', attribute: 'member', values: ['x'] } },
      },
      want: 'privileged',
    },
  ])('$tool of $args: $want', async ({ tool, args, want }) => {
    const { here } = createStands();
    const ids = await targets(here);
    const given = { ...(typeof args === 'function' ? args(ids) : args) } as Record<string, unknown>;
    const text = textOf(await here.toolbox.call(tool, given, {}));
    const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'ok';
    const outcome: Record<string, string> = {
      confirmation_unavailable: 'privileged',
      confirmation_required: 'two steps',
      arguments_invalid: text,
    };
    expect(outcome[code] ?? 'sent').toBe(want);
  });
});

test.each([
  { tool: 'assign_collection', risk: 'destructive', idempotent: true },
  { tool: 'upload_app_logo', risk: 'destructive', idempotent: false },
])('$tool overwrites what is there: $risk', ({ tool, risk, idempotent }) => {
  expect(all.get(tool)).toMatchObject({ risk, annotations: { idempotentHint: idempotent } });
});

test('whether a login may be changed unasked is unknown where roles cannot be read', async () => {
  const { here } = createStands({ scopes: ['okta.users.manage'] });
  const { plain } = await targets(here);
  const text = textOf(await here.toolbox.call('update_user', { id: plain, body: { profile } }, {}));
  expect(text).toContain('confirmation_unavailable');
  expect(text).toContain('grant the scope that reads them');
});

test('what is destructive for an argument only may carry the token of a first step', async () => {
  const { here } = createStands();
  const args = { body: { ...zone, usage: 'BLOCKLIST' } };
  const first = textOf(await here.toolbox.call('create_network_zone', args, {}));
  const confirmation = /"confirmation":"([\w-]+)"/.exec(first)![1]!;
  expect(here.writes()).toBe(0);
  expect((await here.toolbox.call('create_network_zone', { ...args, confirmation }, {})).isError).toBeUndefined();
  expect(here.writes()).toBe(1);
});
