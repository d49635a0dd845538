import { invalid, notFound } from './errors.js';
import { type Exchange, isObject, noContent, ok, type Reply } from './exchange.js';
import { joinGroup, leaveGroup } from './memberships.js';
import type { Org } from './org.js';
import { page, where } from './pages.js';
import type { AddRoute } from './router.js';
import type { User } from './users.js';

export interface GroupRule {
  readonly id: string;
  readonly type: 'group_rule';
  readonly name: string;
  /** INVALID: a group it assigns to is gone. */
  readonly status: 'ACTIVE' | 'INACTIVE' | 'INVALID';
  readonly created: string;
  readonly lastUpdated: string;
  readonly conditions: {
    readonly people: { readonly users: { readonly exclude: readonly string[] }; readonly groups: object };
    readonly expression: { readonly value: string; readonly type: 'urn:okta:expression:1.0' };
  };
  readonly actions: { readonly assignUserToGroups: { readonly groupIds: readonly string[] } };
}

export function routeGroupRules(add: AddRoute): void {
  const one = '/api/v1/groups/rules/{groupRuleId}';
  add('GET', '/api/v1/groups/rules', (x) => {
    const search = x.query.get('search')?.toLowerCase() ?? '';
    return page(
      x,
      { fallback: 50, max: 200 },
      (after) => where(x.org.store.groupRules.entries(after), (rule) => rule.name.toLowerCase().includes(search)),
      (rule) => render(x, rule),
    );
  });
  add('POST', '/api/v1/groups/rules', (x) => {
    const now = x.org.date();
    const rule: GroupRule = {
      id: x.org.mint('0pr'),
      status: 'INACTIVE',
      created: now,
      lastUpdated: now,
      ...content(x),
    };
    return ok(render(x, save(x, rule, 'create', 'add')));
  });
  add('GET', one, (x) => ok(render(x, theRule(x))));
  add('PUT', one, (x) => {
    const before = inactive(theRule(x));
    const rule: GroupRule = { ...before, ...content(x), status: 'INACTIVE', lastUpdated: x.org.date() };
    return ok(render(x, save(x, rule, 'update', 'update')));
  });
  add('DELETE', one, deleteRule);
  add('POST', `${one}/lifecycle/activate`, activate);
  add('POST', `${one}/lifecycle/deactivate`, (x) => {
    const rule = theRule(x);
    if (rule.status === 'ACTIVE')
      save(x, { ...rule, status: 'INACTIVE', lastUpdated: x.org.date() }, 'lifecycle', 'deactivate');
    return noContent();
  });
}

/** Marks the rules that assign to a deleted group. */
export function dropGroupFromRules(org: Org, groupId: string): void {
  for (const rule of org.store.groupRules)
    if (rule.actions.assignUserToGroups.groupIds.includes(groupId))
      org.store.groupRules.put({ ...rule, status: 'INVALID' });
}

/** Okta applies an activated rule to everybody; here the users it matches join in the same request. */
function activate(x: Exchange): Reply {
  const rule = theRule(x);
  if (rule.status === 'INVALID') throw invalid(['status', 'A group the rule assigns to no longer exists']);
  if (rule.status === 'ACTIVE') return noContent();
  save(x, { ...rule, status: 'ACTIVE', lastUpdated: x.org.date() }, 'lifecycle', 'activate');
  for (const user of matching(x, rule)) {
    for (const id of rule.actions.assignUserToGroups.groupIds) {
      const group = x.org.store.groups.get(id);
      if (group) joinGroup(x, group, user);
    }
  }
  return noContent();
}

function deleteRule(x: Exchange): Reply {
  const rule = theRule(x);
  if (rule.status === 'ACTIVE') throw invalid(['status', 'The rule must be deactivated before deletion']);
  const removeUsers = x.flag('removeUsers', false);
  x.org.store.groupRules.delete(rule.id);
  x.changed({ kind: 'delete', type: 'GroupRule', id: rule.id }, event(rule, 'delete'));
  if (removeUsers) {
    for (const user of matching(x, rule)) {
      for (const id of rule.actions.assignUserToGroups.groupIds) {
        const group = x.org.store.groups.get(id);
        if (group) leaveGroup(x, group, user);
      }
    }
  }
  return { status: 202 };
}

function theRule(x: Exchange): GroupRule {
  const id = x.param('groupRuleId');
  const rule = x.org.store.groupRules.get(id);
  if (!rule) throw notFound(id, 'GroupRule');
  return rule;
}

function inactive(rule: GroupRule): GroupRule {
  if (rule.status === 'ACTIVE') throw invalid(['status', 'The rule must be deactivated before it is changed']);
  return rule;
}

function content(x: Exchange): Pick<GroupRule, 'type' | 'name' | 'conditions' | 'actions'> {
  const { name, type, conditions, actions } = x.json();
  const expression = isObject(conditions) ? conditions.expression : undefined;
  const value = isObject(expression) ? expression.value : undefined;
  const people = isObject(conditions) && isObject(conditions.people) ? conditions.people : {};
  const users = isObject(people.users) ? people.users : {};
  const assign = isObject(actions) ? actions.assignUserToGroups : undefined;
  const groupIds = isObject(assign) ? assign.groupIds : undefined;
  if (typeof name !== 'string' || name === '' || name.length > 50)
    throw invalid(['name', 'must have between 1 and 50 characters']);
  if (type !== 'group_rule') throw invalid(['type', 'must be group_rule']);
  if (typeof value !== 'string' || value === '') throw invalid(['expression', 'The field cannot be left blank']);
  if (!Array.isArray(groupIds) || groupIds.length === 0)
    throw invalid(['groupIds', 'at least one group must be assigned']);
  for (const id of groupIds)
    if (x.org.store.groups.get(String(id))?.type !== 'OKTA_GROUP')
      throw invalid(['groupIds', `"${id}" is no Okta group`]);
  return {
    type,
    name,
    conditions: {
      people: { users: { exclude: Array.isArray(users.exclude) ? users.exclude : [] }, groups: { exclude: [] } },
      expression: { value, type: 'urn:okta:expression:1.0' },
    },
    actions: { assignUserToGroups: { groupIds } },
  };
}

function save(x: Exchange, rule: GroupRule, kind: 'create' | 'update' | 'lifecycle', verb: string): GroupRule {
  x.org.store.groupRules.put(rule);
  x.changed({ kind, type: 'GroupRule', id: rule.id }, event(rule, verb));
  return rule;
}

function event(rule: GroupRule, verb: string) {
  return {
    eventType: `policy.rule.${verb}`,
    displayMessage: `Group rule: ${verb}`,
    target: [{ id: rule.id, type: 'GroupRule', alternateId: 'unknown', displayName: rule.name }],
  };
}

/** Understands comparisons `user.attribute=="value"` joined by `and` and `or`; any other expression matches nobody. */
function matching(x: Exchange, rule: GroupRule): readonly User[] {
  const excluded = new Set(rule.conditions.people.users.exclude);
  const either = rule.conditions.expression.value.split(/\s+or\s+|\s*\|\|\s*/i);
  const tests = either.map((all) => all.split(/\s+and\s+|\s*&&\s*/i).map((one) => CLAUSE.exec(one)));
  return [...x.org.store.users].filter(
    (user) =>
      user.status !== 'DEPROVISIONED' &&
      !excluded.has(user.id) &&
      tests.some((all) => all.every((clause) => clause && user.profile[clause[1] as string] === clause[2])),
  );
}

const CLAUSE = /^\s*user\.(\w+)\s*==\s*"([^"]*)"\s*$/;

function render(x: Exchange, rule: GroupRule): object {
  const path = `/api/v1/groups/rules/${rule.id}`;
  const names = x.query.get('expand') === 'groupIdToGroupNameMap';
  const groups = rule.actions.assignUserToGroups.groupIds.map((id) => [id, x.org.store.groups.get(id)?.profile.name]);
  return {
    ...rule,
    ...(names && { _embedded: { groupIdToGroupNameMap: Object.fromEntries(groups) } }),
    _links: { self: x.org.link(path) },
  };
}
