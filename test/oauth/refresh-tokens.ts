import type { App } from './apps.js';
import { OAuthFailure } from './failure.js';
import type { Proof } from './proof.js';

/** A refresh token and those that replaced it. */
interface Family {
  current: string;
  /** When each earlier one was replaced, in milliseconds since 1970. */
  readonly replacedAt: Map<string, number>;
  readonly scopes: readonly string[];
  readonly jkt: string | undefined;
  /** A rotated token keeps the original expiry. */
  expiresAt: number;
}

/** What the edge adds to oidc-provider's refresh tokens: the leeway after a rotation, the DPoP key for all apps, the clock. */
export class RefreshTokens {
  readonly #families = new Map<string, Family>();

  constructor(private readonly now: () => number) {}

  issued(token: string, { scopes, jkt, life }: { scopes: readonly string[]; jkt: string | undefined; life: number }) {
    const expiresAt = this.now() + life * 1000;
    this.#families.set(token, { current: token, replacedAt: new Map(), scopes, jkt, expiresAt });
  }

  /**
   * Refuses what Okta refuses. Tokens it does not know, and replaced ones after the leeway, are left to oidc-provider,
   * which ends the whole grant on reuse.
   * @returns The token to show to oidc-provider: within the leeway, the current one of the family.
   */
  check(app: App, token: string, scope: string | null, proof: Proof | undefined): { token: string; late: boolean } {
    const family = this.#families.get(token);
    if (!family) return { token, late: false };
    if (family.expiresAt <= this.now()) throw new OAuthFailure('invalid_refresh_token');
    if (family.jkt !== undefined) {
      if (!proof) throw new OAuthFailure('invalid_dpop_proof_missing_header');
      if (proof.jkt !== family.jkt) throw new OAuthFailure('invalid_dpop_proof_invalid_public_key_binding');
    }
    const denied = scope?.split(' ').filter((each) => each && !family.scopes.includes(each)) ?? [];
    if (denied.length > 0) throw new OAuthFailure('refresh_scopes_denied', { detail: denied.join(', ') });
    const replacedAt = family.replacedAt.get(token);
    const leeway = app.kind === 'service' ? 0 : (app.leeway ?? 30);
    const late = replacedAt !== undefined && this.now() - replacedAt < leeway * 1000;
    return { token: late ? family.current : token, late };
  }

  replaced(token: string, by: string): void {
    const family = this.#families.get(token);
    if (!family || family.current === by) return;
    family.replacedAt.set(family.current, this.now());
    family.current = by;
    this.#families.set(by, family);
  }

  expireAll(): void {
    for (const family of this.#families.values()) family.expiresAt = this.now();
  }
}
