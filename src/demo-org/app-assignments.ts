import { type Application, appTarget, theApp } from './apps.js';
import type { Entry } from './collection.js';
import { invalid, notFound, OktaFailure } from './errors.js';
import { type Exchange, isObject, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import { isMember } from './memberships.js';
import type { Org } from './org.js';
import { listReply, page, where } from './pages.js';
import type { AddRoute } from './router.js';
import type { Store } from './store.js';
import { theUser, type User, userTarget } from './users.js';

/** What is kept about a user of an application; one through a group has a record only once something was set for it. */
export interface AppUser {
  /** USER: assigned directly; GROUP: lasts as long as a group brings the user. */
  readonly scope: 'USER' | 'GROUP';
  readonly created: string;
  readonly lastUpdated: string;
  readonly profile: JsonObject;
  /** Name the application knows the user by. */
  readonly userName: string;
}

export function routeAppUsers(add: AddRoute): void {
  add('GET', '/api/v1/apps/{appId}/users', listAppUsers);
  add('POST', '/api/v1/apps/{appId}/users', assignUser);
  add('GET', '/api/v1/apps/{appId}/users/{userId}', (x) => ok(assigned(x, theApp(x), theUser(x, 'userId'))));
  add('POST', '/api/v1/apps/{appId}/users/{userId}', updateAppUser);
  add('DELETE', '/api/v1/apps/{appId}/users/{userId}', unassignUser);
}

/** `GET /api/v1/users/{id}/appLinks`: what the user's dashboard shows. */
export function routeAppLinks(add: AddRoute): void {
  add('GET', '/api/v1/users/{id}/appLinks', (x) => {
    const user = theUser(x, 'id');
    const apps = appsOfUser(x.org.store, user);
    return listReply(
      x,
      apps.map((app, index) => ({
        id: `${user.id}${app.id.slice(3)}`,
        label: app.label,
        linkUrl: x.org.url(`/home/${app.name}/${app.id}/demo`),
        logoUrl: null,
        appName: app.name,
        appInstanceId: app.id,
        appAssignmentId: `${app.id}:${user.id}`,
        credentialsSetup: false,
        hidden: false,
        sortOrder: index,
      })),
    );
  });
}

/** The active applications a user can open. */
export function appsOfUser(store: Store, user: User): readonly Application[] {
  return [...store.apps].filter((app) => app.status === 'ACTIVE' && assignmentScope(store, app, user) !== undefined);
}

/** How the user came to the application: by a direct assignment, through a group, or not at all. */
export function assignmentScope(store: Store, app: Application, user: User): 'USER' | 'GROUP' | undefined {
  if (store.appUsers.get(app.id, user.id)?.scope === 'USER') return 'USER';
  return user.status !== 'DEPROVISIONED' && throughGroup(store, app, user) ? 'GROUP' : undefined;
}

function throughGroup(store: Store, app: Application, user: User): boolean {
  return store.appGroups.rights(app.id).some((groupId) => {
    const group = store.groups.get(groupId);
    return group !== undefined && isMember(store, group, user);
  });
}

function listAppUsers(x: Exchange): Reply {
  const app = theApp(x);
  const { store } = x.org;
  const q = x.query.get('q')?.toLowerCase() ?? '';
  const from = (after: number): Iterable<Entry<User>> =>
    where(
      store.users.entries(after),
      (user) =>
        assignmentScope(store, app, user) !== undefined &&
        [user.profile.login, user.profile.firstName, user.profile.lastName].some((name) =>
          name.toLowerCase().startsWith(q),
        ),
    );
  const expand = x.query.get('expand') === 'user';
  return page(x, { fallback: 50, max: 500 }, from, (user) => render(x.org, app, user, expand));
}

/** Assigns directly, also who is there through a group; `scope` GROUP turns a direct assignment back into the group's. */
function assignUser(x: Exchange): Reply {
  const app = theApp(x);
  const body = x.json();
  if (typeof body.id !== 'string' || body.id === '') throw invalid(['id', 'The field cannot be left blank']);
  const { scope = 'USER' } = body;
  if (scope !== 'USER' && scope !== 'GROUP') throw invalid(['scope', 'must be USER or GROUP']);
  const { appUsers, users } = x.org.store;
  const user = users.get(body.id);
  if (!user) throw notFound(body.id, 'User');
  if (app.status !== 'ACTIVE') throw invalid(['status', 'The application is not active']);
  if (user.status === 'DEPROVISIONED') throw new OktaFailure('E0000038');
  const before = appUsers.get(app.id, user.id);
  if (scope === (before?.scope ?? assignmentScope(x.org.store, app, user))) throw new OktaFailure('E0000062');
  if (scope === 'GROUP' && !throughGroup(x.org.store, app, user))
    throw invalid(['scope', 'No group brings the user to the application']);
  const now = x.org.date();
  appUsers.put(app.id, user.id, {
    scope,
    created: before?.created ?? now,
    lastUpdated: now,
    ...content(body, user, before),
  });
  if (scope === 'GROUP') logged(x, app, user, 'update', 'update', 'Update user in application membership');
  else logged(x, app, user, 'assign', 'add', 'Add user to application membership');
  return ok(assigned(x, app, user));
}

function updateAppUser(x: Exchange): Reply {
  const app = theApp(x);
  const user = theUser(x, 'userId');
  const scope = assignmentScope(x.org.store, app, user);
  if (scope === undefined) throw notFound(user.id, 'AppUser');
  const before = x.org.store.appUsers.get(app.id, user.id);
  const now = x.org.date();
  const next = content(x.json(), user, before);
  x.org.store.appUsers.put(app.id, user.id, { scope, created: before?.created ?? now, lastUpdated: now, ...next });
  logged(x, app, user, 'update', 'update', 'Update user in application membership');
  return ok(assigned(x, app, user));
}

/** Only a direct assignment can be taken away; one through a group ends with the group's. */
function unassignUser(x: Exchange): Reply {
  x.flag('sendEmail', false);
  const app = theApp(x);
  const user = theUser(x, 'userId');
  const scope = assignmentScope(x.org.store, app, user);
  if (scope === undefined) throw notFound(user.id, 'AppUser');
  if (scope === 'GROUP') throw new OktaFailure('E0000046', '', ['The user is assigned through a group.']);
  x.org.store.appUsers.delete(app.id, user.id);
  logged(x, app, user, 'unassign', 'remove', 'Remove user from application membership');
  return noContent();
}

function content(body: JsonObject, user: User, before?: AppUser): Pick<AppUser, 'profile' | 'userName'> {
  const credentials = isObject(body.credentials) ? body.credentials : {};
  return {
    profile: isObject(body.profile) ? { ...before?.profile, ...body.profile } : (before?.profile ?? {}),
    userName: String(credentials.userName ?? before?.userName ?? user.profile.login),
  };
}

function logged(
  x: Exchange,
  app: Application,
  user: User,
  kind: 'assign' | 'update' | 'unassign',
  verb: string,
  displayMessage: string,
) {
  x.changed(
    { kind, type: 'AppUser', id: app.id, with: user.id },
    {
      eventType: `application.user_membership.${verb}`,
      displayMessage,
      target: [{ ...userTarget(user), type: 'AppUser' }, appTarget(app), userTarget(user)],
    },
  );
}

function assigned(x: Exchange, app: Application, user: User): object {
  if (assignmentScope(x.org.store, app, user) === undefined) throw notFound(user.id, 'AppUser');
  return render(x.org, app, user, x.query.get('expand') === 'user');
}

/** The assignment of one user; undefined when there is none. */
export function renderAppUser(org: Org, app: Application, userId: string): object | undefined {
  const user = org.store.users.get(userId);
  return user && assignmentScope(org.store, app, user) ? render(org, app, user, false) : undefined;
}

function render(org: Org, app: Application, user: User, expand: boolean): object {
  const direct = org.store.appUsers.get(app.id, user.id);
  const { firstName, lastName, email } = user.profile;
  const userPath = `/api/v1/users/${user.id}`;
  return {
    id: user.id,
    externalId: null,
    created: direct?.created ?? app.created,
    lastUpdated: direct?.lastUpdated ?? app.created,
    scope: assignmentScope(org.store, app, user),
    status: user.status === 'SUSPENDED' ? 'SUSPENDED' : 'ACTIVE',
    statusChanged: direct?.created ?? app.created,
    passwordChanged: null,
    syncState: 'DISABLED',
    lastSync: null,
    credentials: { userName: direct?.userName ?? user.profile.login },
    profile: { email, displayName: `${firstName} ${lastName}`, ...direct?.profile },
    ...(expand && { _embedded: { user: { id: user.id, status: user.status, profile: user.profile } } }),
    _links: { app: org.link(`/api/v1/apps/${app.id}`), user: org.link(userPath) },
  };
}
