import type { Org } from './org.js';
import { routeResource } from './resource.js';
import type { AddRoute } from './router.js';

export function routeZones(add: AddRoute): void {
  routeResource(add, {
    type: 'NetworkZone',
    path: '/api/v1/zones',
    idName: 'zoneId',
    rows: (store) => store.zones,
    limits: { fallback: 1000, max: 1000 },
    filter: { parameter: 'filter', code: 'E0000053', attributes: /^(id|usage|system)$/ },
    write: {
      prefix: 'nzo',
      required: ['name', 'type'],
      defaults: { usage: 'POLICY', system: false },
      created: 200,
      lifecycle: 'object',
      event: (verb) => `zone.${verb}`,
      keep: (zone) => (zone.system === true ? 'A system zone cannot be deleted' : undefined),
    },
  });
}

/** The two zones every org has, an office and a country list. Addresses are from the documentation ranges (RFC 5737). */
export function seedZones(org: Org): void {
  const common = { status: 'ACTIVE', created: org.date(org.epoch), lastUpdated: org.date(org.epoch) };
  const ip = (gateways: readonly string[]) => ({
    type: 'IP',
    gateways: gateways.map((value) => ({ type: 'CIDR', value })),
    proxies: null,
  });
  const policy = { usage: 'POLICY', system: false };
  for (const zone of [
    { name: 'LegacyIpZone', ...ip(['203.0.113.0/26']), usage: 'POLICY', system: true },
    { name: 'BlockedIpZone', ...ip([]), usage: 'BLOCKLIST', system: true },
    { name: 'Rotterdam office', ...ip(['203.0.113.0/28', '192.0.2.64/27']), ...policy },
    {
      name: 'Countries without staff',
      type: 'DYNAMIC',
      locations: [
        { country: 'AQ', region: null },
        { country: 'BV', region: null },
      ],
      asns: [],
      proxyType: null,
      ...policy,
    },
  ])
    org.store.zones.put({ id: org.mint('nzo'), ...zone, ...common });
}
