import { isObject, type JsonObject } from './exchange.js';
import type { Org } from './org.js';
import { routeResource } from './resource.js';
import type { AddRoute } from './router.js';

export function routeEventHooks(add: AddRoute): void {
  routeResource(add, {
    type: 'EventHook',
    path: '/api/v1/eventHooks',
    idName: 'eventHookId',
    rows: (store) => store.eventHooks,
    limits: { fallback: 200, max: 200 },
    write: {
      prefix: 'who',
      required: ['name', 'events', 'channel'],
      created: 200,
      lifecycle: 'object',
      event: (verb) => `event_hook.${verb.replace(/e$/, '')}ed`,
      keep: (hook) => (hook.status === 'ACTIVE' ? 'The hook must be deactivated before deletion' : undefined),
    },
    render: (x, hook) => ({
      ...hook,
      channel: withoutSecret(hook.channel),
      _links: { self: x.org.link(`/api/v1/eventHooks/${hook.id}`) },
    }),
  });
}

/** What the hook proves itself with is taken, and never shown. */
function withoutSecret(channel: unknown): unknown {
  if (!isObject(channel) || !isObject(channel.config) || !isObject(channel.config.authScheme)) return channel;
  const { value: _, ...authScheme } = channel.config.authScheme as JsonObject;
  return { ...channel, config: { ...channel.config, authScheme } };
}

export function seedEventHooks(org: Org): void {
  org.store.eventHooks.put({
    id: org.mint('who'),
    name: 'Tell security about lockouts',
    status: 'ACTIVE',
    verificationStatus: 'VERIFIED',
    events: { type: 'EVENT_TYPE', items: ['user.account.lock', 'user.lifecycle.deactivate'] },
    channel: { type: 'HTTP', version: '1.0.0', config: { uri: 'https://hooks.atlasworks.example/okta', headers: [] } },
    created: org.date(org.epoch),
    lastUpdated: org.date(org.epoch),
  });
}
