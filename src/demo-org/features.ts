import type { Org } from './org.js';
import { routeResource } from './resource.js';
import type { AddRoute } from './router.js';

export function routeFeatures(add: AddRoute): void {
  routeResource(add, {
    type: 'Feature',
    path: '/api/v1/features',
    idName: 'featureId',
    rows: (store) => store.features,
    limits: { fallback: 1000, max: 1000 },
  });
}

export function seedFeatures(org: Org): void {
  for (const [name, description, stage, status] of [
    ['Client-based rate limits', 'Counts requests per OAuth client', 'EA', 'ENABLED'],
    ['Direct authentication', 'Sign-in without a redirect', 'EA', 'DISABLED'],
    ['Realms for workforce', 'Divides users into populations', 'BETA', 'DISABLED'],
  ])
    org.store.features.put({
      id: org.mint('ftr'),
      type: 'self-service',
      name,
      description,
      status,
      stage: { value: stage, ...(stage === 'BETA' && { state: 'OPEN' }) },
    });
}
