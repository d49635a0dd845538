import type { Org } from './org.js';
import { routeResource } from './resource.js';
import type { AddRoute } from './router.js';

export function routeTrustedOrigins(add: AddRoute): void {
  routeResource(add, {
    type: 'TrustedOrigin',
    path: '/api/v1/trustedOrigins',
    idName: 'trustedOriginId',
    rows: (store) => store.trustedOrigins,
    limits: { fallback: 20, max: 200 },
    q: ['name', 'origin'],
    filter: { parameter: 'filter', code: 'E0000053', attributes: /^(name|origin|status)$/ },
    write: {
      prefix: 'tos',
      required: ['name', 'origin', 'scopes'],
      created: 200,
      lifecycle: 'object',
      event: (verb) => `security.trusted_origin.${verb}`,
    },
  });
}

export function seedTrustedOrigins(org: Org): void {
  const common = { status: 'ACTIVE', created: org.date(org.epoch), lastUpdated: org.date(org.epoch) };
  for (const [name, origin] of [
    ['Atlas portal', 'https://portal.atlasworks.example'],
    ['Local development', 'http://localhost:3000'],
  ])
    org.store.trustedOrigins.put({ id: org.mint('tos'), name, origin, scopes: [{ type: 'CORS' }], ...common });
}
