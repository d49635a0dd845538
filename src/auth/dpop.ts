import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

/** `OKTA_DPOP`: `auto` proves possession once the org demands it, `always` from the start, `never` not at all. */
export const DPOP_MODES = ['auto', 'always', 'never'] as const;
export type DpopMode = (typeof DPOP_MODES)[number];

export interface ProofTarget {
  readonly method: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The access token sent along, at a resource. */
  readonly token?: string;
  /** What the server last asked to see repeated (RFC 9449 sections 8 and 9). */
  readonly nonce?: string | undefined;
}

/** A P-256 key that access and refresh tokens are bound to (RFC 9449). */
export class DpopKey {
  readonly #key: CryptoKey;
  readonly #jwk: JWK;

  private constructor(key: CryptoKey, jwk: JWK) {
    this.#key = key;
    this.#jwk = jwk;
  }

  static async generate(): Promise<DpopKey> {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    return new DpopKey(privateKey, await exportJWK(privateKey));
  }

  /** @throws when the JWK is no P-256 private key. */
  static async fromJwk(jwk: JWK): Promise<DpopKey> {
    const key = await importJWK({ ...jwk, alg: 'ES256' }, 'ES256');
    if (key instanceof Uint8Array || typeof jwk.d !== 'string') throw new TypeError('not a private key');
    return new DpopKey(key, jwk);
  }

  /** The private key, for the encrypted store only. */
  toJwk(): JWK {
    return this.#jwk;
  }

  /** A proof for one attempt (RFC 9449 section 4.2); its `jti` is never used again. */
  async proof({ method, url, now, token, nonce }: ProofTarget): Promise<string> {
    const { kty, crv, x, y } = this.#jwk;
    const claims = {
      jti: randomUUID(),
      htm: method,
      htu: proofUrl(url),
      iat: Math.floor(now / 1000),
      ...(token !== undefined && { ath: createHash('sha256').update(token, 'ascii').digest('base64url') }),
      ...(nonce !== undefined && { nonce }),
    };
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } as JWK })
      .sign(this.#key);
  }
}

/** The URL without query and fragment, its path percent-decoded: Okta compares that form (okta-sdk-nodejs #521). */
function proofUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  try {
    return origin + decodeURIComponent(pathname);
  } catch {
    return origin + pathname;
  }
}
