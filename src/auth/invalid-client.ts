/** What an `invalid_client` points at; for programs. */
export type ClientFault =
  | 'kid'
  | 'key'
  | 'audience'
  | 'clock'
  | 'replay'
  | 'app-type'
  | 'client-authentication'
  | 'client-id'
  | 'unknown';

export interface ClientRefusal {
  readonly response: Response;
  /** Milliseconds since 1970 on this machine. */
  readonly now: number;
  /** Whether the client proves itself with a key, or is a public one (native app). */
  readonly confidential: boolean;
}

const KEYS = 'Admin Console > Applications > your app > General > Public Keys';
const CLOCK_FIX = 'Set the clock of this machine right (NTP), then try again.';

/** All of these arrive as 401 `invalid_client`; only the description tells them apart. */
const CONFIDENTIAL: readonly [RegExp, ClientFault, string, string][] = [
  [
    /\bkid\b/i,
    'kid',
    'the key id is not registered with the app, or its key is inactive.',
    `Compare OKTA_KEY_ID with ${KEYS}, and activate the key there.`,
  ],
  [
    /signature is invalid/i,
    'key',
    'the private key is not the one registered under this key id.',
    `Set OKTA_PRIVATE_KEY and OKTA_KEY_ID from the same key of ${KEYS}.`,
  ],
  [
    /audience/i,
    'audience',
    'Okta knows the org under another address than OKTA_ORG_URL.',
    'Set OKTA_ORG_URL to the address of the org itself, not of a proxy in front of it.',
  ],
  [/expired|future|issued before|current time/i, 'clock', 'the clock of this machine is wrong.', CLOCK_FIX],
  [
    /already been used/i,
    'replay',
    'something on the way sent the request twice.',
    'Try again; if it stays so, look at the proxy.',
  ],
  [
    /application_type/i,
    'app-type',
    'the app is not of type API Services.',
    'Create one: Admin Console > Applications > Create App Integration > API Services.',
  ],
  [
    /token_endpoint_auth_method|client.?secret/i,
    'client-authentication',
    'the app authenticates with a client secret.',
    'Switch it: Admin Console > Applications > your app > General > Client Credentials > Public key / Private key.',
  ],
  [
    /JWKS/i,
    'kid',
    'the app has no public key: none was added, or the app is not of type API Services.',
    `Add one: ${KEYS} > Add key.`,
  ],
  [
    /algorithm/i,
    'key',
    'the key is of another type than the one registered under this key id.',
    `Compare it with ${KEYS}.`,
  ],
  [
    /client_?id|issuer|subject|no client credentials/i,
    'client-id',
    'this org has no active app with the client ID.',
    'Compare OKTA_CLIENT_ID with Admin Console > Applications > your app > General, and OKTA_ORG_URL with the org you are in.',
  ],
];

/** A native app sends its client ID and nothing else. */
const PUBLIC: readonly [RegExp, ClientFault, string, string][] = [
  [
    /token_endpoint_auth_method|client.?secret|client_assertion|authentication/i,
    'client-authentication',
    'the app expects a secret or a key, so it is not a native app.',
    'Create one: Admin Console > Applications > Create App Integration > OIDC > Native Application. For an API Services app set OKTA_PRIVATE_KEY and OKTA_KEY_ID.',
  ],
  [
    /./,
    'client-id',
    'this org has no active app with the client ID.',
    'Compare OKTA_CLIENT_ID with Admin Console > Applications > your app > General, and OKTA_ORG_URL with the org you are in.',
  ],
];

/** Beyond this the clock is worth a mention whatever else is wrong. Seconds. */
const NOTABLE_SKEW = 60;

/** Which of key id, key, audience, clock, app or client ID is at fault, and the next step. */
export function explainInvalidClient(
  { response, now, confidential }: ClientRefusal,
  description: string | undefined,
): { fault: ClientFault; cause: string; fix: string } {
  const skew = Math.round((now - Date.parse(response.headers.get('date') ?? '')) / 1000);
  const clock =
    Math.abs(skew) >= NOTABLE_SKEW
      ? ` This machine's clock is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} Okta's.`
      : '';
  const table = confidential ? CONFIDENTIAL : PUBLIC;
  const known = table.find(([pattern]) => description && pattern.test(description));
  if (known) return { fault: known[1], cause: `Most likely ${known[2]}${clock}`, fix: known[3] };
  if (clock && confidential) {
    return { fault: 'clock', cause: `Most likely the clock of this machine is wrong.${clock}`, fix: CLOCK_FIX };
  }
  return {
    fault: 'unknown',
    cause: 'Client ID, key id and private key do not belong together, or the app is inactive.',
    fix: `Compare OKTA_CLIENT_ID and OKTA_KEY_ID with ${KEYS}, and set the private key made with that key id.`,
  };
}
