import { type Application, appTarget, theApp } from './apps.js';
import { invalid, notFound } from './errors.js';
import { created, type Exchange, noContent, ok, type Reply } from './exchange.js';
import type { Org } from './org.js';
import { listReply } from './pages.js';
import { Random } from './random.js';
import type { AddRoute } from './router.js';

/** A scope of Okta's APIs that an application's tokens may carry. */
export interface ScopeGrant {
  readonly id: string;
  readonly appId: string;
  readonly scopeId: string;
  readonly created: string;
  /** User or client id. */
  readonly createdBy: string;
}

/** `/api/v1/apps/{appId}/grants`: which `okta.*` scopes the org authorization server may put into the app's tokens. */
export function routeAppGrants(add: AddRoute): void {
  const all = '/api/v1/apps/{appId}/grants';
  add('GET', all, (x) => {
    const app = theApp(x);
    const grants = [...x.org.store.grants].filter(({ appId }) => appId === app.id);
    return listReply(
      x,
      grants.map((grant) => render(x, grant)),
    );
  });
  add('POST', all, grantScope);
  add('GET', `${all}/{grantId}`, (x) => ok(render(x, theGrant(x, theApp(x)))));
  add('DELETE', `${all}/{grantId}`, (x) => {
    const app = theApp(x);
    const grant = theGrant(x, app);
    x.org.store.grants.delete(grant.id);
    changed(x, app, grant, 'delete', 'revoke');
    return noContent();
  });
}

/** Granting what is granted already changes nothing. Only super administrators get here: no other role may. */
function grantScope(x: Exchange): Reply {
  const app = theApp(x);
  const { scopeId, issuer } = x.json();
  if (typeof scopeId !== 'string' || !/^(okta|ssf)\.[\w.]+$/.test(scopeId))
    throw invalid(['scopeId', "must be a scope of Okta's APIs"]);
  if (issuer !== x.org.origin) throw invalid(['issuer', `must be ${x.org.origin}`]);
  if (app.signOnMode !== 'OPENID_CONNECT') throw invalid(['appId', 'The application is no OAuth client']);
  const known = [...x.org.store.grants].find((grant) => grant.appId === app.id && grant.scopeId === scopeId);
  if (known) return created(render(x, known));
  const grant = x.org.store.grants.put({
    id: x.org.mint('oag'),
    appId: app.id,
    scopeId,
    created: x.org.date(),
    createdBy: x.principal.id,
  });
  changed(x, app, grant, 'create', 'grant');
  return created(render(x, grant));
}

function theGrant(x: Exchange, app: Application): ScopeGrant {
  const id = x.param('grantId');
  const grant = x.org.store.grants.get(id);
  if (grant?.appId !== app.id) throw notFound(id, 'OAuth2ScopeConsentGrant');
  return grant;
}

function changed(
  x: Exchange,
  app: Application,
  grant: ScopeGrant,
  kind: 'create' | 'delete',
  verb: 'grant' | 'revoke',
): void {
  x.changed(
    { kind, type: 'ScopeGrant', id: grant.id, with: app.id },
    {
      eventType: `app.oauth2.as.consent.${verb}`,
      displayMessage: verb === 'grant' ? 'Grant scope to application' : 'Revoke scope from application',
      target: [
        appTarget(app),
        { id: grant.id, type: 'OAuth2ScopeConsentGrant', alternateId: 'unknown', displayName: grant.scopeId },
      ],
    },
  );
}

function render({ org, query }: Exchange, { appId, ...grant }: ScopeGrant): object {
  return {
    id: grant.id,
    status: 'ACTIVE',
    created: grant.created,
    createdBy: { id: grant.createdBy, type: org.store.users.has(grant.createdBy) ? 'User' : 'Client' },
    lastUpdated: grant.created,
    issuer: org.origin,
    clientId: appId,
    scopeId: grant.scopeId,
    source: 'ADMIN',
    ...(query.get('expand') === 'scope' && { _embedded: { scope: { id: grant.scopeId } } }),
    _links: {
      self: org.link(`/api/v1/apps/${appId}/grants/${grant.id}`),
      app: org.link(`/api/v1/apps/${appId}`),
      client: org.link(`/oauth2/v1/clients/${appId}`),
    },
  };
}

/** What the seeded automation may ask for. Ids of its own: adding a scope here moves no other id. */
export function seedGrants(org: Org): void {
  const random = new Random(`grants ${org.id}`);
  const app = [...org.store.apps].find(({ label }) => label === 'Nightly Automation');
  const owner = org.store.users.first();
  if (!app || !owner) return;
  for (const scopeId of ['okta.users.read', 'okta.groups.read', 'okta.logs.read'])
    org.store.grants.put({ id: random.id('oag'), appId: app.id, scopeId, created: app.created, createdBy: owner.id });
  org.store.roles.put({
    id: random.id('ra1'),
    assignee: app.id,
    assignmentType: 'CLIENT',
    type: 'READ_ONLY_ADMIN',
    created: app.created,
  });
}
