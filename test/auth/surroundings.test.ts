import { expect, test } from 'vitest';
import { browserOpener } from '../../src/auth/browser.js';
import { readSurroundings } from '../../src/auth/surroundings.js';

type Env = Record<string, string>;
const none = () => false;

test.each<[string, Env, NodeJS.Platform, (path: string) => boolean, { browser: boolean; keychain: boolean }]>([
  ['a desktop', { DISPLAY: ':0' }, 'linux', none, { browser: true, keychain: true }],
  ['a Wayland desktop', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', none, { browser: true, keychain: true }],
  ['a terminal without a screen', {}, 'linux', none, { browser: false, keychain: true }],
  ['a Mac', {}, 'darwin', none, { browser: true, keychain: true }],
  ['a Mac from afar', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'darwin', none, { browser: false, keychain: true }],
  ['Windows', {}, 'win32', none, { browser: true, keychain: true }],
  ['Docker', { DISPLAY: ':0' }, 'linux', (path) => path === '/.dockerenv', { browser: false, keychain: false }],
  ['Podman', {}, 'linux', (path) => path === '/run/.containerenv', { browser: false, keychain: false }],
  ['Kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, 'linux', none, { browser: false, keychain: false }],
  ['systemd-nspawn', { container: 'systemd-nspawn' }, 'linux', none, { browser: false, keychain: false }],
  ['CI', { CI: 'true', DISPLAY: ':0' }, 'linux', none, { browser: false, keychain: false }],
  ['no CI', { CI: 'false', DISPLAY: ':0' }, 'linux', none, { browser: true, keychain: true }],
])('%s', (_, env, platform, exists, want) => {
  expect(readSurroundings(env, platform, exists)).toMatchObject(want);
});

test.each<[NodeJS.Platform, Env, string]>([
  ['linux', { HOME: '/home/ada' }, '/home/ada/.local/state/okta-mcp'],
  ['linux', { HOME: '/home/ada', XDG_STATE_HOME: '/state' }, '/state/okta-mcp'],
  ['darwin', { HOME: '/Users/ada' }, '/Users/ada/Library/Application Support/okta-mcp'],
  ['win32', { USERPROFILE: '/ada', LOCALAPPDATA: '/ada/local' }, '/ada/local/okta-mcp'],
])('files on %s with %j are in %s', (platform, env, want) => {
  expect(readSurroundings(env, platform, none).stateDirectory).toBe(want);
});

test.each<[NodeJS.Platform, unknown[]]>([
  ['linux', ['xdg-open', ['https://acme.okta.com/a?b=c&d']]],
  ['darwin', ['open', ['https://acme.okta.com/a?b=c&d']]],
  ['win32', ['rundll32', ['url.dll,FileProtocolHandler', 'https://acme.okta.com/a?b=c&d']]],
])('a page opens on %s without a shell', (platform, want) => {
  const launched: unknown[] = [];
  browserOpener(platform, (...launch) => launched.push(launch))('https://acme.okta.com/a?b=c&d');
  expect(launched).toEqual([want]);
});
