/** What an administrator role may do. Approximate where Okta's own matrix is finer. */
export interface RoleRights {
  /** Scopes it may use: `*`, all reads (`*.read`), or names; a `.manage` includes its `.read`. */
  readonly scopes: readonly string[];
  /** Scope families left out of `scopes`, whole (`okta.roles`, `okta.governance`) or one side of them (`okta.realms.manage`). */
  readonly except?: readonly string[];
  /** Further operations it may use, by method and path template. */
  readonly operations?: readonly RegExp[];
  /** Operations closed to it although `scopes` has theirs. */
  readonly closed?: readonly RegExp[];
  /** Kinds of records that a role with targets sees none of beyond them. */
  readonly limits?: readonly ('users' | 'groups' | 'apps')[];
  /** Whom it may not change: administrators of any kind, or super administrators. */
  readonly spares?: 'administrators' | 'super administrators';
}

/** Matches the names of path parameters away: templates of one path may name them differently. */
const at = (method: string, path: string) => new RegExp(`^(${method}) ${path.replaceAll('{}', '\\{\\w+\\}')}$`);

/** What administrators of either part of governance share. */
const DELEGATION = [
  'okta.governance.delegates.read',
  'okta.governance.principalSettings.manage',
  'okta.governance.settings.read',
];

/** What Okta's support may see, and its cases. */
const SUPPORT = /^\w+ \/api\/v1\/org\/privacy\//;

const DIRECTORY = ['okta.users.read', 'okta.groups.read'];
/** What governance and Privileged Access keep for their own administrators. */
const GOVERNANCE = ['okta.governance', 'okta.accessRequests', 'okta.serviceAccounts.okta'];
const SCHEMAS = ['okta.schemas.manage', 'okta.linkedObjects.manage'];

/**
 * Rights by Okta `RoleType`. Sources: `RoleType` and the role facts of Okta's specification, the comparison table of
 * standard administrator roles in Okta's help.
 */
export const ROLE_RIGHTS: Readonly<Record<string, RoleRights>> = {
  SUPER_ADMIN: { scopes: ['*'] },
  ORG_ADMIN: {
    scopes: ['*'],
    except: [
      'okta.roles',
      'okta.logStreams',
      'okta.appGrants',
      'okta.apps.manage',
      'okta.apps.interclientTrust.manage',
      'okta.apiTokens.manage',
      'okta.features.manage',
      'okta.oauthIntegrations.manage',
      'okta.principalRateLimits.manage',
      'okta.rateLimits.manage',
      'okta.realms.manage',
      'okta.realmAssignments.manage',
      'okta.userRisk.manage',
      ...GOVERNANCE,
    ],
    operations: [at('GET', '/governance/api/v1/operations/{}')],
    closed: [SUPPORT, at('POST', '/api/v1/meta/schemas/apps/{}/default')],
    spares: 'super administrators',
  },
  READ_ONLY_ADMIN: {
    scopes: ['*.read'],
    except: ['okta.roles', 'okta.logStreams', 'okta.schemas', 'okta.linkedObjects', ...GOVERNANCE],
    operations: [at('GET', '/api/v1/meta/schemas/apps/{}/default')],
    closed: [SUPPORT],
  },
  APP_ADMIN: {
    scopes: [
      'okta.apps.manage',
      'okta.apps.interclientTrust.manage',
      'okta.appGrants.read',
      'okta.clients.manage',
      'okta.governance.collections.manage',
      'okta.governance.entitlements.manage',
      'okta.governance.riskRule.manage',
      'okta.profileMappings.manage',
      'okta.logs.read',
      ...SCHEMAS,
      ...DIRECTORY,
    ],
    limits: ['apps'],
  },
  USER_ADMIN: {
    scopes: ['okta.users.manage', 'okta.groups.manage'],
    limits: ['users', 'groups'],
    spares: 'administrators',
  },
  HELP_DESK_ADMIN: {
    scopes: DIRECTORY,
    operations: [
      at(
        'POST',
        '/api/v1/users/{}/lifecycle/(unlock|reactivate|reset_password|reset_factors|expire_password|expire_password_with_temp_password)',
      ),
      at('DELETE', '/api/v1/users/{}/(sessions|factors/{})'),
    ],
    limits: ['users', 'groups'],
    spares: 'administrators',
  },
  // It finds anybody, because it may put anybody into its groups.
  GROUP_MEMBERSHIP_ADMIN: {
    scopes: DIRECTORY,
    operations: [at('PUT|DELETE', '/api/v1/groups/{}/users/{}')],
    limits: ['groups'],
    spares: 'administrators',
  },
  REPORT_ADMIN: { scopes: ['okta.logs.read'] },
  API_ACCESS_MANAGEMENT_ADMIN: {
    scopes: [
      'okta.authorizationServers.manage',
      'okta.clients.manage',
      'okta.apps.read',
      'okta.logs.read',
      ...SCHEMAS,
      ...DIRECTORY,
    ],
  },
  MOBILE_ADMIN: { scopes: ['okta.devices.manage', 'okta.logs.read'] },
  ACCESS_CERTIFICATIONS_ADMIN: {
    scopes: ['okta.governance.accessCertifications.manage', 'okta.governance.admin.manage', ...DELEGATION],
  },
  ACCESS_REQUESTS_ADMIN: {
    scopes: [
      'okta.governance.accessRequests.manage',
      'okta.accessRequests.catalog.read',
      'okta.accessRequests.condition.manage',
      'okta.accessRequests.request.manage',
      'okta.accessRequests.tasks.manage',
      ...DELEGATION,
    ],
  },
  WORKFLOWS_ADMIN: { scopes: [] },
};
