import { appsOfUser } from './app-assignments.js';
import { type Application, appTarget } from './apps.js';
import { composeEvent, type EventClient, type EventFacts, type EventTarget, type LogEvent } from './event-log.js';
import { type Group, groupTarget } from './groups.js';
import { memberGroups } from './memberships.js';
import type { Org } from './org.js';
import { Random } from './random.js';
import { type User, userTarget } from './users.js';

const DAY = 86_400_000;
const MINUTE = 60_000;
const DAYS = 30;
/** People the history is about; more would only be more of the same. */
const CAST = 80;

const AGENTS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148',
];

const STRANGER: EventClient = {
  ipAddress: '198.51.100.77',
  city: 'Edinburgh of the Seven Seas',
  country: 'Tristan da Cunha',
  userAgent: 'python-requests/2.32',
  device: 'Unknown',
};

/**
 * What happened in the last 30 days, from the records as seeded: sign-ins that end at each user's `lastLogin`, failures,
 * lockouts, lifecycle changes, assignments. Call once, right after seeding; the events are made when the result is called.
 */
export function prepareHistory(org: Org, seed: number): () => LogEvent[] {
  const { store, epoch } = org;
  const cast: Actor[] = [];
  for (const user of store.users) if (cast.push({ user, apps: appsOfUser(store, user) }) === CAST) break;
  const joined: (readonly [User, Group])[] = [];
  for (const { user } of cast)
    for (const group of memberGroups(store, user.id)) if (group.type === 'OKTA_GROUP') joined.push([user, group]);
  return () => new History(new Random(`history ${seed}`), epoch, cast[0]?.user).write(cast, joined);
}

interface Actor {
  readonly user: User;
  /** What the user can open. */
  readonly apps: readonly Application[];
}

class History {
  readonly #events: { at: number; event: () => LogEvent }[] = [];

  constructor(
    private readonly random: Random,
    private readonly epoch: number,
    private readonly admin: User | undefined,
  ) {}

  write(cast: readonly Actor[], joined: readonly (readonly [User, Group])[]): LogEvent[] {
    for (const { user, apps } of cast) {
      this.#signIns(user, apps);
      this.#life(user);
      if (user.status === 'LOCKED_OUT') this.#lockout(user);
    }
    if (joined.length > 0) this.#changes(cast, joined);
    // uuids are drawn in order of time, so the log reads the same however it was put together.
    return this.#events.sort((a, b) => a.at - b.at).map(({ event }) => event());
  }

  #signIns(user: User, apps: readonly Application[]): void {
    const last = user.lastLogin === null ? Number.NEGATIVE_INFINITY : Date.parse(user.lastLogin);
    const client = this.#client();
    for (let at = last; at > this.epoch - DAYS * DAY; at -= DAY * (3 + this.random.below(7)) + this.random.below(DAY)) {
      if (this.random.below(9) === 0) this.#add(at - MINUTE, user, failedSignIn(user), client);
      this.#add(
        at,
        user,
        { eventType: 'user.session.start', displayMessage: 'User login to Okta', target: [userTarget(user)] },
        client,
      );
      this.#add(
        at + 4_000,
        user,
        {
          eventType: 'user.authentication.auth_via_mfa',
          displayMessage: 'Authentication of user via MFA',
          target: [userTarget(user)],
          debugData: { factor: 'OKTA_VERIFY_PUSH' },
        },
        client,
      );
      const app = apps[this.random.below(apps.length)];
      if (!app) continue;
      const sso = { eventType: 'user.authentication.sso', displayMessage: 'User single sign on to app' };
      this.#add(at + 2 * MINUTE, user, { ...sso, target: [appTarget(app), userTarget(user)] }, client);
      if (this.random.below(25) === 0)
        this.#add(
          at + 5 * MINUTE,
          user,
          {
            eventType: 'policy.evaluate_sign_on',
            displayMessage: 'Evaluation of sign-on policy',
            outcome: { result: 'DENY', reason: 'Sign-on policy evaluation resulted in DENY' },
            severity: 'WARN',
            target: [appTarget(app), userTarget(user)],
          },
          client,
        );
    }
  }

  /** The change of status that left the user as it is, and for newcomers their creation. */
  #life(user: User): void {
    const changed = user.statusChanged === null ? Number.NaN : Date.parse(user.statusChanged);
    const target = [userTarget(user)];
    const created = Date.parse(user.created);
    this.#byAdmin(created, { eventType: 'user.lifecycle.create', displayMessage: 'Create okta user', target });
    if (user.activated !== null)
      this.#byAdmin(Date.parse(user.activated), {
        eventType: 'user.lifecycle.activate',
        displayMessage: 'Activate Okta user',
        target,
      });
    const [eventType, displayMessage] = STATUS_EVENTS[user.status] ?? [];
    if (eventType && displayMessage) this.#byAdmin(changed, { eventType, displayMessage, target });
  }

  /** Guessing from a stranger's address until the account locks. */
  #lockout(user: User): void {
    const locked = user.statusChanged === null ? this.epoch : Date.parse(user.statusChanged);
    for (let attempt = 10; attempt > 0; attempt--)
      this.#add(locked - attempt * 20_000, user, failedSignIn(user), STRANGER);
    this.#add(
      locked,
      user,
      {
        eventType: 'user.account.lock',
        displayMessage: 'Max sign in attempts exceeded',
        outcome: { result: 'FAILURE', reason: 'LOCKED_OUT' },
        severity: 'WARN',
        target: [userTarget(user)],
      },
      STRANGER,
    );
  }

  #changes(cast: readonly Actor[], joined: readonly (readonly [User, Group])[]): void {
    for (let day = 1; day < DAYS; day += 2) {
      const at = this.epoch - day * DAY + this.random.below(DAY / 2);
      const [user, group] = this.random.pick(joined);
      const person = userTarget(user);
      this.#byAdmin(at, {
        eventType: 'group.user_membership.add',
        displayMessage: 'Add user to group membership',
        target: [person, groupTarget(group)],
      });
      const { user: other, apps } = this.random.pick(cast);
      const app = apps[this.random.below(apps.length)];
      if (day % 3 === 0 && app)
        this.#byAdmin(at + 7 * MINUTE, {
          eventType: 'application.user_membership.add',
          displayMessage: 'Add user to application membership',
          target: [{ ...userTarget(other), type: 'AppUser' }, appTarget(app), userTarget(other)],
        });
      if (day % 5 === 0)
        this.#byAdmin(at + 9 * MINUTE, {
          eventType: 'user.account.update_profile',
          displayMessage: 'Update user profile for Okta',
          target: [person],
        });
      if (day % 7 === 0) this.#add(at + 11 * MINUTE, user, failedSignIn(user, 'VERIFICATION_ERROR'), STRANGER);
    }
  }

  #byAdmin(at: number, facts: EventFacts): void {
    if (this.admin) this.#add(at, this.admin, facts, { ...this.#client(), ipAddress: '203.0.113.10' });
  }

  #add(at: number, actor: User, facts: EventFacts, client: EventClient): void {
    if (Number.isNaN(at) || at < this.epoch - DAYS * DAY || at >= this.epoch) return;
    const who: EventTarget = userTarget(actor);
    this.#events.push({
      at,
      event: () =>
        composeEvent(this.random, new Date(at).toISOString(), facts, {
          actor: who,
          client,
          requestId: this.random.hex(32),
          requestUri: facts.eventType.startsWith('user.session') ? '/idp/idx/identify' : '/admin/console',
        }),
    });
  }

  #client(): EventClient {
    const [city, country] = this.random.pick([
      ['Rotterdam', 'Netherlands'],
      ['Berlin', 'Germany'],
      ['Austin', 'United States'],
      ['Singapore', 'Singapore'],
    ] as const);
    const userAgent = this.random.pick(AGENTS);
    const device = userAgent.includes('Mobile') ? 'Mobile' : 'Computer';
    return { ipAddress: `192.0.2.${1 + this.random.below(254)}`, city, country, userAgent, device };
  }
}

const STATUS_EVENTS: Partial<Record<User['status'], readonly [eventType: string, displayMessage: string]>> = {
  SUSPENDED: ['user.lifecycle.suspend', 'Suspend Okta user'],
  DEPROVISIONED: ['user.lifecycle.deactivate', 'Deactivate Okta user'],
  PASSWORD_EXPIRED: ['user.account.expire_password', 'Expire password for user'],
  RECOVERY: ['user.account.reset_password', 'Reset password for user'],
};

function failedSignIn(user: User, reason = 'INVALID_CREDENTIALS'): EventFacts {
  return {
    eventType: 'user.session.start',
    displayMessage: 'User login to Okta',
    outcome: { result: 'FAILURE', reason },
    severity: 'WARN',
    target: [userTarget(user)],
  };
}
