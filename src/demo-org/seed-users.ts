import type { Org } from './org.js';
import { Random } from './random.js';
import { DEPARTMENTS, loginOf, PEOPLE, type Person } from './seed-people.js';
import type { User } from './users.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;

const PLACES = [
  ['Rotterdam', 'NL', 'Europe/Amsterdam', 'nl_NL'],
  ['Berlin', 'DE', 'Europe/Berlin', 'de_DE'],
  ['Austin', 'US', 'America/Chicago', 'en_US'],
  ['Singapore', 'SG', 'Asia/Singapore', 'en_SG'],
] as const;

/** Puts the people of the invented company into the org. */
export function seedUsers(org: Org, count: number): void {
  const random = new Random(`people ${org.id}`);
  const [type] = org.store.userTypes;
  const heads = new Map<string, User>();
  let chief: User | undefined;
  for (let index = 0; index < count; index++) {
    const person = PEOPLE[index] ?? recombined(random, index);
    const manager = heads.get(person.department) ?? chief;
    const user = org.store.users.put(employ(org, random, person, index, type?.id ?? '', manager));
    if (!heads.has(person.department)) heads.set(person.department, user);
    chief ??= user;
  }
}

/** People beyond the hand-written ones: names mixed anew, made unique by a number. */
function recombined(random: Random, index: number): Person {
  const { first } = random.pick(PEOPLE);
  const { last } = random.pick(PEOPLE);
  const login = loginOf(first, last).replace('@', `${index}@`);
  const draw = random.below(100);
  const common = { first, last, department: random.pick(DEPARTMENTS), title: 'Associate', login };
  if (draw < 2) return { ...common, status: 'STAGED' };
  if (draw < 4) return { ...common, status: 'PROVISIONED' };
  if (draw < 6) return { ...common, status: 'SUSPENDED', idleDays: 30 };
  if (draw < 10) return { ...common, status: 'DEPROVISIONED', idleDays: 60 };
  return { ...common, status: 'ACTIVE', idleDays: draw < 18 ? 90 + random.below(100) : random.below(20) };
}

function employ(
  org: Org,
  random: Random,
  person: Person,
  index: number,
  typeId: string,
  manager: User | undefined,
): User {
  const { first, last, department, title, status, idleDays } = person;
  const login = person.login ?? loginOf(first, last);
  const neverIn = idleDays === undefined;
  const createdAt = neverIn
    ? org.epoch - (1 + random.below(12)) * DAY
    : org.epoch - (210 + random.below(900)) * DAY - random.below(DAY);
  const lastLogin = neverIn ? undefined : org.epoch - idleDays * DAY - 2 * HOUR - random.below(20 * HOUR);
  const activated = status === 'STAGED' ? undefined : createdAt + HOUR;
  const quiet = status === 'ACTIVE' || status === 'STAGED' || status === 'PROVISIONED';
  const changed = quiet ? activated : lastLogin === undefined ? createdAt : lastLogin + HOUR + random.below(HOUR / 2);
  const date = (at: number | undefined) => (at === undefined ? null : org.date(at));
  const [city, countryCode, timezone, locale] = PLACES[random.below(PLACES.length)] ?? PLACES[0];
  const hasPassword = lastLogin !== undefined && status !== 'DEPROVISIONED';
  return {
    id: org.mint('00u'),
    status,
    created: org.date(createdAt),
    activated: date(activated),
    statusChanged: date(changed),
    lastLogin: date(lastLogin),
    lastUpdated: org.date(changed ?? createdAt),
    passwordChanged: hasPassword ? date(activated) : null,
    type: { id: typeId },
    hasPassword,
    provider: { type: 'OKTA', name: 'OKTA' },
    profile: {
      login,
      email: login.replace('#EXT#', ''),
      firstName: first,
      lastName: last,
      displayName: `${first} ${last}`,
      secondEmail: null,
      mobilePhone: null,
      title,
      department,
      organization: 'Atlas Works (demo)',
      employeeNumber: String(1001 + index),
      userType: person.userType ?? 'Employee',
      city,
      countryCode,
      timezone,
      locale,
      ...(manager && { manager: `${manager.profile.firstName} ${manager.profile.lastName}`, managerId: manager.id }),
    },
  };
}
