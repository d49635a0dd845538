/** How requests to Okta are authenticated. Types only; one file per strategy beside this one. */
export interface AuthStrategy {
  /** Spelt as in `OKTA_AUTH`: `api-token`, `private-key-jwt`, `demo`. */
  readonly name: string;
  /** The credential kind Okta sees; some operations accept only one of them. */
  readonly credential: Credential;
  /**
   * Puts credentials on one attempt by setting its headers; runs again for every retry.
   * @throws OktaMcpError with an `auth_*` code when no credential can be had.
   */
  authenticate(attempt: Request, context: AuthContext): Promise<void>;
  /** After a refusal (401, DPoP challenge): true when a new attempt may succeed. Must not read the response body. */
  recover(refusal: Response, context: AuthContext): Promise<boolean>;
  /** What Okta granted, once known; undefined before the first token and for credentials without scopes. */
  granted(): readonly string[] | undefined;
  /** Called when `granted()` changes. Returns a function that stops it. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export type Credential = 'oauth' | 'api-token';

export interface AuthContext {
  readonly signal?: AbortSignal;
  readonly caller?: string;
}
