import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AuthStrategy } from '../../src/auth/strategy.js';
import type { Fault } from '../oauth/faults.js';
import type { OktaServer } from '../oauth/server.js';
import { textOf } from '../tools/fixture.js';
import type { Clock } from './clock.js';
import { jwk } from './keys.js';
import {
  type Asked,
  appOver,
  deviceStrategy,
  key,
  native,
  SCOPES,
  service,
  serviceStrategy,
  signIn,
  startOkta,
} from './okta.js';

const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const TOKEN = '/oauth2/v1/token';

interface Row {
  readonly given: string;
  /** The app as Okta has it. */
  readonly app?: object;
  readonly break?: (okta: OktaServer, clock: Clock) => void;
  readonly strategy?: Partial<Parameters<typeof serviceStrategy>[0]>;
  readonly want: RegExp;
  readonly code: string;
  /** Puts it right; the next call then works. */
  readonly repair?: (okta: OktaServer, clock: Clock) => void;
}

const registered = (kid: string, pair = key) => ({ ...JSON.parse(jwk(pair.publicKey)), kid });
const fails =
  (kind: Fault['kind'], count = 1) =>
  (okta: OktaServer) =>
    okta.failNext({ path: TOKEN, kind, count });

// Every row: what the person reads names the actual cause, the process lives, and the next call works.
describe('a service app', () => {
  test.each<Row>([
    {
      given: 'a key id that is not registered',
      app: { keys: [registered('kid-2')] },
      want: /Most likely the key id is not registered/,
      code: 'auth_client_invalid',
      repair: (okta) => okta.setApp(service()),
    },
    {
      given: 'another key under the key id',
      app: { keys: [registered('kid-1', other)] },
      want: /Most likely the private key is not the one registered/,
      code: 'auth_client_invalid',
      repair: (okta) => okta.setApp(service()),
    },
    {
      given: 'a clock that is an hour ahead',
      break: (okta) => okta.skewClock(-3600),
      want: /Most likely the clock of this machine is wrong. This machine's clock is 3[56]\d\d seconds ahead/,
      code: 'auth_client_invalid',
      repair: (okta) => okta.skewClock(0),
    },
    {
      given: 'a clock that is an hour behind',
      break: (okta) => okta.skewClock(3600),
      want: /Most likely the clock of this machine is wrong. This machine's clock is 3[56]\d\d seconds behind/,
      code: 'auth_client_invalid',
      repair: (okta) => okta.skewClock(0),
    },
    {
      given: 'an app that signs in people',
      app: { kind: 'native', keys: undefined },
      want: /not of type API Services/,
      code: 'auth_client_invalid',
      repair: (okta) => okta.setApp(service()),
    },
    {
      given: 'a client id of no app',
      strategy: { clientId: '0oanobody' },
      want: /Most likely this org has no active app with the client ID/,
      code: 'auth_client_invalid',
    },
    {
      given: 'no scope granted',
      app: { scopes: [] },
      want: /None of the scopes is granted to the app: okta.users.read, okta.groups.read/,
      code: 'auth_scope_invalid',
      repair: (okta) => okta.setApp(service()),
    },
    {
      given: 'DPoP required and forbidden',
      app: { dpop: true },
      strategy: { dpop: 'never' },
      want: /requires proof of possession.*OKTA_DPOP=never/,
      code: 'auth_dpop_required',
      repair: (okta) => okta.setApp(service()),
    },
    { given: 'a rate limit', break: fails('rate-limit'), want: /limits how often.*429/, code: 'auth_refused' },
    {
      given: 'a rate limit of the API',
      break: fails('rate-limit-api'),
      want: /limits how often/,
      code: 'auth_refused',
    },
    { given: 'a server error', break: fails('server-error'), want: /cannot hand out.*500/, code: 'auth_unreachable' },
    { given: 'an outage as 400', break: fails('unavailable'), want: /cannot hand out/, code: 'auth_unreachable' },
    {
      given: "a proxy's page",
      break: fails('html'),
      want: /without a usable access token.*proxy/s,
      code: 'auth_unreachable',
    },
    {
      given: 'a black hole',
      break: fails('black-hole'),
      want: /no access token within 0.3 seconds/,
      code: 'auth_unreachable',
    },
    { given: 'a closed connection', break: fails('drop'), want: /connection failed/, code: 'auth_unreachable' },
    {
      given: 'a connection closed late',
      break: fails('drop-after'),
      want: /connection failed/,
      code: 'auth_unreachable',
    },
  ])('$given', async ({ app, break: breakIt, strategy, want, code, repair }) => {
    const { okta, clock } = await startOkta([service(app)]);
    breakIt?.(okta, clock);
    const { toolbox } = await appOver(serviceStrategy({ okta, clock, timeout: 300, ...strategy }), { okta });
    const result = await toolbox.call('list_users', { limit: 1 }, {});
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(want);
    expect(textOf(result)).toContain(`"code":"${code}"`);
    if (strategy?.clientId) return;
    repair?.(okta, clock);
    expect((await toolbox.call('list_users', { limit: 1 }, {})).isError).toBeUndefined();
  });

  test('a proof that Okta refuses: the clock is named', async () => {
    const { okta, clock } = await startOkta([service({ dpop: true })]);
    const strategy = serviceStrategy({ okta, clock: { ...clock, now: () => clock.now() - 600_000 } as Clock });
    const { toolbox } = await appOver(strategy, { okta });
    expect(textOf(await toolbox.call('list_users', {}, {}))).toMatch(/clock/);
  });

  test('a scope that is not granted is found and named, and the tools follow what is', async () => {
    const { okta, clock } = await startOkta([service({ scopes: ['okta.users.read'] })]);
    const strategy = serviceStrategy({ okta, clock });
    const { toolbox } = await appOver(strategy, { okta });
    const heard: string[] = [];
    toolbox.onChange(() => heard.push('changed'));
    expect(toolbox.catalog.get('list_groups')).toBeDefined();
    expect((await toolbox.call('list_users', { limit: 1 }, {})).isError).toBeUndefined();
    expect(heard).toEqual(['changed']);
    expect(toolbox.catalog.get('list_groups')).toBeUndefined();
    expect(textOf(await toolbox.call('list_groups', {}, {}))).toContain('"tool_not_allowed"');
    const status = JSON.parse(textOf(await toolbox.call('get_scope_status', {}, {})));
    expect(status.scopes).toEqual({
      requested: SCOPES,
      granted: ['okta.users.read'],
      notGranted: ['okta.groups.read'],
    });
  });

  test('a scope granted later is had with the next token', async () => {
    const { okta, clock } = await startOkta([service({ scopes: ['okta.users.read'] })]);
    const { toolbox } = await appOver(serviceStrategy({ okta, clock }), { okta });
    await toolbox.call('list_users', { limit: 1 }, {});
    okta.setApp(service());
    clock.advance(3_600_000);
    await toolbox.call('list_users', { limit: 1 }, {});
    expect(toolbox.catalog.get('list_groups')).toBeDefined();
  });
});

describe('a write', () => {
  const scopes = ['okta.users.manage'];
  const person = (name: string) => ({
    activate: false,
    body: { profile: { firstName: 'Ada', lastName: name, email: `${name}@x.example`, login: `${name}@x.example` } },
  });
  async function open(more: object = {}, resourceNonce: false | 400 | 401 = false) {
    const { okta, clock } = await startOkta([service({ scopes, ...more })], { switches: { resourceNonce } });
    const { toolbox } = await appOver(serviceStrategy({ okta, clock, scopes }), { okta, scopes });
    const create = (name: string) => toolbox.call('create_user', person(name), {});
    const created = () => okta.org.journal.filter(({ method, status }) => method === 'POST' && status === 200).length;
    return { okta, create, created };
  }

  test.each<[string, object, false | 400 | 401]>([
    ['a token that is over', {}, false],
    ['a token that is over, with DPoP', { dpop: true }, false],
    ['a nonce that is over, 400', { dpop: true }, 400],
    ['a nonce that is over, 401', { dpop: true }, 401],
  ])('refused for %s is sent again and happens once', async (_, app, resourceNonce) => {
    const { okta, create, created } = await open(app, resourceNonce);
    expect((await create('one')).isError).toBeUndefined();
    if (resourceNonce) okta.rotateNonce({ forget: true });
    else okta.expireAccessTokens();
    expect((await create('two')).isError).toBeUndefined();
    expect(created()).toBe(2);
    expect(okta.repeatedJtis).toEqual([]);
  });

  test.each<Fault['kind']>(['server-error', 'drop-after', 'drop'])('that meets %s is not sent again', async (kind) => {
    const { okta, create, created } = await open();
    expect((await create('one')).isError).toBeUndefined();
    okta.failNext({ path: '/api/v1/users', kind });
    expect((await create('two')).isError).toBe(true);
    expect(created()).toBe(kind === 'drop-after' ? 2 : 1);
  });
});

describe('keys', () => {
  const set = JSON.stringify({
    keys: [JSON.parse(jwk(key.privateKey, { kid: 'old' })), JSON.parse(jwk(other.privateKey, { kid: 'new' }))],
  });
  const strategyOf = (asked: Pick<Asked, 'okta' | 'clock'>): AuthStrategy =>
    serviceStrategy({ ...asked, privateKey: set, keyId: 'old' });

  test('of two, the next is used where one is refused, from then on at once', async () => {
    const { okta, clock } = await startOkta([service({ keys: [registered('old'), registered('new', other)] })]);
    const { toolbox } = await appOver(strategyOf({ okta, clock }), { okta });
    const call = async () => (await toolbox.call('list_users', { limit: 1 }, {})).isError;
    expect(await call()).toBeUndefined();
    okta.setApp(service({ keys: [registered('new', other)] }));
    clock.advance(3_600_000);
    expect(await call()).toBeUndefined();
    clock.advance(3_600_000);
    expect(await call()).toBeUndefined();
    expect(okta.tokenRequests.map(({ status }) => status)).toEqual([200, 401, 200, 200]);
  });

  test('when all are refused, the first refusal is told', async () => {
    const { okta, clock } = await startOkta([service({ keys: [registered('another')] })]);
    const { toolbox } = await appOver(strategyOf({ okta, clock }), { okta });
    expect(textOf(await toolbox.call('list_users', {}, {}))).toMatch(/the key id is not registered/);
    expect(okta.tokenRequests).toHaveLength(2);
  });
});

describe('a native app', () => {
  test.each<[string, object, RegExp, string]>([
    [
      'without the device grant',
      { grants: ['refresh_token'] },
      /device flow.*Device Authorization/s,
      'auth_client_invalid',
    ],
    [
      'that is a service app',
      { kind: 'service', keys: [registered('kid-1')] },
      /expects a secret or a key|no active app/,
      'auth_client_invalid',
    ],
    ['without a granted scope', { scopes: [] }, /offline_access|None of the scopes/, 'auth_interaction_required'],
  ])('%s', async (_, app, want, code) => {
    const { okta, clock } = await startOkta([native(app)]);
    const { toolbox } = await appOver(deviceStrategy({ okta, clock }), { okta });
    const text = textOf(await toolbox.call('list_users', {}, {}));
    if (code === 'auth_interaction_required') return expect(text).toContain(`"code":"${code}"`);
    expect(text).toMatch(want);
    expect(text).toContain(`"code":"${code}"`);
  });

  test.each<Fault['kind']>(['rate-limit', 'server-error', 'unavailable', 'black-hole', 'drop'])(
    'a refresh that meets %s keeps the session',
    async (kind) => {
      const { okta, clock } = await startOkta([native({ refresh: 'ROTATE' })]);
      const strategy = deviceStrategy({ okta, clock, timeout: 300 });
      const { toolbox } = await appOver(strategy, { okta });
      await toolbox.call('list_users', {}, {});
      await signIn(strategy, { okta, clock });
      clock.advance(3_600_000);
      okta.failNext({ path: TOKEN, kind });
      expect((await toolbox.call('list_users', { limit: 1 }, {})).isError).toBe(true);
      expect(strategy.interaction!()).toBeUndefined();
      expect((await toolbox.call('list_users', { limit: 1 }, {})).isError).toBeUndefined();
    },
  );

  test('an offer that ran out is followed by a new one, which says so', async () => {
    const { okta, clock } = await startOkta([native()]);
    const strategy = deviceStrategy({ okta, clock });
    const { toolbox } = await appOver(strategy, { okta });
    await toolbox.call('list_users', {}, {});
    const first = strategy.interaction!()!;
    okta.expireDeviceCodes();
    await clock.tick();
    expect(await first.done).toBe(false);
    const text = textOf(await toolbox.call('list_users', {}, {}));
    expect(text).toMatch(/before this one ran out/);
    expect(strategy.interaction!()!.code).not.toBe(first.code);
  });

  test.each([400, 403] as const)('a person who declines (%i) is told once, then asked again', async (deniedStatus) => {
    const { okta, clock } = await startOkta([native()], { switches: { deniedStatus } });
    const strategy = deviceStrategy({ okta, clock });
    const { toolbox } = await appOver(strategy, { okta });
    await toolbox.call('list_users', {}, {});
    const waiting = strategy.interaction!()!;
    await okta.denyDevice(waiting.code!);
    await clock.tick();
    expect(await waiting.done).toBe(false);
    expect(textOf(await toolbox.call('list_users', {}, {}))).toMatch(/declined.*"auth_refused"/s);
    expect(textOf(await toolbox.call('list_users', {}, {}))).toContain('"auth_interaction_required"');
  });
});
