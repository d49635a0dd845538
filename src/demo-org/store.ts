import type { AppUser } from './app-assignments.js';
import type { AppGroup } from './app-groups.js';
import type { Application } from './apps.js';
import type { Theme } from './brands.js';
import { Collection, Relation } from './collection.js';
import type { Device } from './devices.js';
import type { Factor } from './factors.js';
import type { GroupRule } from './group-rules.js';
import type { Group } from './groups.js';
import type { Policy } from './policies.js';
import type { PolicyRule } from './policy-rules.js';
import type { Resource } from './resource.js';
import type { RoleAssignment } from './roles.js';
import { UserDirectory } from './user-directory.js';

/** Everything the org holds. Handlers are synchronous, so every request sees and leaves it whole. */
export class Store {
  readonly users = new UserDirectory();
  /** Enrolled factors by user id; a user without an entry has the seeded ones. */
  readonly factors = new Map<string, readonly Factor[]>();
  readonly groups = new Collection<Group>();
  /** Group to user; everybody's membership of "Everyone" is implied. */
  readonly members = new Relation<true>();
  readonly groupRules = new Collection<GroupRule>();
  readonly apps = new Collection<Application>();
  /** App to user: direct assignments and profiles; those by group are implied by `appGroups`. */
  readonly appUsers = new Relation<AppUser>();
  readonly appGroups = new Relation<AppGroup>();
  readonly policies = new Collection<Policy>();
  readonly policyRules = new Collection<PolicyRule>();
  /** Role assignments of users and groups. */
  readonly roles = new Collection<RoleAssignment>();
  readonly userTypes = new Collection<Resource>();
  readonly zones = new Collection<Resource>();
  readonly devices = new Collection<Device>();
  readonly brands = new Collection<Resource>();
  readonly themes = new Collection<Theme>();
  readonly features = new Collection<Resource>();
  readonly authorizationServers = new Collection<Resource>();
  readonly identityProviders = new Collection<Resource>();
  readonly trustedOrigins = new Collection<Resource>();
  readonly eventHooks = new Collection<Resource>();
}
