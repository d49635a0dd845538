import { expect, test } from 'vitest';
import { hintsOf } from '../../codegen/hints.js';
import type { HttpMethod } from '../../src/okta/operation.js';

/** Rules R1 to R9 of the spec study, section 5, one or more rows each. */
test.each<{ id: string; request: `${HttpMethod} ${string}`; scope?: string; body?: boolean; want: string }>([
  { id: 'listUsers', request: 'GET /api/v1/users', want: 'read idempotent' },
  { id: 'deleteUser', request: 'DELETE /api/v1/users/{id}', want: 'destructive idempotent' },
  { id: 'revokeUserSessions', request: 'DELETE /api/v1/users/{userId}/sessions', want: 'destructive idempotent' },
  { id: 'replaceGroup', request: 'PUT /api/v1/groups/{groupId}', body: true, want: 'destructive idempotent replaces' },
  { id: 'assignUserToGroup', request: 'PUT /api/v1/groups/{groupId}/users/{userId}', want: 'write idempotent' },
  { id: 'addGroupTarget', request: 'PUT /api/v1/roles/{id}/targets/{groupId}', body: true, want: 'write idempotent' },
  { id: 'updateCustomAAGUID', request: 'PATCH /api/v1/authenticators/{id}', body: true, want: 'destructive' },
  {
    id: 'createPolicySimulation',
    request: 'POST /api/v1/policies/simulate',
    scope: 'okta.policies.read',
    want: 'read idempotent',
  },
  { id: 'sendTestEmail', request: 'POST /api/v1/brands/{id}/test', scope: 'okta.templates.read', want: 'write' },
  { id: 'deactivateUser', request: 'POST /api/v1/users/{id}/lifecycle/deactivate', want: 'destructive idempotent' },
  { id: 'activateUser', request: 'POST /api/v1/users/{id}/lifecycle/activate', want: 'write idempotent' },
  { id: 'unlockUser', request: 'POST /api/v1/users/{id}/lifecycle/unlock', want: 'write idempotent' },
  { id: 'resetPassword', request: 'POST /api/v1/users/{id}/lifecycle/reset_password', want: 'destructive' },
  { id: 'expirePassword', request: 'POST /api/v1/users/{id}/lifecycle/expire_password', want: 'destructive' },
  {
    id: 'rotateKeys',
    request: 'POST /api/v1/authorizationServers/{id}/credentials/lifecycle/keyRotate',
    want: 'destructive',
  },
  { id: 'updateUser', request: 'POST /api/v1/users/{id}', body: true, want: 'destructive idempotent' },
  { id: 'revokeOktaSupport', request: 'POST /api/v1/org/privacy/oktaSupport/revoke', want: 'destructive' },
  { id: 'changePassword', request: 'POST /api/v1/users/{id}/credentials/change_password', want: 'destructive' },
  { id: 'bulkRemove', request: 'POST /api/v1/org/email/bounces/remove-list', want: 'destructive' },
  {
    id: 'updateConfiguration',
    request: 'POST /api/v1/threats/configuration',
    body: true,
    want: 'destructive idempotent',
  },
  { id: 'purgeUser', request: 'POST /api/v1/users/{id}/purge', want: 'destructive' },
  { id: 'wipeDevice', request: 'POST /api/v1/devices/{id}/lifecycle/wipe', want: 'destructive' },
  { id: 'endAll', request: 'POST /api/v1/users/{id}/clear', want: 'destructive' },
  { id: 'cancelImport', request: 'POST /api/v1/imports/{id}/jobs', want: 'destructive' },
  { id: 'archivedUsers', request: 'POST /api/v1/users/archived', want: 'write' },
  { id: 'createUser', request: 'POST /api/v1/users', body: true, want: 'write' },
])('$id: $want', ({ id, request, scope, body, want }) => {
  const [method, path] = request.split(' ') as [HttpMethod, string];
  const hints = hintsOf({ id, method, path, hasBody: body ?? false, scopes: scope === undefined ? [] : [scope] });
  const said = [hints.risk, hints.idempotent && 'idempotent', hints.replaces && 'replaces'].filter(Boolean).join(' ');
  expect(said).toBe(want);
});
