import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { testProgram } from '../program.js';
import { temporaryDirectory } from './scratch.js';

const onPath = (name: string) =>
  (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, name)));

const available = onPath('dbus-run-session') && onPath('gnome-keyring-daemon');
/** Set where there must be one, so that nothing is skipped unnoticed. */
const required = process.env.OKTA_TEST_SECRET_SERVICE === 'required';
const node = `"${process.execPath}" "${testProgram('auth/keychain-child')}"`;

/** A bus that starts no service on demand: an installed keyring would otherwise appear by itself. */
const BARE_BUS = `<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`;

/** Runs a script on a session bus of its own, where a Secret Service is unlocked or there is none. */
function onBus(script: string, unlocked: boolean): string[] {
  const home = temporaryDirectory();
  const unlock = unlocked ? 'printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n' : '';
  const env = {
    PATH: process.env.PATH,
    LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH,
    HOME: home,
    XDG_RUNTIME_DIR: home,
  };
  const config = join(home, 'bus.conf');
  writeFileSync(config, BARE_BUS);
  const bus = unlocked ? [] : [`--config-file=${config}`];
  const output = execFileSync('dbus-run-session', [...bus, '--', 'sh', '-c', unlock + script], { env, stdio: 'pipe' });
  return output.toString().trim().split('\n');
}

test('a Secret Service is there to test with', () => {
  expect(available || !required).toBe(true);
});

test.skipIf(!available)(
  'what one process writes to the Secret Service, others read and remove',
  () => {
    const said = onBus(`${node} write CANARY; ${node} read; ${node} remove; ${node} read`, true);
    const session = '{"refreshToken":"CANARY","dpopKey":{"kty":"EC","d":"x"}}';
    expect(said).toEqual([session, session, 'null', 'null']);
  },
  60_000,
);

test.skipIf(!onPath('dbus-run-session'))(
  'without a Secret Service nothing is kept, least of all in the kernel',
  () => {
    const before = kernelKeys();
    const said = onBus(`${node} write CANARY; ${node} read`, false);
    for (const line of said) expect(line).toMatch(/the keychain of this system cannot be used/);
    expect(kernelKeys()).toEqual(before);
  },
  90_000,
);

/** Names of the keys in the kernel keyrings this process can see. */
function kernelKeys(): string[] {
  if (!existsSync('/proc/keys')) return [];
  const keys = execFileSync('cat', ['/proc/keys']).toString().split('\n');
  return keys.filter((line) => line.includes('okta-mcp'));
}
