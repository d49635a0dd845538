import { secretNames } from '../../generated/secret-names.js';
import { below, ends, escapeToken, type Pointers, segments } from './pointer.js';

/** Stands where a secret was. */
export const MASK = '[secret: not shown]';

/** Inside an object named like a secret, and inside a hash, also these; elsewhere they are harmless. */
const INSIDE = /^(value|hash|salt)$/i;

/** Private members of a JSON Web Key (RFC 7518 section 6); anywhere else these letters mean nothing. */
export const PRIVATE_MEMBERS = /^(d|p|q|dp|dq|qi|k)$/;

/** A private key as PEM (RFC 7468 section 10), whatever the field. */
export const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Shorter ones would be found by chance. */
const TRACEABLE = 8;

/**
 * The value of a text field is nobody's to see.
 * @param holder name of the field that holds the object
 */
export function isSecretName(name: string, holder: string): boolean {
  return secretNames.test(name) || (INSIDE.test(name) && (secretNames.test(holder) || holder === 'hash'));
}

export interface Withheld {
  /** The same data with `MASK` for every secret. */
  readonly data: unknown;
  /** What was masked, by JSON pointer. */
  readonly secrets: ReadonlyMap<string, string | number>;
}

/**
 * Masks what `paths` name, with everything below; beside that, since Okta adds fields, texts and numbers with the name of
 * a secret, private keys, and every other text that repeats a secret.
 * @param paths `secrets` of a tool
 */
export function withhold(data: unknown, paths: readonly string[] = []): Withheld {
  const secrets = new Map<string, string | number>();

  function mask(value: string | number, at: string): string | number {
    // Nothing, or what Okta has masked itself.
    if (/^\**$/.test(String(value))) return value;
    secrets.set(at, value);
    return MASK;
  }

  /** @param open what is left of the paths that lead here */
  function walk(value: unknown, at: string, name: string, holder: string, secret: boolean, open: Pointers): unknown {
    const hit = secret || ends(open);
    if (typeof value === 'string' || typeof value === 'number') {
      const key = typeof value === 'string' && PRIVATE_KEY.test(value);
      return hit || key || isSecretName(name, holder) ? mask(value, at) : value;
    }
    if (Array.isArray(value)) {
      const inside = below(open, undefined);
      return value.map((item, index) => walk(item, `${at}/${index}`, name, holder, hit, inside));
    }
    if (value === null || typeof value !== 'object') return value;
    const jwk = Object.hasOwn(value, 'kty');
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const own = hit || (jwk && PRIVATE_MEMBERS.test(key));
        return [key, walk(inner, `${at}/${escapeToken(key)}`, key, name, own, below(open, escapeToken(key)))];
      }),
    );
  }

  const masked = walk(data, '', '', '', false, paths.map(segments));
  const needles = [...secrets.values()].map(String).filter(({ length }) => length >= TRACEABLE);
  const copies = [...new Set(needles.flatMap((needle) => [needle, encodeURIComponent(needle)]))];
  return { data: copies.length === 0 ? masked : withoutCopies(masked, copies), secrets };
}

function withoutCopies(value: unknown, copies: readonly string[]): unknown {
  if (typeof value === 'string') return copies.reduce((text, copy) => text.replaceAll(copy, MASK), value);
  if (Array.isArray(value)) return value.map((item) => withoutCopies(item, copies));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [String(withoutCopies(key, copies)), withoutCopies(inner, copies)]),
  );
}
