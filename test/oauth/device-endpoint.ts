import { GRANTS } from './apps.js';
import { authenticateClient } from './client-authentication.js';
import type { Arrival, AuthorizationServer, Edge } from './edge.js';
import { OAuthFailure } from './failure.js';
import { requestedScopes } from './scopes.js';
import { forwarded, requireGrant } from './token-endpoint.js';

/** `POST /device/authorize` (RFC 8628 section 3.1). */
export async function deviceEndpoint(edge: Edge, server: AuthorizationServer, arrival: Arrival): Promise<Response> {
  const app = await authenticateClient(edge, server, arrival);
  requireGrant(app, GRANTS.device);
  requestedScopes(server, app, GRANTS.device, arrival.form.get('scope'));
  const { switches } = edge;
  if (server.deviceCodes.waiting(app) >= switches.deviceCodesWaiting) throw new OAuthFailure('too_many_user_codes');
  const { host, pathname } = arrival.url;
  const headers = forwarded(arrival);
  const reply = await server.core.send({ method: 'POST', path: pathname, host, headers, form: arrival.form });
  if (reply.status !== 200) throw new OAuthFailure('invalid_request', { detail: reply.detail });
  const { device_code, user_code } = reply.body as Record<'device_code' | 'user_code', string>;
  const { deviceCodeLife, deviceInterval } = switches;
  server.deviceCodes.issued(device_code, user_code, app, deviceCodeLife, deviceInterval);
  return Response.json({ ...reply.body, expires_in: deviceCodeLife, interval: deviceInterval });
}

/** `GET /activate`: where the person goes. Tests press its buttons through `approveDevice` and `denyDevice`. */
export function activatePage(edge: Edge, url: URL): Response {
  const userCode = url.searchParams.get('user_code');
  const known = userCode !== null && edge.authorizationServers.some(({ deviceCodes }) => deviceCodes.has(userCode));
  const heading = userCode === null ? 'Activate your device' : known ? 'Confirm the code' : 'Invalid code';
  return page(known || userCode === null ? 200 : 404, heading);
}

export function page(status: number, heading: string): Response {
  const html = `<!doctype html><html><head><title>${heading}</title></head><body><h1>${heading}</h1></body></html>`;
  return new Response(html, { status, headers: { 'content-type': 'text/html;charset=utf-8' } });
}
