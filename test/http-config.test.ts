import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../src/config.js';
import { parseHttpConfig } from '../src/http-config.js';
import { knownNames, readToolFile } from '../src/package-files.js';

const known = knownNames(readToolFile());
const ORG = { OKTA_ORG_URL: 'https://acme.okta.com', OKTA_API_TOKEN: '0'.repeat(42) };

function parse(env: Record<string, string>, demo = false) {
  const all = { ...ORG, ...env };
  const { config } = parseConfig(all, known, { demo });
  return parseHttpConfig(all, config, { demo });
}

test('without an authorization server: this machine, with a token of its own', () => {
  expect(parse({})).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    admin: { host: '127.0.0.1', hosts: ['localhost', '127.0.0.1', '[::1]'], port: 8081 },
    guard: { kind: 'shared' },
    hosts: ['localhost', '127.0.0.1', '[::1]'],
    origins: [],
    rateLimit: 600,
  });
  expect(parse({}).url.href).toBe('http://localhost:8080/mcp');
});

test('the demo org needs nobody to be known', () => {
  expect(parse({ OKTA_MCP_HOST: '0.0.0.0' }, true).guard).toEqual({ kind: 'open' });
});

test('with an authorization server', () => {
  const env = {
    OKTA_AUTH_SERVER_ID: 'default',
    OKTA_MCP_HOST: '0.0.0.0',
    OKTA_MCP_PUBLIC_URL: 'https://gateway.example.com/okta/',
    OKTA_MCP_CALLERS: '/etc/callers.yaml',
    OKTA_MCP_ALLOWED_HOSTS: 'okta-mcp.internal',
    OKTA_MCP_INTROSPECTION: 'on',
    OKTA_CLIENT_ID: '0oa1',
    OKTA_CLIENT_SECRET: 'a secret',
  };
  const http = parse({ ...env, OKTA_AUTH: 'api-token' });
  expect(http.url.href).toBe('https://gateway.example.com/okta/mcp');
  expect(http.hosts).toEqual(['gateway.example.com', 'okta-mcp.internal']);
  expect(http.guard).toMatchObject({
    kind: 'oauth',
    serverId: 'default',
    audiences: ['https://gateway.example.com/okta/mcp'],
    callers: '/etc/callers.yaml',
    introspection: { clientId: '0oa1' },
  });
  expect(JSON.stringify(http)).not.toContain('a secret');
  const audiences = 'api://okta-mcp https://mcp.example.com';
  expect(parse({ OKTA_AUTH_SERVER_ID: 'aus1', OKTA_MCP_AUDIENCE: audiences }).guard).toMatchObject({
    audiences: ['api://okta-mcp', 'https://mcp.example.com'],
  });
});

test.each(['https://mcp.example.com', 'https://mcp.example.com/', 'https://mcp.example.com/mcp'])('%s', (address) => {
  expect(parse({ OKTA_MCP_PUBLIC_URL: address }).url.href).toBe('https://mcp.example.com/mcp');
});

describe('replicas', () => {
  const KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('base64');
  const REDIS = 'rediss://app:pass%2Fword@redis.internal:6380/2';

  test('share a key and a Redis', () => {
    expect(parse({}).replicas).toEqual({});
    const { replicas } = parse({ OKTA_MCP_SEAL_KEY: KEY, OKTA_MCP_REDIS_URL: REDIS });
    expect(Buffer.from(replicas.sealKey?.reveal() ?? '', 'base64url').toString('base64')).toBe(KEY);
    expect(replicas.redisUrl?.reveal()).toBe(REDIS);
    expect(JSON.stringify(replicas)).toBe('{"sealKey":"[secret]","redisUrl":"[secret]"}');
  });

  test.each([Buffer.from(KEY, 'base64').toString('base64url'), Buffer.from(KEY, 'base64').toString('hex')])(
    '%s',
    (key) => {
      const { sealKey } = parse({ OKTA_MCP_SEAL_KEY: key, OKTA_MCP_SINGLE_REPLICA: 'true' }).replicas;
      expect(Buffer.from(sealKey?.reveal() ?? '', 'base64url').toString('base64')).toBe(KEY);
    },
  );

  test('the key may be in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'okta-mcp-key-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'key');
    writeFileSync(file, `${KEY}\n`);
    const both = { OKTA_MCP_SEAL_KEY_FILE: file, OKTA_MCP_REDIS_URL: 'redis://localhost' };
    expect(Buffer.from(parse(both).replicas.sealKey?.reveal() ?? '', 'base64url').toString('base64')).toBe(KEY);
    expect(() => parse({ ...both, OKTA_MCP_SEAL_KEY: KEY })).toThrow(/OKTA_MCP_SEAL_KEY_FILE: is set beside/);
    writeFileSync(file, 'too short');
    expect(() => parse(both)).toThrow(/OKTA_MCP_SEAL_KEY_FILE: does not hold a key/);
    expect(() => parse({ ...both, OKTA_MCP_SEAL_KEY_FILE: join(folder, 'none') })).toThrow(/cannot be read \(ENOENT\)/);
  });

  test.each<{ given: string; env: Record<string, string>; want: RegExp }>([
    { given: 'a key without Redis', env: { OKTA_MCP_SEAL_KEY: KEY }, want: /OKTA_MCP_SEAL_KEY: is shared, but/ },
    {
      given: 'the same, not said to be the only one',
      env: { OKTA_MCP_SEAL_KEY: KEY, OKTA_MCP_SINGLE_REPLICA: 'false' },
      want: /OKTA_MCP_SEAL_KEY: is shared, but/,
    },
    { given: 'Redis without a key', env: { OKTA_MCP_REDIS_URL: REDIS }, want: /OKTA_MCP_SEAL_KEY: is not set/ },
    ...['short', KEY.slice(4), `${KEY}AAAA`, `${KEY.slice(0, -2)}!=`, 'A'.repeat(43), '0'.repeat(64)].map((key) => ({
      given: `the key ${key}`,
      env: { OKTA_MCP_SEAL_KEY: key, OKTA_MCP_REDIS_URL: REDIS },
      want: /a problem:\n- OKTA_MCP_SEAL_KEY: does not hold a key/,
    })),
    ...[
      'redis.internal:6379',
      'http://redis',
      'redis://',
      'redis://host/name',
      'redis://:p%ZZ@host',
      'redis://h?a=b',
    ].map((url) => ({
      given: `the address ${url}`,
      env: { OKTA_MCP_SEAL_KEY: KEY, OKTA_MCP_REDIS_URL: url },
      want: /a problem:\n- OKTA_MCP_REDIS_URL: is no address/,
    })),
  ])('$given is refused, and not repeated', ({ env, want }) => {
    const refusal = (() => {
      try {
        return parse(env);
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(refusal).toMatch(want);
    expect(refusal).not.toContain(KEY);
    expect(refusal).not.toContain('pass%2Fword');
  });
});

describe('what is refused', () => {
  test.each<{ given: string; env: Record<string, string>; demo?: boolean; want: RegExp }>([
    { given: 'confirmations switched off', env: { OKTA_CONFIRM: 'off' }, want: /OKTA_CONFIRM: is off/ },
    { given: 'the same in a demo', env: { OKTA_CONFIRM: 'off' }, demo: true, want: /OKTA_CONFIRM: is off/ },
    {
      given: 'tokens asked for in a demo',
      env: { OKTA_AUTH_SERVER_ID: 'default' },
      demo: true,
      want: /OKTA_AUTH_SERVER_ID: is set, but --demo lets everybody in/,
    },
    {
      given: 'others, without knowing them',
      env: { OKTA_MCP_HOST: '0.0.0.0' },
      want: /OKTA_AUTH_SERVER_ID: is not set/,
    },
    { given: 'the same over IPv6', env: { OKTA_MCP_HOST: '::' }, want: /OKTA_AUTH_SERVER_ID: is not set/ },
    { given: 'a name that may be any address', env: { OKTA_MCP_HOST: 'example.com' }, want: /OKTA_AUTH_SERVER_ID/ },
    {
      given: 'an issuer as id',
      env: { OKTA_AUTH_SERVER_ID: 'https://acme.okta.com/oauth2/default' },
      want: /OKTA_AUTH_SERVER_ID: is no id/,
    },
    {
      given: 'the rights of whoever signs in, for all',
      env: { OKTA_AUTH_SERVER_ID: 'default', OKTA_API_TOKEN: '', OKTA_CLIENT_ID: '0oa1' },
      want: /OKTA_AUTH: is device/,
    },
    { given: 'plain http', env: { OKTA_MCP_PUBLIC_URL: 'http://mcp.example.com' }, want: /OKTA_MCP_PUBLIC_URL/ },
    {
      given: 'an address with a query',
      env: { OKTA_MCP_PUBLIC_URL: 'https://a.example/?b' },
      want: /OKTA_MCP_PUBLIC_URL/,
    },
    { given: 'every origin', env: { OKTA_MCP_ALLOWED_ORIGINS: '*' }, want: /OKTA_MCP_ALLOWED_ORIGINS/ },
    {
      given: 'an origin with a path',
      env: { OKTA_MCP_ALLOWED_ORIGINS: 'https://a.example/' },
      want: /OKTA_MCP_ALLOWED/,
    },
    { given: 'a port that is none', env: { OKTA_MCP_PORT: '70000' }, want: /OKTA_MCP_PORT/ },
    { given: 'a limit of nothing', env: { OKTA_MCP_RATE_LIMIT: '0' }, want: /OKTA_MCP_RATE_LIMIT/ },
    {
      given: 'introspection without a client',
      env: { OKTA_AUTH_SERVER_ID: 'default', OKTA_MCP_INTROSPECTION: 'on' },
      want: /OKTA_MCP_INTROSPECTION: is on/,
    },
  ])('$given', ({ env, demo, want }) => {
    expect(() => parse(env, demo)).toThrow(want);
  });

  test('everything at once', () => {
    expect(() => parse({ OKTA_CONFIRM: 'off', OKTA_MCP_HOST: '0.0.0.0', OKTA_MCP_PORT: 'x' })).toThrow(/3 problems/);
  });
});

describe('names of other set-ups', () => {
  const token = { OKTA_API_TOKEN: '0'.repeat(42) };

  test('OKTA_DOMAIN is the org', () => {
    expect(parseConfig({ OKTA_DOMAIN: 'acme.okta.com', ...token }, known, { demo: false }).config.orgUrl).toBe(
      ORG.OKTA_ORG_URL,
    );
    expect(parseConfig({ ...ORG, OKTA_DOMAIN: 'https://acme.okta.com/' }, known, { demo: false }).config.orgUrl).toBe(
      ORG.OKTA_ORG_URL,
    );
    expect(() => parseConfig({ ...ORG, OKTA_DOMAIN: 'evil.okta.com' }, known, { demo: false })).toThrow(
      /OKTA_DOMAIN: names another org/,
    );
    expect(() => parseConfig({ OKTA_DOMAIN: 'https://acme-admin.okta.com', ...token }, known, { demo: false })).toThrow(
      /OKTA_DOMAIN: is the Admin Console/,
    );
  });

  test.each(['OKTA_CLIENT_SECRET', 'OKTA_M2M_CLIENT_SECRET'])('%s never signs in, and that is said', (name) => {
    const { warnings, config } = parseConfig({ ...ORG, [name]: 'a secret' }, known, { demo: false });
    expect(warnings).toEqual([expect.stringContaining('never gets okta.* scopes')]);
    expect(JSON.stringify([warnings, config])).not.toContain('a secret');
  });
});
