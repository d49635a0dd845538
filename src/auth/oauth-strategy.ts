import type { Log } from '../log.js';
import type { AuthContext, AuthStrategy, Interaction } from './strategy.js';
import { type AccessToken, TokenSource } from './token-source.js';

/** Where the access tokens of a strategy come from. */
export interface TokenGrant {
  readonly name: string;
  /** Asks Okta for a token; never runs twice at a time. */
  request(): Promise<AccessToken>;
  /** Set by the strategy: takes a token that arrives later than the call that needed it. */
  deliver?: (token: AccessToken) => void;
  /** The sign-in that waits for a person. */
  interaction?(): Interaction | undefined;
  onInteraction?(listener: (interaction: Interaction) => void): () => void;
  close(): Promise<void>;
}

/** What one attempt was sent with. */
interface Used {
  readonly token: AccessToken;
  readonly nonce: string | undefined;
}

/** Sends access tokens, as bearer or with proof of possession (RFC 6750, RFC 9449 section 7), whatever the grant. */
export function oauthStrategy(grant: TokenGrant, { now, log }: { now: () => number; log: Log }): AuthStrategy {
  const listeners = new Set<() => void>();
  /** By the context of the call, so that a late refusal of an old token spares the new one. */
  const used = new WeakMap<AuthContext, Used>();
  let granted: readonly string[] | undefined;
  let nonce: string | undefined;

  const arrived = (token: AccessToken) => {
    const { scopes, expiresAt, key } = token;
    const facts = { scopes, expiresAt: new Date(expiresAt).toISOString(), bound: key !== undefined };
    log.debug(facts, 'access token received');
    const changed = granted === undefined || !sameSet(granted, scopes);
    granted = scopes;
    if (changed) for (const listener of listeners) listener();
    return token;
  };
  const source = new TokenSource(async () => arrived(await grant.request()), now);
  grant.deliver = (token) => source.put(arrived(token));

  return {
    name: grant.name,
    credential: 'oauth',
    async authenticate(attempt, context) {
      const token = await source.get(context.signal);
      used.set(context, { token, nonce });
      attempt.headers.set('authorization', `${token.key ? 'DPoP' : 'Bearer'} ${token.value}`);
      attempt.headers.delete('dpop');
      if (!token.key) return;
      const { method, url } = attempt;
      attempt.headers.set('dpop', await token.key.proof({ method, url, now: now(), token: token.value, nonce }));
    },
    async recover(refusal, context) {
      const sent = used.get(context);
      const fresh = sent?.token.key && refusal.headers.get('dpop-nonce');
      if (fresh) nonce = fresh;
      const error = errorOf(refusal);
      if (refusal.status === 401 && error === 'invalid_token') {
        source.drop(sent?.token.value);
        return true;
      }
      const challenged = refusal.status === 401 || refusal.status === 400;
      return Boolean(challenged && fresh && fresh !== sent.nonce);
    },
    granted: () => granted,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    interaction: () => grant.interaction?.(),
    onInteraction: (listener) => grant.onInteraction?.(listener) ?? (() => {}),
    async close() {
      listeners.clear();
      source.drop();
      await grant.close();
    },
  };
}

/** RFC 6750 section 3.1, RFC 9449 section 7.1. */
function errorOf(refusal: Response): string | undefined {
  return /[\s,]error="?(\w+)"?\s*(,|$)/i.exec(refusal.headers.get('www-authenticate') ?? '')?.[1];
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}
