import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runDemoOrg } from '../../src/commands/demo-org.js';
import { program } from '../program.js';

/** The command in this process: what it printed, and how to end it. */
async function start(command: Parameters<typeof runDemoOrg>[1] = {}) {
  const out = new PassThrough();
  const stop = new AbortController();
  const ended = runDemoOrg({ out }, command, stop.signal);
  const [printed] = (await Promise.race([once(out, 'data'), ended])) as [Buffer];
  onTestFinished(() => stop.abort());
  return { printed: String(printed), stop, ended };
}

const setting = (printed: string, name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(printed)?.[1] ?? '';

test('prints where it is and a token that works, and that all of it is invented', async () => {
  const { printed, stop, ended } = await start();
  expect(printed).toContain('invented');
  expect(printed).not.toContain('Bearer');
  const url = setting(printed, 'OKTA_ORG_URL');
  const token = setting(printed, 'OKTA_API_TOKEN');
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(token).toMatch(/^00invented-demo-token/);
  const answer = await fetch(`${url}/api/v1/users/me`, { headers: { authorization: `SSWS ${token}` } });
  expect(await answer.json()).toMatchObject({ _links: { self: { href: expect.stringContaining(`${url}/api/v1/`) } } });
  stop.abort();
  await ended;
  await expect(fetch(url)).rejects.toThrow();
});

test.each([
  ['okta.logs.read', '/api/v1/logs', 200],
  ['okta.logs.read', '/api/v1/users', 403],
  [true, '/api/v1/users', 200],
] as const)('--token %s: %s answers %i', async (token, path, status) => {
  const { printed } = await start({ token });
  const authorization = /^Authorization: (Bearer .+)$/m.exec(printed)?.[1] ?? '';
  const answer = await fetch(setting(printed, 'OKTA_ORG_URL') + path, { headers: { authorization } });
  expect(answer.status).toBe(status);
});

describe('a port that cannot be used is refused with what to do', () => {
  test.each(['http', '-1', '65536', '1e3', ''])('--port %j', async (port) => {
    const refused = runDemoOrg({ out: new PassThrough() }, { port }, AbortSignal.abort());
    await expect(refused).rejects.toMatchObject({ code: 'config_invalid', fix: expect.stringContaining('--port') });
  });

  test('a taken one', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const port = String((other.address() as AddressInfo).port);
    const refused = runDemoOrg({ out: new PassThrough() }, { port }, AbortSignal.abort());
    await expect(refused).rejects.toMatchObject({
      code: 'config_invalid',
      message: `Port ${port} of 127.0.0.1 cannot be used: EADDRINUSE.`,
    });
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('as a program, %s ends it cleanly', async (signal) => {
  const child = spawn(process.execPath, [program, 'demo-org', '--token']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const errors = text(child.stderr);
  const [printed] = await once(child.stdout, 'data');
  expect(String(printed)).toContain('OKTA_ORG_URL=http://127.0.0.1:');
  child.kill(signal);
  const [code] = await once(child, 'close');
  expect({ code, err: await errors }).toEqual({ code: 0, err: '' });
});
