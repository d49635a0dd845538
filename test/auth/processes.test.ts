import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withSessionLock } from '../../src/auth/session-lock.js';
import type { OktaMcpError } from '../../src/errors.js';
import { Secret } from '../../src/secret.js';
import type { NativeApp } from '../oauth/apps.js';
import { startOktaServer } from '../oauth/server.js';
import { testProgram } from '../program.js';
import { Clock } from './clock.js';
import { ADMIN, deviceStrategy, native, SCOPES } from './okta.js';
import { silent, temporaryDirectory } from './scratch.js';

const KEY = Buffer.alloc(32, 7).toString('base64');

interface Place {
  readonly orgUrl: string;
  readonly directory: string;
  readonly scopes?: string;
  readonly clientId?: string;
  readonly key?: string;
}

/** Another process with the same store. */
function start(place: Place) {
  const argument = JSON.stringify({ scopes: SCOPES.join(' '), clientId: '0oanative', key: KEY, ...place });
  const child = spawn(process.execPath, [testProgram('auth/session-child'), argument], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  const lines = createInterface({ input: child.stdout });
  return {
    advance: (ms: number) => void child.stdin.write(`advance ${ms}\n`),
    /** The fingerprint of the header it sends, or the code of the error. */
    async call(): Promise<string> {
      const answer = once(lines, 'line');
      child.stdin.write('call\n');
      return ((await answer) as [string])[0];
    },
  };
}

/** The same within this process: the fingerprint, or the code of the error. */
async function call({ orgUrl, directory, scopes = SCOPES.join(' '), key = KEY }: Place, clock: Clock): Promise<string> {
  const storage = { kind: 'file', key: new Secret(key), directory } as const;
  const strategy = deviceStrategy({ okta: { origin: orgUrl }, clock, storage, scopes: scopes.split(' ') });
  onTestFinished(() => strategy.close());
  const attempt = new Request(orgUrl);
  return await strategy.authenticate(attempt, {}).then(
    () => createHash('sha256').update(attempt.headers.get('authorization')!).digest('hex'),
    (error: OktaMcpError) => error.code,
  );
}

/** An Okta in which somebody has signed in, on a machine with a store. */
async function signedIn(app: Partial<NativeApp>, directory = temporaryDirectory()) {
  const clock = new Clock();
  const okta = await startOktaServer({ apps: [native(app)], now: clock.now, switches: { deviceInterval: 1 } });
  onTestFinished(() => okta.close());
  const storage = { kind: 'file', key: new Secret(KEY), directory } as const;
  const strategy = deviceStrategy({ okta, clock, storage });
  await strategy.authenticate(new Request(okta.origin), {}).catch(() => {});
  const waiting = strategy.interaction!()!;
  await okta.approveDevice(waiting.code!, ADMIN);
  await clock.tick();
  if (!(await waiting.done)) throw new Error('the sign-in failed');
  await strategy.close();
  const refreshes = () => okta.tokenRequests.filter(({ grant, status }) => grant === 'refresh_token' && status === 200);
  return { okta, clock, directory, refreshes };
}

describe('processes that share a store', () => {
  test.each([
    ['bearer', { refresh: 'ROTATE', leeway: 0 }],
    ['DPoP', { refresh: 'ROTATE', leeway: 0, dpop: true }],
  ] as const)(
    'make one refresh under rotation without leeway, %s',
    async (_, app) => {
      const { okta, clock, directory, refreshes } = await signedIn(app);
      const processes = [1, 2].map(() => start({ orgUrl: okta.origin, directory }));
      const callAll = () => Promise.all(processes.map((each) => each.call()));
      const first = new Set(await callAll());
      for (let hour = 1; hour <= 3; hour++) {
        clock.advance(3_600_000);
        for (const each of processes) each.advance(3_600_000);
        const tokens = new Set(await callAll());
        expect(tokens.size).toBe(1);
        expect([...tokens][0]).toMatch(/^[0-9a-f]{64}$/);
        expect(refreshes()).toHaveLength(hour);
      }
      expect(first.size).toBe(1);
      // A process that comes new to the session has no nonce yet; nothing else is ever refused.
      const refused = okta.tokenRequests.filter(({ grant, status }) => grant === 'refresh_token' && status !== 200);
      expect(refused.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'use_dpop_nonce')).toEqual([]);
    },
    60_000,
  );

  test('one that comes later uses the session too', async () => {
    const { okta, clock, directory, refreshes } = await signedIn({ refresh: 'ROTATE', leeway: 0 });
    clock.advance(3_600_000);
    const token = await call({ orgUrl: okta.origin, directory }, clock);
    expect(await call({ orgUrl: okta.origin, directory }, clock)).toBe(token);
    expect(refreshes()).toHaveLength(1);
  });
});

describe('a session is used for nothing else', () => {
  test('org A, then org B', async () => {
    const directory = temporaryDirectory();
    const a = await signedIn({}, directory);
    const b = await startOktaServer({ apps: [native()] });
    onTestFinished(() => b.close());
    expect(await call({ orgUrl: b.origin, directory }, a.clock)).toBe('auth_interaction_required');
    expect(b.tokenRequests).toEqual([]);
    expect(await call({ orgUrl: a.okta.origin, directory }, a.clock)).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[string, Partial<Place>]>([
    ['a scope more', { scopes: `${SCOPES.join(' ')} okta.logs.read` }],
    ['a scope less', { scopes: SCOPES[0]! }],
    ['another key of the store', { key: Buffer.alloc(32, 8).toString('base64') }],
  ])(
    '%s needs a new sign-in',
    async (_, change) => {
      const { okta, directory } = await signedIn({ scopes: [...SCOPES, 'okta.logs.read'] });
      expect(await start({ orgUrl: okta.origin, directory, ...change }).call()).toBe('auth_interaction_required');
    },
    60_000,
  );
});

test('what is on disk is for its owner only and tells nothing', async () => {
  const { okta, clock, directory } = await signedIn({ dpop: true });
  await call({ orgUrl: okta.origin, directory }, clock);
  const files = readdirSync(join(directory, 'sessions'));
  expect(files.map((name) => name.split('.')[1]).sort()).toEqual(['handover', 'session']);
  for (const name of files) {
    const path = join(directory, 'sessions', name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path).toString('latin1')).not.toMatch(/eyJ|refresh|okta/i);
  }
});

describe('the lock', () => {
  const run = (directory: string, work: () => Promise<unknown>) =>
    withSessionLock({ directory, id: 'x', log: silent }, work);

  test('is held by one at a time and released, also after a failure', async () => {
    const directory = temporaryDirectory();
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      throw new Error('x');
    };
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => run(directory, work)));
    expect(results.map(({ status }) => status)).toEqual(Array(8).fill('rejected'));
    expect(most).toBe(1);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each<[string, () => string, number]>([
    ['a process that is gone', () => `999999999 ${hostname()} x`, 0],
    ['long ago on another machine', () => '1 elsewhere x', 3600],
    ['nobody, long ago', () => '', 3600],
  ])('left by %s is taken over', async (_, owner, age) => {
    const directory = temporaryDirectory();
    const path = join(directory, 'x.lock');
    writeFileSync(path, owner());
    const then = Date.now() / 1000 - age;
    utimesSync(path, then, then);
    expect(await run(directory, async () => 'done')).toBe('done');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is not taken from a process that lives, even one whose keychain is slow', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'x.lock');
    const owner = `${process.pid} ${hostname()} x`;
    writeFileSync(path, owner);
    // Three exchanges of 10 s, and 30 s each to read and to write.
    const then = Date.now() / 1000 - 90;
    utimesSync(path, then, then);
    const done = run(directory, async () => 'done');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(readFileSync(path, 'utf8')).toBe(owner);
    rmSync(path);
    expect(await done).toBe('done');
  });

  test('where no file can be made, work goes on and a warning says so', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    const warned: unknown[] = [];
    const log = { warn: (facts: unknown) => void warned.push(facts) };
    expect(await withSessionLock({ directory: join(file, 'x'), id: 'x', log }, async () => 'done')).toBe('done');
    expect(warned).toHaveLength(1);
  });
});
