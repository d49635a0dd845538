import { invalid } from './errors.js';
import { type Exchange, noContent, ok } from './exchange.js';
import type { Org } from './org.js';
import { listReply } from './pages.js';
import { type Resource, type ResourceKind, routeResource, theResource } from './resource.js';
import type { AddRoute } from './router.js';
import { renderUser, theUser } from './users.js';

export interface Device extends Resource {
  readonly status: 'CREATED' | 'ACTIVE' | 'SUSPENDED' | 'DEACTIVATED';
  readonly profile: { readonly displayName: string; readonly [attribute: string]: unknown };
  readonly users: readonly { readonly id: string; readonly managementStatus: 'MANAGED' | 'NOT_MANAGED' }[];
}

const DEVICE: ResourceKind<Device> = {
  type: 'UDDevice',
  path: '/api/v1/devices',
  idName: 'deviceId',
  rows: (store) => store.devices,
  limits: { fallback: 200, max: 200 },
  filter: { parameter: 'search', code: 'E0000031', attributes: /^(id|status|lastUpdated|profile\.\w+)$/ },
  render,
};

/** Verb to statuses it is allowed from, and the status afterwards. */
const TRANSITIONS = {
  activate: [['CREATED', 'DEACTIVATED'], 'ACTIVE'],
  deactivate: [['CREATED', 'ACTIVE', 'SUSPENDED'], 'DEACTIVATED'],
  suspend: [['ACTIVE'], 'SUSPENDED'],
  unsuspend: [['SUSPENDED'], 'ACTIVE'],
} as const;

export function routeDevices(add: AddRoute): void {
  routeResource(add, DEVICE);
  add('GET', '/api/v1/devices/{deviceId}/users', (x) => ok(usersOf(x, theResource(x, DEVICE))));
  add('DELETE', '/api/v1/devices/{deviceId}', (x) => {
    const device = theResource(x, DEVICE);
    if (device.status !== 'DEACTIVATED') throw invalid(['status', 'The device must be deactivated before deletion']);
    x.org.store.devices.delete(device.id);
    logged(x, device, 'delete', 'delete');
    return noContent();
  });
  for (const [verb, [from, status]] of Object.entries(TRANSITIONS)) {
    add('POST', `/api/v1/devices/{deviceId}/lifecycle/${verb}`, (x) => {
      const device = theResource(x, DEVICE);
      if (!(from as readonly string[]).includes(device.status))
        throw invalid(['status', `A device that is ${device.status} cannot ${verb}`]);
      x.org.store.devices.put({ ...device, status, lastUpdated: x.org.date() });
      logged(x, device, 'lifecycle', verb);
      return noContent();
    });
  }
}

/** `GET /api/v1/users/{userId}/devices`. */
export function routeUserDevices(add: AddRoute): void {
  add('GET', '/api/v1/users/{userId}/devices', (x) => {
    const user = theUser(x, 'userId');
    const devices = [...x.org.store.devices].filter((device) => device.users.some(({ id }) => id === user.id));
    return listReply(
      x,
      devices.map((device) => ({
        created: device.created,
        deviceUserId: `${device.id}${user.id}`,
        device: render(x, device),
      })),
    );
  });
}

function usersOf(x: Exchange, device: Device): readonly object[] {
  return device.users.flatMap(({ id, managementStatus }) => {
    const user = x.org.store.users.get(id);
    return user
      ? [
          {
            created: device.created,
            managementStatus,
            screenLockType: 'BIOMETRIC',
            user: renderUser(x.org, user, false),
          },
        ]
      : [];
  });
}

function render(x: Exchange, device: Device): object {
  const { users, ...shown } = device;
  const expand = x.query.get('expand');
  const embedded = expand === 'user' || expand === 'userSummary' ? { users: usersOf(x, device) } : undefined;
  const path = `/api/v1/devices/${device.id}`;
  return {
    ...shown,
    resourceType: 'UDDevice',
    resourceId: device.id,
    resourceDisplayName: { value: device.profile.displayName, sensitive: false },
    resourceAlternateId: null,
    ...(embedded && { _embedded: embedded }),
    _links: { self: x.org.link(path), users: x.org.link(`${path}/users`) },
  };
}

function logged(x: Exchange, device: Device, kind: 'lifecycle' | 'delete', verb: string): void {
  x.changed(
    { kind, type: 'UDDevice', id: device.id },
    {
      eventType: `device.lifecycle.${verb}`,
      displayMessage: `Device: ${verb}`,
      target: [{ id: device.id, type: 'UDDevice', alternateId: 'unknown', displayName: device.profile.displayName }],
    },
  );
}

/** A handful of devices for the first users. */
export function seedDevices(org: Org): void {
  const models = [
    ['MACOS', 'MacBook Pro', '14.6.1'],
    ['WINDOWS', 'ThinkPad X1', '10.0.22631'],
    ['IOS', 'iPhone', '17.5.1'],
    ['ANDROID', 'Pixel', '14'],
    ['MACOS', 'MacBook Air', '13.6.7'],
  ] as const;
  let index = 0;
  for (const user of org.store.users) {
    const model = models[index++];
    if (!model) return;
    const [platform, name, osVersion] = model;
    const date = org.date(org.epoch - index * 9 * 86_400_000);
    org.store.devices.put({
      id: org.mint('guo'),
      status: index === 4 ? 'SUSPENDED' : 'ACTIVE',
      created: date,
      lastUpdated: date,
      profile: {
        displayName: `${user.profile.firstName}'s ${name}`,
        platform,
        manufacturer: 'Invented',
        model: name,
        osVersion,
        serialNumber: `DEMO${1000 + index}`,
        registered: true,
        managed: index % 2 === 1,
        secureHardwarePresent: true,
        diskEncryptionType: 'ALL_INTERNAL_VOLUMES',
      },
      users: [{ id: user.id, managementStatus: index % 2 === 1 ? 'MANAGED' : 'NOT_MANAGED' }],
    });
  }
}
