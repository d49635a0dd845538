import type { Entry } from './collection.js';
import { invalid } from './errors.js';
import { type Exchange, noContent } from './exchange.js';
import { type Group, groupTarget, theGroup } from './groups.js';
import type { Membership } from './member-relation.js';
import { page } from './pages.js';
import type { AddRoute } from './router.js';
import type { Store } from './store.js';
import { renderUser, theUser, type User, userTarget } from './users.js';

export function routeMemberships(add: AddRoute): void {
  add('GET', '/api/v1/groups/{groupId}/users', (x) => {
    const group = theGroup(x);
    return page(
      x,
      { fallback: 1000, max: 1000 },
      (after) => groupMembers(x.org.store, group, after),
      (user) => renderUser(x.org, user, false),
    );
  });
  add('PUT', '/api/v1/groups/{groupId}/users/{userId}', (x) => {
    joinGroup(x, editableMembers(theGroup(x)), theUser(x, 'userId'));
    return noContent();
  });
  add('DELETE', '/api/v1/groups/{groupId}/users/{userId}', (x) => {
    leaveGroup(x, editableMembers(theGroup(x)), theUser(x, 'userId'));
    return noContent();
  });
}

export function isMember(store: Store, group: Group, user: User): boolean {
  return group.type === 'BUILT_IN' || store.members.has(group.id, user.id);
}

/** Members in the order they joined; everybody in "Everyone". */
export function* groupMembers(store: Store, group: Group, after = -1): Generator<Entry<User>> {
  if (group.type === 'BUILT_IN') {
    yield* store.users.entries(after);
    return;
  }
  for (const [position, { right }] of store.members.entries(group.id, after)) {
    const user = store.users.get(right);
    if (user) yield [position, user];
  }
}

export function memberCount(store: Store, group: Group): number {
  return group.type === 'BUILT_IN' ? store.users.size : store.members.count(group.id);
}

/** The groups a user is in, "Everyone" first. */
export function memberGroups(store: Store, userId: string): readonly Group[] {
  const joined = new Set(store.members.lefts(userId));
  return [...store.groups].filter((group) => group.type === 'BUILT_IN' || joined.has(group.id));
}

/** Adds the user; nothing changes and nothing is logged when already a member. */
export function joinGroup(x: Exchange, group: Group, user: User, by: Membership = 'HAND'): void {
  if (isMember(x.org.store, group, user)) return;
  x.org.store.members.put(group.id, user.id, by);
  touch(x, group);
  x.changed(
    { kind: 'assign', type: 'UserGroup', id: group.id, with: user.id },
    {
      eventType: 'group.user_membership.add',
      displayMessage: 'Add user to group membership',
      target: [userTarget(user), groupTarget(group)],
    },
  );
}

export function leaveGroup(x: Exchange, group: Group, user: User): void {
  if (!x.org.store.members.delete(group.id, user.id)) return;
  touch(x, group);
  x.changed(
    { kind: 'unassign', type: 'UserGroup', id: group.id, with: user.id },
    {
      eventType: 'group.user_membership.remove',
      displayMessage: 'Remove user from group membership',
      target: [userTarget(user), groupTarget(group)],
    },
  );
}

/** Only groups made in Okta take members by hand: "Everyone" holds everybody, application groups follow their source. */
function editableMembers(group: Group): Group {
  if (group.type !== 'OKTA_GROUP') throw invalid(['type', `Members of a ${group.type} group cannot be changed`]);
  return group;
}

function touch(x: Exchange, group: Group): void {
  x.org.store.groups.put({ ...group, lastMembershipUpdated: x.org.date() });
}
