import { invalid, notFound, OktaFailure } from './errors.js';
import type { EventTarget } from './event-log.js';
import { created, type Exchange, noContent, ok, type Reply } from './exchange.js';
import { groupTarget, theGroup } from './groups.js';
import { memberGroups } from './memberships.js';
import { cursorOf, encodeCursor, limitOf, listReply } from './pages.js';
import type { AddRoute } from './router.js';
import { theUser, userTarget } from './users.js';

/** Standard administrator roles and their labels. */
const LABELS: Readonly<Record<string, string>> = {
  SUPER_ADMIN: 'Super Administrator',
  ORG_ADMIN: 'Organization Administrator',
  APP_ADMIN: 'Application Administrator',
  USER_ADMIN: 'Group Administrator',
  HELP_DESK_ADMIN: 'Help Desk Administrator',
  GROUP_MEMBERSHIP_ADMIN: 'Group Membership Administrator',
  READ_ONLY_ADMIN: 'Read-Only Administrator',
  REPORT_ADMIN: 'Report Administrator',
  API_ACCESS_MANAGEMENT_ADMIN: 'API Access Management Administrator',
};

export interface RoleAssignment {
  readonly id: string;
  /** User or group id. */
  readonly assignee: string;
  readonly assignmentType: 'USER' | 'GROUP';
  readonly type: string;
  readonly created: string;
}

interface Assignee {
  readonly id: string;
  readonly path: string;
  readonly kind: 'USER' | 'GROUP';
  readonly target: EventTarget;
}

export function routeRoles(add: AddRoute): void {
  routeAssignee(add, '/api/v1/users/{userId}/roles', (x) => {
    const user = theUser(x, 'userId');
    return { id: user.id, path: `/api/v1/users/${user.id}`, kind: 'USER', target: userTarget(user) };
  });
  routeAssignee(add, '/api/v1/groups/{groupId}/roles', (x) => {
    const group = theGroup(x);
    return { id: group.id, path: `/api/v1/groups/${group.id}`, kind: 'GROUP', target: groupTarget(group) };
  });
  add('GET', '/api/v1/iam/assignees/users', listAdministrators);
}

function routeAssignee(add: AddRoute, path: string, find: (x: Exchange) => Assignee): void {
  add('GET', path, (x) => {
    const assignee = find(x);
    return listReply(
      x,
      rolesOf(x, assignee).map((role) => render(x, assignee, role)),
    );
  });
  add('POST', path, (x) => assign(x, find(x)));
  add('GET', `${path}/{roleAssignmentId}`, (x) => {
    const assignee = find(x);
    return ok(render(x, assignee, theRole(x, assignee)));
  });
  add('DELETE', `${path}/{roleAssignmentId}`, (x) => {
    const assignee = find(x);
    const role = theRole(x, assignee);
    if (role.assignee !== assignee.id) throw new OktaFailure('E0000107', '', ['The role comes from a group.']);
    x.org.store.roles.delete(role.id);
    x.changed({ kind: 'unassign', type: 'Role', id: role.id, with: assignee.id }, event(assignee, role, 'revoke'));
    return noContent();
  });
}

function assign(x: Exchange, assignee: Assignee): Reply {
  const { type } = x.json();
  if (typeof type !== 'string' || !Object.hasOwn(LABELS, type))
    throw invalid(['type', `must be one of ${Object.keys(LABELS).join(', ')}`]);
  if (x.org.store.users.get(assignee.id)?.status === 'DEPROVISIONED') throw new OktaFailure('E0000038');
  for (const role of x.org.store.roles)
    if (role.assignee === assignee.id && role.type === type) throw new OktaFailure('E0000090');
  const role = x.org.store.roles.put({
    id: x.org.mint(assignee.kind === 'USER' ? 'ra1' : 'gra'),
    assignee: assignee.id,
    assignmentType: assignee.kind,
    type,
    created: x.org.date(),
  });
  x.changed({ kind: 'assign', type: 'Role', id: role.id, with: assignee.id }, event(assignee, role, 'grant'));
  return created(render(x, assignee, role));
}

/** Direct roles, and for users those of their groups too. */
function rolesOf(x: Exchange, assignee: Assignee): readonly RoleAssignment[] {
  const { store } = x.org;
  const groups = assignee.kind === 'USER' ? memberGroups(store, assignee.id).map((group) => group.id) : [];
  const holders = new Set([assignee.id, ...groups]);
  return [...store.roles].filter((role) => holders.has(role.assignee));
}

function theRole(x: Exchange, assignee: Assignee): RoleAssignment {
  const id = x.param('roleAssignmentId');
  const role = rolesOf(x, assignee).find((candidate) => candidate.id === id);
  if (!role) throw notFound(id, 'RoleAssignment');
  return role;
}

/** `GET /api/v1/iam/assignees/users`: enveloped, and paged through `_links.next` instead of a `link` header. */
function listAdministrators(x: Exchange): Reply {
  const { org } = x;
  const ids = [
    ...new Set([...org.store.roles].filter((role) => role.assignmentType === 'USER').map((r) => r.assignee)),
  ];
  const start = cursorOf(x) + 1;
  const limit = limitOf(x, { fallback: 100, max: 100 });
  const path = '/api/v1/iam/assignees/users';
  const more = start + limit < ids.length;
  return ok({
    value: ids.slice(start, start + limit).map((id) => ({
      id,
      orn: `orn:okta:directory:${org.id}:users:${id}`,
      _links: { self: org.link(`/api/v1/users/${id}`), roles: org.link(`/api/v1/users/${id}/roles`) },
    })),
    _links: {
      self: org.link(path),
      ...(more && { next: org.link(`${path}?after=${encodeCursor(start + limit - 1)}&limit=${limit}`) }),
    },
  });
}

function event(assignee: Assignee, role: RoleAssignment, verb: 'grant' | 'revoke') {
  const subject = assignee.kind === 'USER' ? 'user.account' : 'group';
  return {
    eventType: `${subject}.privilege.${verb}`,
    displayMessage: verb === 'grant' ? 'Grant admin privilege' : 'Revoke admin privilege',
    target: [assignee.target],
    debugData: { privilegeGranted: LABELS[role.type] ?? role.type },
  };
}

function render(x: Exchange, assignee: Assignee, role: RoleAssignment): object {
  const { assignee: holder, created: since, ...shown } = role;
  return {
    ...shown,
    label: LABELS[role.type],
    status: 'ACTIVE',
    created: since,
    lastUpdated: since,
    _links: {
      self: x.org.link(`${assignee.path}/roles/${role.id}`),
      assignee: x.org.link(role.assignmentType === 'USER' ? assignee.path : `/api/v1/groups/${holder}`),
    },
  };
}
