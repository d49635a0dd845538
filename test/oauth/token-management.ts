import { authenticateClient } from './client-authentication.js';
import type { Arrival, AuthorizationServer, Edge } from './edge.js';
import { OAuthFailure } from './failure.js';
import { forwarded } from './token-endpoint.js';

/** `POST /revoke` (RFC 7009): 200 and no body, for an unknown token too. */
export async function revokeEndpoint(edge: Edge, server: AuthorizationServer, arrival: Arrival): Promise<Response> {
  const app = await authenticateClient(edge, server, arrival);
  const token = presented(arrival);
  const accessToken = server.accessTokens.find(token);
  if (accessToken) {
    if (accessToken.app.id === app.id) await server.accessTokens.revoke(accessToken);
  } else {
    const reply = await forward(server, arrival);
    if (reply.status !== 200) throw new OAuthFailure('invalid_request', { detail: reply.detail });
  }
  return new Response(null, { status: 200 });
}

/** `POST /introspect` (RFC 7662). */
export async function introspectEndpoint(edge: Edge, server: AuthorizationServer, arrival: Arrival): Promise<Response> {
  await authenticateClient(edge, server, arrival);
  const accessToken = server.accessTokens.find(presented(arrival));
  if (accessToken && accessToken.expiresAt <= edge.now()) return Response.json({ active: false });
  if (accessToken) arrival.form.set('token', accessToken.inner);
  const reply = await forward(server, arrival);
  if (reply.status !== 200) throw new OAuthFailure('invalid_request', { detail: reply.detail });
  if (!accessToken || !reply.body.active) return Response.json(reply.body);
  const { ver: _, scp, cid, sub, ...claims } = accessToken.claims;
  return Response.json({
    ...claims,
    active: true,
    scope: (scp as string[]).join(' '),
    client_id: cid,
    sub,
    username: sub,
    token_type: reply.body.token_type,
  });
}

function presented({ form }: Arrival): string {
  const token = form.get('token');
  if (!token) throw new OAuthFailure('request_missing_token');
  return token;
}

function forward(server: AuthorizationServer, arrival: Arrival) {
  const { host, pathname } = arrival.url;
  const headers = forwarded(arrival);
  return server.core.send({ method: 'POST', path: pathname, host, headers, form: arrival.form });
}
