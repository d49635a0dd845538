import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { type CryptoKey, importPKCS8 } from 'jose';
import { OktaMcpError } from '../errors.js';

/** Algorithms Okta accepts for a client assertion, by key type or curve; the first is used unless a JWK names another. */
const ALGORITHMS = {
  rsa: ['RS256', 'RS384', 'RS512'],
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
} as const satisfies Record<string, readonly string[]>;

export type SigningAlgorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS][number];

export interface CheckedKey {
  readonly key: KeyObject;
  readonly alg: SigningAlgorithm;
  /** `kid` of a JWK; a PEM has none. */
  readonly kid: string | undefined;
}

/** A key ready to sign client assertions. `kid` is the one registered with the app in Okta. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly alg: SigningAlgorithm;
  readonly kid: string;
}

/**
 * Reads the value of `OKTA_PRIVATE_KEY` for signing: one key, or those of a JWK Set, the one named by `keyId` first.
 * See {@link checkPrivateKeys} for the forms it may have.
 * @throws OktaMcpError `auth_key_invalid`, never containing key text.
 */
export async function readPrivateKeys(text: string, keyId?: string): Promise<SigningKey[]> {
  const signing = matchKeyId(checkPrivateKeys(text), keyId).map(async ({ key, alg, kid }) => {
    const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString();
    return { key: await importPKCS8(pem, alg), alg, kid };
  });
  return await Promise.all(signing);
}

/**
 * Gives each key the id to sign with, its own or the configured one, which comes first.
 * @throws OktaMcpError `auth_key_invalid` when one has none or none fits.
 */
export function matchKeyId<Key extends Pick<CheckedKey, 'kid'>>(
  keys: readonly Key[],
  keyId: string | undefined,
): (Key & { kid: string })[] {
  if (keys.length === 1 && keyId && !keys[0]!.kid) return [{ ...keys[0]!, kid: keyId }];
  const named = keys.filter((key): key is Key & { kid: string } => key.kid !== undefined);
  if (named.length < keys.length) {
    throw keys.length > 1
      ? invalid('OKTA_PRIVATE_KEY is a JWK Set with a key without "kid".', 'Give every key in it its kid.')
      : invalid(
          'OKTA_PRIVATE_KEY comes without a key id, by which Okta finds the public half of the key.',
          'Set OKTA_KEY_ID to the key id (kid) shown beside the public key: Admin Console > Applications > your app > General > Public Keys.',
        );
  }
  if (keyId && !named.some(({ kid }) => kid === keyId)) {
    throw invalid(
      'OKTA_KEY_ID is not the kid inside the JWK of OKTA_PRIVATE_KEY, so one of them belongs to another key.',
      'Unset OKTA_KEY_ID to use the kid of the JWK, or set the key that OKTA_KEY_ID belongs to.',
    );
  }
  return named.sort((one, other) => Number(other.kid === keyId) - Number(one.kid === keyId));
}

/**
 * Recognises a private key in any form people end up with: PEM (PKCS#8, PKCS#1, SEC 1), JWK or a JWK Set, with newlines
 * real, escaped, turned into spaces or lost, quoted or not, base64 of any of these, or a path to a file of it. Only a JWK
 * Set holds more than one.
 * @throws OktaMcpError `auth_key_invalid`, never containing key text.
 */
export function checkPrivateKeys(text: string): CheckedKey[] {
  const plain = unquote(text);
  return decode(plain) ?? readKeyFile(plain);
}

/** Undefined when the text has no form of a key; throws when it has one and is unusable. */
function decode(text: string): CheckedKey[] | undefined {
  const plain = unquote(text);
  if (plain.startsWith('{')) return fromJson(plain);
  if (plain.includes('-----BEGIN')) return [fromPem(plain)];
  const compact = plain.replace(/\\+[rn]|\s/g, '');
  return /^[\w+/-]+=*$/.test(compact) ? fromBytes(Buffer.from(compact, 'base64')) : undefined;
}

function fromBytes(bytes: Buffer): CheckedKey[] | undefined {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (/^\s*\{/.test(text) || text.includes('-----BEGIN')) return decode(text);
  // An ASN.1 SEQUENCE long enough for a key; without its length a file name starting with "MI" would do.
  return bytes[0] === 0x30 && bytes.length > 64 ? [describe(fromDer(bytes), undefined)] : undefined;
}

const MAX_FILE_BYTES = 65_536;

function readKeyFile(name: string): CheckedKey[] {
  const path = name.replace(/^~(?=[/\\])/, homedir());
  const file = readSmallFile(path);
  if (typeof file === 'string') {
    throw invalid(
      `OKTA_PRIVATE_KEY is neither a private key (PEM or JWK) nor the path of a readable file (${file}; relative paths start at ${process.cwd()}).`,
      'Set it to the whole key, from -----BEGIN to -----END, or to the full path of the key file.',
    );
  }
  const found = fromBytes(file) ?? decode(file.toString('utf8'));
  if (found) return found;
  throw invalid('The file OKTA_PRIVATE_KEY points to holds no private key in PEM or JWK form.', NEW_KEY);
}

/** The bytes, or why there are none. */
function readSmallFile(path: string): Buffer | string {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return 'not a file';
    return stats.size > MAX_FILE_BYTES ? 'too large for a key' : readFileSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}

function fromJson(text: string): CheckedKey[] {
  const json = parseJson(text) ?? parseJson(text.replace(/\\+[rn]/g, ' ').replace(/\\+"/g, '"'));
  if (!json) throw invalid('OKTA_PRIVATE_KEY looks like a JWK but is not complete JSON.', WHOLE_KEY);
  if (!Array.isArray(json.keys)) return [fromJwk(json)];
  if (json.keys.length === 0) throw invalid('OKTA_PRIVATE_KEY is a JWK Set without a key.', NEW_KEY);
  return json.keys.map((key: unknown) => fromJwk((key ?? {}) as Record<string, unknown>));
}

function fromJwk(jwk: Record<string, unknown>): CheckedKey {
  if (jwk.kty !== 'RSA' && jwk.kty !== 'EC') {
    throw invalid('OKTA_PRIVATE_KEY is JSON but not an RSA or EC key (JWK with "kty": "RSA" or "EC").', NEW_KEY);
  }
  if (typeof jwk.d !== 'string') throw publicKey();
  if (jwk.use === 'enc') throw invalid('The JWK in OKTA_PRIVATE_KEY is for encryption ("use": "enc").', NEW_KEY);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    throw invalid('The JWK in OKTA_PRIVATE_KEY lacks parts of the key, or some are damaged.', WHOLE_KEY);
  }
  return describe(key, jwk);
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function fromPem(text: string): CheckedKey {
  const plain = text.replace(/\\+[rn]/g, '\n');
  const blocks = [...plain.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----/gs)];
  const [block, ...others] = blocks.filter(([, label]) => label!.endsWith('PRIVATE KEY'));
  if (!block) {
    const labels = blocks.map(([, label]) => label!);
    if (labels.some((label) => label.endsWith('CERTIFICATE'))) {
      throw invalid('OKTA_PRIVATE_KEY is a certificate, which holds only the public key.', PRIVATE_HALF);
    }
    if (labels.some((label) => label.endsWith('PUBLIC KEY'))) throw publicKey();
    throw invalid('OKTA_PRIVATE_KEY is cut off: there is a -----BEGIN line without its -----END line.', WHOLE_KEY);
  }
  if (others.length > 0) {
    throw invalid(
      'OKTA_PRIVATE_KEY holds several private keys.',
      'Leave only the one that is registered with the app.',
    );
  }
  const [, label, body] = block as unknown as [string, string, string];
  if (body.includes('Proc-Type')) throw encrypted();
  if (label.startsWith('OPENSSH')) {
    throw invalid(
      'OKTA_PRIVATE_KEY is in the format of OpenSSH.',
      'Convert a copy of the key file: ssh-keygen -p -N "" -m PKCS8 -f <copy>',
    );
  }
  const base64 = body.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+=*$/.test(base64)) throw damaged();
  return describe(fromDer(Buffer.from(base64, 'base64')), undefined);
}

/** Labels are not trusted: tools write PKCS#1 under the label of PKCS#8 and the other way round. */
function fromDer(der: Buffer): KeyObject {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE') throw encrypted();
    }
  }
  throw damaged();
}

function describe(key: KeyObject, jwk: Record<string, unknown> | undefined): CheckedKey {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  const family = key.asymmetricKeyType === 'rsa' ? 'rsa' : namedCurve;
  if (!(family in ALGORITHMS)) {
    throw invalid(
      `OKTA_PRIVATE_KEY is of type ${namedCurve || key.asymmetricKeyType}, which Okta does not accept.`,
      NEW_KEY,
    );
  }
  if (family === 'rsa' && modulusLength < 2048) {
    throw invalid(`The RSA key in OKTA_PRIVATE_KEY has ${modulusLength} bits; Okta requires at least 2048.`, NEW_KEY);
  }
  const algorithms: readonly SigningAlgorithm[] = ALGORITHMS[family as keyof typeof ALGORITHMS];
  const alg = jwk?.alg === undefined ? algorithms[0] : algorithms.find((name) => name === jwk.alg);
  if (!alg) {
    throw invalid(
      'The "alg" of the JWK in OKTA_PRIVATE_KEY does not suit the key or is not accepted by Okta.',
      `Use ${algorithms.join(', ')}, or leave "alg" out.`,
    );
  }
  return { key, alg, kid: typeof jwk?.kid === 'string' && jwk.kid !== '' ? jwk.kid : undefined };
}

function unquote(text: string): string {
  const quoted = /^(["'`])(.*)\1$/s.exec(text.trim());
  return quoted ? unquote(quoted[2]!) : text.trim();
}

const WHOLE_KEY =
  'Set the whole key; where only one line fits, write its line breaks as \\n, encode it with base64, or set the path of the key file.';
const PRIVATE_HALF = 'Set the private key that was made together with it.';
const NEW_KEY =
  'Make a key in the Admin Console (Applications > your app > General > Public Keys > Add key) and set its private half, PEM or JWK.';

// Causes are left out on purpose: messages of JSON.parse and OpenSSL may quote their input.
function invalid(message: string, fix: string): OktaMcpError {
  return new OktaMcpError('auth_key_invalid', message, fix);
}

function publicKey(): OktaMcpError {
  return invalid('OKTA_PRIVATE_KEY is a public key.', PRIVATE_HALF);
}

function encrypted(): OktaMcpError {
  return invalid(
    'The key in OKTA_PRIVATE_KEY is encrypted with a passphrase.',
    'Decrypt it: openssl pkey -in <key file> -out <new file>, and set the result or its path.',
  );
}

function damaged(): OktaMcpError {
  return invalid('OKTA_PRIVATE_KEY looks like a key, but characters of it are missing or changed.', WHOLE_KEY);
}
