import { appsOfGroup, renderApp } from './apps.js';
import type { Entry } from './collection.js';
import { invalid, notFound, OktaFailure } from './errors.js';
import type { EventTarget } from './event-log.js';
import { type Exchange, isObject, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import { dropGroupFromRules } from './group-rules.js';
import { memberCount } from './memberships.js';
import type { Org } from './org.js';
import { listed, page, where } from './pages.js';
import type { AddRoute } from './router.js';
import { compileFilter } from './scim-match.js';
import { sortedBy, sortRecords } from './user-search.js';

export interface Group {
  readonly id: string;
  readonly created: string;
  readonly lastUpdated: string;
  readonly lastMembershipUpdated: string;
  readonly objectClass: readonly string[];
  /** `BUILT_IN` is the one group "Everyone". */
  readonly type: 'OKTA_GROUP' | 'APP_GROUP' | 'BUILT_IN';
  readonly profile: {
    readonly name: string;
    readonly description: string | null;
    readonly [attribute: string]: unknown;
  };
  /** The application an APP_GROUP comes from. */
  readonly source?: { readonly id: string };
}

const FILTER = { code: 'E0000053', attributes: /^(id|type|lastUpdated|lastMembershipUpdated)$/ } as const;
const SEARCH = {
  code: 'E0000031',
  attributes: /^(id|type|created|lastUpdated|lastMembershipUpdated|source\.id|profile\.\w+)$/,
  without: ['ne', 'not', 'ew'],
} as const;
const SORTABLE = /^(id|type|created|lastUpdated|lastMembershipUpdated|profile\.\w+)$/;

export function routeGroups(add: AddRoute): void {
  add('GET', '/api/v1/groups', listGroups);
  add('POST', '/api/v1/groups', createGroup);
  add('GET', '/api/v1/groups/{groupId}', (x) => ok(renderGroup(x.org, theGroup(x))));
  add('PUT', '/api/v1/groups/{groupId}', replaceGroup);
  add('DELETE', '/api/v1/groups/{groupId}', deleteGroup);
  add('GET', '/api/v1/groups/{groupId}/apps', (x) => {
    const group = theGroup(x);
    return page(
      x,
      { fallback: 20, max: 200 },
      (after) => appsOfGroup(x.org.store, group.id, after),
      (app) => renderApp(x.org, app),
    );
  });
}

export function theGroup(x: Exchange): Group {
  const id = x.param('groupId');
  const group = x.org.store.groups.get(id);
  if (!group) throw notFound(id, 'UserGroup');
  return group;
}

export function groupTarget(group: Group): EventTarget {
  return {
    id: group.id,
    type: 'UserGroup',
    alternateId: 'unknown',
    displayName: group.profile.name,
    detailEntry: null,
  };
}

function listGroups(x: Exchange): Reply {
  const { groups } = x.org.store;
  const q = x.query.get('q')?.toLowerCase() ?? '';
  const filter = x.query.get('filter');
  const search = x.query.get('search');
  if (filter !== null && search !== null) throw new OktaFailure('E0000033');
  const keepFilter = filter === null ? () => true : compileFilter<Group>(filter, FILTER);
  const keepSearch = search === null || search === '' ? () => true : compileFilter<Group>(search, SEARCH);
  const keep = (group: Group) =>
    group.profile.name.toLowerCase().startsWith(q) && keepFilter(group) && keepSearch(group);
  const expand = new Set(x.query.get('expand')?.split(','));
  let from = (after: number): Iterable<Entry<Group>> => where(groups.entries(after), keep);
  const sortBy = sortedBy(x);
  if (sortBy !== null) {
    if (!SORTABLE.test(sortBy)) throw new OktaFailure('E0000031');
    const sorted = sortRecords([...groups].filter(keep), sortBy, x.query.get('sortOrder'));
    from = (after) => listed(sorted, after);
  }
  const limits = q === '' ? { fallback: 200, max: 10_000 } : { fallback: 10, max: 300 };
  return page(x, limits, from, (group) => renderGroup(x.org, group, expand));
}

function createGroup(x: Exchange): Reply {
  const profile = checkProfile(x, x.json());
  const now = x.org.date();
  const group = x.org.store.groups.put({
    id: x.org.mint('00g'),
    created: now,
    lastUpdated: now,
    lastMembershipUpdated: now,
    objectClass: ['okta:user_group'],
    type: 'OKTA_GROUP',
    profile,
  });
  x.changed(
    { kind: 'create', type: 'UserGroup', id: group.id },
    { eventType: 'group.lifecycle.create', displayMessage: 'Create Okta group', target: [groupTarget(group)] },
  );
  return ok(renderGroup(x.org, group));
}

function replaceGroup(x: Exchange): Reply {
  const before = editable(theGroup(x));
  const group = x.org.store.groups.put({
    ...before,
    profile: checkProfile(x, x.json(), before),
    lastUpdated: x.org.date(),
  });
  x.changed(
    { kind: 'update', type: 'UserGroup', id: group.id },
    { eventType: 'group.profile.update', displayMessage: 'Update Okta group', target: [groupTarget(group)] },
  );
  return ok(renderGroup(x.org, group));
}

function deleteGroup(x: Exchange): Reply {
  const group = editable(theGroup(x));
  const { store } = x.org;
  store.members.dropLeft(group.id);
  store.groupOwners.dropLeft(group.id);
  store.groupOwners.dropRight(group.id);
  store.appGroups.dropRight(group.id);
  for (const role of store.roles) if (role.assignee === group.id) store.roles.delete(role.id);
  dropGroupFromRules(x.org, group.id);
  store.groups.delete(group.id);
  x.changed(
    { kind: 'delete', type: 'UserGroup', id: group.id },
    { eventType: 'group.lifecycle.delete', displayMessage: 'Delete Okta group', target: [groupTarget(group)] },
  );
  return noContent();
}

function editable(group: Group): Group {
  if (group.type !== 'OKTA_GROUP') throw invalid(['type', `A ${group.type} group cannot be changed`]);
  return group;
}

function checkProfile(x: Exchange, body: JsonObject, before?: Group): Group['profile'] {
  const profile = isObject(body.profile) ? body.profile : {};
  const { name, description = null } = profile;
  if (typeof name !== 'string' || name.trim() === '') throw invalid(['name', 'The field cannot be left blank']);
  if (name.length > 255) throw invalid(['name', 'must be 255 characters or fewer']);
  if (description !== null && typeof description !== 'string') throw invalid(['description', 'must be of type string']);
  for (const other of x.org.store.groups)
    if (other.id !== before?.id && other.profile.name === name) throw new OktaFailure('E0000055');
  return { ...profile, name, description };
}

/** The group as the API shows it; `expand` may hold `stats` and `app`. */
export function renderGroup(org: Org, group: Group, expand: ReadonlySet<string> = new Set()): object {
  const path = `/api/v1/groups/${group.id}`;
  const { store } = org;
  const embedded: Record<string, unknown> = {};
  if (expand.has('stats'))
    embedded.stats = {
      usersCount: memberCount(store, group),
      appsCount: store.appGroups.lefts(group.id).length,
      groupPushMappingsCount: 0,
      hasAdminPrivilege: [...store.roles].some((role) => role.assignee === group.id),
    };
  const source = expand.has('app') && group.source ? store.apps.get(group.source.id) : undefined;
  if (source) embedded.app = renderApp(org, source);
  return {
    ...group,
    ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
    _links: {
      self: org.link(path),
      users: org.link(`${path}/users`),
      apps: org.link(`${path}/apps`),
      ...(group.source && { source: org.link(`/api/v1/apps/${group.source.id}`) }),
    },
  };
}
