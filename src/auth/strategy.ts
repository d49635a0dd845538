/** How requests to Okta are authenticated. Types only; one file per strategy beside this one. */
export interface AuthStrategy {
  /** Spelt as in `OKTA_AUTH`: `api-token`, `private-key-jwt`, `device`, `auth-code`, `demo`. */
  readonly name: string;
  /** The credential kind Okta sees; some operations accept only one of them. */
  readonly credential: Credential;
  /**
   * Puts credentials on one attempt by setting its headers; runs again for every retry.
   * @throws OktaMcpError with an `auth_*` code when no credential can be had; at once, as `InteractionRequired`, when a
   *   person has to sign in first.
   */
  authenticate(attempt: Request, context: AuthContext): Promise<void>;
  /** After a refusal (401, DPoP challenge): true when a new attempt may succeed. Must not read the response body. */
  recover(refusal: Response, context: AuthContext): Promise<boolean>;
  /** What Okta granted, once known; undefined before the first token and for credentials without scopes. */
  granted(): readonly string[] | undefined;
  /** Called when `granted()` changes. Returns a function that stops it. */
  onChange(listener: () => void): () => void;
  /** The sign-in that waits for a person now. Absent where nobody ever signs in. */
  interaction?(): Interaction | undefined;
  /** Called when a sign-in begins to wait for a person. Returns a function that stops it. */
  onInteraction?(listener: (interaction: Interaction) => void): () => void;
  close(): Promise<void>;
}

/** Somebody has to sign in at Okta, in a browser. */
export interface Interaction {
  /** Where; holds the code where the server can. */
  readonly uri: string;
  /** What the page asks for or shows; none in the authorization code flow. */
  readonly code?: string;
  /** When the offer ends, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** Settles when it is over: true once signed in. Never rejects. */
  readonly done: Promise<boolean>;
  cancel(): void;
}

export type Credential = 'oauth' | 'api-token';

export interface AuthContext {
  readonly signal?: AbortSignal;
  readonly caller?: string;
}
