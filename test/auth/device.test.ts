import { describe, expect, test } from 'vitest';
import { AuthorizationServer } from '../../src/auth/authorization-server.js';
import { deviceSignIn } from '../../src/auth/device.js';
import { OktaMcpError } from '../../src/errors.js';
import { Clock } from './clock.js';
import { silent } from './scratch.js';
import { refuse } from './token-endpoint.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const AUTHORIZATION = {
  device_code: 'CANARY-device-code',
  user_code: 'GDLMZQCT',
  verification_uri: 'https://acme.okta.com/activate',
  verification_uri_complete: 'https://acme.okta.com/activate?user_code=GDLMZQCT',
  expires_in: 600,
  interval: 5,
};
const TOKEN = { token_type: 'Bearer', expires_in: 3600, access_token: 'token', scope: 'okta.users.read' };

type Reply = () => Response | Promise<Response>;

const pending: Reply = () => refuse(400, 'authorization_pending');
const slowDown: Reply = () => refuse(400, 'slow_down');
const token: Reply = () => Response.json(TOKEN);
const unreachable: Reply = () => Promise.reject(new TypeError('fetch failed'));

function setUp(polls: readonly Reply[], authorization: object = AUTHORIZATION, scopes = ['okta.users.read']) {
  const clock = new Clock(() => NOW);
  const forms: URLSearchParams[] = [];
  const asked: URLSearchParams[] = [];
  const left = [...polls];
  let refusing: (scopes: readonly string[]) => boolean = () => false;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const form = new URLSearchParams(await request.text());
    if (request.url.endsWith('/device/authorize')) {
      asked.push(form);
      const refused = refusing(form.get('scope')!.split(' '));
      return refused ? refuse(400, 'invalid_scope') : Response.json(authorization);
    }
    forms.push(form);
    return (left.shift() ?? pending)();
  };
  const server = new AuthorizationServer({
    orgUrl: 'https://acme.okta.com',
    clientId: '0oaNative',
    dpop: 'auto',
    fetch,
    now: clock.now,
    log: silent,
  });
  const signIn = deviceSignIn({ server, scopes: [...scopes, 'offline_access'], log: silent, ...clock });
  return {
    clock,
    forms,
    asked,
    signIn,
    refuseScopes: (when: typeof refusing) => {
      refusing = when;
    },
  };
}

/** Lets the time pass until it is over. */
async function follow({ clock, signIn }: ReturnType<typeof setUp>, signal = new AbortController().signal) {
  const { outcome } = await signIn.begin(signal);
  let over = false;
  const settled = outcome.then(
    (answer) => answer.value,
    (error: unknown) => error as OktaMcpError,
  );
  void settled.then(() => {
    over = true;
  });
  while (!over) {
    await Promise.race([clock.tick(), settled]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return await settled;
}

// RFC 8628 section 3.5; statuses and descriptions: okta-facts 1.2.
test.each<[string, Reply[], number[], unknown]>([
  ['at once', [token], [5], 'token'],
  ['after a while', [pending, pending, token], [5, 5, 5], 'token'],
  ['slow_down adds 5 seconds for good', [slowDown, pending, slowDown, token], [5, 10, 10, 15], 'token'],
  [
    'no answer doubles the wait until there is one',
    [unreachable, unreachable, pending, token],
    [5, 10, 20, 5],
    'token',
  ],
  ['an outage is no answer', [() => refuse(500, 'server_error'), token], [5, 10], 'token'],
  ['an outage as 400 neither', [() => refuse(400, 'temporarily_unavailable'), token], [5, 10], 'token'],
  ['a rate limit neither', [() => refuse(429, 'invalid_grant'), token], [5, 10], 'token'],
  ['declined, 403', [pending, () => refuse(403, 'access_denied')], [5, 5], { message: /declined/ }],
  ['declined, 400', [() => refuse(400, 'access_denied')], [5], { message: /declined/ }],
  [
    'not assigned',
    [() => refuse(400, 'access_denied', 'User is not assigned to the client application.')],
    [5],
    { message: /not assigned/, fix: /Assignments/ },
  ],
  ['ran out', [() => refuse(400, 'expired_token')], [5], { message: /ran out/, fix: /new code/ }],
  ['code used before', [() => refuse(400, 'invalid_grant')], [5], { message: /unknown to Okta or was used/ }],
  [
    'client gone',
    [() => refuse(401, 'invalid_client', "Invalid value for 'client_id' parameter.")],
    [5],
    { message: /no active app/ },
  ],
  ['grant type off', [() => refuse(400, 'unauthorized_client')], [5], { fix: /Device Authorization/ }],
  ['something new', [() => refuse(400, 'brand_new')], [5], { message: /brand_new/ }],
])('%s', async (_, polls, waits, want) => {
  const given = setUp(polls);
  const outcome = await follow(given);
  expect(given.clock.waits).toEqual(waits.map((seconds) => seconds * 1000));
  if (typeof want === 'string') return expect(outcome).toBe(want);
  expect(outcome).toBeInstanceOf(OktaMcpError);
  for (const [name, pattern] of Object.entries(want as Record<'message' | 'fix', RegExp>)) {
    expect((outcome as OktaMcpError)[name as 'message' | 'fix']).toMatch(pattern);
  }
});

test.each([
  ['no interval means 5 seconds', { interval: undefined }, 5],
  ['a longer interval is honoured', { interval: 30 }, 30],
])('%s', async (_, more, seconds) => {
  const given = setUp([token], { ...AUTHORIZATION, ...more });
  await follow(given);
  expect(given.clock.waits).toEqual([seconds * 1000]);
});

test('an offer that nobody takes ends when it said it would', async () => {
  const given = setUp([], { ...AUTHORIZATION, expires_in: 22 });
  expect(await follow(given)).toMatchObject({ details: { error: 'expired_token' } });
  expect(given.forms).toHaveLength(4);
});

test('no back-off is longer than a minute', async () => {
  const given = setUp(Array.from({ length: 7 }, () => unreachable).concat(token));
  expect(await follow(given)).toBe('token');
  expect(given.clock.waits.map((ms) => ms / 1000)).toEqual([5, 10, 20, 40, 60, 60, 60, 60]);
});

test('cancelling stops the polling', async () => {
  const given = setUp([pending]);
  const stop = new AbortController();
  const { outcome } = await given.signIn.begin(stop.signal);
  await given.clock.tick();
  await given.clock.settled();
  stop.abort();
  await expect(outcome).rejects.toMatchObject({ name: 'AbortError' });
  expect(given.forms).toHaveLength(1);
});

describe('the offer', () => {
  test('asks for offline access, with the client id and nothing secret', async () => {
    const given = setUp([token]);
    await follow(given);
    expect(Object.fromEntries(given.asked[0]!)).toEqual({
      client_id: '0oaNative',
      scope: 'okta.users.read offline_access',
    });
    expect(Object.fromEntries(given.forms[0]!)).toEqual({
      client_id: '0oaNative',
      device_code: 'CANARY-device-code',
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    });
  });

  test('is the link that holds the code, where there is one', async () => {
    const { uri, code, expiresAt } = await setUp([]).signIn.begin(new AbortController().signal);
    expect({ uri, code, expiresAt }).toEqual({
      uri: AUTHORIZATION.verification_uri_complete,
      code: 'GDLMZQCT',
      expiresAt: NOW + 600_000,
    });
  });

  test.each([
    ['no complete link', { verification_uri_complete: undefined }, 'https://acme.okta.com/activate'],
    [
      'a complete link that is no web page',
      { verification_uri_complete: 'file:///x' },
      'https://acme.okta.com/activate',
    ],
  ])('is the bare link with %s', async (_, more, want) => {
    const { uri } = await setUp([], { ...AUTHORIZATION, ...more }).signIn.begin(new AbortController().signal);
    expect(uri).toBe(want);
  });

  test.each([
    ['a link to a program', { verification_uri: 'vscode://x' }],
    ['an unencrypted link', { verification_uri: 'http://acme.okta.com/activate' }],
    ['no link', { verification_uri: undefined }],
    ['no code', { user_code: undefined }],
    ['no life', { expires_in: undefined }],
  ])('with %s is refused', async (_, more) => {
    const { signIn } = setUp([], { ...AUTHORIZATION, ...more });
    await expect(signIn.begin(new AbortController().signal)).rejects.toMatchObject({ code: 'auth_unreachable' });
  });

  test('goes without the scopes that are not granted', async () => {
    const scopes = ['okta.users.read', 'okta.logs.read', 'okta.groups.read'];
    const given = setUp([token], AUTHORIZATION, scopes);
    given.refuseScopes((asked) => asked.includes('okta.logs.read'));
    await follow(given);
    expect(given.asked.at(-1)!.get('scope')).toBe('okta.users.read okta.groups.read offline_access');
  });
});
