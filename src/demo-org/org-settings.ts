import { ok } from './exchange.js';
import type { Org } from './org.js';
import type { AddRoute, Router } from './router.js';

const DAY = 86_400_000;

export function routeOrgSettings(add: AddRoute): void {
  add('GET', '/api/v1/org', (x) => {
    const { org } = x;
    return ok({
      id: org.id,
      companyName: 'Atlas Works (demo)',
      subdomain: 'atlasworks-demo',
      status: 'ACTIVE',
      website: 'https://www.atlasworks.example',
      address1: 'Demo quay 1',
      address2: null,
      city: 'Rotterdam',
      state: null,
      country: 'Netherlands',
      postalCode: '0000 XX',
      phoneNumber: null,
      supportPhoneNumber: null,
      endUserSupportHelpURL: 'https://help.atlasworks.example',
      created: org.date(org.epoch - 900 * DAY),
      lastUpdated: org.date(org.epoch - 20 * DAY),
      expiresAt: null,
      _links: {
        preferences: org.link('/api/v1/org/preferences'),
        contacts: org.link('/api/v1/org/contacts'),
      },
    });
  });
  add('GET', '/api/v1/org/settings/clientPrivilegesSetting', () => ok({ clientPrivilegesSetting: false }));
}

/** The one document that needs no credential: who the org is and which engine runs it. */
export function routeWellKnown(router: Router): void {
  router.add({
    method: 'GET',
    template: '/.well-known/okta-organization',
    scopes: [],
    public: true,
    handler: (x) => ok(wellKnown(x.org)),
  });
}

function wellKnown(org: Org): object {
  const organization = { href: org.origin };
  return { id: org.id, pipeline: 'idx', settings: {}, _links: { organization, alternate: organization } };
}
