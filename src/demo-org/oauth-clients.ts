import { completeApp } from './app-templates.js';
import { type Application, appTarget } from './apps.js';
import { notFound } from './errors.js';
import { type Exchange, isObject, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import { page, where } from './pages.js';
import type { AddRoute } from './router.js';

const PATH = '/oauth2/v1/clients';

/**
 * OAuth clients by the registration API (RFC 7591): the same as the apps that sign on by OpenID Connect, seen otherwise.
 * Source: the client operations of Okta's OAuth specification.
 */
export function routeOAuthClients(add: AddRoute): void {
  add('GET', PATH, listClients);
  add('POST', PATH, registerClient);
  add('GET', `${PATH}/{clientId}`, (x) => ok(registration(theClient(x))));
  add('PUT', `${PATH}/{clientId}`, replaceClient);
  add('DELETE', `${PATH}/{clientId}`, deleteClient);
  add('POST', `${PATH}/{clientId}/lifecycle/newSecret`, renewSecret);
}

function theClient(x: Exchange): Application {
  const id = x.param('clientId');
  const app = x.org.store.apps.get(id);
  if (app?.signOnMode !== 'OPENID_CONNECT') throw notFound(id, 'Client');
  return app;
}

function listClients(x: Exchange): Reply {
  const q = x.query.get('q')?.toLowerCase() ?? '';
  return page(
    x,
    { fallback: 50, max: 200 },
    (after) =>
      where(
        x.org.store.apps.entries(after),
        (app) => app.signOnMode === 'OPENID_CONNECT' && app.label.toLowerCase().includes(q),
      ),
    (app) => registration(app),
  );
}

function registerClient(x: Exchange): Reply {
  const app = save(x, x.org.mint('0oa'), 'create');
  return { status: 201, body: registration(app, true) };
}

function replaceClient(x: Exchange): Reply {
  const before = theClient(x);
  return ok(registration(save(x, before.id, 'update', before), true));
}

function save(x: Exchange, id: string, kind: 'create' | 'update', before?: Application): Application {
  const { client_name, token_endpoint_auth_method, ...settings } = x.json();
  const now = x.org.date();
  const content = completeApp(
    x.org,
    id,
    {
      name: before?.name ?? 'oidc_client',
      label: String(client_name),
      signOnMode: 'OPENID_CONNECT',
      settings: { oauthClient: { grant_types: ['authorization_code'], ...settings } },
      credentials: { oauthClient: { ...(token_endpoint_auth_method !== undefined && { token_endpoint_auth_method }) } },
    },
    before,
  );
  const app = x.org.store.apps.put({
    ...content,
    status: before?.status ?? 'ACTIVE',
    created: before?.created ?? now,
    lastUpdated: now,
  });
  x.changed({ kind, type: 'Client', id }, event(app, kind));
  return app;
}

function deleteClient(x: Exchange): Reply {
  const app = theClient(x);
  const { store } = x.org;
  store.appUsers.dropLeft(app.id);
  store.appGroups.dropLeft(app.id);
  for (const grant of store.grants) if (grant.appId === app.id) store.grants.delete(grant.id);
  for (const role of store.roles) if (role.assignee === app.id) store.roles.delete(role.id);
  store.apps.delete(app.id);
  x.changed({ kind: 'delete', type: 'Client', id: app.id }, event(app, 'delete'));
  return noContent();
}

function renewSecret(x: Exchange): Reply {
  const app = theClient(x);
  const client = isObject(app.credentials.oauthClient) ? app.credentials.oauthClient : {};
  const renewed = { ...client, client_secret: `invented-secret-${x.org.random.hex(8)}` };
  const saved = x.org.store.apps.put({
    ...app,
    credentials: { ...app.credentials, oauthClient: renewed },
    lastUpdated: x.org.date(),
  });
  x.changed({ kind: 'update', type: 'Client', id: app.id }, event(app, 'update'));
  return ok(registration(saved, true));
}

function event(app: Application, verb: string) {
  const target = [appTarget(app)];
  return { eventType: `app.oauth2.client.lifecycle.${verb}`, displayMessage: `OAuth2 client ${verb}`, target };
}

/** @param secret it was made just now, so it is shown */
function registration(app: Application, secret = false): JsonObject {
  const settings = isObject(app.settings.oauthClient) ? app.settings.oauthClient : {};
  const client = isObject(app.credentials.oauthClient) ? app.credentials.oauthClient : {};
  const shown = Object.fromEntries(
    SHOWN.flatMap((name) => ((settings[name] ?? null) === null ? [] : [[name, settings[name]]])),
  );
  return {
    ...shown,
    client_id: app.id,
    client_name: app.label,
    client_id_issued_at: Math.floor(Date.parse(app.created) / 1000),
    client_secret_expires_at: 0,
    token_endpoint_auth_method: client.token_endpoint_auth_method,
    ...(secret && client.client_secret !== undefined && { client_secret: client.client_secret }),
  };
}

const SHOWN = [
  ...['application_type', 'redirect_uris', 'post_logout_redirect_uris', 'response_types', 'grant_types', 'jwks'],
  ...['jwks_uri', 'initiate_login_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'request_object_signing_alg'],
  ...['frontchannel_logout_uri', 'frontchannel_logout_session_required', 'id_token_encrypted_response_alg'],
];
