import { invalid, notFound, OktaFailure } from './errors.js';
import { type Exchange, isObject, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import { enveloped } from './pages.js';
import type { AddRoute } from './router.js';

/** A custom administrator role: permissions that are held over a resource set. */
export interface IamRole {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly created: string;
  readonly lastUpdated: string;
  readonly permissions: readonly Permission[];
}

interface Permission {
  /** Such as `okta.users.read`; these names are not those of scopes. */
  readonly label: string;
  readonly conditions: JsonObject | null;
  readonly created: string;
  readonly lastUpdated: string;
}

export function routeIamRoles(add: AddRoute): void {
  const one = '/api/v1/iam/roles/{roleIdOrLabel}';
  add('GET', '/api/v1/iam/roles', (x) => enveloped(x, 'roles', [...x.org.store.iamRoles], (role) => render(x, role)));
  add('POST', '/api/v1/iam/roles', createRole);
  add('GET', one, (x) => ok(render(x, theRole(x))));
  add('PUT', one, (x) => {
    const before = theRole(x);
    return ok(render(x, save(x, { ...before, ...wording(x, before) }, 'update', 'iam.role.update')));
  });
  add('DELETE', one, (x) => {
    const role = theRole(x);
    const { store } = x.org;
    if ([...store.roles].some((each) => each.role === role.id))
      throw new OktaFailure('E0000107', '', ['The role is assigned; take its members away first.']);
    store.bindings.dropRight(role.id);
    store.iamRoles.delete(role.id);
    changed(x, role, 'delete', 'iam.role.delete');
    return noContent();
  });
  add('GET', `${one}/permissions`, (x) => {
    const role = theRole(x);
    return ok({ permissions: role.permissions.map((permission) => renderPermission(x, role, permission)) });
  });
  const single = `${one}/permissions/{permissionType}`;
  add('GET', single, (x) => ok(renderPermission(x, theRole(x), thePermission(x))));
  add('POST', single, (x) => {
    setPermission(x);
    return noContent();
  });
  add('PUT', single, (x) => {
    thePermission(x);
    setPermission(x);
    return ok(renderPermission(x, theRole(x), thePermission(x)));
  });
  add('DELETE', single, (x) => {
    const role = theRole(x);
    const { label } = thePermission(x);
    const permissions = role.permissions.filter((permission) => permission.label !== label);
    if (permissions.length === 0) throw invalid(['permissions', 'A role keeps at least one permission']);
    save(x, { ...role, permissions }, 'update', 'iam.role.permissions.delete');
    return noContent();
  });
}

/** A custom role by id or label; 404 when there is none. */
export function customRole(x: Exchange, reference: string): IamRole {
  const { iamRoles } = x.org.store;
  const role = iamRoles.get(reference) ?? [...iamRoles].find(({ label }) => label === reference);
  if (!role) throw notFound(reference, 'Role');
  return role;
}

function theRole(x: Exchange): IamRole {
  return customRole(x, x.param('roleIdOrLabel'));
}

function thePermission(x: Exchange): Permission {
  const wanted = x.param('permissionType');
  const permission = theRole(x).permissions.find(({ label }) => label === wanted);
  if (!permission) throw notFound(wanted, 'Permission');
  return permission;
}

function createRole(x: Exchange): Reply {
  const { permissions } = x.json();
  const words = wording(x);
  if (!Array.isArray(permissions) || permissions.length === 0)
    throw invalid(['permissions', 'at least one permission must be given']);
  const now = x.org.date();
  const labels = [...new Set(permissions.map((label) => permissionLabel(label)))];
  const role = {
    id: x.org.mint('cr0'),
    ...words,
    created: now,
    permissions: labels.map((label) => ({ label, conditions: null, created: now, lastUpdated: now })),
  };
  return ok(render(x, save(x, role, 'create', 'iam.role.create')));
}

function wording(x: Exchange, before?: IamRole): Pick<IamRole, 'label' | 'description' | 'lastUpdated'> {
  const { label, description } = x.json();
  if (typeof label !== 'string' || label.trim() === '') throw invalid(['label', 'The field cannot be left blank']);
  if (typeof description !== 'string') throw invalid(['description', 'The field cannot be left blank']);
  if ([...x.org.store.iamRoles].some((other) => other.label === label && other.id !== before?.id))
    throw invalid(['label', 'An object with this field already exists in the current organization']);
  return { label, description, lastUpdated: x.org.date() };
}

function permissionLabel(value: unknown): string {
  if (typeof value !== 'string' || !/^okta(\.\w+)+$/.test(value))
    throw invalid(['permissions', `"${value}" is no permission`]);
  return value;
}

/** Adds the permission, or replaces the conditions of one that is there. */
function setPermission(x: Exchange): void {
  const role = theRole(x);
  const label = permissionLabel(x.param('permissionType'));
  const { conditions } = x.json(true);
  const now = x.org.date();
  const before = role.permissions.find((permission) => permission.label === label);
  const permission = {
    label,
    conditions: isObject(conditions) ? conditions : null,
    created: before?.created ?? now,
    lastUpdated: now,
  };
  const permissions = before
    ? role.permissions.map((each) => (each === before ? permission : each))
    : [...role.permissions, permission];
  save(x, { ...role, permissions }, 'update', 'iam.role.permissions.add');
}

function save(x: Exchange, role: IamRole, kind: 'create' | 'update', eventType: string): IamRole {
  const saved = x.org.store.iamRoles.put({ ...role, lastUpdated: x.org.date() });
  changed(x, saved, kind, eventType);
  return saved;
}

function changed(x: Exchange, { id, label }: IamRole, kind: 'create' | 'update' | 'delete', eventType: string): void {
  x.changed(
    { kind, type: 'IamRole', id },
    {
      eventType,
      displayMessage: `Custom role: ${kind}`,
      target: [{ id, type: 'CustomRole', alternateId: 'unknown', displayName: label }],
    },
  );
}

function render({ org }: Exchange, { permissions, ...role }: IamRole): object {
  const path = `/api/v1/iam/roles/${role.id}`;
  return { ...role, _links: { self: org.link(path), permissions: org.link(`${path}/permissions`) } };
}

function renderPermission({ org }: Exchange, { id }: IamRole, { conditions, ...permission }: Permission): object {
  const path = `/api/v1/iam/roles/${id}`;
  return {
    ...permission,
    ...(conditions && { conditions }),
    _links: { self: org.link(`${path}/permissions/${permission.label}`), role: org.link(path) },
  };
}
