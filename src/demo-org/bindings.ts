import { invalid, notFound } from './errors.js';
import { type Exchange, noContent, ok, type Reply } from './exchange.js';
import { groupTarget } from './groups.js';
import { customRole, type IamRole } from './iam-roles.js';
import { enveloped } from './pages.js';
import { type ResourceSet, theSet } from './resource-sets.js';
import { type Assignee, assignCustom, type RoleAssignment, revoke } from './roles.js';
import type { AddRoute } from './router.js';
import { userTarget } from './users.js';

const ALL = '/api/v1/iam/resource-sets/{resourceSetIdOrLabel}/bindings';
const MEMBERS = `${ALL}/{roleIdOrLabel}/members`;

/** A custom role over a resource set, and who holds it: every member is a role assignment. */
export function routeBindings(add: AddRoute): void {
  add('GET', ALL, (x) => {
    const set = theSet(x);
    const links = { self: x.org.link(pathOf(set)), 'resource-set': x.org.link(setPath(set)) };
    return enveloped(
      x,
      'roles',
      x.org.store.bindings.rights(set.id),
      (id) => {
        const path = `${pathOf(set)}/${id}`;
        return { id, _links: { self: x.org.link(path), members: x.org.link(`${path}/members`) } };
      },
      links,
    );
  });
  add('POST', ALL, createBinding);
  add('GET', `${ALL}/{roleIdOrLabel}`, (x) => {
    const { set, role } = theBinding(x);
    return ok(render(x, set, role));
  });
  add('DELETE', `${ALL}/{roleIdOrLabel}`, (x) => {
    const { set, role } = theBinding(x);
    for (const member of membersOf(x, set, role)) x.org.store.roles.delete(member.id);
    x.org.store.bindings.delete(set.id, role.id);
    changed(x, set, role, 'delete');
    return noContent();
  });
  add('GET', MEMBERS, (x) => {
    const { set, role } = theBinding(x);
    const path = `${pathOf(set)}/${role.id}`;
    const links = { self: x.org.link(`${path}/members`), binding: x.org.link(path) };
    return enveloped(x, 'members', membersOf(x, set, role), (member) => renderMember(x, path, member), links);
  });
  add('PATCH', MEMBERS, addMembers);
  add('GET', `${MEMBERS}/{memberId}`, (x) => {
    const { set, role } = theBinding(x);
    return ok(renderMember(x, `${pathOf(set)}/${role.id}`, theMember(x)));
  });
  add('DELETE', `${MEMBERS}/{memberId}`, (x) => {
    const member = theMember(x);
    revoke(x, assignee(x, member.assignee), member);
    return noContent();
  });
}

function createBinding(x: Exchange): Reply {
  const set = theSet(x);
  const { role: reference, members } = x.json();
  if (typeof reference !== 'string' || reference === '') throw invalid(['role', 'The field cannot be left blank']);
  const role = customRole(x, reference);
  if (x.org.store.bindings.has(set.id, role.id))
    throw invalid(['role', 'The role is bound to the resource set already']);
  const assignees = Array.isArray(members) ? members.map((each) => assignee(x, each)) : [];
  if (assignees.length === 0) throw invalid(['members', 'at least one member must be given']);
  x.org.store.bindings.put(set.id, role.id, true);
  changed(x, set, role, 'create');
  for (const each of assignees) assignCustom(x, each, role.id, set.id);
  return ok(render(x, set, role));
}

/** Who is a member already stays one. */
function addMembers(x: Exchange): Reply {
  const { set, role } = theBinding(x);
  const { additions } = x.json();
  if (!Array.isArray(additions) || additions.length === 0)
    throw invalid(['additions', 'at least one member must be given']);
  const known = new Set(membersOf(x, set, role).map((member) => member.assignee));
  for (const each of additions.map((given) => assignee(x, given)))
    if (!known.has(each.id)) assignCustom(x, each, role.id, set.id);
  const path = pathOf(set);
  return ok({
    _links: {
      self: x.org.link(`${path}/${role.id}/members`),
      bindings: x.org.link(path),
      'resource-set': x.org.link(setPath(set)),
    },
  });
}

function theBinding(x: Exchange): { set: ResourceSet; role: IamRole } {
  const set = theSet(x);
  const reference = x.param('roleIdOrLabel');
  const role = customRole(x, reference);
  if (!x.org.store.bindings.has(set.id, role.id)) throw notFound(reference, 'ResourceSetBinding');
  return { set, role };
}

function membersOf(x: Exchange, set: ResourceSet, role: IamRole): readonly RoleAssignment[] {
  return [...x.org.store.roles].filter((each) => each.role === role.id && each.resourceSet === set.id);
}

function theMember(x: Exchange): RoleAssignment {
  const { set, role } = theBinding(x);
  const id = x.param('memberId');
  const member = membersOf(x, set, role).find((each) => each.id === id);
  if (!member) throw notFound(id, 'ResourceSetBindingMember');
  return member;
}

/** Members are named by URL: `https://{org}/api/v1/users/00u…`, `/groups/00g…` or `/oauth2/v1/clients/0oa…`; or by name. */
function assignee(x: Exchange, given: unknown): Assignee {
  const id = /(?:^|[/:])(\w+)$/.exec(String(given))?.[1] ?? '';
  const { users, groups, apps } = x.org.store;
  const user = users.get(id);
  if (user) return { id, path: `/api/v1/users/${id}`, kind: 'USER', target: userTarget(user) };
  const group = groups.get(id);
  if (group) return { id, path: `/api/v1/groups/${id}`, kind: 'GROUP', target: groupTarget(group) };
  const app = apps.get(id);
  if (app?.signOnMode !== 'OPENID_CONNECT') throw notFound(String(given), 'Member');
  const target = { id, type: 'PublicClientApp', alternateId: id, displayName: app.label };
  return { id, path: `/oauth2/v1/clients/${id}`, kind: 'CLIENT', target };
}

function changed(x: Exchange, set: ResourceSet, role: IamRole, kind: 'create' | 'delete'): void {
  x.changed(
    { kind, type: 'ResourceSetBinding', id: set.id, with: role.id },
    {
      eventType: `iam.resourceset.bindings.${kind === 'create' ? 'add' : 'delete'}`,
      displayMessage: `Resource set binding: ${kind}`,
      target: [
        { id: set.id, type: 'ResourceSet', alternateId: 'unknown', displayName: set.label },
        { id: role.id, type: 'CustomRole', alternateId: 'unknown', displayName: role.label },
      ],
    },
  );
}

function setPath(set: ResourceSet): string {
  return `/api/v1/iam/resource-sets/${set.id}`;
}

function pathOf(set: ResourceSet): string {
  return `${setPath(set)}/bindings`;
}

function render({ org }: Exchange, set: ResourceSet, { id }: IamRole): object {
  const path = `${pathOf(set)}/${id}`;
  return {
    id,
    _links: {
      self: org.link(path),
      members: org.link(`${path}/members`),
      'resource-set': org.link(setPath(set)),
    },
  };
}

function renderMember({ org }: Exchange, binding: string, { id, created }: RoleAssignment): object {
  return { id, created, lastUpdated: created, _links: { self: org.link(`${binding}/members/${id}`) } };
}
