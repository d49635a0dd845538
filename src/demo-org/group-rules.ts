import { invalid, notFound } from './errors.js';
import { type Exchange, isObject, noContent, ok, type Reply } from './exchange.js';
import { joinGroup, leaveGroup, memberGroups } from './memberships.js';
import type { Org } from './org.js';
import { page, where } from './pages.js';
import type { AddRoute } from './router.js';
import { type ExpressionSubject, parseExpression } from './rule-expression.js';
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
    if (groupsOf(rule).includes(groupId)) org.store.groupRules.put({ ...rule, status: 'INVALID' });
}

/** Okta applies an activated rule to everybody; here the users it matches join in the same request. */
function activate(x: Exchange): Reply {
  const rule = theRule(x);
  if (rule.status === 'INVALID') throw invalid(['status', 'A group the rule assigns to no longer exists']);
  if (rule.status === 'ACTIVE') return noContent();
  save(x, { ...rule, status: 'ACTIVE', lastUpdated: x.org.date() }, 'lifecycle', 'activate');
  const matches = matcher(x.org, rule);
  for (const user of [...filtered(x.org.store.users, matches)]) enter(x, rule, user);
  return noContent();
}

/** Holds the active rules against a user that is new or changed: joins what matches, leaves what a rule alone had given. */
export function applyRules(x: Exchange, user: User): void {
  const { groups, members } = x.org.store;
  const active = [...x.org.store.groupRules].filter(({ status }) => status === 'ACTIVE');
  const matching = active.filter((rule) => matcher(x.org, rule)(user));
  for (const rule of matching) enter(x, rule, user);
  const kept = new Set(matching.flatMap(groupsOf));
  for (const rule of active) {
    for (const id of groupsOf(rule)) {
      const group = groups.get(id);
      const by = members.get(id, user.id);
      if (group && !kept.has(id) && typeof by === 'object' && by.rule === rule.id) leaveGroup(x, group, user);
    }
  }
}

function enter(x: Exchange, rule: GroupRule, user: User): void {
  for (const id of groupsOf(rule)) {
    const group = x.org.store.groups.get(id);
    if (group) joinGroup(x, group, user, { rule: rule.id });
  }
}

/** With `removeUsers`, those whom the rule brought into its groups leave them. */
function deleteRule(x: Exchange): Reply {
  const rule = theRule(x);
  if (rule.status === 'ACTIVE') throw invalid(['status', 'The rule must be deactivated before deletion']);
  const removeUsers = x.flag('removeUsers', false);
  const { store } = x.org;
  store.groupRules.delete(rule.id);
  x.changed({ kind: 'delete', type: 'GroupRule', id: rule.id }, event(rule, 'delete'));
  for (const id of removeUsers ? groupsOf(rule) : []) {
    const group = store.groups.get(id);
    const brought = [...store.members.entries(id)].filter(
      ([, { value }]) => value !== 'HAND' && value.rule === rule.id,
    );
    for (const [, { right }] of brought) {
      const user = store.users.get(right);
      if (group && user) leaveGroup(x, group, user);
    }
  }
  return { status: 202 };
}

function groupsOf(rule: GroupRule): readonly string[] {
  return rule.actions.assignUserToGroups.groupIds;
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

/** Tells whom a rule is about; an expression beyond `parseExpression` is about nobody. */
function matcher(org: Org, rule: GroupRule): (user: User) => boolean {
  const excluded = new Set(rule.conditions.people.users.exclude);
  const test = parseExpression(rule.conditions.expression.value);
  return (user) =>
    test !== undefined && user.status !== 'DEPROVISIONED' && !excluded.has(user.id) && test(subject(org, user));
}

function subject({ store }: Org, user: User): ExpressionSubject {
  return {
    attribute: (name) => user.profile[name],
    member: (by, wanted) =>
      memberGroups(store, user.id).some(({ id, profile }) => (by === 'id' ? id : profile.name) === wanted),
  };
}

function* filtered(users: Iterable<User>, keep: (user: User) => boolean): Generator<User> {
  for (const user of users) if (keep(user)) yield user;
}

function render(x: Exchange, rule: GroupRule): object {
  const path = `/api/v1/groups/rules/${rule.id}`;
  const names = x.query.get('expand') === 'groupIdToGroupNameMap';
  const groups = groupsOf(rule).map((id) => [id, x.org.store.groups.get(id)?.profile.name]);
  return {
    ...rule,
    ...(names && { _embedded: { groupIdToGroupNameMap: Object.fromEntries(groups) } }),
    _links: { self: x.org.link(path) },
  };
}
