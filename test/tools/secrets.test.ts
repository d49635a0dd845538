import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSecretName, MASK, withhold } from '../../src/tools/secrets.js';

const PEM = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----';

describe('what is masked', () => {
  test.each<{ given: string; data: unknown; paths?: string[]; want: unknown; secrets: Record<string, unknown> }>([
    {
      given: 'a path',
      data: { a: { b: 'x' }, b: 'y' },
      paths: ['/a/b'],
      want: { a: { b: MASK }, b: 'y' },
      secrets: { '/a/b': 'x' },
    },
    {
      given: 'items',
      data: [{ v: 'x' }, { v: 'y' }, {}],
      paths: ['/*/v'],
      want: [{ v: MASK }, { v: MASK }, {}],
      secrets: { '/0/v': 'x', '/1/v': 'y' },
    },
    {
      given: 'map values',
      data: { m: { k: { v: 'x' } } },
      paths: ['/m/*/v'],
      want: { m: { k: { v: MASK } } },
      secrets: { '/m/k/v': 'x' },
    },
    {
      given: 'all below a path',
      data: { a: { b: ['x', 7, true, null] } },
      paths: ['/a'],
      want: { a: { b: [MASK, MASK, true, null] } },
      secrets: { '/a/b/0': 'x', '/a/b/1': 7 },
    },
    {
      given: 'an escaped name',
      data: { 'a/b~': 'x' },
      paths: ['/a~1b~0'],
      want: { 'a/b~': MASK },
      secrets: { '/a~1b~0': 'x' },
    },
    {
      given: 'a number',
      data: { verify: { passCode: 123456 } },
      want: { verify: { passCode: MASK } },
      secrets: { '/verify/passCode': 123456 },
    },
    {
      given: 'a name where no path leads',
      data: { _embedded: { activation: { sharedSecret: 'JBSWY3DP' } } },
      want: { _embedded: { activation: { sharedSecret: MASK } } },
      secrets: { '/_embedded/activation/sharedSecret': 'JBSWY3DP' },
    },
    {
      given: 'what a password holds',
      data: { password: { value: 'x', hash: { salt: 's', value: 'h', algorithm: 'BCRYPT' } } },
      want: { password: { value: MASK, hash: { salt: MASK, value: MASK, algorithm: 'BCRYPT' } } },
      secrets: { '/password/value': 'x', '/password/hash/salt': 's', '/password/hash/value': 'h' },
    },
    {
      given: 'the private members of a JWK',
      data: { keys: [{ kty: 'EC', x: 'a', y: 'b', d: 'c' }], d: 'e' },
      want: { keys: [{ kty: 'EC', x: 'a', y: 'b', d: MASK }], d: 'e' },
      secrets: { '/keys/0/d': 'c' },
    },
    {
      given: 'a private key anywhere',
      data: { note: PEM, cert: '-----BEGIN CERTIFICATE-----' },
      want: { note: MASK, cert: '-----BEGIN CERTIFICATE-----' },
      secrets: { '/note': PEM },
    },
    { given: 'a reply that is a private key', data: PEM, want: MASK, secrets: { '': PEM } },
    {
      given: 'copies, also URL-encoded',
      data: { token: 'ab+cd/ef', a: 'see https://x/ab%2Bcd%2Fef', b: ['ab+cd/ef'], 'ab+cd/ef': 1 },
      want: { token: MASK, a: `see https://x/${MASK}`, b: [MASK], [MASK]: 1 },
      secrets: { '/token': 'ab+cd/ef' },
    },
    {
      given: 'no copies of what is too short',
      data: { token: 'true', status: 'true' },
      want: { token: MASK, status: 'true' },
      secrets: { '/token': 'true' },
    },
    {
      given: 'nothing, and what Okta masked',
      data: { secret: '', token: '********', password: null },
      want: { secret: '', token: '********', password: null },
      secrets: {},
    },
    {
      given: 'settings about secrets',
      data: {
        settings: {
          password: { complexity: { minLength: 8 }, age: { maxAgeDays: 90 } },
          token: { accessTokenLifetimeMinutes: 60 },
          recoveryToken: { tokenLifetimeMinutes: 5 },
        },
        revealPassword: false,
        passwordChanged: '2026-01-01',
      },
      want: {
        settings: {
          password: { complexity: { minLength: 8 }, age: { maxAgeDays: 90 } },
          token: { accessTokenLifetimeMinutes: 60 },
          recoveryToken: { tokenLifetimeMinutes: 5 },
        },
        revealPassword: false,
        passwordChanged: '2026-01-01',
      },
      secrets: {},
    },
    {
      given: 'public facts about keys',
      data: {
        kty: 'RSA',
        kid: 'k',
        n: 'n',
        e: 'AQAB',
        siteKey: 's',
        token_endpoint_auth_method: 'none',
        tokenWindow: 'P30D',
      },
      want: {
        kty: 'RSA',
        kid: 'k',
        n: 'n',
        e: 'AQAB',
        siteKey: 's',
        token_endpoint_auth_method: 'none',
        tokenWindow: 'P30D',
      },
      secrets: {},
    },
  ])('$given', ({ data, paths, want, secrets }) => {
    const withheld = withhold(data, paths);
    expect(withheld.data).toEqual(want);
    expect(Object.fromEntries(withheld.secrets)).toEqual(secrets);
  });

  test.each([
    // Facts 2.7 and the names Okta's specification uses.
    ...['client_secret', 'clientSecret', 'secret', 'password', 'tempPassword', 'activationUrl', 'activationToken'],
    ...['resetPasswordUrl', 'recoveryToken', 'token', 'privateKey', 'private_key', 'sharedSecret', 'sharedKey'],
    ...['passCode', 'secretKey', 'apiKey', 'secret_hash', 'answer', 'stateToken', 'sessionToken'],
  ])('%s is the name of a secret', (name) => {
    expect(isSecretName(name, '')).toBe(true);
  });
});

describe('whatever the reply', () => {
  const CANARY = 'cAnArY+/=sEcReT';
  const name = fc.stringMatching(/^[a-z~/]{1,6}$/);
  const plain = fc.oneof(fc.constant('plain'), fc.integer(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      plain,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(name, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const steps = fc.array(
    fc.oneof(
      name.map((key) => ({ key })),
      fc.constant({ item: true }),
    ),
    { minLength: 1, maxLength: 5 },
  );

  const pointer = (path: ({ key: string } | { item: boolean })[], wild: boolean) =>
    path
      .map((step) => `/${'key' in step && !wild ? step.key.replaceAll('~', '~0').replaceAll('/', '~1') : '*'}`)
      .join('');

  /** Puts a value into a tree, beside what is there. */
  function put(base: unknown, [step, ...rest]: ({ key: string } | { item: boolean })[], leaf: unknown): unknown {
    if (!step) return leaf;
    if ('key' in step) {
      const object =
        base !== null && typeof base === 'object' && !Array.isArray(base) ? (base as Record<string, unknown>) : {};
      return { ...object, [step.key]: put(object[step.key], rest, leaf) };
    }
    const list = Array.isArray(base) ? base : [];
    return [...list, put(undefined, rest, leaf)];
  }

  test('a secret at a path of the tool is nowhere in what is left', () => {
    fc.assert(
      fc.property(tree, steps, fc.boolean(), (base, path, wild) => {
        const paths = [pointer(path, wild), '/other/*/path'];
        const withheld = withhold(put(base, path, CANARY), paths);
        const shown = JSON.stringify(withheld.data);
        for (const form of [CANARY, encodeURIComponent(CANARY), btoa(CANARY)]) expect(shown).not.toContain(form);
        expect([...withheld.secrets.values()]).toContain(CANARY);
      }),
      { numRuns: 1000 },
    );
  });

  test('a secret by its name is masked at any depth', () => {
    const secretName = fc.constantFrom(
      'client_secret',
      'tempPassword',
      'activationUrl',
      'privateKey',
      'resetPasswordUrl',
    );
    fc.assert(
      fc.property(tree, steps, secretName, (base, path, key) => {
        const { data } = withhold(put(base, [...path, { key }], CANARY));
        expect(JSON.stringify(data)).not.toContain(CANARY);
      }),
      { numRuns: 1000 },
    );
  });

  test('what holds no secret is left alone', () => {
    fc.assert(
      fc.property(
        tree.filter((data) => !/"(d|p|q|k|pin|token|answer)":/.test(JSON.stringify(data))),
        (data) => {
          expect(withhold(data)).toEqual({ data, secrets: new Map() });
        },
      ),
    );
  });
});
