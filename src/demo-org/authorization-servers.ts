import type { Org } from './org.js';
import { routeResource } from './resource.js';
import type { AddRoute } from './router.js';

export function routeAuthorizationServers(add: AddRoute): void {
  routeResource(add, {
    type: 'AuthorizationServer',
    path: '/api/v1/authorizationServers',
    idName: 'authServerId',
    rows: (store) => store.authorizationServers,
    limits: { fallback: 200, max: 200 },
    q: ['name', 'audiences'],
    write: {
      prefix: 'aus',
      required: ['name', 'audiences'],
      created: 201,
      lifecycle: 'empty',
      event: (verb) => `oauth2.as.${verb.replace(/e$/, '')}ed`,
      keep: (server) => (server.id === 'default' ? 'The default server cannot be deleted' : undefined),
    },
    render: (x, row) => ({
      ...row,
      issuer: x.org.url(`/oauth2/${row.id}`),
      _links: { self: x.org.link(`/api/v1/authorizationServers/${row.id}`) },
    }),
  });
}

/** The server every org with API Access Management has; its id is the word `default`. */
export function seedAuthorizationServers(org: Org): void {
  org.store.authorizationServers.put({
    id: 'default',
    name: 'default',
    description: 'Authorization server for the invented APIs of Atlas Works',
    audiences: ['api://default'],
    issuerMode: 'DYNAMIC',
    status: 'ACTIVE',
    credentials: { signing: { kid: 'demo-signing-key', rotationMode: 'AUTO', use: 'sig' } },
    created: org.date(org.epoch),
    lastUpdated: org.date(org.epoch),
  });
}
