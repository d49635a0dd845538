import type { webcrypto } from 'node:crypto';
import { appendFileSync } from 'node:fs';

// Loaded into the program under test: writes every secret that passes to a file of the test.
const file = process.env.SECRETS_FILE!;
const record = (kind: string, secret: unknown) => {
  if (typeof secret === 'string' && secret.length >= 16) appendFileSync(file, `${JSON.stringify([kind, secret])}\n`);
};
const FIELDS = ['access_token', 'refresh_token', 'device_code', 'client_assertion', 'code', 'code_verifier'];

const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  record('authorization', request.headers.get('authorization')?.replace(/^\w+ /, ''));
  record('proof', request.headers.get('dpop'));
  const form = new URLSearchParams(await request.clone().text());
  for (const field of FIELDS) record(field, form.get(field));
  const response = await fetch(input, init);
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as Record<string, unknown>;
  for (const field of FIELDS) record(field, body[field]);
  return response;
};

const { subtle } = globalThis.crypto;
const exportKey = subtle.exportKey.bind(subtle) as (
  format: string,
  key: webcrypto.CryptoKey,
) => Promise<ArrayBuffer | webcrypto.JsonWebKey>;
subtle.exportKey = (async (format: string, key: webcrypto.CryptoKey) => {
  const exported = await exportKey(format, key);
  if (!(exported instanceof ArrayBuffer)) record('dpop_key', exported.d);
  return exported;
}) as typeof subtle.exportKey;
