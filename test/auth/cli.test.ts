import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OktaServer, startOktaServer } from '../oauth/server.js';
import { program, testProgram } from '../program.js';
import { formsOf } from './canary.js';
import { pkcs8 } from './keys.js';
import { ADMIN, key, native, SCOPES, service } from './okta.js';

// The program as people run it, against an Okta on loopback. Everything it says is kept and searched at the end.
const home = mkdtempSync(join(tmpdir(), 'okta-mcp-cli-'));
const recorded = mkdtempSync(join(tmpdir(), 'okta-mcp-secrets-'));
const secretsFile = join(recorded, 'secrets');
const said: string[] = [];
let okta: OktaServer;

const STORE_KEY = 'canary-store-key-of-32-characters';
const API_TOKEN = '00canaryApiToken_abcdefghijklmnopqrstuvwxy';
const keyFile = join(recorded, 'key.pem');

beforeAll(async () => {
  writeFileSync(secretsFile, '');
  writeFileSync(keyFile, pkcs8(key.privateKey));
  okta = await startOktaServer({
    apps: [native({ dpop: true, refresh: 'ROTATE' }), service({ dpop: true, scopes: ['okta.users.read'] })],
    switches: { deviceInterval: 1, resourceNonce: 400 },
  });
});
afterAll(async () => {
  await okta.close();
  for (const directory of [home, recorded]) rmSync(directory, { recursive: true, force: true });
});

const people = () => ({
  OKTA_CLIENT_ID: '0oanative',
  OKTA_PRIVATE_KEY: '',
  OKTA_KEY_ID: '',
  OKTA_TOKEN_STORE: 'file',
  OKTA_TOKEN_STORE_KEY: STORE_KEY,
});

function run(command: string, env: Record<string, string>, ...more: string[]) {
  const recorder = ['--import', testProgram('auth/fetch-recorder')];
  const child: ChildProcess = spawn(process.execPath, [...recorder, program, command, ...more], {
    stdio: 'pipe',
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_STATE_HOME: join(home, 'state'),
      SECRETS_FILE: secretsFile,
      OKTA_ORG_URL: okta.origin,
      OKTA_SCOPES: SCOPES.join(' '),
      OKTA_LOG_LEVEL: 'trace',
      ...env,
    },
  });
  const output = { stdout: '', stderr: '' };
  let heard = () => {};
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (chunk: Buffer) => {
      output[name] += chunk;
      said.push(String(chunk));
      heard();
    });
  }
  const closed = once(child, 'close').then(([code]) => code as number);
  return {
    child,
    output,
    closed,
    /** Once the output has it. */
    async until(name: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = pattern.exec(output[name]);
        if (found) return found;
        await Promise.race([
          new Promise<void>((resolve) => {
            heard = resolve;
          }),
          closed.then(() => Promise.reject(new Error(`ended without ${pattern}: ${output.stderr}`))),
        ]);
      }
    },
  };
}

/** An MCP client that sees every line. */
async function connect(env: Record<string, string>) {
  const program = run('stdio', env);
  const waiting = new Map<number, (message: { result?: Record<string, unknown> }) => void>();
  createInterface({ input: program.child.stdout! }).on('line', (line) => {
    const message = JSON.parse(line) as { id?: number; result?: Record<string, unknown> };
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  let id = 0;
  const ask = (method: string, params: object = {}) => {
    id += 1;
    const answer = new Promise<{ result?: Record<string, unknown> }>((resolve) => waiting.set(id, resolve));
    program.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answer.then(({ result }) => result);
  };
  await ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  });
  const call = async (name: string, args: object = {}) => {
    const result = (await ask('tools/call', { name, arguments: args })) as {
      isError?: boolean;
      content: { text: string }[];
    };
    return { isError: result.isError === true, text: result.content[0]!.text };
  };
  const end = async () => {
    program.child.stdin!.end();
    return await program.closed;
  };
  return { ...program, ask, call, end };
}

const CODE = /user_code=([\w-]+)/;

describe('people sign in', () => {
  test('while a sign-in waits, the server answers everything else; then the call works', async () => {
    const { ask, call, end, output } = await connect({
      ...people(),
      OKTA_TOKEN_STORE: 'memory',
      OKTA_TOKEN_STORE_KEY: '',
    });
    const asked = await call('list_users', { limit: 1 });
    expect(asked).toMatchObject({ isError: true, text: expect.stringContaining('auth_interaction_required') });
    const [, code] = CODE.exec(asked.text)!;
    expect(output.stderr).toContain(code);
    expect(((await ask('tools/list')) as { tools: unknown[] }).tools.length).toBeGreaterThan(5);
    expect(await ask('ping')).toEqual({});
    expect(await call('get_scope_status')).toMatchObject({ isError: false });

    await okta.approveDevice(code!, ADMIN);
    let result = await call('list_users', { limit: 1 });
    while (result.text.includes('auth_interaction_required')) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      result = await call('list_users', { limit: 1 });
    }
    expect(JSON.parse(result.text)).toMatchObject({ complete: false });
    expect(await end()).toBe(0);
  }, 60_000);

  test('ahead of time with login, for every server after it, until logout', async () => {
    const login = run('login', people());
    const [, code] = await login.until('stdout', CODE);
    await login.until('stdout', /Waiting until/);
    await okta.approveDevice(code!, ADMIN);
    expect(await login.closed).toBe(0);
    expect(login.output.stdout).toMatch(/Signed in. Granted: .*okta.users.read/);

    const server = await connect(people());
    expect((await server.call('list_users', { limit: 1 })).isError).toBe(false);
    expect(await server.end()).toBe(0);

    // A file that is damaged is replaced by the next sign-in; one that is fine is used.
    const again = run('login', people());
    expect(await again.closed).toBe(0);
    expect(again.output.stdout).toMatch(/^Already signed in/);

    const logout = run('logout', people());
    expect(await logout.closed).toBe(0);
    expect(logout.output.stdout).toMatch(/revoked and forgotten/);
    expect(readdirSync(join(home, 'state', 'okta-mcp', 'sessions'))).toEqual([]);
    const after = await connect(people());
    expect((await after.call('list_users', { limit: 1 })).text).toContain('auth_interaction_required');
    await after.end();
  }, 90_000);

  test('with the browser of this machine, by authorization code', async () => {
    const port = await freePort();
    okta.setApp(native({ dpop: true, refresh: 'ROTATE', redirectUris: [`http://localhost:${port}/callback`] }));
    okta.signIn(ADMIN);
    const env = { ...people(), OKTA_AUTH: 'auth-code', OKTA_REDIRECT_PORT: String(port) };
    const login = run('login', env);
    const [, uri] = await login.until('stdout', /(http\S+\/authorize\S+)/);
    const redirect = await fetch(uri!, { redirect: 'manual' });
    expect((await fetch(redirect.headers.get('location')!)).status).toBe(200);
    expect(await login.closed).toBe(0);

    const server = await connect(env);
    expect((await server.call('list_users', { limit: 1 })).isError).toBe(false);
    expect(await server.end()).toBe(0);
    expect(await run('logout', env).closed).toBe(0);
  }, 90_000);

  test('login ends when the person declines', async () => {
    const login = run('login', people());
    const [, code] = await login.until('stdout', CODE);
    await okta.denyDevice(code!);
    expect(await login.closed).toBe(1);
    expect(login.output.stderr).toMatch(/declined/);
  }, 60_000);

  test('login that is broken off ends, and offers nothing anew', async () => {
    const offers = () =>
      new Set(
        readFileSync(secretsFile, 'utf8')
          .split('\n')
          .filter((line) => line.startsWith('["device_code"')),
      ).size;
    const before = offers();
    const login = run('login', people());
    await login.until('stdout', /Waiting until/);
    login.child.kill('SIGINT');
    expect(await login.closed).toBe(1);
    expect(login.output.stderr).toMatch(/Nobody signed in/);
    expect(offers() - before).toBe(1);
  }, 60_000);

  test.each<[string, Record<string, string>, RegExp]>([
    ['login', { ...people(), OKTA_TOKEN_STORE: 'memory' }, /no place where a session would outlive/],
    ['login', { OKTA_API_TOKEN: API_TOKEN }, /api-token, which needs no sign-in/],
    ['logout', { OKTA_API_TOKEN: API_TOKEN }, /api-token, which needs no sign-in/],
    ['login', {}, /OKTA_CLIENT_ID/],
    // No session bus is passed on, so there is no Secret Service.
    ...(process.platform === 'linux'
      ? (['login', 'logout'] as const).map((command): [string, Record<string, string>, RegExp] => [
          command,
          { ...people(), OKTA_TOKEN_STORE: 'keychain' },
          /store for sessions \(keychain\) fails: the keychain of this system cannot be used/,
        ])
      : []),
  ])(
    '%s with %j says why not',
    async (command, env, want) => {
      const { closed, output } = run(command, env);
      expect(await closed).toBe(2);
      expect(output.stderr).toMatch(want);
    },
    30_000,
  );
});

test('a service app with DPoP, a scope not granted, and a log file', async () => {
  const env = { OKTA_CLIENT_ID: '0oaservice', OKTA_PRIVATE_KEY: keyFile, OKTA_KEY_ID: 'kid-1' };
  const { call, end } = await connect({ ...env, OKTA_LOG_FILE: join(home, 'okta.log') });
  expect((await call('list_users', { limit: 1 })).isError).toBe(false);
  okta.expireAccessTokens();
  okta.failNext({ path: '/oauth2/v1/token', kind: 'server-error' });
  expect((await call('list_users', { limit: 1 })).isError).toBe(true);
  expect((await call('list_users', { limit: 1 })).isError).toBe(false);
  expect((await call('get_scope_status')).text).toContain('"notGranted":["okta.groups.read"]');
  expect(await end()).toBe(0);
  expect(readFileSync(join(home, 'okta.log'), 'utf8')).toMatch(/"strategy":"private-key-jwt"[^\n]*"dpopMode":"auto"/);
}, 60_000);

test('an API token that Okta refuses, and --json', async () => {
  const { call, end } = await connect({ OKTA_API_TOKEN: API_TOKEN });
  expect((await call('list_users', { limit: 1 })).isError).toBe(true);
  expect(await end()).toBe(0);
  const tools = run('tools', { OKTA_API_TOKEN: API_TOKEN }, '--json');
  expect(await tools.closed).toBe(0);
}, 60_000);

test('no secret is anywhere in what was said or written', () => {
  const recordings = readFileSync(secretsFile, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as [kind: string, secret: string]);
  expect([...new Set(recordings.map(([kind]) => kind))].sort()).toEqual([
    'access_token',
    'authorization',
    'client_assertion',
    'code',
    'code_verifier',
    'device_code',
    'dpop_key',
    'proof',
    'refresh_token',
  ]);
  const secrets = recordings.map(([, secret]) => secret);
  const pem = readFileSync(keyFile, 'utf8').split('\n').slice(1, -2).join('\n');
  const given = [STORE_KEY, API_TOKEN, pem, pem.replaceAll('\n', ''), key.privateKey.export({ format: 'jwk' }).d!];
  expect(new Set(secrets).size).toBeGreaterThan(30);
  expect(okta.repeatedJtis).toEqual([]);

  const files = filesUnder(home);
  expect(files.length).toBeGreaterThan(0);
  const haystack = [said.join(''), ...files.map((path) => readFileSync(path, 'latin1'))].join('\n');
  expect(haystack).toContain('authentication chosen');
  const leaks = [...new Set([...secrets, ...given])].filter((secret) =>
    formsOf(secret).some((form) => haystack.includes(form)),
  );
  expect(leaks).toEqual([]);
});

async function freePort(): Promise<number> {
  const spare = createServer().listen(0, '127.0.0.1');
  await once(spare, 'listening');
  const { port } = spare.address() as AddressInfo;
  spare.close();
  await once(spare, 'close');
  return port;
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}
