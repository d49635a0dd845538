import { OktaMcpError } from '../errors.js';
import type { CollectRequest } from './collect-request.js';
import type { Collected } from './collection.js';
import type { JsonObject } from './definition.js';
import type { Place } from './list-walk.js';
import { canonical, type Seal } from './seal.js';

/** All that it takes to go on. */
export interface Carried {
  readonly request: CollectRequest;
  readonly place: Place;
  readonly collected: Collected;
  /** Whose view of the list it is; absent before the first page. */
  readonly incumbent?: number | undefined;
}

/** Whose cursor it is. */
export interface Owner {
  readonly org: string;
  readonly caller: string | undefined;
}

/** How long a cursor can be used, in milliseconds. */
const OPEN_FOR = 3_600_000;

const PURPOSE = 'collect';

export function cursorOf(seal: Seal, carried: Carried, { org, caller }: Owner, now: number): string {
  return seal.pack(PURPOSE, { ...carried, org, caller, expires: now + OPEN_FOR });
}

/**
 * @param args of the call: what else it says must be what the cursor is about
 * @throws OktaMcpError `arguments_invalid`
 */
export function openCursor(seal: Seal, { cursor, ...args }: JsonObject, { org, caller }: Owner, now: number): Carried {
  const sealed = seal.unpack(PURPOSE, cursor) as (Carried & Partial<Owner> & { expires: number }) | undefined;
  if (!sealed) throw refused('this server has not issued it, or has been restarted since');
  if (sealed.org !== org || sealed.caller !== caller) throw refused('it belongs to somebody else');
  if (sealed.expires <= now) throw refused('it has expired');
  const { request, place, collected, incumbent } = sealed;
  const about: JsonObject = { ...request, count_by: [request.count_by].flat() };
  for (const [name, value] of Object.entries(args)) {
    const given = name === 'count_by' ? [value].flat() : value;
    if (canonical(given) !== canonical(about[name])) throw refused(`it is about another \`${name}\``);
  }
  return { request, place, collected, incumbent };
}

/** Two people do not see the same list, so their rows do not add up. */
export function anotherIncumbent(): OktaMcpError {
  return new OktaMcpError(
    'arguments_invalid',
    'Somebody else has signed in since the first page was read, and may see another list: nothing is added up.',
    'Collect anew, without a cursor.',
  );
}

function refused(why: string): OktaMcpError {
  return new OktaMcpError(
    'arguments_invalid',
    `The cursor cannot be used: ${why}. Nothing was sent.`,
    'Give the cursor of a result as it is and nothing else, within an hour; or collect anew without one.',
  );
}
