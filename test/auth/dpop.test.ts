import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { DpopKey } from '../../src/auth/dpop.js';
import { ec, jwk, rsa } from './keys.js';

const NOW = Date.parse('2026-11-20T12:00:00.900Z');
const key = await DpopKey.generate();
const target = { method: 'GET', url: 'https://acme.okta.com/api/v1/users', now: NOW };

// RFC 9449 section 4.2.
describe('a proof', () => {
  test('is a signed JWT with the public key and nothing private in its header', async () => {
    const proof = await key.proof(target);
    const header = decodeProtectedHeader(proof);
    expect(header).toEqual({
      typ: 'dpop+jwt',
      alg: 'ES256',
      jwk: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
    });
    const { payload } = await jwtVerify(proof, await importJWK(header.jwk as JWK, 'ES256'), {
      currentDate: new Date(NOW),
    });
    expect(payload).toEqual({
      htm: 'GET',
      htu: 'https://acme.okta.com/api/v1/users',
      iat: Math.floor(NOW / 1000),
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('names the token by its hash and repeats the nonce', async () => {
    // The example of RFC 9449 section 7.1.
    const token = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
    const claims = decodeJwt(await key.proof({ ...target, token, nonce: 'n-0S6' }));
    expect(claims).toMatchObject({ ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo', nonce: 'n-0S6' });
  });

  // Okta compares the percent-decoded path (okta-facts 1.6).
  test.each([
    ['https://acme.okta.com/api/v1/users?limit=2#x', 'https://acme.okta.com/api/v1/users'],
    ['https://acme.okta.com/api/v1/users/a%40b.c', 'https://acme.okta.com/api/v1/users/a@b.c'],
    ['https://acme.okta.com/api/v1/users/Zo%C3%AB', 'https://acme.okta.com/api/v1/users/Zoë'],
    ['https://acme.okta.com/api/v1/groups/50%25', 'https://acme.okta.com/api/v1/groups/50%'],
    ['https://acme.okta.com/x/%FF', 'https://acme.okta.com/x/%FF'],
    ['http://127.0.0.1:8080/x', 'http://127.0.0.1:8080/x'],
  ])('for %s has htu %s', async (url, htu) => {
    expect(decodeJwt(await key.proof({ ...target, url })).htu).toBe(htu);
  });

  test('has the path as it was before encoding, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (name) => {
        fc.pre(name !== '.' && name !== '..' && !/^%2e/i.test(name));
        const url = `https://acme.okta.com/x/${encodeURIComponent(name)}?y`;
        expect(decodeJwt(await key.proof({ ...target, url })).htu).toBe(`https://acme.okta.com/x/${name}`);
      }),
      { numRuns: 50 },
    );
  });

  test('is never used again', async () => {
    const proofs = await Promise.all(Array.from({ length: 100 }, () => key.proof(target)));
    expect(new Set(proofs.map((proof) => decodeJwt(proof).jti)).size).toBe(100);
  });
});

describe('the key', () => {
  test('is not printed', () => {
    expect(JSON.stringify({ key }) + inspect({ key }, { depth: 9, showHidden: true })).not.toContain(key.toJwk().d);
  });

  test('survives a store', async () => {
    const again = await DpopKey.fromJwk(JSON.parse(JSON.stringify(key.toJwk())) as JWK);
    const thumbprint = async (each: DpopKey) => JSON.stringify(decodeProtectedHeader(await each.proof(target)).jwk);
    expect(await thumbprint(again)).toBe(await thumbprint(key));
  });

  test.each([
    ['a public key', JSON.parse(jwk(ec.publicKey))],
    ['an RSA key', JSON.parse(jwk(rsa.privateKey))],
    ['half a key', { kty: 'EC', crv: 'P-256', d: 'x' }],
    ['nothing', {}],
  ])('is not %s', async (_, stored) => {
    await expect(DpopKey.fromJwk(stored as JWK)).rejects.toThrow();
  });
});

test('ath is SHA-256 in base64url', async () => {
  const token = 'eyJ.x.y';
  const want = createHash('sha256').update(token).digest('base64url');
  expect(decodeJwt(await key.proof({ ...target, token })).ath).toBe(want);
});
