import type { CallContext } from '../okta/operation.js';
import type { JsonObject, ToolFile } from './definition.js';
import { type Previewer, valueAt } from './preview.js';

/** Whose rights a call uses at Okta. */
export interface Principal {
  /** The same for the same principal, for the audit and for seals. */
  readonly name: string;
  /** Every id and login it is known by, in lower case. */
  readonly ids: ReadonlySet<string>;
}

export interface PrincipalParts {
  /** The credentials are those of a person, of an app, or of nobody in particular (the demo org's). */
  readonly kind: 'person' | 'app' | 'none';
  /** Name as long as nothing better is known. */
  readonly strategy: string;
  readonly clientId?: string;
  /** How to ask Okta who the person is. */
  readonly self?: ToolFile['self'];
  readonly previewer: Previewer;
}

/** Okta's word for whoever asks. */
const ME = 'me';

/** Knows who acts: from the configuration, from the access tokens that pass by, and for people by asking Okta. */
export class ActingPrincipal {
  #authorization: string | undefined;
  /** What is known about the bearer of `#authorization`; undefined until asked. */
  #claims: readonly string[] | undefined;
  /** What Okta said about the bearer; asked once per credential. */
  #asked: readonly string[] = [];
  #incumbent = 0;

  constructor(private readonly parts: PrincipalParts) {}

  /** Notes with which credential a request is sent. */
  observe(authorization: string | null): void {
    if (authorization === null || authorization === this.#authorization) return;
    const claims = claimsOf(authorization);
    // The next access token of the same person tells nothing new.
    const same = claims !== undefined && claims.join(' ') === this.#claims?.join(' ');
    this.#authorization = authorization;
    this.#claims = claims;
    if (same) return;
    this.#asked = [];
    if (this.parts.kind === 'person') this.#incumbent += 1;
  }

  /** Another number after somebody else has signed in, in this process. */
  get incumbent(): number {
    return this.#incumbent;
  }

  /** As far as is known without asking. */
  name(): string {
    const { kind, strategy, clientId } = this.parts;
    const person = kind === 'person' ? (this.#claims?.[0] ?? this.#asked[0]) : undefined;
    return person ?? clientId ?? strategy;
  }

  /** @throws OktaMcpError when there is no credential or no connection */
  async identify(context: CallContext): Promise<Principal> {
    const { kind, clientId } = this.parts;
    const known = kind === 'person' ? await this.#person(context) : [];
    const claims = this.#claims ?? [];
    const ids = [ME, clientId, ...known, ...claims].filter((id) => id !== undefined);
    return { name: this.name(), ids: new Set(ids.map((id) => id.toLowerCase())) };
  }

  async #person(context: CallContext): Promise<readonly string[]> {
    if (this.#claims && this.#claims.length > 0) return this.#claims;
    if (this.#asked.length === 0) this.#asked = await this.#ask(context);
    return this.#asked;
  }

  async #ask(context: CallContext): Promise<readonly string[]> {
    const { self, previewer } = this.parts;
    if (!self) return [];
    const read = { label: 'self', operation: self.operation, arguments: self.arguments };
    const [fact] = await previewer.look([read], {}, context);
    return self.fields.map((field) => valueAt(fact?.data, field)).filter((value) => typeof value === 'string');
  }
}

/** `uid` and `sub` of an Okta access token, which may also be opaque: it is read, never relied upon. */
function claimsOf(authorization: string): readonly string[] | undefined {
  const payload = /^(?:Bearer|DPoP) [\w-]+\.([\w-]+)\.[\w-]*$/i.exec(authorization)?.[1];
  if (payload === undefined) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as JsonObject;
    return [claims.uid, claims.sub].filter((claim) => typeof claim === 'string');
  } catch {
    return undefined;
  }
}

/** Whether the acting principal is among the values, at any depth: by an id, or as the resource of an ORN (`orn:...:users:id`). */
export function namesPrincipal(value: unknown, principal: Principal): boolean {
  if (typeof value === 'string') {
    const given = value.trim().toLowerCase();
    return principal.ids.has(given.startsWith('orn:') ? given.slice(given.lastIndexOf(':') + 1) : given);
  }
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some((inner) => namesPrincipal(inner, principal));
}
