import { randomBytes } from 'node:crypto';

const HOUR = 3_600_000;
/** A nonce is handed out for a day and accepted for three more (Okta's DPoP guide). Milliseconds. */
const LIFE = 24 * HOUR;
const GRACE = 72 * HOUR;

/** The nonces of the token endpoint (RFC 9449 section 8). Stands in for oidc-provider's own, whose period is fixed. */
export class Nonces {
  readonly #replacedAt = new Map<string, number>();
  #current: string;
  #bornAt: number;

  constructor(private readonly now: () => number) {
    this.#current = randomBytes(24).toString('base64url');
    this.#bornAt = now();
  }

  /** @param forget Whether those handed out so far end now, not in three days. */
  rotate(forget = false): void {
    if (forget) this.#replacedAt.clear();
    else this.#replacedAt.set(this.#current, this.now());
    this.#current = randomBytes(24).toString('base64url');
    this.#bornAt = this.now();
  }

  /** The one to hand out; 32 characters. Named as oidc-provider calls it. */
  nextChallenge(): string {
    if (this.now() - this.#bornAt > LIFE) this.rotate();
    return this.#current;
  }

  /** True for the current one and its recent predecessors. Named as oidc-provider calls it. */
  checkChallenge(nonce: string): boolean {
    if (nonce === this.nextChallenge()) return true;
    const replacedAt = this.#replacedAt.get(nonce);
    return replacedAt !== undefined && this.now() - replacedAt <= GRACE;
  }
}
