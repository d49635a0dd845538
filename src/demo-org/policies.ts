import { invalid, notFound, OktaFailure } from './errors.js';
import type { EventTarget } from './event-log.js';
import { type Exchange, type JsonObject, noContent, ok, type Reply } from './exchange.js';
import { listed, page } from './pages.js';
import { onlyPriority, renderRule, rulesOf } from './policy-rules.js';
import type { AddRoute } from './router.js';
import type { Store } from './store.js';

export interface Policy {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  /** 1 is evaluated first; the system policy of a type comes last. */
  readonly priority: number;
  /** Made by Okta: cannot be deleted or deactivated. */
  readonly system: boolean;
  readonly created: string;
  readonly lastUpdated: string;
  readonly [property: string]: unknown;
}

export const POLICY_TYPES = [
  'OKTA_SIGN_ON',
  'PASSWORD',
  'MFA_ENROLL',
  'IDP_DISCOVERY',
  'ACCESS_POLICY',
  'PROFILE_ENROLLMENT',
  'POST_AUTH_SESSION',
  'ENTITY_RISK',
  'DEVICE_SIGNAL_COLLECTION',
  'SESSION_VIOLATION_DETECTION',
  'CLIENT_UPDATE',
  'IDENTITY_CLAIM_SOURCING',
] as const;

export function routePolicies(add: AddRoute): void {
  add('GET', '/api/v1/policies', listPolicies);
  add('POST', '/api/v1/policies', createPolicy);
  add('GET', '/api/v1/policies/{policyId}', (x) => ok(render(x, thePolicy(x))));
  add('PUT', '/api/v1/policies/{policyId}', replacePolicy);
  add('DELETE', '/api/v1/policies/{policyId}', deletePolicy);
  add('POST', '/api/v1/policies/{policyId}/clone', clonePolicy);
  add('POST', '/api/v1/policies/{policyId}/lifecycle/activate', (x) => setStatus(x, 'ACTIVE', 'activate'));
  add('POST', '/api/v1/policies/{policyId}/lifecycle/deactivate', (x) => setStatus(x, 'INACTIVE', 'deactivate'));
}

export function thePolicy(x: Exchange): Policy {
  const id = x.param('policyId');
  const policy = x.org.store.policies.get(id);
  if (!policy) throw notFound(id, 'Policy');
  return policy;
}

export function policyTarget(policy: Policy): EventTarget {
  return {
    id: policy.id,
    type: 'PolicyEntity',
    alternateId: 'unknown',
    displayName: policy.name,
    detailEntry: { policyType: policy.type },
  };
}

function ofType(store: Store, type: string): readonly Policy[] {
  return [...store.policies].filter((policy) => policy.type === type).sort((a, b) => a.priority - b.priority);
}

function listPolicies(x: Exchange): Reply {
  const type = x.query.get('type');
  if (type === null) throw new OktaFailure('E0000028');
  if (!(POLICY_TYPES as readonly string[]).includes(type)) throw invalid(['type', `"${type}" is no policy type`]);
  const status = x.query.get('status');
  const q = x.query.get('q')?.toLowerCase() ?? '';
  const policies = ofType(x.org.store, type).filter(
    (policy) => (status === null || policy.status === status) && policy.name.toLowerCase().includes(q),
  );
  return page(
    x,
    { fallback: 1000, max: 1000 },
    (after) => listed(policies, after),
    (policy) => render(x, policy),
  );
}

function createPolicy(x: Exchange): Reply {
  const body = checkBody(x);
  const now = x.org.date();
  const policy = x.org.store.policies.put({
    ...body,
    id: x.org.mint(body.type === 'ACCESS_POLICY' ? 'rst' : '00p'),
    status: x.flag('activate', true) ? 'ACTIVE' : 'INACTIVE',
    priority: ofType(x.org.store, body.type).filter((other) => !other.system).length + 1,
    system: false,
    created: now,
    lastUpdated: now,
  });
  reorder(x.org.store, policy, body.priority);
  if (policy.type === 'ACCESS_POLICY') addCatchAll(x, policy);
  x.changed({ kind: 'create', type: 'Policy', id: policy.id }, event(policy, 'create', 'Create policy'));
  return ok(render(x, x.org.store.policies.get(policy.id) as Policy));
}

/** An access policy comes with the rule that decides when no other does: part of its making, not a change of its own. */
function addCatchAll({ org }: Exchange, { id, type, created }: Policy): void {
  org.store.policyRules.put({
    id: org.mint('rul'),
    policyId: id,
    type,
    name: 'Catch-all Rule',
    status: 'ACTIVE',
    priority: onlyPriority(type, true),
    system: true,
    conditions: null,
    actions: {
      appSignOn: {
        access: 'ALLOW',
        verificationMethod: { factorMode: '2FA', type: 'ASSURANCE', reauthenticateIn: 'PT2H', constraints: [] },
      },
    },
    created,
    lastUpdated: created,
  });
}

/** A copy of an access policy and its rules, as Okta names it. */
function clonePolicy(x: Exchange): Reply {
  const original = thePolicy(x);
  if (original.type !== 'ACCESS_POLICY') throw invalid(['type', 'Only an access policy can be cloned']);
  const { store } = x.org;
  const dates = { created: x.org.date(), lastUpdated: x.org.date() };
  const priority = ofType(store, original.type).filter((other) => !other.system).length + 1;
  const copy = {
    ...original,
    ...dates,
    id: x.org.mint('rst'),
    name: `[cloned] ${original.name}`,
    system: false,
    priority,
  };
  const policy = store.policies.put(copy);
  reorder(store, policy, undefined);
  for (const rule of rulesOf(store, original.id))
    store.policyRules.put({ ...rule, ...dates, id: x.org.mint('rul'), policyId: policy.id });
  x.changed({ kind: 'create', type: 'Policy', id: policy.id }, event(policy, 'create', 'Create policy'));
  return ok(render(x, policy));
}

function replacePolicy(x: Exchange): Reply {
  const before = thePolicy(x);
  const body = checkBody(x);
  if (body.type !== before.type) throw invalid(['type', 'cannot be changed']);
  if (before.system && body.name !== before.name) throw invalid(['name', 'A system policy cannot be renamed']);
  const { id, status, priority, system, created } = before;
  const policy = x.org.store.policies.put({
    ...body,
    id,
    status,
    priority,
    system,
    created,
    lastUpdated: x.org.date(),
  });
  reorder(x.org.store, policy, body.priority);
  x.changed({ kind: 'update', type: 'Policy', id: policy.id }, event(policy, 'update', 'Update policy'));
  return ok(render(x, x.org.store.policies.get(policy.id) as Policy));
}

/** Moves the policy to the priority asked for; the others of its type close up, the system policy stays last. */
function reorder(store: Store, policy: Policy, wanted: unknown): void {
  const others = ofType(store, policy.type).filter((other) => other.id !== policy.id && !other.system);
  const system = ofType(store, policy.type).filter((other) => other.system);
  if (!policy.system) {
    const index = typeof wanted === 'number' ? wanted - 1 : policy.priority - 1;
    others.splice(Math.max(0, Math.min(index, others.length)), 0, policy);
  }
  [...others, ...system].forEach((each, i) => {
    if (each.priority !== i + 1) store.policies.put({ ...each, priority: i + 1 });
  });
}

function deletePolicy(x: Exchange): Reply {
  const policy = thePolicy(x);
  if (policy.system) throw invalid(['system', 'A system policy cannot be deleted']);
  const { store } = x.org;
  for (const rule of rulesOf(store, policy.id)) store.policyRules.delete(rule.id);
  store.policies.delete(policy.id);
  ofType(store, policy.type).forEach((other, i) => {
    store.policies.put({ ...other, priority: i + 1 });
  });
  x.changed({ kind: 'delete', type: 'Policy', id: policy.id }, event(policy, 'delete', 'Delete policy'));
  return noContent();
}

function setStatus(x: Exchange, status: Policy['status'], verb: 'activate' | 'deactivate'): Reply {
  const policy = thePolicy(x);
  if (policy.system) throw invalid(['system', 'The status of a system policy cannot be changed']);
  if (policy.status !== status) {
    x.org.store.policies.put({ ...policy, status, lastUpdated: x.org.date() });
    const title = verb === 'activate' ? 'Activate policy' : 'Deactivate policy';
    x.changed({ kind: 'lifecycle', type: 'Policy', id: policy.id }, event(policy, verb, title));
  }
  return noContent();
}

function checkBody(x: Exchange): JsonObject & { name: string; type: string } {
  const { _links, _embedded, ...body } = x.json();
  const problems: [string, string][] = [];
  if (typeof body.name !== 'string' || body.name === '') problems.push(['name', 'The field cannot be left blank']);
  if (!(POLICY_TYPES as readonly unknown[]).includes(body.type))
    problems.push(['type', `must be one of ${POLICY_TYPES.join(', ')}`]);
  if (problems.length > 0) throw invalid(...problems);
  return body as JsonObject & { name: string; type: string };
}

function event(policy: Policy, verb: string, displayMessage: string) {
  return { eventType: `policy.lifecycle.${verb}`, displayMessage, target: [policyTarget(policy)] };
}

function render(x: Exchange, policy: Policy): object {
  const path = `/api/v1/policies/${policy.id}`;
  const next = policy.status === 'ACTIVE' ? 'deactivate' : 'activate';
  const rules = x.query.get('expand') === 'rules' ? rulesOf(x.org.store, policy.id) : undefined;
  return {
    ...policy,
    ...(rules && { _embedded: { rules: rules.map((rule) => renderRule(x.org, rule)) } }),
    _links: {
      self: x.org.link(path),
      rules: x.org.link(`${path}/rules`),
      ...(!policy.system && { [next]: x.org.link(`${path}/lifecycle/${next}`, 'POST') }),
    },
  };
}
