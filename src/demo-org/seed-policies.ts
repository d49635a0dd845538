import type { JsonObject } from './exchange.js';
import type { Org } from './org.js';
import { onlyPriority, ruleType } from './policy-rules.js';

const DAY = 86_400_000;

/** Type, name, whether Okta made it, settings and the actions of its one rule. In the order of evaluation. */
const POLICIES: readonly (readonly [
  type: string,
  name: string,
  system: boolean,
  settings: JsonObject,
  actions: JsonObject,
])[] = [
  ['OKTA_SIGN_ON', 'Administrators', false, {}, signOn('ALWAYS', 15)],
  ['OKTA_SIGN_ON', 'Default Policy', true, {}, signOn('SESSION', 120)],
  ['PASSWORD', 'Long passwords for finance', false, password(16), { passwordChange: { access: 'ALLOW' } }],
  ['PASSWORD', 'Default Policy', true, password(12), { passwordChange: { access: 'ALLOW' } }],
  ['MFA_ENROLL', 'Default Policy', true, authenticators(), { enroll: { self: 'CHALLENGE' } }],
  ['IDP_DISCOVERY', 'Idp Discovery Policy', true, {}, { idp: { providers: [{ type: 'OKTA' }] } }],
  ['ACCESS_POLICY', 'Engineering apps', false, {}, access('2FA')],
  ['ACCESS_POLICY', 'Any two factors', true, {}, access('2FA')],
  ['PROFILE_ENROLLMENT', 'Default Policy', true, {}, { profileEnrollment: { access: 'DENY' } }],
  ['POST_AUTH_SESSION', 'Session protection', true, {}, { postAuthSession: { failureActions: [] } }],
  ['ENTITY_RISK', 'Entity Risk Policy', true, {}, { entityRisk: { actions: [] } }],
];

function signOn(factorPromptMode: string, maxSessionIdleMinutes: number): JsonObject {
  return {
    signon: {
      access: 'ALLOW',
      requireFactor: true,
      factorPromptMode,
      session: { usePersistentCookie: false, maxSessionIdleMinutes, maxSessionLifetimeMinutes: 720 },
    },
  };
}

function password(minLength: number): JsonObject {
  return {
    password: {
      complexity: { minLength, minLowerCase: 1, minUpperCase: 1, minNumber: 1, excludeUsername: true },
      age: { maxAgeDays: 0, historyCount: 4 },
      lockout: { maxAttempts: 10, autoUnlockMinutes: 0, showLockoutFailures: true },
    },
  };
}

function authenticators(): JsonObject {
  const required = (key: string) => ({ key, enroll: { self: 'REQUIRED' } });
  return { type: 'AUTHENTICATORS', authenticators: [required('okta_password'), required('okta_verify')] };
}

function access(factorMode: string): JsonObject {
  return {
    appSignOn: {
      access: 'ALLOW',
      verificationMethod: { factorMode, type: 'ASSURANCE', reauthenticateIn: 'PT12H', constraints: [] },
    },
  };
}

export function seedPolicies(org: Org): void {
  const priorities = new Map<string, number>();
  const created = org.date(org.epoch - 900 * DAY);
  const everyone = [...org.store.groups].find((group) => group.type === 'BUILT_IN')?.id;
  const conditions = { people: { groups: { include: [everyone] } } };
  const common = { status: 'ACTIVE', created, lastUpdated: created } as const;
  for (const [type, name, system, settings, actions] of POLICIES) {
    const priority = (priorities.get(type) ?? 0) + 1;
    priorities.set(type, priority);
    const policy = org.store.policies.put({
      id: org.mint(type === 'ACCESS_POLICY' ? 'rst' : '00p'),
      type,
      name,
      description: system ? 'Applies when no other policy does' : `Made for the demo: ${name.toLowerCase()}`,
      priority,
      system,
      ...(type !== 'ACCESS_POLICY' && { conditions }),
      ...(Object.keys(settings).length > 0 && { settings }),
      ...common,
    });
    org.store.policyRules.put({
      id: org.mint(type === 'ACCESS_POLICY' ? 'rul' : '0pr'),
      policyId: policy.id,
      type: ruleType(type),
      name: system ? 'Default Rule' : 'Everybody it applies to',
      priority: onlyPriority(type, system),
      system,
      conditions: { network: { connection: 'ANYWHERE' } },
      actions,
      ...common,
    });
  }
}
