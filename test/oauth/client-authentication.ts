import { type App, GRANTS } from './apps.js';
import { verifyAssertion } from './assertion.js';
import type { Arrival, AuthorizationServer, Edge } from './edge.js';
import { OAuthFailure } from './failure.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Which app sent the form, proven by Okta's rules. May replace the assertion in the form by one oidc-provider takes. */
export async function authenticateClient(edge: Edge, server: AuthorizationServer, arrival: Arrival): Promise<App> {
  const { form } = arrival;
  const basic = /^basic\s+(\S+)$/i.exec(arrival.headers.get('authorization') ?? '')?.[1];
  const methods = [basic, form.get('client_secret'), form.get('client_assertion')].filter(Boolean);
  if (methods.length > 1) throw new OAuthFailure('multiple_client_credentials');

  if (form.has('client_assertion')) {
    if (form.get('client_assertion_type') !== ASSERTION_TYPE) throw new OAuthFailure('client_assertion_type_invalid');
    const { app, hasJti } = await verifyAssertion(edge, arrival);
    if (form.has('client_id') && form.get('client_id') !== app.id) throw new OAuthFailure('invalid_client_id');
    if (!hasJti) form.set('client_assertion', await server.core.vouch(app, arrival.url.origin + arrival.url.pathname));
    if (app.kind !== 'service' || app.secret !== undefined)
      throw new OAuthFailure('invalid_token_endpoint_auth_method');
    return app;
  }

  const [id, secret] = basic === undefined ? [form.get('client_id'), form.get('client_secret')] : decodeBasic(basic);
  if (!id) throw new OAuthFailure('missing_client_credentials');
  const app = edge.app(id);
  if (!app) throw new OAuthFailure('invalid_client_id');
  if (form.get('grant_type') === GRANTS.clientCredentials && server.id === 'org') {
    if (app.kind !== 'service') throw new OAuthFailure('invalid_application_type_client_credentials');
    throw new OAuthFailure('unsupported_auth_method_client_creds');
  }
  if (app.kind === 'native' ? secret : !secret) throw new OAuthFailure('invalid_token_endpoint_auth_method');
  if (app.kind !== 'native' && app.secret !== secret) throw new OAuthFailure('invalid_client_secret');
  return app;
}

function decodeBasic(value: string): [id: string, secret: string] {
  const [id = '', secret = ''] = Buffer.from(value, 'base64').toString('utf8').split(':');
  return [decodeURIComponent(id), decodeURIComponent(secret)];
}
