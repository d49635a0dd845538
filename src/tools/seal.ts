import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** What a seal binds: the one call that may use it, and until when. */
export interface Sealed {
  /** How the question was asked; the answer must come the same way. */
  readonly kind: string;
  readonly tool: string;
  /** Digest of the arguments. */
  readonly arguments: string;
  readonly principal: string;
  readonly org: string;
  /** What was read of the target when the question was asked. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Unique; a seal works once. */
  readonly id: string;
}

const FIELDS = ['kind', 'tool', 'arguments', 'principal', 'org', 'version', 'expires', 'id'] as const;
const IV = 12;
const TAG = 16;

/** Turns what must hold later into a token that nobody else can make, change or read (AES-256-GCM). */
export class Seal {
  readonly #key: Buffer;

  /** @param key 32 bytes; a random one makes seals that only this process can open */
  constructor(key: Uint8Array = randomBytes(32)) {
    this.#key = Buffer.from(key);
  }

  close(facts: Sealed): string {
    const iv = randomBytes(IV);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    const text = JSON.stringify(FIELDS.map((field) => facts[field]));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined for anything this key has not sealed. */
  open(token: unknown): Sealed | undefined {
    // Another spelling of the same bytes would be another token.
    if (typeof token !== 'string' || !/^[\w-]{40,2000}$/.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.toString('base64url') !== token || bytes.length <= IV + TAG) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV), { authTagLength: TAG });
    decipher.setAuthTag(bytes.subarray(-TAG));
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(IV, -TAG)), decipher.final()]).toString('utf8');
      const values = JSON.parse(text) as unknown[];
      return Object.fromEntries(FIELDS.map((field, at) => [field, values[at]])) as unknown as Sealed;
    } catch {
      return undefined;
    }
  }
}

/** Remembers which seals were used. In memory for one process; shared where several must agree. */
export interface UsedSeals {
  /**
   * Marks a seal as used, at once and for everybody.
   * @returns false when it was used before, or when nothing more can be remembered
   */
  use(id: string, expires: number): Promise<boolean>;
}

/** Ten minutes of confirmations at more than ten a second. */
const REMEMBERED = 10_000;

/** Forgets a seal only once it has expired: forgetting sooner would let it be used again. */
export class UsedSealsInMemory implements UsedSeals {
  readonly #until = new Map<string, number>();

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly now: () => number,
    private readonly limit = REMEMBERED,
  ) {}

  async use(id: string, expires: number): Promise<boolean> {
    if (this.#until.has(id)) return false;
    if (this.#until.size >= this.limit) this.#forgetExpired();
    if (this.#until.size >= this.limit) return false;
    this.#until.set(id, expires);
    return true;
  }

  #forgetExpired(): void {
    const now = this.now();
    for (const [id, until] of this.#until) if (until < now) this.#until.delete(id);
  }
}

/** A short name for a value: the same for the same JSON, whatever the order of its keys. 128 bits of SHA-256. */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url').slice(0, 22);
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}
