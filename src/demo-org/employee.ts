import type { Random } from './random.js';
import { loginOf, type Person } from './seed-people.js';
import type { User } from './users.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;

export const PLACES = [
  ['Rotterdam', 'NL', 'Europe/Amsterdam', 'nl_NL'],
  ['Berlin', 'DE', 'Europe/Berlin', 'de_DE'],
  ['Austin', 'US', 'America/Chicago', 'en_US'],
  ['Singapore', 'SG', 'Asia/Singapore', 'en_SG'],
] as const;

/** What everybody who works at the company has in common. */
export interface Job {
  /** When the org was made, in milliseconds since the epoch. */
  readonly epoch: number;
  /** Id of the default user type. */
  readonly typeId: string;
}

/** One person as a user; without a `place` one is drawn. */
export function employ(
  { epoch, typeId }: Job,
  random: Random,
  person: Person,
  index: number,
  id: string,
  place: number | undefined,
  manager: User | undefined,
): User {
  const { first, last, department, title, status, idleDays } = person;
  const login = person.login ?? loginOf(first, last);
  const neverIn = idleDays === undefined;
  const createdAt = neverIn
    ? epoch - (1 + random.below(12)) * DAY
    : epoch - (210 + random.below(900)) * DAY - random.below(DAY);
  const lastLogin = neverIn ? undefined : epoch - idleDays * DAY - 2 * HOUR - random.below(20 * HOUR);
  const activated = status === 'STAGED' ? undefined : createdAt + HOUR;
  const quiet = status === 'ACTIVE' || status === 'STAGED' || status === 'PROVISIONED';
  const changed = quiet ? activated : lastLogin === undefined ? createdAt : lastLogin + HOUR + random.below(HOUR / 2);
  const [city, countryCode, timezone, locale] = PLACES[place ?? random.below(PLACES.length)] ?? PLACES[0];
  const hasPassword = lastLogin !== undefined && status !== 'DEPROVISIONED';
  const created = written(createdAt);
  const since = activated === undefined ? null : written(activated);
  const statusChanged = changed === activated ? since : changed === undefined ? null : written(changed);
  return {
    id,
    status,
    created,
    activated: since,
    statusChanged,
    lastLogin: lastLogin === undefined ? null : written(lastLogin),
    lastUpdated: statusChanged ?? created,
    passwordChanged: hasPassword ? since : null,
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

const DAYS = new Map<number, string>();
const DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));
const two = (number: number) => (DIGITS[number] ?? '').slice(1);

/** What toISOString writes, four times as fast: dates are most of the work of making somebody up. */
export function written(at: number): string {
  const day = Math.floor(at / DAY);
  const date = DAYS.get(day) ?? new Date(day * DAY).toISOString().slice(0, 11);
  DAYS.set(day, date);
  const rest = at - day * DAY;
  const [seconds, milliseconds] = [Math.floor(rest / 1000), rest % 1000];
  const minutes = Math.floor(seconds / 60);
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${date}${time}.${DIGITS[milliseconds]}Z`;
}
