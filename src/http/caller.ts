import type { Restriction } from '../tools/catalog.js';

/** Who sent a request, as far as a verified credential says. Types only. */
export interface Caller {
  /** The same for the same person or client, and for nobody else: audit, confirmations, sessions and limits bind it. */
  readonly name: string;
  /** What of the server is theirs; `ceiling`: all of it. */
  readonly restriction: Restriction | 'ceiling';
  /** Scopes of the token, as the authorization server names them. */
  readonly tokenScopes: readonly string[];
  /** Milliseconds since 1970; absent: the credential does not end. */
  readonly expiresAt?: number;
}

/** Says who sent a request; a Response is a finished refusal. Never rejects for what a client did. */
export type HttpAuthorizer = (request: Request) => Promise<Caller | Response>;
