import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type AuthTarget, selectStrategy } from '../../src/auth/select.js';
import { createLog } from '../../src/log.js';
import { Secret } from '../../src/secret.js';
import { pkcs8, rsa } from './keys.js';

const directory = mkdtempSync(join(tmpdir(), 'okta-mcp-select-'));
afterAll(() => rmSync(directory, { recursive: true }));

const scopes = ['okta.users.read'];
const target = { orgUrl: 'https://acme.okta.com', scopes };
const fetch = () => Promise.reject(new Error('nothing is fetched'));
const key = pkcs8(rsa.privateKey);

const app = {
  strategy: 'private-key-jwt',
  clientId: '0oaApp',
  keyId: 'kid',
  privateKey: new Secret(key),
  dpop: 'auto',
} as const;
const native = { clientId: '0oaApp', dpop: 'auto', store: { kind: 'memory', directory }, browser: false } as const;
test.each<[AuthTarget['auth'], string, readonly string[] | undefined, string | undefined]>([
  [{ strategy: 'api-token', token: new Secret('00CANARY') }, 'api-token', undefined, 'SSWS 00CANARY'],
  [{ strategy: 'demo', token: new Secret('CANARY') }, 'oauth', scopes, 'Bearer CANARY'],
  [app, 'oauth', undefined, undefined],
  [{ strategy: 'device', ...native }, 'oauth', undefined, undefined],
  [{ strategy: 'auth-code', redirectPort: 8765, ...native }, 'oauth', undefined, undefined],
])('%j', async (auth, credential, granted, header) => {
  const file = join(directory, `${auth.strategy}.log`);
  const strategy = selectStrategy(
    { ...target, auth },
    { fetch, now: Date.now, log: createLog({ level: 'info', file }) },
  );
  expect(strategy).toMatchObject({ name: auth.strategy, credential });
  expect(strategy.granted()).toEqual(granted);
  if (header) {
    const attempt = new Request('https://acme.okta.com/', { headers: { authorization: 'of an attempt before' } });
    await strategy.authenticate(attempt, {});
    expect(attempt.headers.get('authorization')).toBe(header);
    expect(await strategy.recover(new Response(null, { status: 401 }), {})).toBe(false);
  }
  strategy.onChange(() => {})();
  await strategy.close();

  const logged = readFileSync(file, 'utf8');
  expect(JSON.parse(logged)).toMatchObject({ strategy: auth.strategy, org: 'https://acme.okta.com' });
  expect(logged).not.toMatch(/CANARY|PRIVATE KEY/);
});
