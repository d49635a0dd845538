import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { operations } from '../generated/operations.js';
import { createAudit } from '../src/audit.js';
import { createDemoOrg } from '../src/demo-org/demo-org.js';
import { createOktaClient } from '../src/okta/client.js';
import type { Operation } from '../src/okta/operation.js';
import { readToolFile } from '../src/package-files.js';
import { createToolbox, type ToolboxParts } from '../src/tools/call.js';
import { Catalog } from '../src/tools/catalog.js';
import type { ToolDefinition } from '../src/tools/definition.js';
import { MASK } from '../src/tools/secrets.js';
import { withSampleFiles } from './pictures.js';
import { textOf, unguarded } from './tools/fixture.js';

const file = readToolFile();
const byName = (name: string) => file.tools.find((tool) => tool.name === name)!;
// What a model may send is tested elsewhere; here every argument is optional and anything goes for a body.
const all = Catalog.parse({
  ...file,
  tools: file.tools.map((tool) => {
    const { properties } = tool.inputSchema as { properties: Record<string, object> };
    const inputSchema = { ...tool.inputSchema, properties: { ...properties, body: {} }, required: [] };
    const { accept: _, ...rest } = tool;
    return { ...rest, inputSchema };
  }),
});

const folder = mkdtempSync(join(tmpdir(), 'okta-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The product without confirmations, in front of `answer`; everything it says is kept. */
function server(answer: (request: Request) => Promise<Response>, reveal?: ToolboxParts['reveal']) {
  const said: string[] = [];
  const auditFolder = mkdtempSync(join(folder, 'audit-'));
  const log = pino({ level: 'trace' }, { write: (line) => void said.push(line) });
  const audit = createAudit({ folder: auditFolder, stderr: (line) => void said.push(line), now: Date.now, log });
  const origin = 'https://acme.okta.com';
  const toolbox = createToolbox({
    ...unguarded,
    all,
    grant: () => ({ scopes: file.scopes, credential: 'any' }),
    operations,
    client: createOktaClient({ origin, operations, fetch: answer, userAgent: 'test' }),
    audit,
    log,
    ...(reveal && { reveal }),
  });
  return {
    async call(name: string, args: Record<string, unknown> = argumentsOf(byName(name))) {
      const result = await toolbox.call(name, args, {});
      said.push(JSON.stringify(result));
      return result as { content: { text: string }[]; isError?: boolean };
    },
    everything(): string {
      const audits = readdirSync(auditFolder).map((name) => readFileSync(join(auditFolder, name), 'utf8'));
      return [...said, ...audits].join('\n');
    },
  };
}

function argumentsOf(tool: ToolDefinition): Record<string, unknown> {
  const { operation, projection } = tool;
  const { body, path } = (operations as Record<string, Operation>)[operation]!;
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => [name!, 'id1']);
  // A list shows everything, so that nothing is missed for being left out.
  const args = { ...Object.fromEntries(inPath), ...(body && { body: {} }), ...(projection && { fields: ['*'] }) };
  return withSampleFiles(tool, args);
}

/** What a text looks like after it went through something. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

function expectNowhere(everything: string, secret: string, what?: string): void {
  expect(everything.length).toBeGreaterThan(50);
  for (const form of formsOf(secret)) expect(everything.includes(form), what).toBe(false);
}

const CANARY = 'cAnArY+sEcReT/0123456789';
const link = `https://acme.okta.com/welcome/${CANARY}`;
const client = { client_id: '0oa1', client_secret: CANARY, token_endpoint_auth_method: 'client_secret_basic' };
const idp = { protocol: { type: 'OIDC', credentials: { client: { client_id: 'c', client_secret: CANARY } } } };
const smtp = { id: 's1', host: 'smtp', username: 'u', password: CANARY };
const hook = (config: object) => ({ id: 'who1', channel: { type: 'HTTP', version: '1.0.0', config } });
const secret = { id: 'ocs1', client_secret: CANARY, secret_hash: `hash-${CANARY}`, status: 'ACTIVE' };

/** Replies as Okta documents them, facts 2.7 and management API 2026.06.3; then what it is said to answer beside that. */
const known: { tool: string; reply: unknown }[] = [
  { tool: 'activate_user', reply: { activationUrl: link, activationToken: CANARY } },
  { tool: 'activate_user_without_email', reply: { activationUrl: link, activationToken: CANARY } },
  { tool: 'reactivate_user', reply: { activationUrl: link, activationToken: CANARY } },
  { tool: 'reset_password', reply: { resetPasswordUrl: link } },
  { tool: 'create_password_reset_link', reply: { resetPasswordUrl: link } },
  { tool: 'expire_password_with_temp_password', reply: { tempPassword: CANARY } },
  {
    tool: 'create_tac_authenticator_enrollment',
    reply: { id: 'tac1', type: 'tac', profile: { tac: CANARY, multiUse: false } },
  },
  { tool: 'create_application', reply: { id: '0oa1', credentials: { oauthClient: client } } },
  { tool: 'get_application', reply: { id: '0oa1', credentials: { oauthClient: client } } },
  { tool: 'list_applications', reply: [{ id: '0oa1', credentials: { oauthClient: client } }] },
  { tool: 'create_application', reply: { credentials: { userName: 'u', password: { value: CANARY } } } },
  { tool: 'create_app_client_secret', reply: secret },
  { tool: 'list_app_client_secrets', reply: [secret] },
  { tool: 'get_identity_provider', reply: idp },
  { tool: 'list_identity_providers', reply: [idp] },
  { tool: 'list_email_servers', reply: { 'email-servers': [smtp] } },
  { tool: 'create_email_server', reply: smtp },
  { tool: 'create_log_stream', reply: { type: 'splunk_cloud_logstreaming', settings: { host: 'h', token: CANARY } } },
  { tool: 'list_log_streams', reply: [{ settings: { host: 'h', token: CANARY } }] },
  { tool: 'create_event_hook', reply: hook({ authScheme: { type: 'HEADER', key: 'authorization', value: CANARY } }) },
  { tool: 'list_event_hooks', reply: [hook({ headers: [{ key: 'X-Auth', value: CANARY }] })] },
  { tool: 'get_inline_hook', reply: hook({ authScheme: { value: CANARY }, headers: [{ key: 'a', value: CANARY }] }) },
  { tool: 'enroll_factor', reply: { factorType: 'token:software:totp', profile: { sharedSecret: CANARY } } },
  {
    tool: 'enroll_factor',
    reply: {
      _embedded: { activation: { sharedSecret: CANARY, encoding: 'base32', _links: { qrcode: { href: link } } } },
    },
  },
  { tool: 'list_captcha_instances', reply: [{ siteKey: 's', secretKey: CANARY }] },
  {
    tool: 'list_authenticators',
    reply: [{ key: 'duo', provider: { configuration: { host: 'h', secretKey: CANARY } } }],
  },
  {
    tool: 'get_user',
    reply: {
      id: '00u1',
      credentials: {
        password: { hash: { algorithm: 'BCRYPT', salt: CANARY, value: CANARY } },
        recovery_question: { question: 'q', answer: CANARY },
      },
    },
  },
  // What no schema says.
  { tool: 'get_api_token', reply: { id: '00T1', name: 'n', token: CANARY } },
  {
    tool: 'get_application',
    reply: { settings: { oauthClient: { jwks: { keys: [{ kty: 'RSA', kid: '1', n: 'n', e: 'AQAB', d: CANARY }] } } } },
  },
  {
    tool: 'get_application',
    reply: { settings: { app: { key: `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----` } } },
  },
  { tool: 'get_logs', reply: [{ debugContext: { debugData: { sessionToken: CANARY } } }] },
];

describe('operations known to answer secrets', () => {
  test.each(known.map((each, index) => ({ ...each, index })))(
    '$tool ($index): the secret is neither in the result, nor in the log, nor in the audit',
    async ({ tool, reply }) => {
      expect(JSON.stringify(reply)).toContain(CANARY);
      const { call, everything } = server(async () => Response.json(reply));
      const result = await call(tool);
      expect(result.isError, textOf(result)).toBeUndefined();
      expect(result.content[0]!.text).toContain(MASK);
      expect(result.content[1]!.text).toContain('OKTA_REVEAL');
      expectNowhere(everything(), CANARY);
    },
  );

  test.each(known.map((each, index) => ({ ...each, index })))(
    '$tool ($index): with OKTA_REVEAL it is in one file, which the result names',
    async ({ tool, reply }) => {
      const kept = mkdtempSync(join(folder, 'kept-'));
      const { call, everything } = server(async () => Response.json(reply), { folder: kept, now: Date.now });
      const result = await call(tool);
      const [name, ...others] = readdirSync(kept);
      expect(others).toEqual([]);
      expect(result.content[1]!.text).toContain(join(kept, name!));
      expect(readFileSync(join(kept, name!), 'utf8')).toContain(CANARY);
      expectNowhere(everything(), CANARY);
    },
  );
});

/** A reply with the canary where the pointer leads. */
function replyWith(pointer: string, item: (value: unknown) => unknown): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduceRight<unknown>((value, key) => (key === '*' ? item(value) : { [key]: value }), CANARY);
}

describe('every secret that generated/tools.json names', () => {
  const named = file.tools.flatMap(({ name, update, secrets = [] }) =>
    secrets.map((pointer) => ({ name, pointer, update })),
  );

  test('is masked in arrays and in maps', async () => {
    expect(named.length).toBeGreaterThan(150);
    for (const { name, pointer, update } of named) {
      for (const item of [(value: unknown) => ['other', value], (value: unknown) => ({ any: value })]) {
        const { call, everything } = server(async () => Response.json(replyWith(pointer, item)));
        const { content } = await call(name);
        // What an update says is what it changed, not what Okta answered.
        if (Array.isArray(item('')) && update !== 'merge')
          expect(content[0]!.text, `${name} ${pointer}`).toContain(MASK);
        expectNowhere(everything(), CANARY, `${name} ${pointer}`);
      }
    }
  });

  test('facts 2.7: what creates or resets a credential is among them', () => {
    const want = ['activate_user', 'create_app_client_secret', 'create_application', 'create_password_reset_link'];
    for (const name of [...want, 'expire_password_with_temp_password', 'reset_password'])
      expect(named.map((each) => each.name)).toContain(name);
  });
});

describe('against the demo org', () => {
  function demo() {
    const org = createDemoOrg({ origin: 'https://acme.okta.com' });
    const raw: unknown[] = [];
    const { call, everything } = server(async (request) => {
      request.headers.set('authorization', `SSWS ${org.token}`);
      const response = await org.fetch(request);
      raw.push(
        await response
          .clone()
          .json()
          .catch(() => undefined),
      );
      return response;
    });
    const create = async (name: string, activate: boolean): Promise<string> => {
      const login = `${name}@atlasworks.example`;
      const profile = { firstName: 'Sam', lastName: 'Pell', email: login, login };
      const credentials = { password: { value: 'Long3rThan+Needed' } };
      await call('create_user', { activate, body: { profile, ...(activate && { credentials }) } });
      return (raw.at(-1) as { id: string }).id;
    };
    return { call, everything, raw, create };
  }

  test('activation, reset link, temporary password and client secret stay there', async () => {
    const { call, everything, raw, create } = demo();
    const id = await create('sam.pell', false);
    const secrets: unknown[] = [];
    const secretOf = async (name: string, args: Record<string, unknown>, read: (reply: never) => unknown[]) => {
      const result = await call(name, args);
      expect(result.isError, textOf(result)).toBeUndefined();
      expect(textOf(result)).toContain(MASK);
      secrets.push(...read(raw.at(-1) as never));
    };
    type Activation = { activationUrl: string; activationToken: string };
    await secretOf('activate_user_without_email', { id }, (reply: Activation) => [
      reply.activationUrl,
      reply.activationToken,
    ]);
    const active = await create('kim.roe', true);
    await secretOf('expire_password_with_temp_password', { id: active }, (reply: { tempPassword: string }) => [
      reply.tempPassword,
    ]);
    await secretOf(
      'create_password_reset_link',
      { id: await create('lee.ash', true) },
      (reply: { resetPasswordUrl: string }) => [reply.resetPasswordUrl],
    );
    const app = {
      name: 'oidc_client',
      label: 'Canary',
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
      settings: {
        oauthClient: {
          application_type: 'web',
          grant_types: ['authorization_code'],
          response_types: ['code'],
          redirect_uris: ['https://a.example/cb'],
        },
      },
    };
    await secretOf(
      'create_application',
      { body: app },
      (reply: { credentials: { oauthClient: { client_secret: string } } }) => [
        reply.credentials.oauthClient.client_secret,
      ],
    );
    expect(secrets).toHaveLength(5);
    for (const secret of secrets) {
      expect(secret).toEqual(expect.stringMatching(/.{8}/));
      expectNowhere(everything(), String(secret));
    }
  });
});
