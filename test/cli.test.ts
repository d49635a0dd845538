import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cleanEnvironment, program } from './program.js';

const org = { OKTA_ORG_URL: 'https://acme.okta.com', OKTA_API_TOKEN: '00abcdefghijklmnopqrstuvwxyz0123456789ABCD' };

interface Options {
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** Modules to load before the program. */
  readonly preload?: readonly string[];
}

/** The program as a process, with nothing of the developer's own Okta settings. */
function start({ args = [], env = {}, preload = [] }: Options) {
  const imports = preload.flatMap((name) => ['--import', name]);
  const child = spawn(process.execPath, [...imports, program, ...args], { env: cleanEnvironment(env) });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  let replies: AsyncIterator<string> | undefined;
  return {
    child,
    output,
    /** Sends one message and reads one line. */
    async ask<Result>(message: object): Promise<{ readonly result: Result }> {
      replies ??= createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, ...message })}\n`);
      return JSON.parse((await replies.next()).value);
    },
    async end(): Promise<{ code: number | null; out: string; err: string }> {
      const [code] = await once(child, 'close');
      return { code, ...output };
    },
  };
}

function run(options: Options) {
  const { child, end } = start(options);
  child.stdin.end();
  return end();
}

const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0' } },
};

describe('says what it is', () => {
  test('--version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await run({ args: ['--version'] })).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test('--help', async () => {
    const { code, out } = await run({ args: ['--help'] });
    expect(code).toBe(0);
    for (const command of ['stdio', 'tools', 'demo']) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  test.each([{ args: ['frobnicate'] }, { args: ['stdio', '--frobnicate'] }])('$args is refused', async ({ args }) => {
    const { code, out, err } = await run({ args });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('okta-mcp --help');
  });
});

describe('a configuration that cannot be used exits 2 with every problem on stderr', () => {
  test.each([
    { name: 'nothing set', env: {}, want: ['OKTA_ORG_URL', 'OKTA_API_TOKEN'] },
    {
      name: 'several problems',
      env: { OKTA_ORG_URL: 'https://acme-admin.okta.com', OKTA_READ_ONLY: 'maybe', OKTA_TOOLS: 'lst_users' },
      want: ['-admin', 'OKTA_READ_ONLY', 'list_users', 'OKTA_API_TOKEN'],
    },
    {
      name: 'log file',
      env: { ...org, OKTA_LOG_FILE: '/no/such/directory/okta.log' },
      want: ['OKTA_LOG_FILE', 'existing directory'],
    },
  ])('$name', async ({ env, want }) => {
    const { code, out, err } = await run({ env });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    for (const text of want) expect(err).toContain(text);
    expect(err).not.toMatch(/^ +at /m);
  });
});

describe('each bad setting is named with its fix, and no secret is repeated', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const app = { OKTA_ORG_URL: org.OKTA_ORG_URL, OKTA_CLIENT_ID: '0oaApp', OKTA_KEY_ID: 'kid', OKTA_PRIVATE_KEY: key };
  const { OKTA_ORG_URL: _url, ...noUrl } = org;
  const { OKTA_KEY_ID: _kid, ...noKid } = app;
  const { OKTA_PRIVATE_KEY: _key, ...noKey } = app;
  const right = 'Set OKTA_ORG_URL=https://acme.okta.com';

  // want: the variables at fault in the order they are reported, each with words of its fix
  test.each<{ name: string; env: Record<string, string>; want: [variable: string, fix: string][] }>([
    { name: 'missing URL', env: noUrl, want: [['OKTA_ORG_URL', 'OKTA_ORG_URL=https://acme.okta.com']] },
    { name: '-admin host', env: { ...org, OKTA_ORG_URL: 'acme-admin.okta.com' }, want: [['OKTA_ORG_URL', right]] },
    { name: 'http://', env: { ...org, OKTA_ORG_URL: 'http://acme.okta.com' }, want: [['OKTA_ORG_URL', right]] },
    { name: 'path', env: { ...org, OKTA_ORG_URL: 'acme.okta.com/oauth2/default' }, want: [['OKTA_ORG_URL', right]] },
    { name: 'key without kid', env: noKid, want: [['OKTA_KEY_ID', 'Public Keys']] },
    { name: 'kid without key', env: noKey, want: [['OKTA_PRIVATE_KEY', 'PEM or JWK']] },
    {
      name: 'malformed key',
      env: { ...app, OKTA_PRIVATE_KEY: key.slice(0, 100) },
      want: [['OKTA_PRIVATE_KEY', 'Set the whole key']],
    },
    {
      name: 'all of it',
      env: { ...noKid, OKTA_ORG_URL: 'http://acme-admin.okta.com/api', OKTA_PRIVATE_KEY: key.slice(0, 100) },
      want: [
        ['OKTA_ORG_URL', right],
        ['OKTA_PRIVATE_KEY', 'Set the whole key'],
        ['OKTA_KEY_ID', 'Public Keys'],
      ],
    },
  ])('$name', async ({ env, want }) => {
    const { code, out, err } = await run({ env });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const problems = err.split('\n').filter((line) => line.startsWith('- '));
    expect(problems.map((line) => line.slice(2, line.indexOf(':')))).toEqual(want.map(([variable]) => variable));
    for (const [index, [, fix]] of want.entries()) expect(problems[index]).toContain(fix);
    expect(err).not.toContain(org.OKTA_API_TOKEN);
    for (const line of key.split('\n').filter((text) => /^\w/.test(text))) expect(err).not.toContain(line.slice(0, 20));
  });
});

describe('tools', () => {
  test('--json, without an org: what the scopes allow', async () => {
    const { code, out, err } = await run({ args: ['tools', '--json'], env: { OKTA_SCOPES: 'okta.users.read' } });
    expect(code).toBe(0);
    expect(err).toContain('No org is configured');
    const byName = new Map((JSON.parse(out) as { name: string }[]).map((entry) => [entry.name, entry]));
    expect(byName.get('list_users')).toMatchObject({ active: true, risk: 'read', toolset: 'users' });
    expect(byName.get('create_user')).toMatchObject({ active: false, missing: { scopes: [['okta.users.manage']] } });
  });

  test('as a table, for the configured org', async () => {
    const { code, out, err } = await run({ args: ['tools'], env: { ...org, OKTA_READ_ONLY: 'true' } });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\d+ of \d+ tools are active\.$/m);
    expect(out).toMatch(/^ {2}\+ list_users +read /m);
    expect(out).toMatch(/^ {2}- create_user +write +it needs the scope okta.users.manage; the server is read-only$/m);
    expect(out).toMatch(
      /^ {2}- \w+ +privileged +the server is read-only; it changes something and needs no scope, so/m,
    );
  });

  test('what a preset lists is shown as listed', async () => {
    const env = { OKTA_TOOLSETS: 'helpdesk', OKTA_SCOPES: 'okta.users.manage okta.groups.manage okta.logs.read' };
    const { out } = await run({ args: ['tools', '--json'], env });
    const entries = JSON.parse(out) as { active: boolean; listed: boolean }[];
    expect(entries.filter(({ active }) => active).length).toBeGreaterThan(10);
    expect(entries.filter(({ active, listed }) => active !== listed)).toEqual([]);
  });

  test('a bad setting is refused even when no org is configured', async () => {
    const { code, err } = await run({ args: ['tools'], env: { OKTA_TOOLSETS: 'user' } });
    expect(code).toBe(2);
    expect(err).toContain('Did you mean users?');
  });
});

describe('stdio', () => {
  test.each([
    { name: 'by default, for an org', args: [], env: org },
    { name: '--demo, without any setting', args: ['--demo'], env: {} },
    { name: 'stdio --demo', args: ['stdio', '--demo'], env: {} },
  ])('$name', async ({ args, env }) => {
    const { ask, child, end } = start({ args, env });
    expect(await ask(initialize)).toMatchObject({ result: { serverInfo: { name: 'okta-mcp' } } });
    const { result } = await ask<{ tools: { name: string }[] }>({ method: 'tools/list' });
    const names = result.tools.map((tool) => tool.name);
    expect(names).toEqual(expect.arrayContaining(['get_scope_status', 'list_users', 'list_groups']));
    expect(names).not.toContain('create_user');
    child.stdin.end();
    expect((await end()).code).toBe(0);
  });

  test('a call reaches the demo org', async () => {
    const { ask } = start({ args: ['--demo'] });
    await ask(initialize);
    const call = { method: 'tools/call', params: { name: 'list_users', arguments: { limit: 2 } } };
    const { result } = await ask<{ isError?: boolean; content: { text: string }[] }>(call);
    expect(result.isError).toBeUndefined();
    const page = JSON.parse(result.content[0]!.text);
    expect(page).toMatchObject({ complete: false, next: { after: expect.any(String) } });
    expect(page.items).toHaveLength(2);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it cleanly', async (signal) => {
    const { ask, child, end } = start({ env: org });
    await ask(initialize);
    child.kill(signal);
    expect((await end()).code).toBe(0);
  });

  test('warnings go to stderr, and the token nowhere', async () => {
    const { code, out, err } = await run({ env: { ...org, OKTA_SCOPES: 'okta.users.read openid' } });
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('openid');
    expect(err).not.toContain(org.OKTA_API_TOKEN);
  });

  test('noise and lost rejections of whatever is loaded reach neither stdout nor the session', async () => {
    const noise = `const write = process.stdout.write;
      setInterval(() => {
        if (process.stdout.write === write || process.listenerCount('unhandledRejection') === 0) return;
        console.log('noise');
        Promise.reject(new Error('lost'));
      }, 5).unref();`;
    const { ask, child, end } = start({ env: org, preload: [`data:text/javascript,${encodeURIComponent(noise)}`] });
    await ask(initialize);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { result } = await ask<{ tools: unknown[] }>({ method: 'tools/list' });
    expect(result.tools.length).toBeGreaterThan(1);
    child.stdin.end();
    const { code, out, err } = await end();
    expect(code).toBe(0);
    for (const line of out.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
    expect(err).toContain('noise');
    expect(err).toContain('unhandled rejection');
  });
});
