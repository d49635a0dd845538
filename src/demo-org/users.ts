import { invalid, notFound, OktaFailure } from './errors.js';
import type { EventTarget } from './event-log.js';
import { type Exchange, isObject, noContent, ok, type Reply } from './exchange.js';
import { applyRules } from './group-rules.js';
import { renderGroup } from './groups.js';
import { joinGroup, memberGroups } from './memberships.js';
import type { Org } from './org.js';
import { listReply } from './pages.js';
import type { AddRoute } from './router.js';
import { deactivate } from './user-lifecycle.js';
import { checkPassword, mergeProfile, newProfile, type UserProfile } from './user-profile.js';
import { listUsers } from './user-search.js';
import { blocksOf, checkVersion, showUser } from './user-view.js';

export type UserStatus =
  | 'STAGED'
  | 'PROVISIONED'
  | 'ACTIVE'
  | 'RECOVERY'
  | 'PASSWORD_EXPIRED'
  | 'LOCKED_OUT'
  | 'SUSPENDED'
  | 'DEPROVISIONED';

export interface User {
  readonly id: string;
  readonly status: UserStatus;
  readonly created: string;
  readonly activated: string | null;
  readonly statusChanged: string | null;
  readonly lastLogin: string | null;
  readonly lastUpdated: string;
  readonly passwordChanged: string | null;
  readonly type: { readonly id: string };
  readonly profile: UserProfile;
  /** Has a password, or an outside provider that has one. The password itself is not kept. */
  readonly hasPassword: boolean;
  readonly provider: { readonly type: string; readonly name: string };
}

export function routeUsers(add: AddRoute): void {
  add('GET', '/api/v1/users', listUsers);
  add('POST', '/api/v1/users', createUser);
  add('GET', '/api/v1/users/{id}', (x) => showUser(x, theUser(x, 'id')));
  add('POST', '/api/v1/users/{id}', (x) => updateUser(x, false));
  add('PUT', '/api/v1/users/{id}', (x) => updateUser(x, true));
  add('DELETE', '/api/v1/users/{id}', deleteUser);
  add('DELETE', '/api/v1/users/{userId}/sessions', clearSessions);
  add('GET', '/api/v1/users/{id}/groups', (x) =>
    listReply(
      x,
      memberGroups(x.org.store, theUser(x, 'id').id).map((group) => renderGroup(x.org, group)),
    ),
  );
  add('GET', '/api/v1/users/{id}/blocks', (x) => listReply(x, blocksOf(theUser(x, 'id'))));
}

/** The user a path names by id, login, short name or `me`; 404 when there is none. */
export function theUser(x: Exchange, parameter: string): User {
  const reference = x.param(parameter);
  const user = x.org.store.users.find(reference === 'me' ? x.principal.id : reference);
  if (!user) throw notFound(reference, 'User');
  return user;
}

/** The user as a target or actor of a log event. */
export function userTarget(user: User): EventTarget {
  const { firstName, lastName, login } = user.profile;
  return { id: user.id, type: 'User', alternateId: login, displayName: `${firstName} ${lastName}`, detailEntry: null };
}

function createUser(x: Exchange): Reply {
  const { store } = x.org;
  const body = x.json();
  const profile = newProfile(x.org, body.profile);
  if (store.users.byLogin(profile.login)) throw loginTaken();
  const credentials = isObject(body.credentials) ? body.credentials : {};
  const password = checkPassword(credentials.password);
  const provider = isObject(credentials.provider) ? credentials.provider : undefined;
  const activate = x.flag('activate', true);
  const nextLogin = x.query.get('nextLogin');
  if (nextLogin !== null && nextLogin !== 'changePassword') throw invalid(['nextLogin', 'must be changePassword']);
  if (nextLogin !== null && (!password || !activate))
    throw invalid(['nextLogin', 'needs a password and an activated user']);
  const groups = groupIds(body.groupIds).map((id) => {
    const group = store.groups.get(id);
    if (group?.type !== 'OKTA_GROUP') throw invalid(['groupIds', `"${id}" is not a group that users can be put in`]);
    return group;
  });

  const hasPassword = password || x.flag('provider', false) || provider !== undefined;
  const now = x.org.date();
  const status = !activate ? 'STAGED' : nextLogin ? 'PASSWORD_EXPIRED' : hasPassword ? 'ACTIVE' : 'PROVISIONED';
  const user = store.users.put({
    id: x.org.mint('00u'),
    status,
    created: now,
    activated: activate ? now : null,
    statusChanged: activate ? now : null,
    lastLogin: null,
    lastUpdated: now,
    passwordChanged: password ? now : null,
    type: { id: typeId(x.org, body.type) },
    profile,
    hasPassword,
    provider: { type: String(provider?.type ?? 'OKTA'), name: String(provider?.name ?? 'OKTA') },
  });
  x.changed(
    { kind: 'create', type: 'User', id: user.id },
    { eventType: 'user.lifecycle.create', displayMessage: 'Create okta user', target: [userTarget(user)] },
  );
  for (const group of groups) joinGroup(x, group, user);
  applyRules(x, user);
  return ok(renderUser(x.org, user, true));
}

function updateUser(x: Exchange, replace: boolean): Reply {
  const before = theUser(x, 'id');
  checkVersion(x, before);
  const body = x.json();
  const credentials = isObject(body.credentials) ? body.credentials : {};
  const password = checkPassword(credentials.password);
  if (password && before.status === 'DEPROVISIONED') throw new OktaFailure('E0000038');
  if (replace && body.profile === undefined) throw invalid(['profile', 'The field cannot be left blank']);
  const profile = replace ? newProfile(x.org, body.profile) : mergeProfile(x.org, before.profile, body.profile);
  const owner = x.org.store.users.byLogin(profile.login);
  if (owner && owner.id !== before.id) throw loginTaken();
  const now = x.org.date();
  const user = x.org.store.users.put({
    ...before,
    profile,
    lastUpdated: now,
    ...(password && { hasPassword: true, passwordChanged: now }),
  });
  const profileChanged = body.profile !== undefined;
  x.changed(
    { kind: 'update', type: 'User', id: user.id },
    {
      eventType: profileChanged ? 'user.account.update_profile' : 'user.account.update_password',
      displayMessage: profileChanged ? 'Update user profile for Okta' : 'User update password for Okta',
      target: [userTarget(user)],
    },
  );
  if (profileChanged) applyRules(x, user);
  return ok(renderUser(x.org, user, true));
}

/** The first DELETE of a live user only deactivates; the second deletes for good. */
function deleteUser(x: Exchange): Reply {
  const user = theUser(x, 'id');
  x.flag('sendEmail', false);
  if (user.status !== 'DEPROVISIONED') {
    deactivate(x, user);
    return noContent();
  }
  const { store } = x.org;
  store.members.dropRight(user.id);
  store.appUsers.dropRight(user.id);
  store.factors.delete(user.id);
  store.groupOwners.dropRight(user.id);
  for (const role of store.roles) if (role.assignee === user.id) store.roles.delete(role.id);
  store.users.delete(user.id);
  x.changed(
    { kind: 'delete', type: 'User', id: user.id },
    { eventType: 'user.lifecycle.delete.initiated', displayMessage: 'Delete okta user', target: [userTarget(user)] },
  );
  return noContent();
}

function clearSessions(x: Exchange): Reply {
  const user = theUser(x, 'userId');
  x.changed(
    { kind: 'lifecycle', type: 'User', id: user.id },
    { eventType: 'user.session.clear', displayMessage: 'Clear user session', target: [userTarget(user)] },
  );
  return noContent();
}

function loginTaken(): OktaFailure {
  return invalid(['login', 'An object with this field already exists in the current organization']);
}

function groupIds(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((id) => typeof id !== 'string')) throw invalid(['groupIds', 'must be ids']);
  return [...new Set(value as string[])];
}

function typeId(org: Org, value: unknown): string {
  const [standard] = org.store.userTypes;
  if (!isObject(value)) return standard?.id ?? '';
  const id = String(value.id);
  if (!org.store.userTypes.has(id)) throw notFound(id, 'UserType');
  return id;
}

/** The user as the API shows it; the action links that its status allows come with a single user only. */
export function renderUser(org: Org, user: User, single: boolean): object {
  const { hasPassword, provider, ...shown } = user;
  const path = `/api/v1/users/${user.id}`;
  const actions = single ? (ACTIONS[user.status] ?? []) : [];
  return {
    ...shown,
    credentials: { ...(hasPassword && provider.type === 'OKTA' && { password: {} }), provider },
    _links: {
      ...Object.fromEntries(
        actions.map((name) => [
          name.replace(/_(\w)/g, (_, c) => c.toUpperCase()),
          org.link(`${path}/lifecycle/${name}`, 'POST'),
        ]),
      ),
      ...(single && {
        schema: org.link('/api/v1/meta/schemas/user/default'),
        type: org.link(`/api/v1/meta/types/user/${user.type.id}`),
      }),
      self: org.link(path),
    },
  };
}

const ACTIONS: Partial<Record<UserStatus, readonly string[]>> = {
  STAGED: ['activate', 'deactivate'],
  PROVISIONED: ['reactivate', 'reset_password', 'deactivate'],
  ACTIVE: ['suspend', 'reset_password', 'expire_password', 'deactivate'],
  RECOVERY: ['reactivate', 'reset_password', 'deactivate'],
  PASSWORD_EXPIRED: ['reset_password', 'expire_password', 'deactivate'],
  LOCKED_OUT: ['unlock', 'reset_password', 'deactivate'],
  SUSPENDED: ['unsuspend', 'deactivate'],
  DEPROVISIONED: ['activate'],
};
