import { employ, type Job, PLACES } from './employee.js';
import { Random } from './random.js';
import { DEPARTMENTS, loginOf, PEOPLE, type Person } from './seed-people.js';
import type { User } from './users.js';

/** What decides which seeded groups somebody is in. */
export interface Traits {
  readonly department: string;
  readonly title: string;
  readonly city: string;
  readonly employeeNumber: number;
  readonly employee: boolean;
  readonly deprovisioned: boolean;
}

// Knuth's multiplicative hash, and the factor that undoes it: their product is 1 modulo 2^32.
const SCATTER = 2654435761;
const GATHER = 244002641;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** What logins are made of, once for each person that names come from. */
const PLAIN = PEOPLE.map(({ first, last }) => loginOf(first, last).split(/[.@]/));

/**
 * The people beyond the hand-written ones: names mixed anew, made unique by a number. Nobody of them is kept: everything
 * follows from the position in the user list, so that 100,000 cost nothing until they are looked at.
 */
export class Crowd {
  /** Position of the first one. */
  readonly start = PEOPLE.length;
  readonly #seed: number;

  constructor(
    /** Position behind the last one; there is no crowd when it is not above `start`. */
    readonly end: number,
    private readonly job: Job,
    private readonly managers: ReadonlyMap<string, User>,
    orgId: string,
  ) {
    this.#seed = Math.floor(new Random(`crowd ${orgId}`).next() * 2 ** 32);
  }

  get size(): number {
    return Math.max(0, this.end - this.start);
  }

  has(position: number): boolean {
    return position >= this.start && position < this.end;
  }

  at(position: number): User {
    const { random, department, status, city } = this.#draw(position);
    const [one, other] = [random.below(PEOPLE.length), random.below(PEOPLE.length)];
    const person: Person = {
      first: PEOPLE[one]?.first ?? '',
      last: PEOPLE[other]?.last ?? '',
      department,
      title: 'Associate',
      login: loginAt(position, one, other),
      ...status,
    };
    return employ(this.job, random, person, position, this.id(position), city, this.managers.get(department));
  }

  /** Much cheaper than `at`. */
  traits(position: number): Traits {
    const { department, status, city } = this.#draw(position);
    return {
      department,
      title: 'Associate',
      city: PLACES[city]?.[0] ?? '',
      employeeNumber: 1001 + position,
      employee: true,
      deprovisioned: status.status === 'DEPROVISIONED',
    };
  }

  /** Six characters that hold the position, scattered, and eleven that follow from it. */
  id(position: number): string {
    const scattered = (Math.imul(position, SCATTER) + this.#seed) >>> 0;
    let text = '';
    for (let rest = scattered, i = 0; i < 6; i++, rest = Math.floor(rest / 62)) text = BASE62[rest % 62] + text;
    return new Random(scattered).id(`00u${text}`);
  }

  positionOf(id: string): number | undefined {
    if (this.size === 0 || id.length !== 20 || !id.startsWith('00u')) return undefined;
    let scattered = 0;
    for (const char of id.slice(3, 9)) scattered = scattered * 62 + BASE62.indexOf(char);
    const position = Math.imul(scattered - this.#seed, GATHER) >>> 0;
    return this.has(position) && this.id(position) === id ? position : undefined;
  }

  /** By login, without case. */
  positionOfLogin(login: string): number | undefined {
    const position = Number(/(\d+)@/.exec(login)?.[1] ?? -1);
    if (!this.has(position)) return undefined;
    const { random } = this.#draw(position);
    const [one, other] = [random.below(PEOPLE.length), random.below(PEOPLE.length)];
    return loginAt(position, one, other) === login.toLowerCase() ? position : undefined;
  }

  #draw(position: number) {
    const random = new Random(this.#seed ^ Math.imul(position, SCATTER));
    const department = random.pick(DEPARTMENTS);
    const city = random.below(PLACES.length);
    return { random, department, city, status: statusOf(random) };
  }
}

function statusOf(random: Random): Pick<Person, 'status' | 'idleDays'> {
  const draw = random.below(100);
  if (draw < 2) return { status: 'STAGED' };
  if (draw < 4) return { status: 'PROVISIONED' };
  if (draw < 6) return { status: 'SUSPENDED', idleDays: 30 };
  if (draw < 10) return { status: 'DEPROVISIONED', idleDays: 60 };
  return { status: 'ACTIVE', idleDays: draw < 18 ? 90 + random.below(100) : random.below(20) };
}

/** `first.last` of two people, the position, and the company's domain. */
function loginAt(position: number, one: number, other: number): string {
  return `${PLAIN[one]?.[0]}.${PLAIN[other]?.[1]}${position}@atlasworks.example`;
}
