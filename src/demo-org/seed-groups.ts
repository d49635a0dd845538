import type { Application } from './apps.js';
import type { Traits } from './crowd.js';
import type { Group } from './groups.js';
import type { Org } from './org.js';
import { DEPARTMENTS } from './seed-people.js';
import type { User } from './users.js';

const DAY = 86_400_000;

/** Groups beside "Everyone" and one for each department, with who is in them. */
const OTHERS: readonly (readonly [name: string, description: string, member: (who: Traits) => boolean])[] = [
  ['Contractors', 'People who work through another company', ({ employee }) => !employee],
  ['Berlin Office', 'Everybody at the Berlin desk', ({ city }) => city === 'Berlin'],
  ['VPN Users', 'May use the remote access gateway', ({ employeeNumber }) => employeeNumber % 3 === 0],
  ['On-call Engineers', 'Carry the pager', (who) => /Engineer/.test(who.title) && inOps(who)],
  ['Okta Administrators', 'Hold an administrator role', ({ employeeNumber }) => ADMINS.has(employeeNumber)],
  ['Managers', 'Lead a department', ({ title }) => /^(VP|Chief|Head|Director|General)/.test(title)],
];

const ADMINS = new Set([1001, 1002, 1003, 1005]);

function inOps({ department, employeeNumber }: Traits): boolean {
  return (department === 'Engineering' || department === 'IT') && employeeNumber % 2 === 0;
}

function traitsOf({ status, profile }: User): Traits {
  return {
    department: String(profile.department),
    title: String(profile.title),
    city: String(profile.city),
    employeeNumber: Number(profile.employeeNumber),
    employee: profile.userType === 'Employee',
    deprovisioned: status === 'DEPROVISIONED',
  };
}

/** Puts everybody who passes into the group: hand-written people by name, the crowd by its traits. */
function fill(org: Org, group: Group, member: (who: Traits) => boolean): void {
  for (const user of org.store.users.kept())
    if (member(traitsOf(user))) org.store.members.put(group.id, user.id, 'HAND');
  org.store.members.belong(group.id, member);
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
  const departments = new Map<string, Group>();
  for (const name of DEPARTMENTS) {
    const group = add(org, 'OKTA_GROUP', name, `The ${name} department`);
    departments.set(name, group);
    fill(org, group, ({ department, deprovisioned }) => department === name && !deprovisioned);
  }
  for (const [name, description, member] of OTHERS)
    fill(org, add(org, 'OKTA_GROUP', name, description), (who) => !who.deprovisioned && member(who));
  for (const [index, type] of ROLES) {
    const user = store.users.at(index);
    if (user) assign(org, user.id, 'USER', type);
  }
  const security = departments.get('Security');
  if (security) assign(org, security.id, 'GROUP', 'READ_ONLY_ADMIN');
  seedRules(org, departments);
}

/** Groups that come from an application: a directory's, and one pushed by the code host. */
export function seedAppGroups(org: Org, source: Application): void {
  for (const [name, every] of [
    ['Atlas Repositories', 2],
    ['Atlas Repository Owners', 5],
  ] as const) {
    const group = add(org, 'APP_GROUP', name, `Imported from ${source.label}`, source.id);
    fill(org, group, (who) => (who.employeeNumber - 1001) % every === 0 && who.department === 'Engineering');
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
