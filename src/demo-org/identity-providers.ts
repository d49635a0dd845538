import type { Org } from './org.js';
import { routeResource } from './resource.js';
import type { AddRoute } from './router.js';

export function routeIdentityProviders(add: AddRoute): void {
  routeResource(add, {
    type: 'IdentityProvider',
    path: '/api/v1/idps',
    idName: 'idpId',
    rows: (store) => store.identityProviders,
    limits: { fallback: 20, max: 200 },
    q: ['name'],
    write: {
      prefix: '0oa',
      required: ['name', 'type', 'protocol'],
      created: 200,
      lifecycle: 'object',
      event: (verb) => `system.idp.lifecycle.${verb}`,
    },
  });
}

export function seedIdentityProviders(org: Org): void {
  const common = { created: org.date(org.epoch), lastUpdated: org.date(org.epoch), issuerMode: 'DYNAMIC' };
  const subject = { userNameTemplate: { template: 'idpuser.email' }, matchType: 'USERNAME' };
  const policy = { accountLink: { action: 'AUTO', filter: null }, provisioning: { action: 'DISABLED' }, subject };
  org.store.identityProviders.put({
    id: org.mint('0oa'),
    type: 'SAML2',
    name: 'Lumen Partners federation',
    status: 'ACTIVE',
    protocol: {
      type: 'SAML2',
      endpoints: { sso: { url: 'https://idp.lumen-partners.example/sso', binding: 'HTTP-POST' } },
      credentials: { trust: { issuer: 'https://idp.lumen-partners.example', audience: org.url('/saml2') } },
    },
    policy,
    ...common,
  });
  org.store.identityProviders.put({
    id: org.mint('0oa'),
    type: 'OIDC',
    name: 'Contractor directory',
    status: 'INACTIVE',
    protocol: {
      type: 'OIDC',
      scopes: ['openid', 'email', 'profile'],
      issuer: { url: 'https://login.contractors.example' },
      credentials: { client: { client_id: 'invented-client' } },
    },
    policy,
    ...common,
  });
}
