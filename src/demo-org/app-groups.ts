import { type Application, appTarget, theApp } from './apps.js';
import { invalid, notFound } from './errors.js';
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
  add('PATCH', '/api/v1/apps/{appId}/groups/{groupId}', patchGroup);
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

/** JSON Patch (RFC 6902) of `/priority`, `/profile` and what is in the profile. */
function patchGroup(x: Exchange): Reply {
  const app = theApp(x);
  const group = theGroup(x);
  let { priority, profile } = theAssignment(x, app, group);
  for (const step of x.list()) {
    const { op, path, value } = isObject(step) ? step : {};
    if (op !== 'add' && op !== 'replace' && op !== 'remove') throw invalid(['op', 'must be add, replace or remove']);
    const name = /^\/profile\/([^/]+)$/.exec(String(path))?.[1];
    if (path === '/priority' && typeof value === 'number' && op !== 'remove') priority = value;
    else if (path === '/profile' && isObject(value) && op !== 'remove') profile = value;
    else if (name !== undefined && op !== 'remove') profile = { ...profile, [name]: value };
    else if (name !== undefined) profile = Object.fromEntries(Object.entries(profile).filter(([key]) => key !== name));
    else throw invalid(['path', `"${path}" cannot be patched like this`]);
  }
  const next = { lastUpdated: x.org.date(), priority, profile };
  x.org.store.appGroups.put(app.id, group.id, next);
  logged(x, app, group, 'update', 'update', 'Update application assignment of group');
  return ok(render(x, app, group.id, next));
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
