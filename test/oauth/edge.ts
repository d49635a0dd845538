import type { DemoOrg } from '../../src/demo-org/demo-org.js';
import type { AccessTokens } from './access-tokens.js';
import type { App } from './apps.js';
import type { Core } from './core.js';
import type { DeviceCodes } from './device-codes.js';
import type { Nonces } from './nonces.js';
import type { RefreshTokens } from './refresh-tokens.js';
import type { Sighting, SingleUse } from './single-use.js';

/** Where Okta's behaviour differs between orgs or is not documented; may be changed while the server runs. */
export interface Switches {
  /** Status of `access_denied` at a device poll: 403 in Okta's list, 400 in RFC 8628. */
  deniedStatus: 400 | 403;
  /** Whether `/api/v1` demands a nonce in proofs, and with which status; Okta does not today. */
  resourceNonce: false | 400 | 401;
  /** Leaves `refresh_token` out of the answer to a refresh that did not rotate it. */
  omitStaticRefreshToken: boolean;
  /** Seconds. */
  accessTokenLife: number;
  /** Seconds. */
  deviceCodeLife: number;
  /** Seconds between two polls. */
  deviceInterval: number;
  /** Seconds. */
  refreshTokenLife: number;
  /** How many device codes of an app may be waiting at once. */
  deviceCodesWaiting: number;
}

export const USUAL: Switches = {
  deniedStatus: 403,
  resourceNonce: false,
  omitStaticRefreshToken: false,
  accessTokenLife: 3600,
  deviceCodeLife: 600,
  deviceInterval: 5,
  refreshTokenLife: 90 * 86_400,
  deviceCodesWaiting: 100,
};

/** One authorization server as Okta presents it. */
export interface AuthorizationServer {
  /** `org`, or the id of a custom one. */
  readonly id: string;
  readonly issuer: string;
  readonly base: string;
  readonly audience: string;
  /** The scopes a custom server defines; undefined for the org server, where the app's grants count. */
  readonly scopes: readonly string[] | undefined;
  /** Whether access tokens carry a `groups` claim. */
  readonly groupsClaim: boolean;
  /** Whether an access policy with a matching rule exists; the `default` server of a new org has none. */
  readonly policy: boolean;
  readonly core: Core;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  readonly deviceCodes: DeviceCodes;
}

/** What all endpoints share. */
export interface Edge {
  /** Milliseconds since 1970, with the skew a test asked for. */
  readonly now: () => number;
  readonly switches: Switches;
  readonly app: (id: string) => App | undefined;
  readonly org: DemoOrg;
  readonly nonces: Nonces;
  readonly singleUse: SingleUse;
  readonly authorizationServers: AuthorizationServer[];
  readonly tokenRequests: TokenRequest[];
  /** Who the browser at `/authorize` is signed in as. */
  signedIn: { readonly login: string; readonly consents: boolean } | undefined;
}

/** A request as it arrived. */
export interface Arrival {
  readonly method: string;
  /** With the host the caller named, path and query as sent. */
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The body, when it is a form. */
  readonly form: URLSearchParams;
  readonly sighting: Sighting;
}

/** One request to a token endpoint and what became of it. */
export interface TokenRequest {
  readonly at: number;
  /** `org`, or the id of a custom authorization server. */
  readonly server: string;
  readonly grant: string;
  readonly client: string;
  readonly dpopJti: string | undefined;
  readonly assertionJti: string | undefined;
  /** Those asked for. */
  readonly scopes: readonly string[];
  readonly status: number;
  /** `issued`, Okta's internal name of the refusal, or the kind of fault a test asked for. */
  readonly outcome: string;
}
