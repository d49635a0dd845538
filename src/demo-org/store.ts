import type { AppUser } from './app-assignments.js';
import type { ScopeGrant } from './app-grants.js';
import type { AppGroup } from './app-groups.js';
import type { Application } from './apps.js';
import type { Theme } from './brands.js';
import { Collection, Relation, type StorePart } from './collection.js';
import type { Device } from './devices.js';
import type { Enrollment } from './factors.js';
import { GenericStore } from './generic-store.js';
import type { GroupOwner } from './group-owners.js';
import type { GroupRule } from './group-rules.js';
import type { Group } from './groups.js';
import type { IamRole } from './iam-roles.js';
import { MemberRelation } from './member-relation.js';
import type { Policy } from './policies.js';
import type { PolicyRule } from './policy-rules.js';
import type { Resource } from './resource.js';
import type { ResourceSet } from './resource-sets.js';
import type { RoleAssignment } from './roles.js';
import { UserDirectory } from './user-directory.js';

/** Everything the org holds. Handlers are synchronous, so every request sees and leaves it whole. */
export class Store {
  readonly users = new UserDirectory();
  /** Enrolled factors by user; a user without an entry has the seeded ones. */
  readonly factors = new Collection<Enrollment>();
  readonly groups = new Collection<Group>();
  readonly members = new MemberRelation();
  /** Group to the user or group that owns it. */
  readonly groupOwners = new Relation<GroupOwner>();
  readonly groupRules = new Collection<GroupRule>();
  readonly apps = new Collection<Application>();
  /** App to user: direct assignments and profiles; those by group are implied by `appGroups`. */
  readonly appUsers = new Relation<AppUser>();
  readonly appGroups = new Relation<AppGroup>();
  /** Scopes of Okta's own APIs that applications may ask for. */
  readonly grants = new Collection<ScopeGrant>();
  readonly policies = new Collection<Policy>();
  readonly policyRules = new Collection<PolicyRule>();
  /** Role assignments of users, groups and clients. */
  readonly roles = new Collection<RoleAssignment>();
  /** Custom roles. */
  readonly iamRoles = new Collection<IamRole>();
  readonly resourceSets = new Collection<ResourceSet>();
  /** Resource set to the custom roles bound to it; who holds them is in `roles`. */
  readonly bindings = new Relation<true>();
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
  /** Everything without a behaviour of its own. */
  readonly generic = new GenericStore();

  /** Everything it holds as JSON, by the name of the part. */
  dump(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#parts().map(([name, part]) => [name, part.dump()]));
  }

  /** Takes what `dump` made. A part the dump does not name stays as seeded. */
  load(dumped: Readonly<Record<string, unknown>>): void {
    for (const [name, part] of this.#parts()) if (name in dumped) part.load(dumped[name] as never);
  }

  #parts(): [string, StorePart][] {
    return Object.entries(this as unknown as Record<string, StorePart>);
  }
}
