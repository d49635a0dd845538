import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

const binary = ['redis-server', 'valkey-server']
  .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, name)))
  .find((path) => existsSync(path));

export const hasRedis = binary !== undefined;

/** Says so where there must be one (`OKTA_TEST_REDIS=required`), so that nothing is skipped unnoticed. */
export function redisMustBeThere(): void {
  test('a Redis is there to test with', () => {
    expect(hasRedis || process.env.OKTA_TEST_REDIS !== 'required').toBe(true);
  });
}

/** A real Redis of this test's own, which keeps nothing. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** The process stops answering, and its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** Ends it, with all it knows. */
  stop(): Promise<void>;
  /** Starts it again, empty, at the same address. */
  start(): Promise<void>;
}

export async function startRedis({ password }: { readonly password?: string } = {}): Promise<RedisServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    url: `redis://${password ? `:${password}@` : ''}127.0.0.1:${port}`,
    port,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async stop() {
      if (!child) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      child = undefined;
      await ended;
    },
    async start() {
      const settings = {
        port,
        bind: '127.0.0.1',
        save: '',
        appendonly: 'no',
        ...(password && { requirepass: password }),
      };
      const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
      child = spawn(binary as string, args, { stdio: 'ignore', cwd: tmpdir() });
      while (!(await answers(port))) await sleep(10);
    },
  };
  await server.start();
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
}
