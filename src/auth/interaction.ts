import { OktaMcpError } from '../errors.js';
import type { Interaction } from './strategy.js';

/** A call needs a person to sign in first. Thrown at once; the sign-in goes on in the background. */
export class InteractionRequired extends OktaMcpError {
  readonly uri: string;
  readonly userCode: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;

  /** @param before what became of the offer before this one, for the person who sees the new one */
  constructor({ uri, code, expiresAt }: Interaction, before = '') {
    const until = new Date(expiresAt).toISOString();
    super(
      'auth_interaction_required',
      `${before}Somebody has to sign in to Okta first, in a browser: ${uri}${code ? ` (code ${code})` : ''}`,
      `Show the link${code ? ' and the code' : ''} to the person you work for. Once they have signed in, call again. The link works until ${until}.`,
      { uri, ...(code && { userCode: code }), expiresAt: until },
    );
    this.uri = uri;
    this.userCode = code;
    this.expiresAt = expiresAt;
  }
}
