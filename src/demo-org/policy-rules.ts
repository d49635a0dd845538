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
  const others = rulesOf(x.org.store, policy.id);
  const rule = x.org.store.policyRules.put({
    ...body,
    id: x.org.mint(policy.type === 'ACCESS_POLICY' ? 'rul' : '0pr'),
    policyId: policy.id,
    type: wanted,
    status: x.flag('activate', true) ? 'ACTIVE' : 'INACTIVE',
    priority: typeof body.priority === 'number' ? body.priority : others.filter((other) => !other.system).length + 1,
    system: false,
    created: now,
    lastUpdated: now,
  });
  logged(x, rule, 'create', 'add', 'Add policy rule');
  return ok(renderRule(x.org, rule));
}

function replaceRule(x: Exchange): Reply {
  const before = theRule(x);
  const body = checkBody(x);
  const { id, policyId, type, status, system, created } = before;
  const priority = typeof body.priority === 'number' && !system ? body.priority : before.priority;
  const rule = x.org.store.policyRules.put({
    ...body,
    id,
    policyId,
    type,
    status,
    priority,
    system,
    created,
    lastUpdated: x.org.date(),
  });
  logged(x, rule, 'update', 'update', 'Update policy rule');
  return ok(renderRule(x.org, rule));
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
