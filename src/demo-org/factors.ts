import { invalid, notFound, OktaFailure } from './errors.js';
import { type Exchange, isObject, noContent, ok, type Reply } from './exchange.js';
import type { Org } from './org.js';
import { listReply } from './pages.js';
import { Random } from './random.js';
import type { AddRoute } from './router.js';
import { theUser, type User, userTarget } from './users.js';

export interface Factor {
  readonly id: string;
  readonly factorType: string;
  readonly provider: string;
  readonly vendorName: string;
  readonly status: 'ACTIVE' | 'PENDING_ACTIVATION';
  readonly created: string;
  readonly lastUpdated: string;
  readonly profile: Readonly<Record<string, unknown>>;
}

/** What a user has enrolled; `id` is the user's. */
export interface Enrollment {
  readonly id: string;
  readonly factors: readonly Factor[];
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
  add('POST', '/api/v1/users/{userId}/factors', enroll);
  add('POST', '/api/v1/users/{userId}/factors/{factorId}/lifecycle/activate', activate);
  add('GET', '/api/v1/users/{userId}/factors/catalog', (x) => listReply(x, catalog(x, theUser(x, 'userId'))));
}

/** Types that can be enrolled, the prefix of their ids, and who provides them unless said otherwise. */
const TYPES: Readonly<Record<string, readonly [prefix: string, provider: string]>> = {
  push: ['opf', 'OKTA'],
  signed_nonce: ['opf', 'OKTA'],
  'token:software:totp': ['ost', 'OKTA'],
  'token:hotp': ['uft', 'CUSTOM'],
  'token:hardware': ['ykf', 'YUBICO'],
  token: ['rsf', 'RSA'],
  web: ['duf', 'DUO'],
  webauthn: ['fwf', 'FIDO'],
  u2f: ['fuf', 'FIDO'],
  sms: ['mbl', 'OKTA'],
  call: ['clf', 'OKTA'],
  email: ['emf', 'OKTA'],
  question: ['ufs', 'OKTA'],
};

/** Enrolled by their first use alone; everything else waits for `activate`. */
const IMMEDIATE = ['question', 'token', 'token:hardware', 'token:hotp'];

/** One factor of a type and provider; it waits for its activation unless the type needs none or `activate=true`. */
function enroll(x: Exchange): Reply {
  const user = theUser(x, 'userId');
  const { factorType, provider, profile } = x.json();
  const [prefix, usual] = TYPES[String(factorType)] ?? [];
  if (typeof factorType !== 'string' || !prefix || !usual)
    throw invalid(['factorType', `must be one of ${Object.keys(TYPES).join(', ')}`]);
  if (user.status === 'DEPROVISIONED') throw new OktaFailure('E0000038');
  const by = typeof provider === 'string' ? provider : usual;
  const before = factorsOf(x.org, user);
  if (before.some((factor) => factor.factorType === factorType && factor.provider === by))
    throw invalid(['factorEnrollRequest', 'A factor of this type is already set up']);
  const now = x.org.date();
  const factor: Factor = {
    id: x.org.mint(prefix),
    factorType,
    provider: by,
    vendorName: by,
    status: IMMEDIATE.includes(factorType) || x.flag('activate', false) ? 'ACTIVE' : 'PENDING_ACTIVATION',
    created: now,
    lastUpdated: now,
    profile: isObject(profile) ? profile : {},
  };
  x.org.store.factors.put({ id: user.id, factors: [...before, factor] });
  changed(x, user, factor, 'create', 'user.mfa.factor.enroll', 'Enroll factor for user');
  return ok(render(x.org, user, factor));
}

/** Takes any pass code but 000000, which stands for a wrong one; a push needs none. */
function activate(x: Exchange): Reply {
  const user = theUser(x, 'userId');
  const before = theFactor(x, user);
  if (before.status === 'ACTIVE') throw new OktaFailure('E0000107', '', ['The factor is already active.']);
  const { passCode } = x.json(true);
  const coded = ['sms', 'call', 'email', 'token:software:totp'].includes(before.factorType);
  if (coded && (typeof passCode !== 'string' || passCode === '000000')) throw new OktaFailure('E0000068');
  const factor: Factor = { ...before, status: 'ACTIVE', lastUpdated: x.org.date() };
  const factors = factorsOf(x.org, user).map((each) => (each.id === factor.id ? factor : each));
  x.org.store.factors.put({ id: user.id, factors });
  changed(x, user, factor, 'lifecycle', 'user.mfa.factor.activate', 'Activate factor for user');
  return ok(render(x.org, user, factor));
}

/** What the user could enroll, and what of it is. */
function catalog(x: Exchange, user: User): readonly object[] {
  const enrolled = factorsOf(x.org, user);
  return ['push', 'token:software:totp', 'webauthn', 'sms', 'email', 'question'].map((factorType) => {
    const provider = TYPES[factorType]?.[1] ?? 'OKTA';
    const factor = enrolled.find((each) => each.factorType === factorType && each.provider === provider);
    return {
      factorType,
      provider,
      vendorName: provider,
      enrollment: 'OPTIONAL',
      status: factor?.status ?? 'NOT_SETUP',
      _links: { enroll: x.org.link(`/api/v1/users/${user.id}/factors`, 'POST') },
    };
  });
}

function changed(
  x: Exchange,
  user: User,
  factor: Factor,
  kind: 'create' | 'lifecycle' | 'delete',
  eventType: string,
  displayMessage: string,
): void {
  x.changed(
    { kind, type: 'Factor', id: factor.id, with: user.id },
    { eventType, displayMessage, target: [userTarget(user)], debugData: { factor: factor.factorType } },
  );
}

/** Unenrols everything, as one change. */
export function resetFactors(x: Exchange, user: User): void {
  x.org.store.factors.put({ id: user.id, factors: [] });
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
  const factors = factorsOf(x.org, user).filter(({ id }) => id !== gone.id);
  x.org.store.factors.put({ id: user.id, factors });
  changed(x, user, gone, 'delete', 'user.mfa.factor.deactivate', 'Reset factor for user');
  return noContent();
}

function theFactor(x: Exchange, user: User): Factor {
  const id = x.param('factorId');
  const factor = factorsOf(x.org, user).find((candidate) => candidate.id === id);
  if (!factor) throw notFound(id, 'UserFactor');
  return factor;
}

/** The user's factors; what the seed enrolled depends on the user id alone and is made anew on every use. */
function factorsOf(org: Org, user: User): readonly Factor[] {
  const known = org.store.factors.get(user.id);
  if (known) return known.factors;
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
  return factors;
}

function render(org: Org, user: User, factor: Factor): object {
  const path = `/api/v1/users/${user.id}`;
  const self = `${path}/factors/${factor.id}`;
  return {
    ...factor,
    ...(factor.status === 'PENDING_ACTIVATION' &&
      factor.factorType === 'push' && {
        _embedded: { activation: { expiresAt: org.date(org.now() + 86_400_000), factorResult: 'WAITING' } },
      }),
    _links: {
      ...(factor.status === 'PENDING_ACTIVATION' && { activate: org.link(`${self}/lifecycle/activate`, 'POST') }),
      self: org.link(self),
      user: org.link(path),
    },
  };
}
