import { randomBytes } from 'node:crypto';
import type { DemoOrg } from '../../src/demo-org/demo-org.js';
import type { App } from './apps.js';
import type { AuthorizationServer } from './edge.js';

/** An access token: the JWT people see, and the token of oidc-provider behind it. */
export interface AccessToken {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly app: App;
  readonly scopes: readonly string[];
  /** The person's id; undefined for a service app. */
  readonly accountId: string | undefined;
  /** Thumbprint of the key it is bound to. */
  readonly jkt: string | undefined;
  /** What oidc-provider knows it by. */
  readonly inner: string;
  /** Milliseconds since 1970, on the edge's clock. */
  expiresAt: number;
  /** The token of the demo org that stands for it, once it was used there. */
  inDemoOrg?: string;
}

/**
 * Gives oidc-provider's tokens the face of Okta's: JWTs with `scp`, `cid` and `uid`. oidc-provider can issue JWTs itself,
 * but then neither revokes nor introspects them.
 */
export class AccessTokens {
  readonly #byJwt = new Map<string, AccessToken>();
  /** By grant: when the person signed in, in seconds since 1970. */
  readonly #signedInAt = new Map<string, number>();

  constructor(
    private readonly server: Pick<AuthorizationServer, 'issuer' | 'audience' | 'groupsClaim' | 'core'>,
    private readonly org: DemoOrg,
    private readonly now: () => number,
  ) {}

  /** @param life Seconds. */
  async dress(inner: string, app: App, life: number): Promise<string> {
    const { issuer, audience, groupsClaim, core } = this.server;
    const token = (await core.provider.AccessToken.find(inner)) ?? (await core.provider.ClientCredentials.find(inner));
    if (!token) throw new Error('oidc-provider does not know the access token it has just issued.');
    const accountId = 'accountId' in token ? token.accountId : undefined;
    const account = accountId === undefined ? undefined : this.org.account(accountId);
    const scopes = token.scope?.split(' ') ?? [];
    const iat = Math.floor(this.now() / 1000);
    const grantId = 'grantId' in token ? (token.grantId ?? '') : '';
    if (!this.#signedInAt.has(grantId)) this.#signedInAt.set(grantId, iat);
    const claims = {
      ver: 1,
      jti: `AT.${randomBytes(32).toString('base64url')}`,
      iss: issuer,
      aud: audience,
      sub: account?.login ?? app.id,
      iat,
      exp: iat + life,
      cid: app.id,
      ...(account && { uid: account.id, auth_time: this.#signedInAt.get(grantId) }),
      scp: scopes,
      ...(groupsClaim && account && { groups: account.groups }),
      ...(token.jkt !== undefined && { cnf: { jkt: token.jkt } }),
    };
    const jwt = await core.sign(claims);
    const expiresAt = this.now() + life * 1000;
    this.#byJwt.set(jwt, { claims, app, scopes, accountId, jkt: token.jkt, inner, expiresAt });
    return jwt;
  }

  find(jwt: string): AccessToken | undefined {
    return this.#byJwt.get(jwt);
  }

  /** False once it or the grant it came from was revoked. */
  async isAlive({ inner }: AccessToken): Promise<boolean> {
    const { provider } = this.server.core;
    return Boolean((await provider.AccessToken.find(inner)) ?? (await provider.ClientCredentials.find(inner)));
  }

  /** Ends this token and, unlike oidc-provider's endpoint, no other of its grant. */
  async revoke({ inner }: AccessToken): Promise<void> {
    const { provider } = this.server.core;
    await (await provider.AccessToken.find(inner))?.destroy();
    await (await provider.ClientCredentials.find(inner))?.destroy();
  }

  expireAll(): void {
    for (const token of this.#byJwt.values()) token.expiresAt = this.now();
  }
}
