import { invalid, notFound, OktaFailure } from './errors.js';
import type { EventTarget } from './event-log.js';
import { created, type Exchange, isObject, noContent, ok, type Reply } from './exchange.js';
import { groupTarget, theGroup } from './groups.js';
import { customRole } from './iam-roles.js';
import { memberGroups } from './memberships.js';
import { enveloped, listReply } from './pages.js';
import { Random } from './random.js';
import { resourceSet } from './resource-sets.js';
import { routeRoleTargets, type Targets, targetsOf } from './role-targets.js';
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
  ACCESS_CERTIFICATIONS_ADMIN: 'Access Certifications Administrator',
  ACCESS_REQUESTS_ADMIN: 'Access Requests Administrator',
  WORKFLOWS_ADMIN: 'Workflows Administrator',
};

export interface RoleAssignment {
  readonly id: string;
  /** User, group or client id. */
  readonly assignee: string;
  readonly assignmentType: 'USER' | 'GROUP' | 'CLIENT';
  /** A standard role, or CUSTOM. */
  readonly type: string;
  readonly created: string;
  /** What a standard role is limited to; without them it reaches everything of its kind. */
  readonly targets?: Targets;
  /** Ids of the custom role and of the resource set it is held over. */
  readonly role?: string;
  readonly resourceSet?: string;
}

export interface Assignee {
  readonly id: string;
  readonly path: string;
  readonly kind: RoleAssignment['assignmentType'];
  readonly target: EventTarget;
}

export function routeRoles(add: AddRoute): void {
  routeAssignee(add, '/api/v1/users/{userId}/roles', 201, (x) => {
    const user = theUser(x, 'userId');
    return { id: user.id, path: `/api/v1/users/${user.id}`, kind: 'USER', target: userTarget(user) };
  });
  routeAssignee(add, '/api/v1/groups/{groupId}/roles', 201, (x) => {
    const group = theGroup(x);
    return { id: group.id, path: `/api/v1/groups/${group.id}`, kind: 'GROUP', target: groupTarget(group) };
  });
  routeAssignee(add, '/oauth2/v1/clients/{clientId}/roles', 200, theClient);
  add('GET', '/api/v1/iam/assignees/users', listAdministrators);
}

function routeAssignee(add: AddRoute, path: string, granted: 200 | 201, find: (x: Exchange) => Assignee): void {
  add('GET', path, (x) => {
    const assignee = find(x);
    return listReply(
      x,
      assignmentsOf(x, assignee).map((role) => render(x, assignee, role)),
    );
  });
  add('POST', path, (x) => {
    const assignee = find(x);
    const role = render(x, assignee, assign(x, assignee));
    return granted === 201 ? created(role) : ok(role);
  });
  add('GET', `${path}/{roleAssignmentId}`, (x) => {
    const assignee = find(x);
    return ok(render(x, assignee, theAssignment(x, assignee)));
  });
  add('DELETE', `${path}/{roleAssignmentId}`, (x) => {
    const assignee = find(x);
    revoke(x, assignee, ownAssignment(x, assignee));
    return noContent();
  });
  routeRoleTargets(add, `${path}/{roleAssignmentId}/targets`, (x) => {
    const assignee = find(x);
    return { assignee, role: theAssignment(x, assignee) };
  });
}

/** An OAuth client; the caller knows itself, also when it is an invented one that is no application of the org. */
function theClient(x: Exchange): Assignee {
  const id = x.param('clientId');
  const self = id === x.principal.id && x.principal.type === 'PublicClientApp';
  if (!self && x.org.store.apps.get(id)?.signOnMode !== 'OPENID_CONNECT') throw notFound(id, 'Client');
  const displayName = x.org.store.apps.get(id)?.label ?? x.principal.displayName;
  const target = { id, type: 'PublicClientApp', alternateId: id, displayName, detailEntry: null };
  return { id, path: `/oauth2/v1/clients/${id}`, kind: 'CLIENT', target };
}

function assign(x: Exchange, assignee: Assignee): RoleAssignment {
  const { store } = x.org;
  const { type, role, 'resource-set': set } = x.json();
  if (type !== 'CUSTOM' && (typeof type !== 'string' || !Object.hasOwn(LABELS, type)))
    throw invalid(['type', `must be CUSTOM or one of ${Object.keys(LABELS).join(', ')}`]);
  if (store.users.get(assignee.id)?.status === 'DEPROVISIONED') throw new OktaFailure('E0000038');
  const held = [...store.roles].filter((each) => each.assignee === assignee.id);
  if (type === 'CUSTOM')
    return assignCustom(x, assignee, customRole(x, String(role)).id, resourceSet(x, String(set)).id);
  if (held.some((each) => each.type === type)) throw new OktaFailure('E0000090');
  return grant(x, assignee, { id: x.org.mint(assignee.kind === 'GROUP' ? 'gra' : 'ra1'), type });
}

/** Gives somebody a custom role over a resource set: the same as a member of their binding. */
export function assignCustom(x: Exchange, assignee: Assignee, role: string, set: string): RoleAssignment {
  for (const each of x.org.store.roles)
    if (each.assignee === assignee.id && each.role === role && each.resourceSet === set)
      throw new OktaFailure('E0000090');
  x.org.store.bindings.put(set, role, true);
  return grant(x, assignee, { id: x.org.mint('irb'), type: 'CUSTOM', role, resourceSet: set });
}

function grant(
  x: Exchange,
  assignee: Assignee,
  facts: Omit<RoleAssignment, 'assignee' | 'assignmentType' | 'created'>,
) {
  const { id, kind } = assignee;
  const role = x.org.store.roles.put({ ...facts, assignee: id, assignmentType: kind, created: x.org.date() });
  x.changed({ kind: 'assign', type: 'Role', id: role.id, with: id }, event(x, assignee, role, 'grant'));
  return role;
}

export function revoke(x: Exchange, assignee: Assignee, role: RoleAssignment): void {
  x.org.store.roles.delete(role.id);
  x.changed({ kind: 'unassign', type: 'Role', id: role.id, with: assignee.id }, event(x, assignee, role, 'revoke'));
}

/** Direct roles, and for users those of their groups too. */
function assignmentsOf(x: Exchange, assignee: Assignee): readonly RoleAssignment[] {
  const { store } = x.org;
  const groups = assignee.kind === 'USER' ? memberGroups(store, assignee.id).map((group) => group.id) : [];
  const holders = new Set([assignee.id, ...groups]);
  const held = [...store.roles].filter((role) => holders.has(role.assignee));
  const invented = assignee.kind === 'CLIENT' && !store.apps.has(assignee.id) ? x.principal.roles : [];
  return [
    ...held,
    ...invented.map(({ type }) => ({
      id: new Random(`${assignee.id} ${type}`).id('ra1'),
      assignee: assignee.id,
      assignmentType: assignee.kind,
      type,
      created: x.org.date(x.org.epoch),
    })),
  ];
}

function theAssignment(x: Exchange, assignee: Assignee): RoleAssignment {
  const id = x.param('roleAssignmentId');
  const role = assignmentsOf(x, assignee).find((candidate) => candidate.id === id);
  if (!role) throw notFound(id, 'RoleAssignment');
  return role;
}

/** One that can be changed here: held directly. */
function ownAssignment(x: Exchange, assignee: Assignee): RoleAssignment {
  const role = theAssignment(x, assignee);
  if (role.assignee !== assignee.id) throw new OktaFailure('E0000107', '', ['The role comes from a group.']);
  return role;
}

/** `GET /api/v1/iam/assignees/users`: who holds a role directly. */
function listAdministrators(x: Exchange): Reply {
  const { org } = x;
  const direct = [...org.store.roles].filter((role) => role.assignmentType === 'USER');
  const ids = [...new Set(direct.map(({ assignee }) => assignee))];
  return enveloped(x, 'value', ids, (id) => ({
    id,
    orn: `orn:okta:directory:${org.id}:users:${id}`,
    _links: { self: org.link(`/api/v1/users/${id}`), roles: org.link(`/api/v1/users/${id}/roles`) },
  }));
}

const SUBJECTS = { USER: 'user.account', GROUP: 'group', CLIENT: 'app.oauth2.client' } as const;

function event(x: Exchange, assignee: Assignee, role: RoleAssignment, verb: 'grant' | 'revoke') {
  return {
    eventType: `${SUBJECTS[assignee.kind]}.privilege.${verb}`,
    displayMessage: verb === 'grant' ? 'Grant admin privilege' : 'Revoke admin privilege',
    target: [assignee.target],
    debugData: { privilegeGranted: labelOf(x, role) },
  };
}

function labelOf(x: Exchange, { type, role }: RoleAssignment): string {
  return LABELS[type] ?? x.org.store.iamRoles.get(role ?? '')?.label ?? type;
}

function render(x: Exchange, assignee: Assignee, assignment: RoleAssignment): object {
  const { id, assignmentType, type, created: since, role, resourceSet: set, assignee: holder } = assignment;
  const custom = type === 'CUSTOM';
  const binding = `/api/v1/iam/resource-sets/${set}/bindings/${role}`;
  const expand = x.query.get('expand');
  const embedded = expand === null ? undefined : targetsOf(x, assignment, expand);
  return {
    id,
    label: labelOf(x, assignment),
    type,
    status: 'ACTIVE',
    created: since,
    lastUpdated: since,
    assignmentType,
    ...(custom && { role, 'resource-set': set }),
    ...(isObject(embedded) && { _embedded: { targets: embedded } }),
    _links: {
      ...(!custom && { self: x.org.link(`${assignee.path}/roles/${id}`) }),
      ...(custom && {
        role: x.org.link(`/api/v1/iam/roles/${role}`),
        'resource-set': x.org.link(`/api/v1/iam/resource-sets/${set}`),
        permissions: x.org.link(`/api/v1/iam/roles/${role}/permissions`),
        member: x.org.link(`${binding}/members/${id}`),
      }),
      assignee: x.org.link(holder === assignee.id ? assignee.path : `/api/v1/groups/${holder}`),
    },
  };
}
