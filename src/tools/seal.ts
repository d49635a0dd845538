import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

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
/** Longest text that is looked at. */
const LONGEST = 100_000;
const CONFIRMATION = 'confirmation';

/**
 * Turns what must hold later into a token that nobody else can make, change or read (AES-256-GCM). What is sealed for one
 * purpose does not open for another.
 */
export class Seal {
  readonly #key: Buffer;

  /** @param key 32 bytes; a random one makes seals that only this process can open */
  constructor(key: Uint8Array = randomBytes(32)) {
    this.#key = Buffer.from(key);
  }

  close(facts: Sealed): string {
    return this.#lock(CONFIRMATION, Buffer.from(JSON.stringify(FIELDS.map((field) => facts[field]))));
  }

  /** Undefined for anything this key has not sealed. */
  open(token: unknown): Sealed | undefined {
    const text = this.#unlock(CONFIRMATION, token);
    if (!text) return undefined;
    const values = JSON.parse(text.toString('utf8')) as unknown[];
    return Object.fromEntries(FIELDS.map((field, at) => [field, values[at]])) as unknown as Sealed;
  }

  /** Seals any JSON, compressed. */
  pack(purpose: string, value: unknown): string {
    return this.#lock(purpose, deflateRawSync(JSON.stringify(value)));
  }

  /** What `pack` sealed for this purpose; undefined for anything else. */
  unpack(purpose: string, token: unknown): unknown {
    const packed = this.#unlock(purpose, token);
    return packed && JSON.parse(inflateRawSync(packed).toString('utf8'));
  }

  #lock(purpose: string, content: Buffer): string {
    const iv = randomBytes(IV);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(purpose));
    const body = Buffer.concat([cipher.update(content), cipher.final()]);
    return Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64url');
  }

  #unlock(purpose: string, token: unknown): Buffer | undefined {
    // Another spelling of the same bytes would be another token.
    if (typeof token !== 'string' || token.length > LONGEST || !/^[\w-]{40,}$/.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.toString('base64url') !== token || bytes.length <= IV + TAG) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV), { authTagLength: TAG });
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(IV, -TAG)), decipher.final()]);
    } catch {
      return undefined;
    }
  }
}

/** Remembers which seals were used. In memory for one process; shared where several must agree. */
export interface UsedSeals {
  /** Told of every seal before it is given out. Absent where a seal is good until it is used. */
  issued?(id: string, expires: number): Promise<void>;
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
