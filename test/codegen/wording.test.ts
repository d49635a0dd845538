import { describe, expect, test } from 'vitest';
import { type ApiOperation, type Document, operationsOf } from '../../codegen/document.js';
import { wordingOf } from '../../codegen/wording.js';
import { withArticle, wordsOf } from '../../codegen/words.js';
import { documentWith, json, operation } from './petstore.js';

test.each([
  ['listCsrsForApplication', 'list csrs for application'],
  ['getOAuth2ClientSecret', 'get oauth2 client secret'],
  ['listAllCustomAAGUIDs', 'list all custom aaguids'],
  ['getWebAuthnWellKnownURI', 'get webauthn well known uri'],
  ['getDRStatusForDomain', 'get dr status for domain'],
  ['deletejwk', 'delete jwk'],
  ['resolveTaskV2', 'resolve task v2'],
  ['listUISchemas', 'list ui schemas'],
])('the words of %s are %s', (id, want) => {
  expect(wordsOf(id).join(' ')).toBe(want);
});

test.each([
  ['app', 'an app'],
  ['user', 'a user'],
  ['UI schema', 'a UI schema'],
  ['SSF stream', 'an SSF stream'],
  ['OAuth client', 'an OAuth client'],
  ['uploaded file', 'an uploaded file'],
])('%s is %s', (noun, want) => {
  expect(withArticle(noun)).toBe(want);
});

interface Given {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
}

function wording(
  { id, method, path }: Given,
  rest: Parameters<typeof operation>[1] = {},
  { phrase, secrets, beside = {} }: { phrase?: string; secrets?: readonly string[]; beside?: object } = {},
) {
  const document = documentWith({ [path]: { [method]: operation(id, rest), ...beside } } as Document['paths']);
  const api = operationsOf(document).find((each) => each.id === id) as ApiOperation;
  const nouns = { claim: 'a claim', 'federated claim': 'a claim for the app', federated: 'no claim', policy: 'a rule' };
  return wordingOf({ api, document }, phrase, nouns, secrets);
}

const CLAIMS = '/api/v1/apps/{appId}/federated-claims';

describe('what is composed', () => {
  test.each<Given & { name: string; want: string }>([
    {
      id: 'listFederatedClaims',
      method: 'get',
      path: CLAIMS,
      name: 'list_federated_claims',
      want: 'List federated claims of an app (a claim for the app).',
    },
    {
      id: 'getFederatedClaim',
      method: 'get',
      path: `${CLAIMS}/{claimId}`,
      name: 'get_federated_claim',
      want: 'Read one federated claim of an app (a claim for the app).',
    },
    {
      id: 'createFederatedClaim',
      method: 'post',
      path: CLAIMS,
      name: 'create_federated_claim',
      want: 'Create a federated claim of an app (a claim for the app).',
    },
    {
      id: 'listCsrsForApplication',
      method: 'get',
      path: '/api/v1/apps/{appId}/credentials/csrs',
      name: 'list_csrs_for_app',
      want: 'List certificate signing requests for an app.',
    },
    {
      id: 'updateOrgSetting',
      method: 'patch',
      path: '/api/v1/org/setting',
      name: 'update_org_setting',
      want: 'Change fields of org setting.',
    },
    {
      id: 'pauseAgentPoolsUpdate',
      method: 'post',
      path: '/api/v1/agentPools/{poolId}/updates/{updateId}/pause',
      name: 'pause_agent_pools_update',
      want: 'Pause an agent pool update.',
    },
    {
      id: 'getMyEntryV2',
      method: 'get',
      path: '/governance/api/v2/my/entries/{entryId}',
      name: 'get_my_entry',
      want: 'Read one entry of the signed-in user.',
    },
  ])('$id', ({ name, want, ...given }) => {
    expect(wording(given)).toMatchObject({ name, description: want });
  });

  const ONE = `${CLAIMS}/{claimId}`;
  test.each<Given & { want: string; beside?: object }>([
    { id: 'deleteHats', method: 'delete', path: '/api/v1/hats/{hatId}', want: 'Delete a hat.' },
    { id: 'replaceHats', method: 'put', path: '/api/v1/hats/{hatId}', want: 'Replace all fields of a hat.' },
    { id: 'deleteHats', method: 'delete', path: '/api/v1/hats', want: 'Delete hats.' },
    {
      id: 'updateHat',
      method: 'post',
      path: '/api/v1/hats/{hatId}',
      beside: { put: operation('replaceHat') },
      want: 'Change fields of a hat; the rest is kept.',
    },
    { id: 'updateHat', method: 'post', path: '/api/v1/hats/{hatId}', want: 'Update a hat.' },
    {
      id: 'replaceFederatedClaim',
      method: 'put',
      path: ONE,
      want: 'Replace all fields of a federated claim of an app (a claim for the app).',
    },
    {
      id: 'updateFederatedClaim',
      method: 'post',
      path: ONE,
      beside: { put: operation('replaceFederatedClaim') },
      want: 'Change fields of a federated claim of an app (a claim for the app); the rest is kept.',
    },
    {
      id: 'listFederatedClaimComments',
      method: 'get',
      path: `${ONE}/comments`,
      want: 'List federated claim comments of an app.',
    },
    {
      id: 'addResourcesToClaim',
      method: 'post',
      path: '/api/v1/claims/{claimId}/resources',
      want: 'Add resources to a claim (a claim).',
    },
    { id: 'listPolicies', method: 'get', path: '/api/v1/policies', want: 'List policies (a rule).' },
    {
      id: 'getMyClaim',
      method: 'get',
      path: '/api/v1/my/claims/{id}',
      want: 'Read one claim of the signed-in user (a claim).',
    },
    { id: 'getClaimsStats', method: 'get', path: '/api/v1/claims/stats', want: 'Read the claims stats.' },
  ])('$method $path of $id', ({ want, beside, ...given }) => {
    expect(wording(given, {}, beside ? { beside } : {}).description).toBe(want);
  });

  test('names neither what results leave out, nor the wrapper of a list, nor what the server sets', () => {
    const text = { type: 'string' as const };
    const dates = { createdDate: text, createdAt: text, createdBy: text, lastUpdate: text, id: text };
    const hat = { type: 'object' as const, properties: { ...dates, size: text, token: text } };
    const list: Given = { id: 'listHats', method: 'get', path: '/api/v1/hats' };
    const reply = {
      type: 'object' as const,
      properties: { hats: { type: 'array' as const, items: hat }, total: text },
    };
    const responses = { '200': { description: '', ...json(reply) } };
    const flag = { name: 'forDownload', in: 'query' as const, schema: { type: 'boolean' as const } };
    const secrets = ['/hats/*/token'];
    const shown = wording(list, { responses, parameters: [flag] }, { secrets });
    expect(shown.description).toBe('List hats. Shows size.');
    const make: Given = { id: 'createHat', method: 'post', path: '/api/v1/hats' };
    const owner = { ...text, readOnly: true };
    const body = json({ ...hat, properties: { owner, ...hat.properties } });
    expect(wording(make, { requestBody: body }, { secrets: ['/token'] }).description).toBe(
      'Create a hat. Takes size, token.',
    );
  });

  test('says what can be searched by, what is sent, what is shown, and how mature it is', () => {
    const list: Given = { id: 'listHats', method: 'get', path: '/api/v1/hats' };
    const query = (name: string) => ({ name, in: 'query' as const, schema: { type: 'string' as const } });
    const parameters = [query('after'), query('q'), query('status')];
    expect(wording(list, { parameters }).description).toBe('List hats. By q, status.');
    const properties = { name: { type: 'string' as const }, size: { type: 'integer' as const } };
    const body = json({ type: 'object', required: ['size'], properties });
    const make: Given = { id: 'createHat', method: 'post', path: '/api/v1/hats' };
    expect(wording(make, { requestBody: body, 'x-okta-lifecycle': { lifecycle: 'BETA' } }).description).toBe(
      'Create a hat. Beta. Takes size.',
    );
    const read: Given = { id: 'getHat', method: 'get', path: '/api/v1/hats/{hatId}' };
    const responses = { '200': { description: '', ...json({ type: 'object', properties }) } };
    expect(wording(read, { responses, deprecated: true }).description).toBe(
      'Read one hat. Deprecated. Shows name, size.',
    );
  });

  test('a phrase says it better; what the operation is not yet is added', () => {
    const { description } = wording(
      { id: 'optIn', method: 'post', path: '/api/v1/optIn' },
      {
        'x-okta-lifecycle': { lifecycle: 'EA' },
      },
      { phrase: 'Let the org in.' },
    );
    expect(description).toBe('Let the org in. Early access.');
  });

  test.each([
    ['listApplicationTargetsForApplicationAdministratorRoleForUser', 'list_app_targets_for_app_admin_role_for_user'],
    ['assignFulfillmentErrorWebAuthnPreregistrationFactor', 'assign_fulfillment_error_webauthn_prereg_factor'],
    ['getSettings', 'get_settings'],
  ])('the name of %s fits 48 characters', (id, want) => {
    const { name } = wording({ id, method: 'get', path: '/api/v1/x' });
    expect(name).toBe(want);
    expect(name.length).toBeLessThanOrEqual(48);
  });
});
