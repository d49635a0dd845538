import { Crowd } from './crowd.js';
import { employ, type Job } from './employee.js';
import type { Org } from './org.js';
import { Random } from './random.js';
import { PEOPLE } from './seed-people.js';
import type { User } from './users.js';

/** Puts the people of the invented company into the org: the hand-written ones, and behind them as many as asked for. */
export function seedUsers(org: Org, count: number): Crowd {
  const random = new Random(`people ${org.id}`);
  const [type] = org.store.userTypes;
  const job: Job = { epoch: org.epoch, typeId: type?.id ?? '' };
  const heads = new Map<string, User>();
  let chief: User | undefined;
  PEOPLE.slice(0, count).forEach((person, index) => {
    const manager = heads.get(person.department) ?? chief;
    const user = org.store.users.put(employ(job, random, person, index, org.mint('00u'), undefined, manager));
    if (!heads.has(person.department)) heads.set(person.department, user);
    chief ??= user;
  });
  const crowd = new Crowd(count, job, heads, org.id);
  org.store.users.follow(crowd);
  return crowd;
}
