import { invalid, OktaFailure } from './errors.js';
import { type Exchange, ok, type Reply } from './exchange.js';
import { resetFactors } from './factors.js';
import { applyRules } from './group-rules.js';
import type { AddRoute } from './router.js';
import { renderUser, theUser, type User, type UserStatus, userTarget } from './users.js';

interface Transition {
  readonly from: readonly UserStatus[];
  /** The status afterwards. */
  readonly to: (user: User) => UserStatus;
  /** What Okta answers when the user is in another status. */
  readonly refuse: (user: User) => OktaFailure;
  readonly eventType: string;
  readonly displayMessage: string;
}

const wrongStatus = () => new OktaFailure('E0000038');
const FORGETFUL: readonly UserStatus[] = ['ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY', 'LOCKED_OUT'];

/** Okta's user state machine: `POST /api/v1/users/{id}/lifecycle/<name>`. */
const TRANSITIONS = {
  activate: {
    from: ['STAGED', 'DEPROVISIONED'],
    to: (user) => (user.hasPassword ? 'ACTIVE' : 'PROVISIONED'),
    refuse: (user) => new OktaFailure(user.status === 'ACTIVE' ? 'E0000016' : 'E0000038'),
    eventType: 'user.lifecycle.activate',
    displayMessage: 'Activate Okta user',
  },
  reactivate: {
    from: ['PROVISIONED', 'RECOVERY'],
    to: (user) => user.status,
    refuse: wrongStatus,
    eventType: 'user.lifecycle.reactivate',
    displayMessage: 'Reactivate Okta user',
  },
  deactivate: {
    from: ['STAGED', 'PROVISIONED', 'ACTIVE', 'RECOVERY', 'PASSWORD_EXPIRED', 'LOCKED_OUT', 'SUSPENDED'],
    to: () => 'DEPROVISIONED',
    refuse: wrongStatus,
    eventType: 'user.lifecycle.deactivate',
    displayMessage: 'Deactivate Okta user',
  },
  suspend: {
    from: ['ACTIVE'],
    to: () => 'SUSPENDED',
    refuse: () => invalid(['status', 'Only an active user can be suspended']),
    eventType: 'user.lifecycle.suspend',
    displayMessage: 'Suspend Okta user',
  },
  unsuspend: {
    from: ['SUSPENDED'],
    to: () => 'ACTIVE',
    refuse: () => invalid(['status', 'Only a suspended user can be unsuspended']),
    eventType: 'user.lifecycle.unsuspend',
    displayMessage: 'Unsuspend Okta user',
  },
  unlock: {
    from: ['LOCKED_OUT'],
    to: () => 'ACTIVE',
    refuse: () => new OktaFailure('E0000032'),
    eventType: 'user.account.unlock_by_admin',
    displayMessage: 'Admin-initiated user unlock for Okta',
  },
  reset_password: {
    from: [...FORGETFUL, 'PROVISIONED'],
    to: () => 'RECOVERY',
    refuse: wrongStatus,
    eventType: 'user.account.reset_password',
    displayMessage: 'Reset password for user',
  },
  expire_password: {
    from: FORGETFUL,
    to: () => 'PASSWORD_EXPIRED',
    refuse: wrongStatus,
    eventType: 'user.account.expire_password',
    displayMessage: 'Expire password for user',
  },
} as const satisfies Record<string, Transition>;

export function routeUserLifecycle(add: AddRoute): void {
  const on = (name: string, answer: (x: Exchange, user: User) => unknown) =>
    add('POST', `/api/v1/users/{id}/lifecycle/${name}`, (x): Reply => ok(answer(x, theUser(x, 'id'))));

  on('activate', (x, user) => invitation(x, 'activate', user));
  on('reactivate', (x, user) => invitation(x, 'reactivate', user));
  on('deactivate', (x, user) => {
    x.flag('sendEmail', false);
    deactivate(x, user);
    return {};
  });
  for (const name of ['suspend', 'unsuspend', 'unlock'] as const) {
    on(name, (x, user) => {
      move(x, name, user);
      return {};
    });
  }
  on('reset_password', (x, user) => {
    const sendEmail = x.flag('sendEmail', true);
    move(x, 'reset_password', user);
    return sendEmail ? {} : { resetPasswordUrl: x.org.url(`/signin/reset-password/demo-${x.org.random.hex(16)}`) };
  });
  on('expire_password', (x, user) => renderUser(x.org, move(x, 'expire_password', user), true));
  on('expire_password_with_temp_password', (x, user) => {
    move(x, 'expire_password', user);
    return { tempPassword: `demo-${x.org.random.hex(8)}` };
  });
  on('reset_factors', (x, user) => {
    resetFactors(x, user);
    return {};
  });
}

/** Deactivates: application assignments and the password are gone for good. */
export function deactivate(x: Exchange, user: User): void {
  const gone = move(x, 'deactivate', user);
  x.org.store.appUsers.dropRight(user.id);
  x.org.store.users.put({ ...gone, hasPassword: false });
}

function invitation(x: Exchange, name: 'activate' | 'reactivate', user: User): unknown {
  const sendEmail = x.flag('sendEmail', true);
  const moved = move(x, name, user);
  if (name === 'activate') applyRules(x, moved);
  const activationToken = `demo-${x.org.random.hex(16)}`;
  return sendEmail ? {} : { activationUrl: x.org.url(`/welcome/${activationToken}`), activationToken };
}

function move(x: Exchange, name: keyof typeof TRANSITIONS, user: User): User {
  const transition: Transition = TRANSITIONS[name];
  if (!transition.from.includes(user.status)) throw transition.refuse(user);
  const now = x.org.date();
  const moved = x.org.store.users.put({
    ...user,
    status: transition.to(user),
    statusChanged: now,
    lastUpdated: now,
    ...(name === 'activate' && { activated: now }),
  });
  x.changed(
    { kind: 'lifecycle', type: 'User', id: user.id },
    { eventType: transition.eventType, displayMessage: transition.displayMessage, target: [userTarget(user)] },
  );
  return moved;
}
