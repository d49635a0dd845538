import type { Org } from './org.js';
import { routeResource } from './resource.js';
import type { AddRoute } from './router.js';

export function routeUserTypes(add: AddRoute): void {
  routeResource(add, {
    type: 'UserType',
    path: '/api/v1/meta/types/user',
    idName: 'typeId',
    rows: (store) => store.userTypes,
    limits: { fallback: 1000, max: 1000 },
    render: (x, row) => ({
      ...row,
      _links: {
        self: x.org.link(`/api/v1/meta/types/user/${row.id}`),
        schema: x.org.link('/api/v1/meta/schemas/user/default'),
      },
    }),
  });
}

/** The default type comes first: users are of it unless they say otherwise. */
export function seedUserTypes(org: Org): void {
  for (const [name, displayName, description] of [
    ['user', 'User', 'Everybody on the payroll of Atlas Works'],
    ['contractor', 'Contractor', 'People who work for Atlas Works through another company'],
  ])
    org.store.userTypes.put({
      id: org.mint('oty'),
      name,
      displayName,
      description,
      default: name === 'user',
      createdBy: 'sprDEMO0000000000000',
      lastUpdatedBy: 'sprDEMO0000000000000',
      created: org.date(org.epoch),
      lastUpdated: org.date(org.epoch),
    });
}
