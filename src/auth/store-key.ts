/** So short a passphrase is guessed from the file. Characters. */
export const MIN_PASSPHRASE = 16;

/** Whether `OKTA_TOKEN_STORE_KEY` is good enough: 32 bytes in base64 or hex, or a long passphrase. */
export function isUsableStoreKey(text: string): boolean {
  return rawKey(text) !== undefined || text.length >= MIN_PASSPHRASE;
}

/** The 32 bytes the text spells in base64, base64url or hex; undefined for a passphrase. */
export function rawKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
