import { seedGrants } from './app-grants.js';
import { seedAuthorizationServers } from './authorization-servers.js';
import { seedBrands } from './brands.js';
import { seedDevices } from './devices.js';
import { seedEventHooks } from './event-hooks.js';
import { seedFeatures } from './features.js';
import { seedIdentityProviders } from './identity-providers.js';
import type { Org } from './org.js';
import { seedApps } from './seed-apps.js';
import { seedAppGroups, seedGroups } from './seed-groups.js';
import { prepareHistory } from './seed-history.js';
import { seedPolicies } from './seed-policies.js';
import { seedUsers } from './seed-users.js';
import { seedTrustedOrigins } from './trusted-origins.js';
import { seedUserTypes } from './user-types.js';
import { seedZones } from './zones.js';

/** Fills an empty org with Atlas Works, a company that does not exist. */
export function seedOrg(org: Org, seed: number, users: number): void {
  seedUserTypes(org);
  const crowd = seedUsers(org, users);
  seedGroups(org);
  seedApps(org);
  seedGrants(org);
  const codeHost = [...org.store.apps].find((app) => app.name === 'githubcloud');
  if (codeHost) seedAppGroups(org, codeHost);
  seedPolicies(org);
  seedZones(org);
  seedDevices(org);
  seedBrands(org);
  seedFeatures(org);
  seedAuthorizationServers(org);
  seedIdentityProviders(org);
  seedTrustedOrigins(org);
  seedEventHooks(org);
  org.store.members.follow(crowd);
  org.log.begin(prepareHistory(org, seed));
}
