import { type Application, appTarget, theApp } from './apps.js';
import { notFound } from './errors.js';
import { type Exchange, isObject, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import { type Group, groupTarget, theGroup } from './groups.js';
import { page, where } from './pages.js';
import type { AddRoute } from './router.js';

/** A group's assignment to an application; every member is a user of it. */
export interface AppGroup {
  readonly lastUpdated: string;
  readonly priority: number;
  readonly profile: JsonObject;
}

export function routeAppGroups(add: AddRoute): void {
  add('GET', '/api/v1/apps/{appId}/groups', (x) => {
    const app = theApp(x);
    const { store } = x.org;
    const q = x.query.get('q')?.toLowerCase() ?? '';
    return page(
      x,
      { fallback: 20, max: 200 },
      (after) =>
        where(store.appGroups.entries(app.id, after), ({ right }) =>
          Boolean(store.groups.get(right)?.profile.name.toLowerCase().startsWith(q)),
        ),
      ({ right, value }) => render(x, app, right, value),
    );
  });
  add('GET', '/api/v1/apps/{appId}/groups/{groupId}', (x) => {
    const app = theApp(x);
    const group = theGroup(x);
    return ok(render(x, app, group.id, theAssignment(x, app, group)));
  });
  add('PUT', '/api/v1/apps/{appId}/groups/{groupId}', assignGroup);
  add('DELETE', '/api/v1/apps/{appId}/groups/{groupId}', (x) => {
    const app = theApp(x);
    const group = theGroup(x);
    theAssignment(x, app, group);
    x.org.store.appGroups.delete(app.id, group.id);
    logged(x, app, group, 'unassign', 'remove', 'Remove assigned application from group');
    return noContent();
  });
}

/** Assigns, or updates an assignment that exists. */
function assignGroup(x: Exchange): Reply {
  const app = theApp(x);
  const group = theGroup(x);
  const body = x.json(true);
  const { appGroups } = x.org.store;
  const before = appGroups.get(app.id, group.id);
  const assignment = appGroups.put(app.id, group.id, {
    lastUpdated: x.org.date(),
    priority: typeof body.priority === 'number' ? body.priority : (before?.priority ?? appGroups.count(app.id)),
    profile: isObject(body.profile) ? body.profile : (before?.profile ?? {}),
  });
  if (before) logged(x, app, group, 'update', 'update', 'Update application assignment of group');
  else logged(x, app, group, 'assign', 'add', 'Add assigned application to group');
  return ok(render(x, app, group.id, assignment));
}

function theAssignment(x: Exchange, app: Application, group: Group): AppGroup {
  const assignment = x.org.store.appGroups.get(app.id, group.id);
  if (!assignment) throw notFound(group.id, 'ApplicationGroupAssignment');
  return assignment;
}

function logged(
  x: Exchange,
  app: Application,
  group: Group,
  kind: 'assign' | 'update' | 'unassign',
  verb: string,
  displayMessage: string,
) {
  x.changed(
    { kind, type: 'AppGroup', id: app.id, with: group.id },
    {
      eventType: `group.application_assignment.${verb}`,
      displayMessage,
      target: [groupTarget(group), appTarget(app)],
    },
  );
}

function render(x: Exchange, app: Application, groupId: string, assignment: AppGroup): object {
  const { org } = x;
  const group = x.query.get('expand') === 'group' ? org.store.groups.get(groupId) : undefined;
  return {
    id: groupId,
    ...assignment,
    ...(group && { _embedded: { group } }),
    _links: {
      app: org.link(`/api/v1/apps/${app.id}`),
      self: org.link(`/api/v1/apps/${app.id}/groups/${groupId}`),
      group: org.link(`/api/v1/groups/${groupId}`),
    },
  };
}
