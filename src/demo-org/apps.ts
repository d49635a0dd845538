import { valuesAt } from '../scim/comparison.js';
import { assignmentScope, renderAppUser } from './app-assignments.js';
import { completeApp, SIGN_ON_MODES } from './app-templates.js';
import type { Entry } from './collection.js';
import { invalid, notFound, OktaFailure } from './errors.js';
import type { EventTarget } from './event-log.js';
import { type Exchange, isObject, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import type { Org } from './org.js';
import { page, where } from './pages.js';
import type { AddRoute } from './router.js';
import { compileFilter } from './scim-match.js';
import type { Store } from './store.js';

export type SignOnMode = (typeof SIGN_ON_MODES)[number];

/** What a request decides about an application. */
export interface ApplicationContent {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly signOnMode: SignOnMode;
  readonly settings: JsonObject;
  readonly credentials: JsonObject;
  readonly [property: string]: unknown;
}

export interface Application extends ApplicationContent {
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly created: string;
  readonly lastUpdated: string;
}

const FILTER = {
  code: 'E0000053',
  attributes: /^(id|status|name|credentials\.signing\.kid|user\.id|group\.id)$/,
  operators: () => ['eq'],
} as const;

export function routeApps(add: AddRoute): void {
  add('GET', '/api/v1/apps', listApps);
  add('POST', '/api/v1/apps', createApp);
  add('GET', '/api/v1/apps/{appId}', (x) => ok(renderApp(x.org, theApp(x), userToExpand(x))));
  add('PUT', '/api/v1/apps/{appId}', replaceApp);
  add('DELETE', '/api/v1/apps/{appId}', deleteApp);
  add('POST', '/api/v1/apps/{appId}/lifecycle/activate', (x) => setStatus(x, 'ACTIVE', 'activate'));
  add('POST', '/api/v1/apps/{appId}/lifecycle/deactivate', (x) => setStatus(x, 'INACTIVE', 'deactivate'));
}

export function theApp(x: Exchange): Application {
  const id = x.param('appId');
  const app = x.org.store.apps.get(id);
  if (!app) throw notFound(id, 'AppInstance');
  return app;
}

export function appTarget(app: Application): EventTarget {
  return { id: app.id, type: 'AppInstance', alternateId: app.label, displayName: app.label, detailEntry: null };
}

/** The applications assigned to a group, in the order they were created. */
export function appsOfGroup(store: Store, groupId: string, after = -1): Iterable<Entry<Application>> {
  const assigned = new Set(store.appGroups.lefts(groupId));
  return where(store.apps.entries(after), (app) => assigned.has(app.id));
}

function listApps(x: Exchange): Reply {
  const { store } = x.org;
  const q = x.query.get('q')?.toLowerCase() ?? '';
  const filter = x.query.get('filter');
  const test = filter === null ? () => true : compileFilter<Application>(filter, FILTER, attributes(store, filter));
  const user = userToExpand(x);
  return page(
    x,
    { fallback: x.org.habits.appsPerPage, max: 200 },
    (after) =>
      where(
        store.apps.entries(after),
        (app) => (app.name.toLowerCase().startsWith(q) || app.label.toLowerCase().startsWith(q)) && test(app),
      ),
    (app) => renderApp(x.org, app, user),
  );
}

/** `user.id` and `group.id` in a filter mean whom the application is assigned to; of users, those the filter names. */
function attributes(store: Store, filter: string) {
  const named = [...filter.matchAll(/"([^"]*)"/g)].map(([, id]) => store.users.get(id ?? '')).filter((user) => !!user);
  return (app: Application, path: string): readonly unknown[] => {
    if (path === 'user.id') return named.filter((user) => assignmentScope(store, app, user)).map(({ id }) => id);
    if (path === 'group.id') return store.appGroups.rights(app.id);
    return valuesAt(app, path);
  };
}

function userToExpand(x: Exchange): string | undefined {
  return /^user\/(\w+)$/.exec(x.query.get('expand') ?? '')?.[1];
}

function createApp(x: Exchange): Reply {
  const now = x.org.date();
  const app = x.org.store.apps.put({
    ...completeApp(x.org, x.org.mint('0oa'), checkBody(x)),
    status: x.flag('activate', true) ? 'ACTIVE' : 'INACTIVE',
    created: now,
    lastUpdated: now,
  });
  x.changed({ kind: 'create', type: 'AppInstance', id: app.id }, event(app, 'create', 'Create application'));
  return ok(renderApp(x.org, app, undefined, true));
}

function replaceApp(x: Exchange): Reply {
  const before = theApp(x);
  const body = checkBody(x);
  if (body.signOnMode !== before.signOnMode) throw invalid(['signOnMode', 'cannot be changed']);
  const app = x.org.store.apps.put({
    ...completeApp(x.org, before.id, { ...body, name: before.name }, before),
    status: before.status,
    created: before.created,
    lastUpdated: x.org.date(),
  });
  x.changed({ kind: 'update', type: 'AppInstance', id: app.id }, event(app, 'update', 'Update application'));
  return ok(renderApp(x.org, app, undefined, true));
}

function deleteApp(x: Exchange): Reply {
  const app = theApp(x);
  if (app.status === 'ACTIVE')
    throw new OktaFailure('E0000056', '', ['The application must be deactivated before deletion.']);
  const { store } = x.org;
  store.appUsers.dropLeft(app.id);
  store.appGroups.dropLeft(app.id);
  for (const grant of store.grants) if (grant.appId === app.id) store.grants.delete(grant.id);
  for (const role of store.roles) if (role.assignee === app.id) store.roles.delete(role.id);
  store.apps.delete(app.id);
  x.changed({ kind: 'delete', type: 'AppInstance', id: app.id }, event(app, 'delete', 'Delete application'));
  return noContent();
}

function setStatus(x: Exchange, status: Application['status'], verb: 'activate' | 'deactivate'): Reply {
  const app = theApp(x);
  if (app.status !== status) {
    x.org.store.apps.put({ ...app, status, lastUpdated: x.org.date() });
    const title = verb === 'activate' ? 'Activate application' : 'Deactivate application';
    x.changed({ kind: 'lifecycle', type: 'AppInstance', id: app.id }, event(app, verb, title));
  }
  return ok({});
}

function checkBody(x: Exchange): JsonObject & { label: string; signOnMode: SignOnMode } {
  const body = x.json();
  const problems: [string, string][] = [];
  const { label, signOnMode } = body;
  if (typeof label !== 'string' || label.trim() === '') problems.push(['label', 'The field cannot be left blank']);
  if (signOnMode === undefined) problems.push(['signOnMode', 'The field cannot be left blank']);
  else if (!(SIGN_ON_MODES as readonly unknown[]).includes(signOnMode))
    problems.push(['signOnMode', `must be one of ${SIGN_ON_MODES.join(', ')}`]);
  if (problems.length > 0) throw invalid(...problems);
  return body as JsonObject & { label: string; signOnMode: SignOnMode };
}

function event(app: Application, verb: string, displayMessage: string) {
  return { eventType: `application.lifecycle.${verb}`, displayMessage, target: [appTarget(app)] };
}

/**
 * The application as the API shows it, with one user's assignment embedded when asked for.
 * @param secret it was created or replaced just now, so the secret of its OAuth client is shown
 */
export function renderApp(org: Org, app: Application, expandUser?: string, secret = false): object {
  const path = `/api/v1/apps/${app.id}`;
  const user = expandUser === undefined ? undefined : renderAppUser(org, app, expandUser);
  const next = app.status === 'ACTIVE' ? 'deactivate' : 'activate';
  const saml = app.signOnMode === 'SAML_2_0' || app.signOnMode === 'SAML_1_1';
  return {
    ...app,
    credentials: shown(app.credentials, secret),
    ...(user && { _embedded: { user } }),
    _links: {
      self: org.link(path),
      users: org.link(`${path}/users`),
      groups: org.link(`${path}/groups`),
      [next]: org.link(`${path}/lifecycle/${next}`, 'POST'),
      appLinks: [{ name: 'login', type: 'text/html', ...org.link(`/home/${app.name}/${app.id}/demo`) }],
      ...(saml && { metadata: { type: 'application/xml', ...org.link(`${path}/sso/saml/metadata`) } }),
    },
  };
}

/** An empty password says that there is one; the secret of an OAuth client is shown when it is set, and never read. */
function shown(credentials: JsonObject, secret: boolean): JsonObject {
  const { password, oauthClient } = credentials;
  const { client_secret: _, ...client } = isObject(oauthClient) ? oauthClient : {};
  return {
    ...credentials,
    ...(isObject(password) && { password: {} }),
    ...(isObject(oauthClient) && !secret && { oauthClient: client }),
  };
}
