import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compareSpecs } from '../../codegen/compare.js';
import type { ComparedTool } from '../../codegen/compare-operation.js';
import { reportOf } from '../../codegen/compare-report.js';
import { type Document, loadDocument } from '../../codegen/document.js';

/*
 * Two releases as spec:import distilled them. What is expected here was computed from Okta's two YAML files by another
 * program (Python, references resolved, compared by id), and looked at by hand.
 */
const release = (version: string): Document => {
  const file = resolve(import.meta.dirname, `../fixtures/okta-management-${version}.json.gz`);
  return loadDocument(gunzipSync(readFileSync(file)).toString('utf8'));
};
const tool = (name: string, operation: string, ...args: string[]): ComparedTool => ({
  name,
  operation,
  inputSchema: { type: 'object', properties: Object.fromEntries(args.map((arg) => [arg, {}])) },
});
const tools = [
  tool('list_policies', 'listPolicies', 'type', 'limit'),
  tool('set_user_risk', 'upsertUserRisk', 'userId', 'body'),
  tool('create_policy_rule', 'createPolicyRule', 'policyId', 'body'),
  tool('get_device', 'getDevice', 'deviceId'),
  tool('create_email_server', 'createEmailServer', 'body'),
  tool('list_authorization_servers', 'listAuthorizationServers', 'q'),
];
const comparison = compareSpecs(
  [{ name: 'okta-management', before: release('2026.03.0'), after: release('2026.06.3') }],
  { before: tools, after: tools },
);
const { operations, replies, scopes, from, to } = comparison.documents[0]!;

test('releases and scopes', () => {
  expect([from, to]).toEqual(['2026.03.0', '2026.06.3']);
  expect(scopes).toEqual({
    added: [],
    removed: [
      'okta.authenticators.manage.self',
      'okta.manifests.manage',
      'okta.manifests.read',
      'okta.operations.read',
      'okta.privilegedResources.manage',
      'okta.privilegedResources.read',
      'okta.riskEvents.manage',
      'okta.riskProviders.manage',
      'okta.riskProviders.read',
      'okta.users.manage.self',
      'okta.users.read.self',
    ],
  });
});

test('five operations came, none went, none was renamed or moved, none needs another scope', () => {
  const by = (status: string) => operations.filter((one) => one.status === status).map(({ operation }) => operation);
  expect(by('added').sort()).toEqual([
    'createOktaManagedUserAccount',
    'deleteOktaManagedUserAccount',
    'getOktaManagedUserAccount',
    'listOktaManagedUserAccounts',
    'updateOktaManagedUserAccount',
  ]);
  expect(by('removed')).toEqual([]);
  const kinds = new Set(operations.flatMap(({ changes }) => changes.map(({ about, kind }) => `${about} ${kind}`)));
  const never = ['renamed', 'moved', 'scopes', 'credentials', 'roles', 'permissions', 'deprecated', 'other'];
  expect(never.filter((kind) => kinds.has(`operation ${kind}`) || kinds.has(`argument ${kind}`))).toEqual([]);
});

test('lifecycle of operations', () => {
  const with_ = (keyword: string, was: unknown, is: unknown) =>
    operations
      .filter(({ changes }) =>
        changes.some(
          (change) =>
            change.about === 'operation' &&
            change.keyword === keyword &&
            JSON.stringify([change.was, change.is]) === JSON.stringify([was, is]),
        ),
      )
      .map(({ operation }) => operation)
      .sort();
  expect(with_('SKUs', ['API Access Management'], [])).toEqual(API_ACCESS_MANAGEMENT);
  expect(with_('lifecycle', 'EA', 'GA')).toEqual([
    'activateCustomTelephonyCredential',
    'createAppServiceAccount',
    'createCustomTelephonyProviderCredentials',
    'deactivateCustomTelephonyCredential',
    'deleteAppServiceAccount',
    'deleteCustomTelephonyProviderCredential',
    'getAppServiceAccount',
    'getCustomTelephonyProviderCredential',
    'listAllCustomTelephonyProviderCredentials',
    'listAppServiceAccounts',
    'sendTestCustomTelephonyProviderCredential',
    'setAsPrimaryCustomTelephonyCredential',
    'updateAppServiceAccount',
    'updateCustomTelephonyProviderCredential',
  ]);
  expect(with_('lifecycle', 'EA', 'LIMITED_GA')).toEqual([
    'deleteDevicePostureCheck',
    'getBotProtectionConfiguration',
    'getDevicePostureCheck',
    'listDevicePostureChecks',
    'updateBotProtectionConfiguration',
  ]);
  const changed = operations.flatMap(({ changes }) =>
    changes.filter(({ about, kind }) => about === 'operation' && kind === 'lifecycle'),
  );
  expect(changed).toHaveLength(42 + 14 + 5);
});

test('arguments: one query parameter and the bodies of eighteen operations, lifecycle aside', () => {
  const lifecycle = new Set(['lifecycle', 'isGenerallyAvailable', 'isCorsEnabled', 'SKUs', 'features']);
  const changed = operations.filter(({ changes }) =>
    changes.some(({ about, ...change }) => about === 'argument' && !lifecycle.has(change.keyword ?? '')),
  );
  // createEmailServer names other schemas, which say the same.
  expect(changed.map(({ operation }) => operation).sort()).toEqual([
    'createAppServiceAccount',
    'createApplication',
    'createDeviceAssurancePolicy',
    'createIdentityProvider',
    'createPolicy',
    'createPolicyRule',
    'createRealm',
    'createRole',
    'listPolicies',
    'replaceApplication',
    'replaceAuthenticatorMethod',
    'replaceBlockedEmailDomains',
    'replaceDeviceAssurancePolicy',
    'replaceIdentityProvider',
    'replacePolicy',
    'replacePolicyRule',
    'replaceRealm',
    'updateEmailServer',
    'upsertUserRisk',
  ]);
});

test('what it means to the tools', () => {
  const of = (id: string) => operations.find(({ operation }) => operation === id);
  expect(of('upsertUserRisk')).toMatchObject({ tools: ['set_user_risk'], level: 'major' });
  expect(of('upsertUserRisk')?.changes).toEqual([
    { about: 'argument', level: 'major', kind: 'required', at: 'body.riskLevel' },
    { about: 'argument', level: 'minor', kind: 'values-added', at: 'body.riskLevel', is: ['MEDIUM'] },
    { about: 'argument', level: 'minor', kind: 'added', at: 'body.riskReason' },
  ]);
  expect(of('listPolicies')?.changes[0]).toEqual({
    about: 'argument',
    level: 'minor',
    kind: 'values-added',
    at: 'type',
    is: expect.toSatisfy(
      (values: string[]) => [...values].sort().join() === 'IDENTITY_CLAIM_SOURCING,SESSION_VIOLATION_DETECTION',
    ),
  });
  expect(of('getDevice')?.changes).toEqual([
    {
      about: 'reply',
      level: 'patch',
      kind: 'constraint',
      at: '200 application/json',
      keyword: 'schema',
      was: 'Device',
      is: 'DeviceWithProviders',
    },
  ]);
  expect(of('createRealm')).toMatchObject({ tools: [], level: 'patch' });
  expect(comparison.verdict).toBe('major');
  expect(comparison.reasons).toContain('body.riskLevel is required now: set_user_risk');
  // Operations of tools come first, the gravest before the others.
  const order = operations.map(
    ({ tools: names, level }) => `${names.length > 0 ? 0 : 1} ${['major', 'minor', 'patch'].indexOf(level)}`,
  );
  expect(order).toEqual([...order].sort());
});

test('replies, by schema', () => {
  const reached = Object.fromEntries(replies.map(({ schema, operations: ids }) => [schema, ids]));
  expect(reached).toMatchObject({
    LogBotProtection: ['listLogEvents'],
    DNSRecordTypeDomains: [
      'createCustomDomain',
      'getBrand',
      'getCustomDomain',
      'listBrandDomains',
      'listBrands',
      'listCustomDomains',
      'replaceCustomDomain',
      'verifyDomain',
    ],
    UserRiskLevelPut: ['upsertUserRisk'],
    EmailServerListResponse: ['listEmailServers'],
    SelfServicePasswordResetAction: ['createPolicyRule', 'getPolicyRule', 'listPolicyRules', 'replacePolicyRule'],
    ProtocolOidc: [
      'activateIdentityProvider',
      'createIdentityProvider',
      'deactivateIdentityProvider',
      'getIdentityProvider',
      'listIdentityProviders',
      'listUserIdentityProviders',
      'replaceIdentityProvider',
    ],
  });
  expect(replies.find(({ schema }) => schema === 'DNSRecordTypeDomains')?.differences).toEqual([
    { kind: 'values-added', at: '', is: ['CAA'] },
  ]);
});

test('as text: tools first, the same change of many operations once', () => {
  const lines = reportOf(comparison).split('\n');
  const at = (text: string) => lines.findIndex((line) => line.includes(text));
  expect(lines[0]).toBe('Verdict: major');
  expect(at('Operations behind tools')).toBeLessThan(at('    ! body.riskLevel is required now'));
  expect(at('    ! body.riskLevel is required now')).toBeLessThan(at('Operations that no tool calls'));
  expect(at('Operations that no tool calls')).toBeLessThan(at('Replies, by schema'));
  // Once for the one tool, once for all others.
  expect(lines.filter((line) => line.trim() === 'SKUs: API Access Management -> none')).toHaveLength(2);
});

const API_ACCESS_MANAGEMENT = [
  'activateAuthorizationServer',
  'activateAuthorizationServerPolicy',
  'activateAuthorizationServerPolicyRule',
  'createAssociatedServers',
  'createAuthorizationServer',
  'createAuthorizationServerPolicy',
  'createAuthorizationServerPolicyRule',
  'createOAuth2Claim',
  'createOAuth2Scope',
  'deactivateAuthorizationServer',
  'deactivateAuthorizationServerPolicy',
  'deactivateAuthorizationServerPolicyRule',
  'deleteAssociatedServer',
  'deleteAuthorizationServer',
  'deleteAuthorizationServerPolicy',
  'deleteAuthorizationServerPolicyRule',
  'deleteOAuth2Claim',
  'deleteOAuth2Scope',
  'getAuthorizationServer',
  'getAuthorizationServerKey',
  'getAuthorizationServerPolicy',
  'getAuthorizationServerPolicyRule',
  'getOAuth2Claim',
  'getOAuth2Scope',
  'getRefreshTokenForAuthorizationServerAndClient',
  'listAssociatedServersByTrustedType',
  'listAuthorizationServerKeys',
  'listAuthorizationServerPolicies',
  'listAuthorizationServerPolicyRules',
  'listAuthorizationServers',
  'listOAuth2Claims',
  'listOAuth2ClientsForAuthorizationServer',
  'listOAuth2Scopes',
  'listRefreshTokensForAuthorizationServerAndClient',
  'replaceAuthorizationServer',
  'replaceAuthorizationServerPolicy',
  'replaceAuthorizationServerPolicyRule',
  'replaceOAuth2Claim',
  'replaceOAuth2Scope',
  'revokeRefreshTokenForAuthorizationServerAndClient',
  'revokeRefreshTokensForAuthorizationServerAndClient',
  'rotateAuthorizationServerKeys',
];
