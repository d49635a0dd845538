import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { jwtVerify, SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { checkPrivateKeys, matchKeyId, readPrivateKeys } from '../../src/auth/private-key.js';
import { OktaMcpError } from '../../src/errors.js';
import { base64, ec, jwk, pkcs1, pkcs8, rsa, sec1 } from './keys.js';

const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const directory = mkdtempSync(join(tmpdir(), 'okta-mcp-key-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, contents: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, contents);
  return path;
}

/** True when the key found signs what the public half of the expected one verifies. */
function isPrivateHalf(found: KeyObject, pair: { publicKey: KeyObject }): boolean {
  const data = Buffer.from('data');
  return verify('sha256', data, pair.publicKey, sign('sha256', data, found));
}

const spaces = (text: string) => text.replace(/\n/g, ' ');
const lost = (text: string) => text.replace(/\n/g, '');
const escaped = (text: string) => text.replace(/\n/g, '\\n');
const crlf = (text: string) => text.replace(/\n/g, '\r\n');
const der = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'der' });
const PARAMETERS = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

/** The only key in the text. */
function checkPrivateKey(text: string) {
  const keys = checkPrivateKeys(text);
  expect(keys).toHaveLength(1);
  return keys[0]!;
}

describe('forms a key may have', () => {
  test.each<[string, string, { publicKey: KeyObject }, string]>([
    ['PKCS#8 RSA', pkcs8(rsa.privateKey), rsa, 'RS256'],
    ['PKCS#1 RSA', pkcs1(rsa.privateKey), rsa, 'RS256'],
    ['PKCS#8 EC', pkcs8(ec.privateKey), ec, 'ES256'],
    ['SEC 1 EC', sec1(ec.privateKey), ec, 'ES256'],
    ['SEC 1 EC with parameters before it', PARAMETERS + sec1(ec.privateKey), ec, 'ES256'],
    ['the same without newlines', lost(PARAMETERS + sec1(ec.privateKey)), ec, 'ES256'],
    ['P-384', pkcs8(p384.privateKey), p384, 'ES384'],
    ['P-521', sec1(p521.privateKey), p521, 'ES512'],
    ['PKCS#1 under the label of PKCS#8', pkcs1(rsa.privateKey).replaceAll('RSA PRIVATE', 'PRIVATE'), rsa, 'RS256'],
    ['text before the PEM', `Bag Attributes\n  friendlyName: x\n${pkcs8(rsa.privateKey)}`, rsa, 'RS256'],
    ['escaped newlines', escaped(pkcs8(rsa.privateKey)), rsa, 'RS256'],
    ['twice escaped newlines', escaped(pkcs8(rsa.privateKey)).replaceAll('\\n', '\\\\n'), rsa, 'RS256'],
    ['newlines as spaces', spaces(pkcs1(rsa.privateKey)), rsa, 'RS256'],
    ['newlines lost', lost(sec1(ec.privateKey)), ec, 'ES256'],
    ['CRLF', crlf(pkcs8(ec.privateKey)), ec, 'ES256'],
    ['double quotes', `"${pkcs8(rsa.privateKey)}"`, rsa, 'RS256'],
    ['single quotes and escaped newlines', `'${escaped(pkcs8(rsa.privateKey))}'`, rsa, 'RS256'],
    ['JWK RSA', jwk(rsa.privateKey), rsa, 'RS256'],
    ['JWK EC', jwk(ec.privateKey), ec, 'ES256'],
    ['JWK P-384', jwk(p384.privateKey), p384, 'ES384'],
    ['JWK that names its algorithm', jwk(rsa.privateKey, { alg: 'RS512', use: 'sig' }), rsa, 'RS512'],
    ['JWK in quotes', `'${jwk(ec.privateKey)}'`, ec, 'ES256'],
    ['JWK as a JSON string', JSON.stringify(jwk(ec.privateKey)), ec, 'ES256'],
    [
      'indented JWK with escaped newlines',
      escaped(JSON.stringify(JSON.parse(jwk(ec.privateKey)), null, 2)),
      ec,
      'ES256',
    ],
    ['JWK Set of one', `{"keys":[${jwk(ec.privateKey)}]}`, ec, 'ES256'],
    ['base64 of PKCS#8', base64(pkcs8(rsa.privateKey)), rsa, 'RS256'],
    ['base64 of PKCS#1', base64(pkcs1(rsa.privateKey)), rsa, 'RS256'],
    ['base64 of SEC 1 with escaped newlines', base64(escaped(sec1(ec.privateKey))), ec, 'ES256'],
    ['base64 of a JWK', base64(jwk(rsa.privateKey)), rsa, 'RS256'],
    ['base64 of a JWK Set', base64(`{"keys":[${jwk(ec.privateKey)}]}`), ec, 'ES256'],
    ['base64url', Buffer.from(pkcs8(ec.privateKey)).toString('base64url'), ec, 'ES256'],
    ['base64 in lines', base64(pkcs8(rsa.privateKey)).replace(/(.{76})/g, '$1\n'), rsa, 'RS256'],
    ['base64 of DER: a PEM without its first and last line', base64(der(ec.privateKey)), ec, 'ES256'],
    ['surrounding white space', `\n  ${pkcs8(ec.privateKey)}\n\n`, ec, 'ES256'],
    ['file of PEM', file('key.pem', crlf(pkcs8(rsa.privateKey))), rsa, 'RS256'],
    ['file of JWK with a byte order mark', file('key.json', `\uFEFF${jwk(ec.privateKey)}`), ec, 'ES256'],
    ['file of base64', file('key.b64', `${base64(pkcs8(ec.privateKey))}\n`), ec, 'ES256'],
    ['file of DER', file('key.der', der(ec.privateKey)), ec, 'ES256'],
    ['quoted path', `"${join(directory, 'key.pem')}"`, rsa, 'RS256'],
    ['relative path', relative(process.cwd(), join(directory, 'key.pem')), rsa, 'RS256'],
    ['path from the home directory', `~/${relative(homedir(), join(directory, 'key.pem'))}`, rsa, 'RS256'],
  ])('%s', (_, text, pair, alg) => {
    const found = checkPrivateKey(text);
    expect(found.alg).toBe(alg);
    expect(isPrivateHalf(found.key, pair)).toBe(true);
  });

  const newline = fc.constantFrom('\n', '\r\n', '\r', ' ', '', '\\n', '\\r\\n', '\\\\n', '\t', '\n\n', '  ');
  const pems = [pkcs8(rsa.privateKey), pkcs1(rsa.privateKey), pkcs8(ec.privateKey), sec1(ec.privateKey)];
  test.each(pems.map((pem) => [pem.slice(0, 30), pem]))('%s with any mangling of its newlines', (_, pem) => {
    const want = checkPrivateKey(pem).key.export({ format: 'jwk' });
    const lines = pem.split('\n');
    const mangled = fc
      .tuple(
        fc.array(newline, { minLength: lines.length, maxLength: lines.length }),
        fc.constantFrom('', '"', "'", ' '),
      )
      .map(([newlines, around]) => around + lines.map((line, index) => line + newlines[index]).join('') + around);
    fc.assert(
      fc.property(mangled, (text) => {
        expect(checkPrivateKey(text).key.export({ format: 'jwk' })).toEqual(want);
      }),
    );
  });
});

describe('what is no usable key', () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  const passphrase = { cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  const encrypted = rsa.privateKey.export({ type: 'pkcs8', format: 'pem', ...passphrase }).toString();
  const oldEncrypted = rsa.privateKey.export({ type: 'pkcs1', format: 'pem', ...passphrase }).toString();
  const [first, ...rest] = pkcs8(rsa.privateKey).split('\n');
  const block = (label: string) => `-----BEGIN ${label}-----\nMIIBcanary\n-----END ${label}-----`;

  test.each([
    ['RSA of 1024 bits', pkcs8(small), /1024 bits.*2048/],
    ['JWK of 1024 bits', jwk(small), /1024 bits.*2048/],
    ['a curve Okta does not take', pkcs8(curve), /secp256k1/],
    ['Ed25519', pkcs8(generateKeyPairSync('ed25519').privateKey), /ed25519/],
    ['RSA-PSS', pkcs8(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey), /rsa-pss/],
    ['encrypted PKCS#8', encrypted, /encrypted.*passphrase/],
    ['encrypted PKCS#8 on one line', lost(encrypted), /encrypted.*passphrase/],
    ['encrypted PKCS#1', oldEncrypted, /encrypted.*passphrase/],
    [
      'base64 of encrypted DER',
      base64(rsa.privateKey.export({ type: 'pkcs8', format: 'der', ...passphrase })),
      /encrypted/,
    ],
    ['public key', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(), /public key/],
    ['PKCS#1 public key', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(), /public key/],
    ['public JWK', jwk(ec.publicKey), /public key/],
    ['base64 of a public key', base64(rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()), /public key/],
    ['certificate', block('CERTIFICATE'), /certificate/],
    ['OpenSSH', block('OPENSSH PRIVATE KEY'), /OpenSSH/],
    ['first line only', first!, /cut off/],
    ['without its last line', [first, ...rest.slice(0, 9)].join('\n'), /cut off/],
    ['lines missing inside', [first, ...rest.slice(5)].join('\n'), /missing or changed/],
    ['foreign characters inside', pkcs8(ec.privateKey).replace('\nM', '\n*M'), /missing or changed/],
    ['two private keys', pkcs8(rsa.privateKey) + pkcs8(ec.privateKey), /several/],
    ['empty JWK Set', '{"keys":[]}', /JWK Set without a key/],
    ['JWK Set of something else', '{"keys":["canary"]}', /RSA or EC/],
    ['JWK Set with a hole', `{"keys":[${jwk(ec.privateKey)},null]}`, /RSA or EC/],
    ['symmetric JWK', '{"kty":"oct","k":"canary"}', /RSA or EC/],
    ['JSON that is no JWK', '{"type":"service_account","private_key":"canary"}', /RSA or EC/],
    ['JWK cut off', jwk(ec.privateKey).slice(0, -9), /not complete JSON/],
    ['JWK with parts missing', JSON.stringify({ ...JSON.parse(jwk(rsa.privateKey)), p: undefined }), /lacks parts/],
    ['JWK for encryption', jwk(rsa.privateKey, { use: 'enc' }), /encryption/],
    ['JWK with an algorithm Okta does not take', jwk(rsa.privateKey, { alg: 'PS256' }), /"alg"/],
    ['JWK with the algorithm of another key', jwk(ec.privateKey, { alg: 'RS256' }), /"alg"/],
    ['a word', 'canary', /neither a private key.*nor the path.*ENOENT/],
    ['a missing file', '/nowhere/canary.pem', /neither a private key.*nor the path.*ENOENT/],
    ['a directory', directory, /not a file/],
    ['a file of something else', file('notes.txt', 'canary, not a key'), /holds no private key/],
    ['a large file', file('large.pem', 'A'.repeat(70_000)), /too large/],
  ])('%s', (_, text, message) => {
    const error = refusal(() => checkPrivateKey(text));
    expect(error.code).toBe('auth_key_invalid');
    expect(error.message).toMatch(message);
    expect(error.fix).not.toBe('');
    expect(repeats(error, text)).toBe(false);
  });

  test('whatever is cut out of a key, its text is not repeated', () => {
    const texts = [
      pkcs8(rsa.privateKey),
      jwk(ec.privateKey),
      base64(pkcs1(rsa.privateKey)),
      spaces(sec1(ec.privateKey)),
    ];
    const damaged = fc
      .tuple(fc.constantFrom(...texts), fc.nat(2000), fc.nat(2000), fc.constantFrom('', '\u0000', '"', '{', ' '))
      .map(([text, from, length, put]) => text.slice(0, from) + put + text.slice(from + length));
    fc.assert(
      fc.property(damaged, (text) => {
        try {
          checkPrivateKey(text);
        } catch (error) {
          expect(error).toBeInstanceOf(OktaMcpError);
          expect(repeats(error as OktaMcpError, text)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test.each<[(string | undefined)[], string | undefined, string[]]>([
  [['kid'], undefined, ['kid']],
  [[undefined], 'kid', ['kid']],
  [['kid'], 'kid', ['kid']],
  [['one', 'two'], undefined, ['one', 'two']],
  [['one', 'two'], 'two', ['two', 'one']],
])('keys %j and the key id set %s give %j', (own, set, want) => {
  const keys = own.map((kid) => ({ kid }));
  expect(matchKeyId(keys, set).map(({ kid }) => kid)).toEqual(want);
});

test.each<[(string | undefined)[], string | undefined, RegExp]>([
  [[undefined], undefined, /without a key id/],
  [[undefined], '', /without a key id/],
  [['one'], 'two', /not the kid inside the JWK/],
  [['one', 'two'], 'three', /not the kid inside the JWK/],
  [['one', undefined], 'one', /a key without "kid"/],
])('keys %j and the key id set %s are refused', (own, set, message) => {
  const keys = own.map((kid) => ({ kid }));
  expect(refusal(() => matchKeyId(keys, set)).message).toMatch(message);
});

describe('readPrivateKeys', () => {
  test.each<[string, string, string | undefined, KeyObject]>([
    ['RS256', pkcs1(rsa.privateKey), 'kid-1', rsa.publicKey],
    ['RS384', jwk(rsa.privateKey, { kid: 'kid-1', alg: 'RS384' }), undefined, rsa.publicKey],
    ['ES256', jwk(ec.privateKey, { kid: 'kid-1' }), 'kid-1', ec.publicKey],
    ['ES512', sec1(p521.privateKey), 'kid-1', p521.publicKey],
  ])('gives a key that signs %s', async (alg, text, keyId, publicKey) => {
    const [signing] = await readPrivateKeys(text, keyId);
    expect(signing).toMatchObject({ alg, kid: 'kid-1' });
    const jwt = await new SignJWT({}).setProtectedHeader({ alg }).sign(signing!.key);
    await expect(jwtVerify(jwt, publicKey, { algorithms: [alg] })).resolves.toBeTruthy();
  });

  test('gives every key of a JWK Set, the one that is named first', async () => {
    const set = `{"keys":[${jwk(rsa.privateKey, { kid: 'old' })},${jwk(ec.privateKey, { kid: 'new' })}]}`;
    const keys = await readPrivateKeys(set, 'new');
    expect(keys.map(({ kid, alg }) => [kid, alg])).toEqual([
      ['new', 'ES256'],
      ['old', 'RS256'],
    ]);
  });

  test('needs a key id', async () => {
    await expect(readPrivateKeys(pkcs8(rsa.privateKey))).rejects.toMatchObject({ code: 'auth_key_invalid' });
  });
});

function refusal(act: () => unknown): OktaMcpError {
  try {
    act();
  } catch (error) {
    if (error instanceof OktaMcpError) return error;
  }
  throw new Error('was not refused');
}

/** Whether anything an error carries contains 12 characters in a row that only the key has. */
function repeats(error: OktaMcpError, text: string): boolean {
  const said = [error.message, error.fix, JSON.stringify(error.details), String(error.cause), error.stack].join('\n');
  const material = text.replace(/-----(BEGIN|END) [A-Z ]+-----|"(kty|crv|alg|use|keys|kid)"/g, '\0');
  const runs = material.match(/[\w+/=-]{12,}/g) ?? [];
  return (
    said.includes('canary') ||
    runs.some((run) => [...run].some((_, at) => at + 12 <= run.length && said.includes(run.slice(at, at + 12))))
  );
}
