import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { root, run } from '../program.js';

// deploy/Dockerfile without Docker: its COPY and RUN make the same files, its command runs among them.

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

interface Stage {
  readonly from: string;
  readonly as: string | undefined;
  readonly instructions: Instruction[];
}

function stagesOf(dockerfile: string): Stage[] {
  const stages: Stage[] = [];
  for (const line of dockerfile.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const [, name, rest] = /^([A-Z]+) (.*[^\\])$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) throw new Error(`not understood: ${line}`);
    const [, from, as] = (name === 'FROM' && /^(\S+)(?: AS (\S+))?$/.exec(rest)) || [];
    if (from !== undefined) stages.push({ from, as, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, rest });
  }
  return stages;
}

const all = ({ instructions }: Stage, wanted: string) =>
  instructions.filter(({ name }) => name === wanted).map(({ rest }) => rest);
const words = (json: string | undefined) => JSON.parse(json ?? '') as string[];

let work: string;
let app: string;
let stages: Stage[];
let image: Stage;
const folders = new Map<string, string>();

/** The files of a stage. `npm ci` is what made our own node_modules. */
async function made(stage: Stage): Promise<string> {
  const folder = await mkdtemp(join(work, 'stage-'));
  for (const { name, rest } of stage.instructions) {
    if (name === 'COPY') {
      const [, from, paths = ''] = /^(?:--from=(\S+) )?(.+)$/.exec(rest) ?? [];
      const sources = paths.split(' ');
      const target = sources.pop()!;
      const context = from === undefined ? root : folders.get(from)!;
      for (const source of sources) {
        const path = from === undefined ? source : source.replace(/^\/build\//, '');
        const to = join(folder, target.endsWith('/') ? join(target, path) : target);
        await mkdir(dirname(to), { recursive: true });
        await cp(join(context, path), to, { recursive: true });
      }
    }
    if (name === 'RUN' && rest === 'npm ci --ignore-scripts') {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    } else if (name === 'RUN') {
      await run('sh', ['-c', rest], { cwd: folder });
    }
  }
  return folder;
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'okta-mcp-image-'));
  stages = stagesOf(await readFile(join(root, 'deploy/Dockerfile'), 'utf8'));
  for (const stage of stages) {
    app = await made(stage);
    if (stage.as !== undefined) folders.set(stage.as, app);
  }
  image = stages.at(-1)!;
});
afterAll(() => rm(work, { recursive: true }));

test('the current LTS, unprivileged, and without any node_modules', async () => {
  expect(new Set(stages.map(({ from }) => from))).toEqual(new Set(['node:26-slim']));
  expect(all(image, 'USER')).toEqual(['1000:1000']);
  expect(all(image, 'EXPOSE')).toEqual(['8080']);
  expect((await readdir(app)).sort()).toEqual([
    'LICENSE',
    'NOTICE',
    'dist',
    'generated',
    'package.json',
    'specs',
    'words',
  ]);
});

test('what it copies is what Docker is given', async () => {
  const ignore = await readFile(join(root, 'deploy/Dockerfile.dockerignore'), 'utf8');
  const [everything, ...given] = ignore.trim().split('\n');
  const copied = stages
    .flatMap((stage) => all(stage, 'COPY'))
    .filter((rest) => !rest.startsWith('--from='))
    .flatMap((rest) => rest.split(' ').slice(0, -1));
  expect(everything).toBe('*');
  expect(given.map((line) => line.slice(1)).sort()).toEqual([...new Set(copied)].sort());
});

describe('its command, with --demo', () => {
  const env = (settings: Record<string, string> = {}) => ({
    ...Object.fromEntries(all(image, 'ENV').map((rest) => rest.split('='))),
    // As in a container, but beside others.
    OKTA_MCP_PORT: '0',
    OKTA_MCP_ADMIN_PORT: '0',
    ...settings,
  });
  const start = ([program, ...args]: readonly string[], settings?: Record<string, string>) => {
    expect(program).toBe('node');
    const child = spawn(process.execPath, args, { cwd: app, env: env(settings), stdio: ['ignore', 'ignore', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  /** Exit code of the health check. */
  const health = async (admin: number) => {
    const command = /CMD (\[.*\])$/.exec(all(image, 'HEALTHCHECK')[0] ?? '')?.[1];
    const [code] = await once(start(words(command), { OKTA_MCP_ADMIN_PORT: String(admin) }), 'close');
    return code as number;
  };

  test('is healthy, ready, answers a call, ends in order and has written nothing', async () => {
    const before = await readdir(app, { recursive: true });
    const child = start([...words(all(image, 'ENTRYPOINT')[0]), ...words(all(image, 'CMD')[0]), '--demo']);
    let err = '';
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    const line = /^\{.*"msg":"serving MCP over HTTP.*\}$/m;
    await expect.poll(() => err, { timeout: 20_000 }).toMatch(line);
    const { port, admin } = JSON.parse(line.exec(err)?.[0] ?? '') as { port: number; admin: number };

    expect(await health(admin)).toBe(0);
    expect((await fetch(`http://127.0.0.1:${admin}/readyz`)).status).toBe(200);
    const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`http://localhost:${port}/mcp`)));
    const { isError, content } = await client.callTool({ name: 'list_users', arguments: { limit: 3 } });
    expect(isError).not.toBe(true);
    expect(JSON.parse((content as { text: string }[])[0]?.text ?? '').items).toHaveLength(3);
    // What is read only when somebody needs it is there, too.
    const found = await client.callTool({ name: 'find_tools', arguments: { query: 'unlock a user' } });
    expect(found.isError).not.toBe(true);
    const described = await client.callTool({ name: 'describe_tool', arguments: { name: 'list_users' } });
    expect(described.isError).not.toBe(true);
    await client.close();

    const closed = once(child, 'close');
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(await health(admin)).toBe(1);
    expect(await readdir(app, { recursive: true })).toEqual(before);
  });
});
