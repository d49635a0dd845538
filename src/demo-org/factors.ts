import { notFound } from './errors.js';
import { type Exchange, noContent, type Reply } from './exchange.js';
import type { Org } from './org.js';
import { listReply } from './pages.js';
import { Random } from './random.js';
import type { AddRoute } from './router.js';
import { theUser, type User, userTarget } from './users.js';

export interface Factor {
  readonly id: string;
  readonly factorType: 'push' | 'token:software:totp' | 'webauthn' | 'sms';
  readonly provider: 'OKTA' | 'GOOGLE' | 'FIDO';
  readonly vendorName: string;
  readonly status: 'ACTIVE';
  readonly created: string;
  readonly lastUpdated: string;
  readonly profile: Readonly<Record<string, unknown>>;
}

export function routeFactors(add: AddRoute): void {
  add('GET', '/api/v1/users/{userId}/factors', (x) => {
    const user = theUser(x, 'userId');
    return listReply(
      x,
      factorsOf(x.org, user).map((factor) => render(x.org, user, factor)),
    );
  });
  add('GET', '/api/v1/users/{userId}/factors/{factorId}', (x) => {
    const user = theUser(x, 'userId');
    return { status: 200, body: render(x.org, user, theFactor(x, user)) };
  });
  add('DELETE', '/api/v1/users/{userId}/factors/{factorId}', unenroll);
}

/** Unenrols everything, as one change. */
export function resetFactors(x: Exchange, user: User): void {
  x.org.store.factors.set(user.id, []);
  x.changed(
    { kind: 'lifecycle', type: 'User', id: user.id },
    {
      eventType: 'user.mfa.factor.reset_all',
      displayMessage: 'Reset all factors for user',
      target: [userTarget(user)],
    },
  );
}

function unenroll(x: Exchange): Reply {
  const user = theUser(x, 'userId');
  const gone = theFactor(x, user);
  x.org.store.factors.set(
    user.id,
    factorsOf(x.org, user).filter((factor) => factor !== gone),
  );
  x.changed(
    { kind: 'delete', type: 'Factor', id: gone.id, with: user.id },
    {
      eventType: 'user.mfa.factor.deactivate',
      displayMessage: 'Reset factor for user',
      target: [userTarget(user)],
      debugData: { factor: gone.factorType },
    },
  );
  return noContent();
}

function theFactor(x: Exchange, user: User): Factor {
  const id = x.param('factorId');
  const factor = factorsOf(x.org, user).find((candidate) => candidate.id === id);
  if (!factor) throw notFound(id, 'UserFactor');
  return factor;
}

/** The user's factors; what the seed enrolled depends on the user id alone and is made on first use. */
function factorsOf(org: Org, user: User): readonly Factor[] {
  const known = org.store.factors.get(user.id);
  if (known) return known;
  const factors: Factor[] = [];
  if (user.lastLogin !== null) {
    const random = new Random(user.id);
    const since = { created: user.activated ?? user.created, lastUpdated: user.activated ?? user.created };
    const okta = { provider: 'OKTA', vendorName: 'OKTA', status: 'ACTIVE', ...since } as const;
    const device = random.pick(['Pixel 9 (demo)', 'iPhone 16 (demo)', 'Galaxy S25 (demo)']);
    factors.push({
      id: random.id('opf'),
      factorType: 'push',
      ...okta,
      profile: { credentialId: user.profile.login, deviceType: 'SmartPhone_IPhone', name: device },
    });
    if (random.below(3) > 0)
      factors.push({
        id: random.id('ost'),
        factorType: 'token:software:totp',
        ...okta,
        profile: { credentialId: user.profile.login },
      });
    if (random.below(4) === 0)
      factors.push({
        id: random.id('fwf'),
        factorType: 'webauthn',
        ...okta,
        provider: 'FIDO',
        vendorName: 'FIDO',
        profile: { credentialId: user.profile.login, authenticatorName: 'Security key (demo)' },
      });
  }
  org.store.factors.set(user.id, factors);
  return factors;
}

function render(org: Org, user: User, factor: Factor): object {
  const path = `/api/v1/users/${user.id}`;
  return { ...factor, _links: { self: org.link(`${path}/factors/${factor.id}`), user: org.link(path) } };
}
