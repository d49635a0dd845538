import { OktaMcpError } from '../errors.js';
import type { DpopKey } from './dpop.js';

export interface AccessToken {
  readonly value: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970, on the clock the source was given. */
  readonly expiresAt: number;
  /** The key the token is bound to (DPoP); absent for a bearer token. */
  readonly key?: DpopKey;
}

/** A token this close to its end may be over by the time Okta reads it. */
const EARLY_MS = 60_000;

/** Keeps one access token in memory and asks for the next one when it is needed, once for however many callers. */
export class TokenSource {
  #token: AccessToken | undefined;
  #pending: Promise<AccessToken> | undefined;

  /**
   * @param request Gets a new token from the authorization server. Its failure goes to those who wait for it and to no
   * one later.
   * @param now Milliseconds since 1970.
   */
  constructor(
    private readonly request: () => Promise<AccessToken>,
    private readonly now: () => number,
  ) {}

  /** @param signal Ends the wait of this caller only; the request goes on for the others. */
  async get(signal?: AbortSignal): Promise<AccessToken> {
    if (signal?.aborted) throw cancelled();
    if (this.#token && this.now() < this.#token.expiresAt - EARLY_MS) return this.#token;
    this.#pending ??= this.#refresh();
    return signal ? await unlessAborted(this.#pending, signal) : await this.#pending;
  }

  /** Takes a token that came without being asked for here. */
  put(token: AccessToken): void {
    this.#token = token;
  }

  /** Forgets the token Okta refused, unless another one has taken its place since; without a value, whichever it has. */
  drop(value?: string): void {
    if (value === undefined || this.#token?.value === value) this.#token = undefined;
  }

  async #refresh(): Promise<AccessToken> {
    try {
      this.#token = undefined;
      this.#token = await this.request();
      return this.#token;
    } finally {
      this.#pending = undefined;
    }
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function cancelled(): OktaMcpError {
  return new OktaMcpError('cancelled', 'The call was cancelled while it waited for an access token.', 'Call again.');
}
