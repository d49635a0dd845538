import type { Application } from './apps.js';
import type { Group } from './groups.js';
import type { Org } from './org.js';
import { DEPARTMENTS } from './seed-people.js';
import type { User } from './users.js';

const DAY = 86_400_000;

/** Groups beside "Everyone" and one for each department, with who is in them. */
const OTHERS: readonly (readonly [name: string, description: string, member: (user: User) => boolean])[] = [
  ['Contractors', 'People who work through another company', ({ profile }) => profile.userType !== 'Employee'],
  ['Berlin Office', 'Everybody at the Berlin desk', ({ profile }) => profile.city === 'Berlin'],
  ['VPN Users', 'May use the remote access gateway', ({ profile }) => Number(profile.employeeNumber) % 3 === 0],
  ['On-call Engineers', 'Carry the pager', ({ profile }) => /Engineer/.test(String(profile.title)) && inOps(profile)],
  ['Okta Administrators', 'Hold an administrator role', ({ profile }) => ADMINS.has(String(profile.employeeNumber))],
  ['Managers', 'Lead a department', ({ profile }) => /^(VP|Chief|Head|Director|General)/.test(String(profile.title))],
];

const ADMINS = new Set(['1001', '1002', '1003', '1005']);

function inOps({ department, employeeNumber }: User['profile']): boolean {
  return (department === 'Engineering' || department === 'IT') && Number(employeeNumber) % 2 === 0;
}

/** Administrator roles of the first users, by their place in the list. */
const ROLES = [
  [0, 'SUPER_ADMIN'],
  [1, 'ORG_ADMIN'],
  [2, 'APP_ADMIN'],
  [4, 'HELP_DESK_ADMIN'],
] as const;

export function seedGroups(org: Org): void {
  const { store } = org;
  add(org, 'BUILT_IN', 'Everyone', 'All users in the organization');
  const users = [...store.users];
  const departments = new Map<string, Group>();
  for (const name of DEPARTMENTS) departments.set(name, add(org, 'OKTA_GROUP', name, `The ${name} department`));
  for (const user of users) {
    const group = departments.get(String(user.profile.department));
    if (group && user.status !== 'DEPROVISIONED') store.members.put(group.id, user.id, true);
  }
  for (const [name, description, member] of OTHERS) {
    const group = add(org, 'OKTA_GROUP', name, description);
    for (const user of users)
      if (user.status !== 'DEPROVISIONED' && member(user)) store.members.put(group.id, user.id, true);
  }
  for (const [index, type] of ROLES) {
    const user = users[index];
    if (user) assign(org, user.id, 'USER', type);
  }
  const security = departments.get('Security');
  if (security) assign(org, security.id, 'GROUP', 'READ_ONLY_ADMIN');
  seedRules(org, departments);
}

/** Groups that come from an application: a directory's, and one pushed by the code host. */
export function seedAppGroups(org: Org, source: Application): void {
  const users = [...org.store.users];
  for (const [name, every] of [
    ['Atlas Repositories', 2],
    ['Atlas Repository Owners', 5],
  ] as const) {
    const group = add(org, 'APP_GROUP', name, `Imported from ${source.label}`, source.id);
    users.forEach((user, index) => {
      if (index % every === 0 && user.profile.department === 'Engineering')
        org.store.members.put(group.id, user.id, true);
    });
  }
}

function assign(org: Org, assignee: string, assignmentType: 'USER' | 'GROUP', type: string): void {
  const id = org.mint(assignmentType === 'USER' ? 'ra1' : 'gra');
  org.store.roles.put({ id, assignee, assignmentType, type, created: org.date(org.epoch - 300 * DAY) });
}

function add(org: Org, type: Group['type'], name: string, description: string, sourceId?: string): Group {
  const created = org.date(org.epoch - 900 * DAY + org.store.groups.size * 3_600_000);
  return org.store.groups.put({
    id: org.mint('00g'),
    created,
    lastUpdated: created,
    lastMembershipUpdated: org.date(org.epoch - 3 * DAY),
    objectClass: [type === 'APP_GROUP' ? 'okta:windows_security_principal' : 'okta:user_group'],
    type,
    profile: { name, description },
    ...(sourceId && { source: { id: sourceId } }),
  });
}

function seedRules(org: Org, departments: ReadonlyMap<string, Group>): void {
  const named = (name: string) => [...org.store.groups].find((group) => group.profile.name === name)?.id ?? '';
  const created = org.date(org.epoch - 400 * DAY);
  for (const [name, status, value, groupId] of [
    ['Engineers by department', 'ACTIVE', 'user.department=="Engineering"', departments.get('Engineering')?.id ?? ''],
    [
      'Contractors by user type',
      'ACTIVE',
      'user.userType=="Contractor" or user.userType=="Guest"',
      named('Contractors'),
    ],
    ['Berlin by city', 'INACTIVE', 'user.city=="Berlin"', named('Berlin Office')],
  ] as const)
    org.store.groupRules.put({
      id: org.mint('0pr'),
      type: 'group_rule',
      name,
      status,
      created,
      lastUpdated: created,
      conditions: {
        people: { users: { exclude: [] }, groups: { exclude: [] } },
        expression: { value, type: 'urn:okta:expression:1.0' },
      },
      actions: { assignUserToGroups: { groupIds: [groupId] } },
    });
}
