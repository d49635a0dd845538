import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { cleanEnvironment, program } from '../program.js';
import { call, list, messageOf } from '../server/hosted.js';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** The program as a process, on free ports, with nothing of the developer's own settings. */
function start(args: readonly string[], env: Record<string, string>) {
  const ports = { OKTA_MCP_PORT: '0', OKTA_MCP_ADMIN_PORT: '0' };
  const child = spawn(process.execPath, [program, 'http', ...args], {
    env: cleanEnvironment({ ...ports, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  return {
    child,
    output,
    async serving(): Promise<{ url: string; admin: string }> {
      const line = /^\{.*"msg":"serving MCP over HTTP".*\}$/m;
      await expect.poll(() => output.err, { timeout: 20_000 }).toMatch(line);
      const { port, admin } = JSON.parse(line.exec(output.err)?.[0] ?? '{}');
      return { url: `http://127.0.0.1:${port}/mcp`, admin: `http://127.0.0.1:${admin}` };
    },
  };
}

const post = (url: string, message: object, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body: JSON.stringify(message) });

test('--demo: everybody on this machine, metrics beside it, and an orderly end', async () => {
  const { child, output, serving } = start(['--demo'], { OKTA_SCOPES: 'okta.users.read' });
  const { url, admin } = await serving();
  const called = await messageOf(await post(url, call('list_users', { limit: 1 })));
  expect(called.result.isError).not.toBe(true);
  expect((await post(url, list, { origin: 'https://evil.example' })).status).toBe(403);
  expect(await (await fetch(`${admin}/readyz`)).json()).toMatchObject({ status: 'ready' });
  expect(await (await fetch(`${admin}/metrics`)).text()).toContain('tool="list_users",outcome="called"} 1');
  expect((await fetch(url.replace('/mcp', '/metrics'))).status).toBe(404);
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(output.out).toBe('');
});

test('without an authorization server: only with the token that is shown at the start', async () => {
  const env = { OKTA_ORG_URL: 'http://127.0.0.1:9', OKTA_API_TOKEN: '0'.repeat(42) };
  const { output, serving } = start([], env);
  const { url, admin } = await serving();
  const token = /Authorization: (Bearer [\w-]{43})$/m.exec(output.err)?.[1] ?? '';
  expect((await post(url, list)).status).toBe(401);
  expect((await post(url, list, { authorization: `${token}x` })).status).toBe(401);
  const { result } = await messageOf(await post(url, list, { authorization: token }));
  expect(result.tools.length).toBeGreaterThan(10);
  // Shown once, and kept out of the log.
  expect(output.err.split(token)).toHaveLength(2);
  expect((await fetch(`${admin}/readyz`)).status).toBe(503);
});
