import { invalid, notFound } from './errors.js';
import { created, type Exchange, noContent, type Reply } from './exchange.js';
import { groupTarget, theGroup } from './groups.js';
import { page } from './pages.js';
import type { AddRoute } from './router.js';

/** Who answers for a group: a person or another group. */
export interface GroupOwner {
  readonly type: 'USER' | 'GROUP';
  readonly lastUpdated: string;
}

export function routeGroupOwners(add: AddRoute): void {
  const all = '/api/v1/groups/{groupId}/owners';
  add('GET', all, (x) => {
    const group = theGroup(x);
    return page(
      x,
      { fallback: 1000, max: 1000 },
      (after) => x.org.store.groupOwners.entries(group.id, after),
      ({ right, value }) => render(x, right, value),
    );
  });
  add('POST', all, assignOwner);
  add('DELETE', `${all}/{ownerId}`, (x) => {
    const group = theGroup(x);
    const id = x.param('ownerId');
    const owner = x.org.store.groupOwners.get(group.id, id);
    if (!owner) throw notFound(id, 'GroupOwner');
    x.org.store.groupOwners.delete(group.id, id);
    changed(x, 'unassign', id, owner);
    return noContent();
  });
}

function assignOwner(x: Exchange): Reply {
  const group = theGroup(x);
  const { id, type } = x.json();
  const { store } = x.org;
  if (type !== 'USER' && type !== 'GROUP') throw invalid(['type', 'must be USER or GROUP']);
  if (typeof id !== 'string' || id === '') throw invalid(['id', 'The field cannot be left blank']);
  if (!(type === 'USER' ? store.users : store.groups).has(id))
    throw notFound(id, type === 'USER' ? 'User' : 'UserGroup');
  if (store.groupOwners.has(group.id, id)) throw invalid(['id', 'Provided owner is already assigned to this group']);
  const owner = store.groupOwners.put(group.id, id, { type, lastUpdated: x.org.date() });
  changed(x, 'assign', id, owner);
  return created(render(x, id, owner));
}

function render({ org }: Exchange, id: string, { type, lastUpdated }: GroupOwner): object {
  return {
    id,
    type,
    displayName: nameOf(org.store, id, type),
    originId: null,
    originType: 'OKTA_DIRECTORY',
    resolved: true,
    lastUpdated,
  };
}

function nameOf(store: Exchange['org']['store'], id: string, type: GroupOwner['type']): string {
  const profile = store.users.get(id)?.profile;
  if (type === 'USER') return profile ? `${profile.firstName} ${profile.lastName}` : id;
  return store.groups.get(id)?.profile.name ?? id;
}

function changed(x: Exchange, kind: 'assign' | 'unassign', id: string, { type }: GroupOwner): void {
  const group = theGroup(x);
  const target = type === 'USER' ? 'User' : 'UserGroup';
  x.changed(
    { kind, type: 'GroupOwner', id: group.id, with: id },
    {
      eventType: `group.owner.${kind === 'assign' ? 'add' : 'remove'}`,
      displayMessage: kind === 'assign' ? 'Add owner of group' : 'Remove owner of group',
      target: [
        { id, type: target, alternateId: 'unknown', displayName: nameOf(x.org.store, id, type) },
        groupTarget(group),
      ],
    },
  );
}
