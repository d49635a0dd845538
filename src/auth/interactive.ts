import { OktaMcpError } from '../errors.js';
import type { Log } from '../log.js';
import type { AuthorizationServer, TokenAnswer } from './authorization-server.js';
import { InteractionRequired } from './interaction.js';
import type { TokenGrant } from './oauth-strategy.js';
import type { Session } from './session.js';
import type { Interaction } from './strategy.js';
import type { AccessToken } from './token-source.js';

/** A way for a person to sign in. */
export interface SignIn {
  /**
   * Makes an offer to sign in and follows it until the signal aborts.
   * @throws OktaMcpError `auth_*` when there can be no offer
   */
  begin(signal: AbortSignal): Promise<Offer>;
}

export interface Offer {
  readonly uri: string;
  readonly code?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** The token, or an OktaMcpError that says what became of the offer. */
  readonly outcome: Promise<TokenAnswer>;
}

export interface InteractiveParts {
  readonly name: 'device' | 'auth-code';
  readonly server: AuthorizationServer;
  readonly session: Session;
  readonly signIn: SignIn;
  /** Shows the page to the person where that is possible. */
  readonly openBrowser: (uri: string) => void;
  readonly now: () => number;
  readonly log: Log;
}

interface Pending extends Interaction {
  readonly stop: AbortController;
}

/**
 * Tokens of a person: renewed from the stored session while it lasts, else after a sign-in that starts when the first
 * call needs it and goes on in the background, so that no call ever waits for a person.
 */
export class InteractiveGrant implements TokenGrant {
  readonly name: string;
  deliver?: (token: AccessToken) => void;
  #pending: Pending | undefined;
  /** What became of the last offer; told once, to the next call. */
  #failure: OktaMcpError | undefined;
  readonly #listeners = new Set<(interaction: Interaction) => void>();
  #closed = false;

  constructor(private readonly parts: InteractiveParts) {
    this.name = parts.name;
  }

  async request(): Promise<AccessToken> {
    const renewed = await this.parts.session.renew();
    if (renewed) {
      // Another process may have signed in meanwhile.
      this.#pending?.cancel();
      this.#failure = undefined;
      return renewed;
    }
    throw await this.#offer();
  }

  interaction(): Interaction | undefined {
    return this.#pending;
  }

  onInteraction(listener: (interaction: Interaction) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#pending?.cancel();
    this.#listeners.clear();
    this.parts.server.close();
  }

  /** The failure to throw: the offer to sign in, or why there is none. */
  async #offer(): Promise<OktaMcpError> {
    if (this.#pending && this.#pending.expiresAt > this.parts.now()) return new InteractionRequired(this.#pending);
    const ranOut = this.#pending !== undefined || isExpired(this.#failure);
    this.#pending?.cancel();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure && !isExpired(failure)) return failure;
    const pending = this.#closed ? undefined : await this.#begin();
    if (!pending) return new OktaMcpError('cancelled', 'The server is stopping.', 'Call again later.');
    return new InteractionRequired(pending, ranOut ? 'The offer to sign in before this one ran out. ' : '');
  }

  /** Undefined when the server stopped meanwhile. */
  async #begin(): Promise<Pending | undefined> {
    const { signIn, log, openBrowser } = this.parts;
    const stop = new AbortController();
    const { uri, code, expiresAt, outcome } = await signIn.begin(stop.signal);
    let settle = (_signedIn: boolean) => {};
    const done = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const pending: Pending = { uri, ...(code && { code }), expiresAt, done, stop, cancel: () => end() };
    const end = (signedIn = false): undefined => {
      if (this.#pending === pending) this.#pending = undefined;
      stop.abort();
      settle(signedIn);
    };
    this.#pending = pending;
    const follow = async () => {
      const answer = await outcome;
      if (stop.signal.aborted) return;
      await this.parts.session.begin(answer);
      this.deliver?.(answer);
      log.info({ scopes: answer.scopes }, 'signed in');
      end(true);
    };
    follow().catch((error: unknown) => {
      if (stop.signal.aborted) return;
      this.#failure = error instanceof OktaMcpError ? error : unexpected(error);
      log.warn({ reason: this.#failure.message }, 'the sign-in ended without success');
      end();
    });
    if (this.#closed) return end();
    log.warn(
      { uri, ...(code && { code }), until: new Date(expiresAt).toISOString() },
      'somebody has to sign in to Okta',
    );
    openBrowser(uri);
    for (const listener of this.#listeners) listener(pending);
    return pending;
  }
}

function isExpired(error: OktaMcpError | undefined): boolean {
  return error?.details.error === 'expired_token';
}

function unexpected(error: unknown): OktaMcpError {
  return new OktaMcpError(
    'internal',
    'The sign-in failed because of a defect in this server.',
    'Call again to sign in anew, and report it.',
    {},
    { cause: error },
  );
}
