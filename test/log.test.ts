import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLog } from '../src/log.js';
import { Secret } from '../src/secret.js';
import { pkcs8, rsa } from './auth/keys.js';

const directory = mkdtempSync(join(tmpdir(), 'okta-mcp-log-'));
afterAll(() => rmSync(directory, { recursive: true }));
let count = 0;
const fresh = () => join(directory, `${++count}.log`);
const lines = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('lines of JSON, appended, at and above the level', () => {
  const file = fresh();
  createLog({ level: 'warn', file }).warn({ tool: 'list_users' }, 'first');
  const log = createLog({ level: 'warn', file });
  log.info('not this one');
  log.error('second');
  expect(lines(file)).toEqual([
    { level: 'warn', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), tool: 'list_users', msg: 'first' },
    { level: 'error', time: expect.any(String), msg: 'second' },
  ]);
});

test('silent says nothing', () => {
  const file = fresh();
  createLog({ level: 'silent', file }).fatal('x');
  expect(lines(file)).toEqual([]);
});

test.each([
  ['new', () => {}],
  ['existing', (file: string) => [writeFileSync(file, ''), chmodSync(file, 0o644)]],
])('a %s file is for its owner only', (_, prepare) => {
  const file = fresh();
  prepare(file);
  createLog({ level: 'info', file });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a file that cannot be opened is a configuration error', () => {
  expect(() => createLog({ level: 'info', file: join(directory, 'none', 'x.log') })).toThrow(
    expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/OKTA_LOG_FILE.*ENOENT/) }),
  );
});

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJDQU5BUlkifQ.CANARYsignature';
const PEM = pkcs8(rsa.privateKey);
test.each<[string, unknown, string]>([
  ['a property', { token: 'CANARY' }, 'm'],
  ['a header', { headers: { authorization: 'SSWS CANARY' } }, 'm'],
  ['a header three levels down', { call: { request: { headers: { authorization: 'CANARY' } } } }, 'm'],
  ['a form', { body: { client_assertion: 'CANARY', scope: 'okta.users.read' } }, 'm'],
  ['a Secret', { value: new Secret('CANARY') }, 'm'],
  ['a token in a message', {}, 'sent Bearer CANARYCANARY to Okta'],
  ['an API token in a message', {}, 'sent SSWS 00CANARYCANARY to Okta'],
  ['a JWT in a message', {}, `assertion ${JWT} refused`],
  ['an error', new Error(`header "Authorization: DPoP CANARYCANARY" ${JWT}`), 'm'],
  ['a key in a message', {}, `key ${PEM} refused`],
  ['a key in an object', { deep: { a: { b: { c: PEM } } } }, 'm'],
])('%s does not reach the log', (_, object, message) => {
  const file = fresh();
  createLog({ level: 'info', file }).info(object, message);
  const text = readFileSync(file, 'utf8');
  expect(lines(file)).toHaveLength(1);
  expect(text).toContain('[secret]');
  expect(text).not.toMatch(/CANARY|eyJ/);
  expect(text).not.toContain(PEM.split('\n')[3]);
});

test('an ordinary line is left alone', () => {
  const file = fresh();
  createLog({ level: 'info', file }).info(
    { strategy: 'api-token', scopes: ['okta.users.read'] },
    'Bearer tokens are used',
  );
  expect(lines(file)).toEqual([
    expect.objectContaining({ strategy: 'api-token', scopes: ['okta.users.read'], msg: 'Bearer tokens are used' }),
  ]);
});

test('without a file it goes to standard error, before the process ends, and never to standard output', () => {
  const script = `import { createLog } from ${JSON.stringify(join(import.meta.dirname, '../src/log.ts'))};
    createLog({ level: 'info' }).info('last words'); process.exit(3);`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ level: 'info', msg: 'last words' });
});
