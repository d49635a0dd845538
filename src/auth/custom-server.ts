/** A custom authorization server of an org (Okta, "Authorization servers"): it issues tokens for services like this one. */
export interface CustomServer {
  readonly issuer: string;
  readonly keysUrl: string;
  readonly introspectionUrl: string;
}

/** All of its addresses follow from its id: `default`, or one that starts with `aus`. */
export function customServer(orgUrl: string, id: string): CustomServer {
  const issuer = `${orgUrl}/oauth2/${id}`;
  return { issuer, keysUrl: `${issuer}/v1/keys`, introspectionUrl: `${issuer}/v1/introspect` };
}
