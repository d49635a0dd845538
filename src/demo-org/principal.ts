import { BearerFailure, OktaFailure } from './errors.js';
import { memberGroups } from './memberships.js';
import type { Org } from './org.js';
import { Random } from './random.js';
import type { Store } from './store.js';
import { userTarget } from './users.js';

/** How a request proves who sends it. */
export type Scheme = 'SSWS' | 'Bearer' | 'DPoP';

/** A standard administrator role somebody holds, everywhere or for its targets only. */
export interface AdminRole {
  /** Okta's `RoleType`. */
  readonly type: string;
  /** Ids of the groups it is limited to. */
  readonly groups?: readonly string[];
  /** Ids, or names in the catalog, of the applications it is limited to. */
  readonly apps?: readonly string[];
}

/** Who a request acts as. */
export interface Principal {
  /** User id or client id. */
  readonly id: string;
  /** Login or client id, as logs and the journal show it. */
  readonly name: string;
  readonly displayName: string;
  readonly type: 'User' | 'PublicClientApp';
  /** What tells its credential from others of the same principal; never the token itself. */
  readonly credential: string;
  /** Undefined for API tokens: they have no scopes. */
  readonly scopes?: ReadonlySet<string>;
  readonly roles: readonly AdminRole[];
}

export const NOBODY: Principal = {
  id: 'unknown',
  name: 'unknown',
  displayName: 'Unknown',
  type: 'User',
  credential: 'none',
  roles: [],
};

/** What an access token stands for. */
export interface TokenGrant {
  readonly scopes: readonly string[];
  /** A person (login or id) or a client id; one the org does not know, or none, is an invented service application. */
  readonly subject?: string;
  /**
   * Standard administrator roles (Okta `RoleType`). Without them the roles the person or client has been assigned at
   * the time of each request; an invented application is a super administrator.
   */
  readonly roles?: readonly string[];
  /** Limits those of `roles` that can be limited. */
  readonly targets?: { readonly groups?: readonly string[]; readonly apps?: readonly string[] };
  /** Life in seconds by the org's clock; without it the token never expires. */
  readonly expiresIn?: number;
}

/** Whom an API token acts as, and with which roles instead of their own. */
export type ApiTokenGrant = Pick<TokenGrant, 'roles' | 'targets'> & { readonly subject: string };

interface Credential extends Omit<TokenGrant, 'scopes' | 'expiresIn'> {
  readonly kind: 'api-token' | 'access-token';
  /** The user's or client's id. */
  readonly id: string;
  readonly credential: string;
  readonly scopes?: ReadonlySet<string>;
  readonly expires?: number;
  /** When an API token was used last: 30 days without use end it. */
  used: number;
}

const IDLE_MS = 30 * 86_400_000;

/** The credentials an org handed out and who is behind them. A principal is looked up anew for every request. */
export class Principals {
  readonly #credentials = new Map<string, Credential>();
  readonly #random: Random;

  constructor(
    private readonly org: Org,
    seed: number,
  ) {
    this.#random = new Random(`credentials ${seed}`);
  }

  /** A new access token. */
  issue({ scopes, subject, expiresIn, ...grant }: TokenGrant): string {
    const token = `demo.access.${this.#random.hex(32)}`;
    const invented = this.#random.id('0oa');
    const id = subject === undefined ? invented : (this.org.store.users.find(subject)?.id ?? subject);
    this.#add(token, {
      ...grant,
      ...(!grant.roles && !this.#knows(id) && { roles: ['SUPER_ADMIN'] }),
      kind: 'access-token',
      id,
      scopes: new Set(scopes),
      ...(expiresIn !== undefined && { expires: this.org.now() + expiresIn * 1000 }),
    });
    return token;
  }

  /** A new API token, 42 characters that begin with `00`, or one with the given text. */
  issueApiToken({ subject, ...grant }: ApiTokenGrant, token = `00demo${this.#random.hex(36)}`): string {
    const user = this.org.store.users.find(subject);
    if (!user) throw new Error(`The demo org has no user ${subject} to make an API token for.`);
    this.#add(token, { ...grant, kind: 'api-token', id: user.id });
    return token;
  }

  revoke(token: string): void {
    this.#credentials.delete(token);
  }

  #knows(id: string): boolean {
    const { users, apps } = this.org.store;
    return users.has(id) || apps.has(id);
  }

  #add(token: string, credential: Omit<Credential, 'used' | 'credential'>): void {
    this.#credentials.set(token, {
      ...credential,
      credential: `${credential.kind} ${this.#credentials.size + 1}`,
      used: this.org.now(),
    });
  }

  /**
   * Who sent this `Authorization` header. `DPoP` is taken as proven: the proof is checked in front of the org.
   * @throws OktaFailure 403 E0000005 without a credential, 401 E0000011 for an API token that is not one
   * @throws BearerFailure 401 for an access token that is unknown, expired or whose person is gone; names `needed`
   */
  authenticate(header: string | null, needed: readonly string[]): Principal {
    const [, scheme, token] = /^(SSWS|Bearer|DPoP)\s+(\S+)\s*$/i.exec(header ?? '') ?? [];
    if (scheme === undefined || token === undefined) throw new OktaFailure('E0000005');
    const credential = this.#credentials.get(token);
    if (scheme.toUpperCase() === 'SSWS') {
      const principal = credential?.kind === 'api-token' ? this.#principal(credential) : undefined;
      if (!credential || !principal || this.org.now() - credential.used >= IDLE_MS) throw new OktaFailure('E0000011');
      credential.used = this.org.now();
      return principal;
    }
    const refuse = (why: string) => new BearerFailure(401, 'invalid_token', why, needed, schemeOf(header));
    const principal = credential?.kind === 'access-token' ? this.#principal(credential) : undefined;
    if (!credential || !principal) throw refuse('The access token is invalid.');
    if (credential.expires !== undefined && credential.expires <= this.org.now())
      throw refuse('The token has expired.');
    return principal;
  }

  /** The principal as it is now; undefined when its user is deactivated or gone. */
  #principal({ id, credential, scopes, roles, targets }: Credential): Principal | undefined {
    const { store } = this.org;
    const user = store.users.get(id);
    if (id.startsWith('00u') && (!user || user.status === 'DEPROVISIONED')) return undefined;
    const { alternateId: name, displayName } = user ? userTarget(user) : CLIENT(id, store);
    return {
      id,
      name,
      displayName,
      type: user ? 'User' : 'PublicClientApp',
      credential,
      ...(scopes && { scopes }),
      roles: roles?.map((type) => ({ type, ...targets })) ?? rolesOf(store, id),
    };
  }
}

const CLIENT = (id: string, store: Store) => ({
  alternateId: id,
  displayName: store.apps.get(id)?.label ?? 'Demo service app',
});

/** The scheme a header names, as challenges spell it. */
export function schemeOf(header: string | null): Scheme | undefined {
  const named = /^\S+/.exec(header ?? '')?.[0]?.toLowerCase();
  return (['SSWS', 'Bearer', 'DPoP'] as const).find((scheme) => scheme.toLowerCase() === named);
}

/** The administrator roles of a user (their own and those of their groups) or a client. */
export function rolesOf(store: Store, id: string): readonly AdminRole[] {
  const groups = store.users.has(id) ? memberGroups(store, id).map((group) => group.id) : [];
  const holders = new Set([id, ...groups]);
  return [...store.roles]
    .filter(({ assignee }) => holders.has(assignee))
    .map(({ type, targets }) => ({ type, ...targets }));
}
