import { homedir } from 'node:os';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, configReference, DEMO_ORG_URL, parseConfig } from '../src/config.js';
import { OktaMcpError } from '../src/errors.js';
import { base64, ec, jwk, pkcs1, pkcs8, rsa } from './auth/keys.js';

const known = {
  scopes: [
    'okta.users.read',
    'okta.users.manage',
    'okta.groups.read',
    'okta.logs.read',
    'okta.users.read.self',
    'ssf.read',
  ],
  toolsets: ['users', 'groups', 'apps'],
  tools: ['list_users', 'get_user', 'list_groups'],
};

type Env = Record<string, string | undefined>;
const org = { OKTA_ORG_URL: 'https://acme.okta.com' };
const token = { ...org, OKTA_API_TOKEN: '00canaryToken' };
const PEM = pkcs8(rsa.privateKey);
const app = { ...org, OKTA_CLIENT_ID: '0oaApp', OKTA_PRIVATE_KEY: PEM, OKTA_KEY_ID: 'kid-1' };

const native = { ...org, OKTA_CLIENT_ID: '0oaNative' };

const parse = (env: Env, demo = false) => parseConfig(env, known, { demo });
const config = (env: Env, demo = false) => parse(env, demo).config;

function problems(env: Env, demo = false): ConfigError['problems'] {
  try {
    parse(env, demo);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
const blamed = (env: Env, demo = false) => problems(env, demo).map(({ name }) => name);

describe('strategy', () => {
  test.each<[string, Env, object]>([
    ['API token', token, { strategy: 'api-token' }],
    ['private key', app, { strategy: 'private-key-jwt', clientId: '0oaApp', keyId: 'kid-1' }],
    [
      'JWK with its kid',
      { ...app, OKTA_PRIVATE_KEY: jwk(ec.privateKey, { kid: 'inside' }), OKTA_KEY_ID: '' },
      { strategy: 'private-key-jwt', clientId: '0oaApp' },
    ],
    [
      'empty means unset',
      { ...token, OKTA_PRIVATE_KEY: '', OKTA_KEY_ID: '  ', OKTA_AUTH: '' },
      { strategy: 'api-token' },
    ],
    ['API token beside a client id', { ...token, OKTA_CLIENT_ID: '0oaApp' }, { strategy: 'api-token' }],
    ['both, the token chosen', { ...token, ...app, OKTA_AUTH: 'api-token' }, { strategy: 'api-token' }],
    ['both, the key chosen', { ...token, ...app, OKTA_AUTH: 'PRIVATE-KEY-JWT' }, { strategy: 'private-key-jwt' }],
    [
      'token chosen, key unusable',
      { ...token, OKTA_PRIVATE_KEY: 'x', OKTA_AUTH: 'api-token' },
      { strategy: 'api-token' },
    ],
    ['client id alone', native, { strategy: 'device', clientId: '0oaNative', dpop: 'auto' }],
    [
      'client id beside an empty key, as VS Code configurations have it',
      { ...native, OKTA_PRIVATE_KEY: '', OKTA_KEY_ID: '' },
      { strategy: 'device' },
    ],
    ['device chosen beside a key', { ...app, OKTA_AUTH: 'device' }, { strategy: 'device', clientId: '0oaApp' }],
    ['code flow', { ...native, OKTA_AUTH: 'auth-code' }, { strategy: 'auth-code', redirectPort: 8765 }],
    [
      'code flow on another port',
      { ...native, OKTA_AUTH: 'auth-code', OKTA_REDIRECT_PORT: '9000', OKTA_DPOP: 'ALWAYS' },
      { redirectPort: 9000, dpop: 'always' },
    ],
    ['DPoP of a service app', { ...app, OKTA_DPOP: 'never' }, { strategy: 'private-key-jwt', dpop: 'never' }],
    [
      'file store',
      { ...native, OKTA_TOKEN_STORE: 'file', OKTA_TOKEN_STORE_KEY: 'x'.repeat(16), XDG_STATE_HOME: '/state' },
      { store: { kind: 'file' } },
    ],
    [
      'in a container',
      { ...native, KUBERNETES_SERVICE_HOST: '10.0.0.1' },
      { store: { kind: 'memory' }, browser: false },
    ],
    [
      'keychain in a container, if so wanted',
      { ...native, KUBERNETES_SERVICE_HOST: '10.0.0.1', OKTA_TOKEN_STORE: 'keychain' },
      { store: { kind: 'keychain' } },
    ],
  ])('%s', (_, env, want) => {
    expect(config(env).auth).toMatchObject(want);
  });

  test('secrets are revealed only on request', () => {
    const one = config(token).auth;
    const other = config(app).auth;
    expect(one.strategy === 'api-token' && one.token.reveal()).toBe('00canaryToken');
    expect(other.strategy === 'private-key-jwt' && other.privateKey.reveal()).toBe(PEM.trim());
    const device = config({ ...native, OKTA_TOKEN_STORE: 'file', OKTA_TOKEN_STORE_KEY: 'canary-of-the-store' }).auth;
    expect(device.strategy === 'device' && device.store.key?.reveal()).toBe('canary-of-the-store');
    const shown = [one, other, device].map((auth) => inspect(auth, { depth: 9 }) + JSON.stringify(auth)).join();
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain(PEM.slice(60, 80));
  });

  test('a token with the scheme of the header before it', () => {
    const { auth } = config({ ...org, OKTA_API_TOKEN: 'SSWS 00abc' });
    expect(auth.strategy === 'api-token' && auth.token.reveal()).toBe('00abc');
  });

  test.each<[string, Env, string[], RegExp]>([
    ['nothing', org, ['OKTA_CLIENT_ID'], /OKTA_CLIENT_ID alone.*OKTA_PRIVATE_KEY and OKTA_KEY_ID.*OKTA_API_TOKEN/],
    ['both', { ...token, ...app }, ['OKTA_AUTH'], /OKTA_API_TOKEN and OKTA_PRIVATE_KEY/],
    ['device chosen, nothing set', { ...org, OKTA_AUTH: 'device' }, ['OKTA_CLIENT_ID'], /native app/],
    ['file store without a key', { ...native, OKTA_TOKEN_STORE: 'file' }, ['OKTA_TOKEN_STORE_KEY'], /openssl rand/],
    [
      'file store with a short key',
      { ...native, OKTA_TOKEN_STORE: 'file', OKTA_TOKEN_STORE_KEY: 'canary-15-chars' },
      ['OKTA_TOKEN_STORE_KEY'],
      /too short/,
    ],
    ['no such store', { ...native, OKTA_TOKEN_STORE: 'disk' }, ['OKTA_TOKEN_STORE'], /auto, memory, keychain, file/],
    ['no such DPoP mode', { ...native, OKTA_DPOP: 'on' }, ['OKTA_DPOP'], /auto, always, never/],
    ['no port', { ...native, OKTA_REDIRECT_PORT: '70000' }, ['OKTA_REDIRECT_PORT'], /port/],
    ['port zero', { ...native, OKTA_AUTH: 'auth-code', OKTA_REDIRECT_PORT: '0' }, ['OKTA_REDIRECT_PORT'], /port/],
    ['key without kid', { ...app, OKTA_KEY_ID: '' }, ['OKTA_KEY_ID'], /without a key id/],
    ['kid without key', { ...app, OKTA_PRIVATE_KEY: '' }, ['OKTA_PRIVATE_KEY'], /OKTA_KEY_ID is/],
    [
      'kid of another key',
      { ...app, OKTA_PRIVATE_KEY: jwk(ec.privateKey, { kid: 'x' }) },
      ['OKTA_KEY_ID'],
      /another key/,
    ],
    ['key without client id', { ...app, OKTA_CLIENT_ID: '' }, ['OKTA_CLIENT_ID'], /Client ID/],
    ['malformed key', { ...app, OKTA_PRIVATE_KEY: PEM.slice(0, 200) }, ['OKTA_PRIVATE_KEY'], /cut off/],
    [
      'malformed key without kid',
      { ...app, OKTA_PRIVATE_KEY: 'x', OKTA_KEY_ID: '' },
      ['OKTA_PRIVATE_KEY', 'OKTA_KEY_ID'],
      /./,
    ],
    ['unknown strategy', { ...token, OKTA_AUTH: 'oauth' }, ['OKTA_AUTH'], /api-token, private-key-jwt/],
    ['key chosen, nothing set', { ...org, OKTA_AUTH: 'private-key-jwt' }, ['OKTA_CLIENT_ID', 'OKTA_PRIVATE_KEY'], /./],
    ['token chosen, not set', { ...app, OKTA_AUTH: 'api-token' }, ['OKTA_API_TOKEN'], /OKTA_AUTH asks for it/],
    ['an access token', { ...org, OKTA_API_TOKEN: 'eyJcanary.eyJ.x' }, ['OKTA_API_TOKEN'], /OAuth access token/],
    ['a token in two parts', { ...org, OKTA_API_TOKEN: '00can ary' }, ['OKTA_API_TOKEN'], /white space/],
    ['an unfilled input', { ...org, OKTA_API_TOKEN: '${input:token}' }, ['OKTA_API_TOKEN'], /placeholder/],
    [
      'placeholders',
      { ...app, OKTA_CLIENT_ID: '{clientId}', OKTA_KEY_ID: '<kid>' },
      ['OKTA_CLIENT_ID', 'OKTA_KEY_ID'],
      /placeholder/,
    ],
    ['a placeholder for the key', { ...app, OKTA_PRIVATE_KEY: '${KEY}' }, ['OKTA_PRIVATE_KEY'], /placeholder/],
  ])('%s is a problem', (_, env, names, text) => {
    expect(blamed(env)).toEqual(names);
    expect(
      problems(env)
        .map(({ message, fix }) => `${message} ${fix}`)
        .join('\n'),
    ).toMatch(text);
    for (const { message, fix } of problems(env)) expect(message && fix).toBeTruthy();
  });
});

describe('all problems at once', () => {
  const env = {
    OKTA_ORG_URL: 'http://acme-admin.okta.com/api',
    OKTA_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----',
    OKTA_READ_ONLY: 'maybe',
    OKTA_TOOLSETS: 'user',
    OKTA_TOOLS: 'list_user get_users',
    OKTA_ADMIN_ROLES: 'ORG',
    OKTA_SCOPES: 'okta.nothing',
    OKTA_LOG_LEVEL: 'loud',
  };
  const names = [
    'OKTA_ADMIN_ROLES',
    'OKTA_CLIENT_ID',
    'OKTA_KEY_ID',
    'OKTA_LOG_LEVEL',
    'OKTA_ORG_URL',
    'OKTA_PRIVATE_KEY',
    'OKTA_READ_ONLY',
    'OKTA_SCOPES',
    'OKTA_TOOLS',
    'OKTA_TOOLS',
    'OKTA_TOOLSETS',
  ];

  test('are listed, each with its fix', () => {
    expect(blamed(env).sort()).toEqual(names);
    const error = new ConfigError(problems(env));
    expect(error).toBeInstanceOf(OktaMcpError);
    expect(error.code).toBe('config_invalid');
    for (const { name, message, fix } of error.problems)
      expect(error.message).toContain(`- ${name}: ${message} ${fix}`);
  });

  test('the demo ignores the org and its credentials, nothing else', () => {
    const credentials = ['OKTA_ORG_URL', 'OKTA_CLIENT_ID', 'OKTA_PRIVATE_KEY', 'OKTA_KEY_ID'];
    expect(blamed({ ...env, OKTA_AUTH: 'x' }, true).sort()).toEqual(
      names.filter((name) => !credentials.includes(name)),
    );
  });
});

describe('org URL', () => {
  test('comes out as an origin', () => {
    expect(config({ ...token, OKTA_ORG_URL: ' "Acme.okta.com/" ' }).orgUrl).toBe('https://acme.okta.com');
  });
  test('of a custom domain warns', () => {
    expect(parse({ ...token, OKTA_ORG_URL: 'https://id.acme.example' }).warnings).toEqual([
      expect.stringContaining('custom domain'),
    ]);
    expect(parse(token).warnings).toEqual([]);
  });
  test.each([undefined, '', '  ', '""'])('missing (%j) is a problem', (url) => {
    expect(blamed({ ...token, OKTA_ORG_URL: url })).toEqual(['OKTA_ORG_URL']);
  });
});

describe('scopes', () => {
  test.each([
    [undefined, ['okta.users.read', 'okta.groups.read']],
    ['', ['okta.users.read', 'okta.groups.read']],
    [' , ', ['okta.users.read', 'okta.groups.read']],
    ['okta.logs.read okta.users.read', ['okta.logs.read', 'okta.users.read']],
    ['okta.logs.read,okta.users.read', ['okta.logs.read', 'okta.users.read']],
    ['okta.logs.read,\n okta.users.read\r\nokta.logs.read', ['okta.logs.read', 'okta.users.read']],
    ["'okta.logs.read'", ['okta.logs.read']],
    ['openid okta.users.read okta.new.read', ['openid', 'okta.users.read', 'okta.new.read']],
  ])('%j gives %j', (scopes, want) => {
    expect(config({ ...token, OKTA_SCOPES: scopes }).scopes).toEqual(want);
    expect(config({ OKTA_SCOPES: scopes }, true).scopes).toEqual(want);
  });

  test.each<[string, Env, RegExp[]]>([
    ['okta.users.read', token, []],
    ['okta.users.read okta.user.read', token, [/"okta.user.read".*Did you mean okta.users.read\?/]],
    ['okta.users.read OKTA.Logs.Read', token, [/"OKTA.Logs.Read".*Did you mean okta.logs.read\?/]],
    ['okta.users.read okta-logs-read', token, [/"okta-logs-read".*Did you mean okta.logs.read\?/]],
    ['okta.users.read openid offline_access groups', token, [/openid/, /offline_access/, /groups/]],
    ['okta.users.read okta.users.read.self', app, [/okta.users.read.self.*left out/]],
    ['okta.users.read okta.users.read.self', token, []],
    [`okta.users.read ${'x'.repeat(50)}`, token, [/^OKTA_SCOPES: An entry/]],
  ])('%s warns', (scopes, env, want) => {
    const { warnings } = parse({ ...env, OKTA_SCOPES: scopes });
    expect(warnings).toEqual(want.map((pattern) => expect.stringMatching(pattern)));
  });

  test.each<[string, Env, RegExp]>([
    ['openid profile', token, /okta.users.read/],
    ['okta.user.read', token, /OKTA_SCOPES="okta.users.read"/],
    ['okta.users.read.self', app, /./],
  ])('%s alone is refused', (scopes, env, fix) => {
    expect(blamed({ ...env, OKTA_SCOPES: scopes })).toEqual(['OKTA_SCOPES']);
    expect(problems({ ...env, OKTA_SCOPES: scopes })[0]!.fix).toMatch(fix);
  });
});

describe('restrictions', () => {
  test('unset, none applies', () => {
    const { auth, orgUrl, ...rest } = config(token);
    expect(rest).toEqual({
      scopes: ['okta.users.read', 'okta.groups.read'],
      readOnly: false,
      confirm: 'auto',
      resultBytes: 24_000,
      surface: 'auto',
      log: { level: 'info' },
    });
  });

  test.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    ['false', false],
    ['0', false],
    ['no', false],
    ['', false],
  ])('OKTA_READ_ONLY=%s is %s', (value, want) => {
    expect(config({ ...token, OKTA_READ_ONLY: value }).readOnly).toBe(want);
  });

  test.each([
    ['', 24_000],
    ['2000', 2_000],
    [' 100000 ', 100_000],
  ])('OKTA_RESULT_BYTES=%s is %s', (value, want) => {
    expect(config({ ...token, OKTA_RESULT_BYTES: value }).resultBytes).toBe(want);
  });

  test.each(['1999', '0', '-5000', '24k', '24,000', '2e4', '24000.5', '99999999999999999999'])(
    'OKTA_RESULT_BYTES=%s is refused',
    (value) => {
      expect(blamed({ ...token, OKTA_RESULT_BYTES: value })).toEqual(['OKTA_RESULT_BYTES']);
    },
  );

  test('lists', () => {
    const lists = {
      OKTA_TOOLSETS: 'users,apps',
      OKTA_TOOLS: 'get_user\nlist_users get_user',
      OKTA_ADMIN_ROLES: 'USER_ADMIN, READ_ONLY_ADMIN',
    };
    expect(config({ ...token, ...lists })).toMatchObject({
      toolsets: ['users', 'apps'],
      tools: ['get_user', 'list_users'],
      roles: ['USER_ADMIN', 'READ_ONLY_ADMIN'],
    });
  });

  test.each(['all', 'ALL', 'users all'])('%s is no restriction', (value) => {
    const { toolsets, tools } = config({
      ...token,
      OKTA_TOOLSETS: value,
      OKTA_TOOLS: value.replace('users', 'get_user'),
    });
    expect({ toolsets, tools }).toEqual({ toolsets: undefined, tools: undefined });
  });

  test.each([
    ['OKTA_TOOLSETS', 'all user', /"user" is no toolset.*users\? docs\/tools\.md/],
    ['OKTA_TOOLS', 'okta_list_users', /no tool.*Did you mean list_users\? docs\/tools\.md lists/],
    ['OKTA_TOOLS', 'frobnicate', /no tool.*docs\/tools\.md lists/],
    ['OKTA_TOOLSETS', 'users user', /"user" is no toolset.*users\?/],
    ['OKTA_TOOLS', 'user_list', /"user_list" is no tool.*list_users\?/],
    ['OKTA_TOOLS', 'frobnicate', /"frobnicate" is no tool.*get_user/],
    ['OKTA_ADMIN_ROLES', 'READONLY_ADMIN', /"READONLY_ADMIN" is no administrator role.*READ_ONLY_ADMIN\?/],
    ['OKTA_ADMIN_ROLES', 'org_admin', /"org_admin" is no administrator role.*ORG_ADMIN\?/],
    ['OKTA_LOG_LEVEL', 'verbose', /trace, debug, info, warn, error, fatal, silent/],
  ])('%s=%s is a problem', (name, value, want) => {
    const found = problems({ ...token, [name]: value });
    expect(found.map((problem) => problem.name)).toEqual([name]);
    expect(`${found[0]!.message} ${found[0]!.fix}`).toMatch(want);
  });
});

test('log', () => {
  expect(config({ ...token, OKTA_LOG_LEVEL: 'Debug', OKTA_LOG_FILE: '/tmp/x.log' }).log).toEqual({
    level: 'debug',
    file: '/tmp/x.log',
  });
  expect(config({ ...token, OKTA_LOG_FILE: '~/x.log' }).log.file).toMatch(/^[^~].*\/x\.log$/);
});

test('the demo needs no environment', () => {
  const { config: demo, warnings } = parse({}, true);
  expect(demo).toMatchObject({ orgUrl: DEMO_ORG_URL, auth: { strategy: 'demo' } });
  expect(warnings).toEqual([]);
});

test('the result is frozen throughout', () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every((v) => frozen(v) || v?.constructor.name === 'Secret'));
  const file = { OKTA_TOKEN_STORE: 'file', OKTA_TOKEN_STORE_KEY: 'x'.repeat(16) };
  expect(frozen(config({ ...native, ...file }))).toBe(true);
  expect(frozen(config({ ...app, OKTA_TOOLS: 'get_user', OKTA_TOOLSETS: 'users', OKTA_ADMIN_ROLES: 'CUSTOM' }))).toBe(
    true,
  );
});

test.each<[string, Env, object]>([
  ['unset', token, { importDir: undefined }],
  ['a folder', { ...token, OKTA_IMPORT_DIR: `${import.meta.dirname}/` }, { importDir: import.meta.dirname }],
  ['~', { ...token, OKTA_IMPORT_DIR: '~' }, { importDir: homedir() }],
])('files to be sent, from %s', (_, env, want) => {
  expect({ importDir: undefined, ...config(env) }).toMatchObject(want);
});

describe('secrets for the operator', () => {
  const folder = import.meta.dirname;

  test.each<[string, Env, object]>([
    ['off unless said', token, { exportDir: undefined, reveal: undefined }],
    ['a folder alone reveals nothing', { ...token, OKTA_EXPORT_DIR: folder }, { exportDir: folder, reveal: undefined }],
    ['off', { ...token, OKTA_REVEAL: 'off' }, { reveal: undefined }],
    ['file', { ...token, OKTA_REVEAL: 'FILE', OKTA_EXPORT_DIR: `${folder}/` }, { exportDir: folder, reveal: 'file' }],
    ['~', { ...token, OKTA_EXPORT_DIR: '~' }, { exportDir: homedir() }],
  ])('%s', (_, env, want) => {
    expect({ exportDir: undefined, reveal: undefined, ...config(env) }).toMatchObject(want);
  });

  test.each<[string, Env, string]>([
    ['no folder', { OKTA_REVEAL: 'file' }, 'OKTA_REVEAL'],
    ['a folder that does not exist', { OKTA_REVEAL: 'file', OKTA_EXPORT_DIR: `${folder}/none` }, 'OKTA_EXPORT_DIR'],
    ['a file', { OKTA_EXPORT_DIR: import.meta.filename }, 'OKTA_EXPORT_DIR'],
    ['below a file', { OKTA_EXPORT_DIR: `${import.meta.filename}/x` }, 'OKTA_EXPORT_DIR'],
    ['no path at all', { OKTA_EXPORT_DIR: 'a\0b' }, 'OKTA_EXPORT_DIR'],
    ['another word', { OKTA_REVEAL: 'yes', OKTA_EXPORT_DIR: folder }, 'OKTA_REVEAL'],
    ['no folder to read from', { OKTA_IMPORT_DIR: `${folder}/none` }, 'OKTA_IMPORT_DIR'],
    ['a file to read from', { OKTA_IMPORT_DIR: import.meta.filename }, 'OKTA_IMPORT_DIR'],
  ])('%s is a problem, also with the demo org', (_, env, want) => {
    expect(blamed({ ...token, ...env })).toEqual([want]);
    expect(blamed(env, true)).toEqual([want]);
  });
});

test('the reference names every variable once', () => {
  const reference = configReference();
  // The names the issue gives.
  expect(reference.map(({ name }) => name).sort()).toEqual(
    'ADMIN_ROLES API_TOKEN AUDIT_LOG AUTH CLIENT_ID CONFIRM DOMAIN DPOP EXPORT_DIR IMPORT_DIR KEY_ID LOG_FILE LOG_LEVEL ORG_URL PRIVATE_KEY READ_ONLY REDIRECT_PORT RESULT_BYTES REVEAL SCOPES SURFACE TOKEN_STORE TOKEN_STORE_KEY TOOLS TOOLSETS'
      .split(' ')
      .map((name) => `OKTA_${name}`),
  );
  for (const { description } of reference) expect(description).toMatch(/\.$/);
  expect(reference.find(({ name }) => name === 'OKTA_SCOPES')?.default).toBe('okta.users.read okta.groups.read');
});

test('no problem or warning repeats a secret, whatever else is wrong', () => {
  const canary = 'CANARY7f3a';
  const secret = fc.constantFrom(
    canary,
    ` ${canary} ${canary}`,
    `eyJ${canary}.x.y`,
    `/${canary}/key.pem`,
    `{"kty":"RSA","d":"${canary}"}`,
    `{"${canary}`,
    `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
    base64(`{"${canary}"`),
    pkcs1(rsa.privateKey).replace('\nMII', `\n${canary}MII`),
  );
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('x', 'private-key-jwt', 'api-token', 'device', 'file', 'acme.okta.com'),
  );
  const value = fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: text });
  const others = configReference()
    .map(({ name }) => name)
    .filter((name) => !/TOKEN$|_KEY$/.test(name));
  const environment = fc.record({
    ...Object.fromEntries(others.map((name) => [name, value])),
    OKTA_API_TOKEN: fc.option(secret, { nil: undefined }),
    OKTA_PRIVATE_KEY: fc.option(secret, { nil: undefined }),
    OKTA_TOKEN_STORE_KEY: fc.option(secret, { nil: undefined }),
    OKTA_ORG_URL: fc.constantFrom(
      'https://acme.okta.com',
      `https://x:${canary}@acme.okta.com`,
      `https://acme.okta.com?${canary}`,
      canary,
    ),
  });
  fc.assert(
    fc.property(environment, (env) => {
      let said: string;
      try {
        const { config: made, warnings } = parse(env as Env);
        said = inspect([made.auth, made.log, warnings], { depth: 9 });
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        const { problems: listed, message, fix, details, stack } = error as ConfigError;
        said = inspect([listed, message, fix, details, stack], { depth: 9 });
      }
      expect(said.toLowerCase()).not.toContain(canary.toLowerCase());
      expect(said).not.toContain(base64(`{"${canary}"`));
    }),
    { numRuns: 300 },
  );
});
