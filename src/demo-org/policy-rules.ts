import { invalid, notFound } from './errors.js';
import { type Exchange, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import type { Org } from './org.js';
import { listReply } from './pages.js';
import { policyTarget, thePolicy } from './policies.js';
import type { AddRoute } from './router.js';
import type { Store } from './store.js';

export interface PolicyRule {
  readonly id: string;
  readonly policyId: string;
  readonly type: string;
  readonly name: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly priority: number;
  readonly system: boolean;
  readonly created: string;
  readonly lastUpdated: string;
  readonly [property: string]: unknown;
}

export function routePolicyRules(add: AddRoute): void {
  const all = '/api/v1/policies/{policyId}/rules';
  add('GET', all, (x) => {
    const policy = thePolicy(x);
    return listReply(
      x,
      rulesOf(x.org.store, policy.id).map((rule) => renderRule(x.org, rule)),
    );
  });
  add('POST', all, createRule);
  add('GET', `${all}/{ruleId}`, (x) => ok(renderRule(x.org, theRule(x))));
  add('PUT', `${all}/{ruleId}`, replaceRule);
  add('DELETE', `${all}/{ruleId}`, (x) => {
    const rule = changeable(theRule(x), 'deleted');
    x.org.store.policyRules.delete(rule.id);
    number(x.org.store, rulesOf(x.org.store, rule.policyId), baseOf(rule.type));
    logged(x, rule, 'delete', 'delete', 'Delete policy rule');
    return noContent();
  });
  add('POST', `${all}/{ruleId}/lifecycle/activate`, (x) => setStatus(x, 'ACTIVE', 'activate'));
  add('POST', `${all}/{ruleId}/lifecycle/deactivate`, (x) => setStatus(x, 'INACTIVE', 'deactivate'));
}

/** The rules of a policy, the one evaluated first in front. */
export function rulesOf(store: Store, policyId: string): readonly PolicyRule[] {
  return [...store.policyRules].filter((rule) => rule.policyId === policyId).sort((a, b) => a.priority - b.priority);
}

/** The kind of rule a policy of this type has. */
export function ruleType(policyType: string): string {
  return policyType === 'OKTA_SIGN_ON' ? 'SIGN_ON' : policyType;
}

function theRule(x: Exchange): PolicyRule {
  const policy = thePolicy(x);
  const id = x.param('ruleId');
  const rule = x.org.store.policyRules.get(id);
  if (rule?.policyId !== policy.id) throw notFound(id, 'PolicyRule');
  return rule;
}

function createRule(x: Exchange): Reply {
  const policy = thePolicy(x);
  const body = checkBody(x);
  const wanted = ruleType(policy.type);
  if (body.type !== undefined && body.type !== wanted) throw invalid(['type', `must be ${wanted}`]);
  const now = x.org.date();
  const rule: PolicyRule = {
    ...body,
    id: x.org.mint(policy.type === 'ACCESS_POLICY' ? 'rul' : '0pr'),
    policyId: policy.id,
    type: wanted,
    status: x.flag('activate', true) ? 'ACTIVE' : 'INACTIVE',
    priority: Number.MAX_SAFE_INTEGER,
    system: false,
    created: now,
    lastUpdated: now,
  };
  const placed = place(x.org.store, rule, body.priority);
  logged(x, placed, 'create', 'add', 'Add policy rule');
  return ok(renderRule(x.org, placed));
}

function replaceRule(x: Exchange): Reply {
  const before = theRule(x);
  const body = checkBody(x);
  if (body.type !== undefined && body.type !== before.type) throw invalid(['type', 'cannot be changed']);
  const { id, policyId, type, status, system, created, priority } = before;
  const kept = { id, policyId, type, status, priority, system, created };
  const rule = place(x.org.store, { ...body, ...kept, lastUpdated: x.org.date() }, body.priority);
  logged(x, rule, 'update', 'update', 'Update policy rule');
  return ok(renderRule(x.org, rule));
}

/**
 * Puts the rule at the priority asked for, or leaves it at its own; the others close up behind it and the system rule
 * stays last. Rules of access policies count from 0 and have their system rule at 99, all others count from 1.
 */
function place(store: Store, rule: PolicyRule, wanted: unknown): PolicyRule {
  store.policyRules.put(rule);
  const base = baseOf(rule.type);
  const all = rulesOf(store, rule.policyId);
  const others = all.filter((each) => !each.system && each.id !== rule.id);
  if (!rule.system) {
    const index = (typeof wanted === 'number' ? wanted : rule.priority) - base;
    others.splice(Math.max(0, Math.min(index, others.length)), 0, rule);
  }
  number(store, [...others, ...all.filter(({ system }) => system)], base);
  return store.policyRules.get(rule.id) as PolicyRule;
}

function number(store: Store, rules: readonly PolicyRule[], base: number): void {
  rules.forEach((each, index) => {
    const priority = each.system && base === 0 ? LAST_ACCESS_RULE : base + index;
    if (each.priority !== priority) store.policyRules.put({ ...each, priority });
  });
}

const LAST_ACCESS_RULE = 99;

/** Where priorities of rules of this type begin. */
function baseOf(type: string): 0 | 1 {
  return type === 'ACCESS_POLICY' ? 0 : 1;
}

/** The priority of a policy's only rule. */
export function onlyPriority(type: string, system: boolean): number {
  return type === 'ACCESS_POLICY' ? (system ? LAST_ACCESS_RULE : 0) : 1;
}

function setStatus(x: Exchange, status: PolicyRule['status'], verb: string): Reply {
  const rule = changeable(theRule(x), 'deactivated');
  if (rule.status !== status) {
    x.org.store.policyRules.put({ ...rule, status, lastUpdated: x.org.date() });
    logged(x, rule, 'lifecycle', verb, `Policy rule: ${verb}`);
  }
  return noContent();
}

function changeable(rule: PolicyRule, participle: string): PolicyRule {
  if (rule.system) throw invalid(['system', `A system rule cannot be ${participle}`]);
  return rule;
}

function checkBody(x: Exchange): JsonObject & { name: string } {
  const { _links, ...body } = x.json();
  if (typeof body.name !== 'string' || body.name === '') throw invalid(['name', 'The field cannot be left blank']);
  return body as JsonObject & { name: string };
}

function logged(
  x: Exchange,
  rule: PolicyRule,
  kind: 'create' | 'update' | 'delete' | 'lifecycle',
  verb: string,
  displayMessage: string,
) {
  x.changed(
    { kind, type: 'PolicyRule', id: rule.id },
    {
      eventType: `policy.rule.${verb}`,
      displayMessage,
      target: [
        { id: rule.id, type: 'PolicyRule', alternateId: 'unknown', displayName: rule.name },
        policyTarget(thePolicy(x)),
      ],
    },
  );
}

export function renderRule(org: Org, rule: PolicyRule): object {
  const { policyId, ...shown } = rule;
  const path = `/api/v1/policies/${policyId}/rules/${rule.id}`;
  const next = rule.status === 'ACTIVE' ? 'deactivate' : 'activate';
  return {
    ...shown,
    _links: {
      self: org.link(path),
      ...(!rule.system && { [next]: org.link(`${path}/lifecycle/${next}`, 'POST') }),
    },
  };
}
