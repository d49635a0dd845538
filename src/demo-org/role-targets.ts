import { type Application, appTarget } from './apps.js';
import { invalid, notFound } from './errors.js';
import type { EventTarget } from './event-log.js';
import { type Exchange, noContent, ok, type Reply } from './exchange.js';
import { groupTarget, renderGroup } from './groups.js';
import { listed, listReply, page } from './pages.js';
import type { Assignee, RoleAssignment } from './roles.js';
import type { AddRoute } from './router.js';

/** What a standard role is limited to. */
export interface Targets {
  readonly groups?: readonly string[];
  /** Catalogue names (every instance of it) and ids of single applications. */
  readonly apps?: readonly string[];
}

interface Subject {
  readonly assignee: Assignee;
  readonly role: RoleAssignment;
}

type Find = (x: Exchange) => Subject;

const GROUP_ROLES = ['USER_ADMIN', 'HELP_DESK_ADMIN', 'GROUP_MEMBERSHIP_ADMIN'];
const LIMITS = { fallback: 20, max: 200 };

/** What an assigned role is limited to, under `path`: groups and applications, each listed, added and taken away. */
export function routeRoleTargets(add: AddRoute, path: string, find: Find): void {
  const groupId = path.startsWith('/api/v1/groups/') ? 'targetGroupId' : 'groupId';
  add('GET', path, (x) => allTargets(x, find(x)));
  add('GET', `${path}/groups`, (x) => {
    const ids = find(x).role.targets?.groups ?? [];
    const groups = ids.flatMap((id) => x.org.store.groups.get(id) ?? []);
    return page(
      x,
      LIMITS,
      (after) => listed(groups, after),
      (group) => renderGroup(x.org, group),
    );
  });
  add('PUT', `${path}/groups/{${groupId}}`, (x) => change(x, find(x), 'groups', x.param(groupId), true));
  add('DELETE', `${path}/groups/{${groupId}}`, (x) => change(x, find(x), 'groups', x.param(groupId), false));

  const apps = `${path}/catalog/apps`;
  add('GET', apps, (x) => {
    const targets = find(x).role.targets?.apps ?? [];
    return page(
      x,
      LIMITS,
      (after) => listed(targets, after),
      (target) => catalogued(x, target),
    );
  });
  add('PUT', apps, everyApp(find));
  const named = `${apps}/{appName}`;
  add('PUT', named, (x) => {
    const reply = change(x, find(x), 'apps', x.param('appName'), true);
    return path.startsWith('/api/v1/groups/') ? ok({}) : reply;
  });
  add('DELETE', named, (x) => change(x, find(x), 'apps', x.param('appName'), false));
  add('PUT', `${named}/{appId}`, (x) => change(x, find(x), 'apps', instance(x).id, true));
  add('DELETE', `${named}/{appId}`, (x) => change(x, find(x), 'apps', instance(x).id, false));
}

/** The targets to embed for `expand=targets/groups` and `expand=targets/catalog/apps`. */
export function targetsOf(x: Exchange, role: RoleAssignment, expand: string): object | undefined {
  const groups = role.targets?.groups ?? [];
  if (expand === 'targets/groups')
    return {
      groups: groups.flatMap((id) => x.org.store.groups.get(id) ?? []).map((group) => renderGroup(x.org, group)),
    };
  if (expand === 'targets/catalog/apps')
    return { catalog: { apps: (role.targets?.apps ?? []).map((target) => catalogued(x, target)) } };
  return undefined;
}

function instance(x: Exchange): Application {
  const id = x.param('appId');
  const app = x.org.store.apps.get(id);
  if (app?.name !== x.param('appName')) throw notFound(id, 'AppInstance');
  return app;
}

/** Adding the first target limits the role; the last one cannot be taken away, for that would lift the limit. */
function change(x: Exchange, { assignee, role }: Subject, kind: keyof Targets, id: string, add: boolean): Reply {
  const fits = kind === 'apps' ? role.type === 'APP_ADMIN' : GROUP_ROLES.includes(role.type);
  if (!fits) throw invalid(['type', `A role of type ${role.type} is not limited to ${kind}`]);
  const target = targetOf(x, kind, id);
  const before = role.targets?.[kind] ?? [];
  if (add && before.includes(id)) return noContent();
  if (!add && !before.includes(id)) throw notFound(id, 'RoleTarget');
  const after = add ? [...before, id] : before.filter((each) => each !== id);
  if (after.length === 0) throw invalid(['targets', 'The last target of a role cannot be removed']);
  x.org.store.roles.put({ ...role, targets: { ...role.targets, [kind]: after } });
  changed(x, assignee, role, [target], add);
  return noContent();
}

function everyApp(find: Find) {
  return (x: Exchange): Reply => {
    const { assignee, role } = find(x);
    if (role.type !== 'APP_ADMIN') throw invalid(['type', `A role of type ${role.type} is not limited to apps`]);
    if (role.targets?.apps) {
      const { apps, ...targets } = role.targets;
      x.org.store.roles.put({ ...role, targets });
      changed(x, assignee, role, [], true);
    }
    return ok({});
  };
}

function targetOf(x: Exchange, kind: keyof Targets, id: string): EventTarget {
  const { store } = x.org;
  const group = kind === 'groups' ? store.groups.get(id) : undefined;
  if (group) return groupTarget(group);
  if (kind === 'groups') throw notFound(id, 'UserGroup');
  const app = store.apps.get(id);
  if (app) return appTarget(app);
  if (![...store.apps].some(({ name }) => name === id)) throw notFound(id, 'CatalogApplication');
  return { id, type: 'AppInstance', alternateId: id, displayName: id };
}

function changed(x: Exchange, assignee: Assignee, role: RoleAssignment, targets: readonly EventTarget[], add: boolean) {
  x.changed(
    { kind: add ? 'assign' : 'unassign', type: 'RoleTarget', id: role.id, ...(targets[0] && { with: targets[0].id }) },
    {
      eventType: 'iam.role.target.update',
      displayMessage: add ? 'Add target to admin role' : 'Remove target from admin role',
      target: [assignee.target, ...targets],
    },
  );
}

/** `GET .../targets`: every target as an Okta resource name. */
function allTargets(x: Exchange, { assignee, role }: Subject): Reply {
  const { org } = x;
  const orns = [
    ...(role.targets?.groups ?? []).map((id) => `orn:okta:directory:${org.id}:groups:${id}`),
    ...(role.targets?.apps ?? []).map((target) => {
      const app = org.store.apps.get(target);
      return `orn:okta:idp:${org.id}:apps:${app ? `${app.name}:${app.id}` : target}`;
    }),
  ];
  const self = org.link(`${assignee.path}/roles/${role.id}/targets`);
  return listReply(
    x,
    orns.map((orn) => ({ assignmentType: role.assignmentType, orn, _links: { self } })),
  );
}

/** An application as the catalogue shows it; with an id when the target is a single instance. */
function catalogued({ org }: Exchange, target: string): object {
  const app = org.store.apps.get(target);
  const name = app?.name ?? target;
  const sample = app ?? [...org.store.apps].find((each) => each.name === name);
  return {
    ...(app && { id: app.id }),
    name,
    displayName: sample?.label ?? name,
    description: null,
    status: 'ACTIVE',
    category: 'APPS_FOR_DEMO',
    verificationStatus: 'OKTA_VERIFIED',
    signOnModes: sample ? [sample.signOnMode] : [],
    features: [],
    lastUpdated: sample?.lastUpdated ?? org.date(org.epoch),
    _links: { self: org.link(app ? `/api/v1/apps/${app.id}` : `/api/v1/catalog/apps/${name}`) },
  };
}
