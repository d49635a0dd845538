import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../src/auth/token-store.js';
import { OktaMcpError } from '../../src/errors.js';
import { jsonOf, textOf } from '../tools/fixture.js';
import {
  ADMIN,
  appOver,
  deviceStrategy,
  freePort,
  native,
  service,
  serviceStrategy,
  signIn,
  startOkta,
} from './okta.js';

/** Reads two people, whatever it takes. */
const list = { limit: 2 };

describe('private-key-jwt', () => {
  test('calls a tool', async () => {
    const { okta, clock } = await startOkta([service()]);
    const strategy = serviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });
    expect(jsonOf(await app.toolbox.call('list_users', list, {}))).toMatchObject({ complete: false });
    expect(okta.tokenRequests.map(({ outcome, dpopJti }) => [outcome, dpopJti])).toEqual([['issued', undefined]]);
  });

  test('with DPoP required proves itself unasked, through a nonce that changes, and no jti repeats', async () => {
    const { okta, clock } = await startOkta([service({ dpop: true })], { switches: { resourceNonce: 401 } });
    const strategy = serviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });
    for (let round = 0; round < 4; round++) {
      expect(jsonOf(await app.toolbox.call('list_users', list, {}))).toMatchObject({ complete: false });
      if (round === 1) okta.rotateNonce({ forget: true });
      if (round === 2) {
        okta.rotateNonce({ forget: true });
        clock.advance(3_600_000);
      }
    }
    expect(okta.repeatedJtis).toEqual([]);
    const issued = okta.tokenRequests.filter(({ outcome }) => outcome === 'issued');
    expect(issued).toHaveLength(2);
    // Refused without a proof, then without a nonce; an hour later the nonce is another one.
    expect(okta.tokenRequests.map(({ status }) => status)).toEqual([400, 400, 200, 400, 200]);
  });

  test.each([400, 401] as const)('answers a nonce challenge of the API with status %i', async (resourceNonce) => {
    const { okta, clock } = await startOkta([service({ dpop: true })], { switches: { resourceNonce } });
    const app = await appOver(serviceStrategy({ okta, clock }), { okta });
    expect((await app.toolbox.call('list_groups', list, {})).isError).toBeUndefined();
  });

  test('a path with encoded characters has a proof Okta accepts', async () => {
    const { okta, clock } = await startOkta([service({ dpop: true })]);
    const app = await appOver(serviceStrategy({ okta, clock }), { okta });
    const result = await app.toolbox.call('get_user', { id: "siobhan.o'rourke@atlasworks.example" }, {});
    expect(jsonOf(result)).toMatchObject({ status: 'ACTIVE' });
  });

  test('OKTA_DPOP=always proves itself from the first request on', async () => {
    const { okta, clock } = await startOkta([service({ dpop: true })]);
    const app = await appOver(serviceStrategy({ okta, clock, dpop: 'always' }), { okta });
    expect((await app.toolbox.call('list_users', list, {})).isError).toBeUndefined();
    expect(okta.tokenRequests.every(({ dpopJti }) => dpopJti)).toBe(true);
  });

  test('OKTA_DPOP=never says what the app demands', async () => {
    const { okta, clock } = await startOkta([service({ dpop: true })]);
    const app = await appOver(serviceStrategy({ okta, clock, dpop: 'never' }), { okta });
    expect(textOf(await app.toolbox.call('list_users', list, {}))).toMatch(/OKTA_DPOP=never.*"auth_dpop_required"/s);
    expect(okta.tokenRequests).toHaveLength(1);
  });

  test('a token that Okta refuses is replaced once, for a read and unseen', async () => {
    const { okta, clock } = await startOkta([service({ dpop: true })]);
    const app = await appOver(serviceStrategy({ okta, clock }), { okta });
    await app.toolbox.call('list_users', list, {});
    okta.expireAccessTokens();
    expect((await app.toolbox.call('list_users', list, {})).isError).toBeUndefined();
    expect(okta.tokenRequests.filter(({ outcome }) => outcome === 'issued')).toHaveLength(2);
  });

  test('20 parallel calls on an expired token make 1 token request', async () => {
    const { okta, clock } = await startOkta([service()]);
    const app = await appOver(serviceStrategy({ okta, clock }), { okta });
    await app.toolbox.call('list_users', list, {});
    clock.advance(3_600_000);
    const results = await Promise.all(Array.from({ length: 20 }, () => app.toolbox.call('list_users', list, {})));
    expect(results.filter(({ isError }) => isError)).toEqual([]);
    expect(okta.tokenRequests).toHaveLength(2);
  });
});

describe('device', () => {
  test.each([
    ['bearer', false],
    ['DPoP', true],
  ])('signs in and calls a tool, %s', async (_, dpop) => {
    const { okta, clock } = await startOkta([native({ dpop, refresh: 'ROTATE' })]);
    const strategy = deviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });

    const asked = await app.toolbox.call('list_users', list, {});
    const { uri, code } = strategy.interaction!()!;
    expect(asked.isError).toBe(true);
    expect(textOf(asked)).toContain(`${uri} (code ${code})`);
    expect(uri).toMatch(new RegExp(`^${okta.origin}/activate\\?user_code=`));
    await signIn(strategy, { okta, clock });
    expect(jsonOf(await app.toolbox.call('list_users', list, {}))).toMatchObject({ complete: false });

    // Three hours of work: every refresh rotates the token and keeps the key.
    for (let hour = 0; hour < 3; hour++) {
      clock.advance(3_600_000);
      if (hour === 1) okta.rotateNonce({ forget: true });
      expect((await app.toolbox.call('list_users', list, {})).isError).toBeUndefined();
    }
    expect(okta.repeatedJtis).toEqual([]);
    const refreshes = okta.tokenRequests.filter(({ grant, status }) => grant === 'refresh_token' && status === 200);
    expect(refreshes).toHaveLength(3);
    expect(okta.tokenRequests.some(({ dpopJti }) => dpopJti !== undefined)).toBe(dpop);
  });

  test('keeps a refresh token that does not rotate', async () => {
    const { okta, clock } = await startOkta([native()], { switches: { omitStaticRefreshToken: true } });
    const strategy = deviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });
    await app.toolbox.call('list_users', list, {});
    await signIn(strategy, { okta, clock });
    for (let hour = 0; hour < 3; hour++) {
      clock.advance(3_600_000);
      expect((await app.toolbox.call('list_users', list, {})).isError).toBeUndefined();
    }
    expect(strategy.interaction!()).toBeUndefined();
  });

  test('20 parallel calls on an expired token make 1 refresh', async () => {
    const { okta, clock } = await startOkta([native({ refresh: 'ROTATE', leeway: 0 })]);
    const strategy = deviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });
    await app.toolbox.call('list_users', list, {});
    await signIn(strategy, { okta, clock });
    clock.advance(3_600_000);
    const results = await Promise.all(Array.from({ length: 20 }, () => app.toolbox.call('list_users', list, {})));
    expect(results.filter(({ isError }) => isError)).toEqual([]);
    expect(okta.tokenRequests.filter(({ grant }) => grant === 'refresh_token')).toHaveLength(1);
  });

  test('a session that has ended leads to a new sign-in', async () => {
    const { okta, clock } = await startOkta([native({ dpop: true })]);
    const strategy = deviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });
    await app.toolbox.call('list_users', list, {});
    await signIn(strategy, { okta, clock });
    okta.expireRefreshTokens();
    okta.expireAccessTokens();
    expect(textOf(await app.toolbox.call('list_users', list, {}))).toContain('"auth_interaction_required"');
    await signIn(strategy, { okta, clock });
    expect((await app.toolbox.call('list_users', list, {})).isError).toBeUndefined();
  });

  test('20 parallel calls before anybody has signed in make one offer', async () => {
    const { okta, clock } = await startOkta([native()]);
    const strategy = deviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });
    const offers: string[] = [];
    app.onInteraction(({ uri }) => offers.push(uri));
    const results = await Promise.all(Array.from({ length: 20 }, () => app.toolbox.call('list_users', list, {})));
    expect(new Set(results.map(textOf)).size).toBe(1);
    expect(offers).toHaveLength(1);
  });
});

describe('an offer to sign in', () => {
  test('opens the browser once and tells who listens', async () => {
    const { okta, clock } = await startOkta([native()]);
    const opened: string[] = [];
    const strategy = deviceStrategy({ okta, clock, openBrowser: (uri) => void opened.push(uri) });
    const heard: string[] = [];
    const stop = strategy.onInteraction!(({ uri }) => heard.push(uri));
    const app = await appOver(strategy, { okta });
    await app.toolbox.call('list_users', list, {});
    await app.toolbox.call('list_users', list, {});
    stop();
    const { uri } = strategy.interaction!()!;
    expect([opened, heard]).toEqual([[uri], [uri]]);
  });

  test('is withdrawn when another process has signed in', async () => {
    const { okta, clock } = await startOkta([native({ refresh: 'ROTATE', leeway: 0 })]);
    const store = memoryStore();
    const [one, other] = [deviceStrategy({ okta, clock, store }), deviceStrategy({ okta, clock, store })];
    const app = await appOver(one, { okta });
    await app.toolbox.call('list_users', list, {});
    const waiting = one.interaction!()!;
    await other.authenticate(new Request(okta.origin), {}).catch(() => {});
    await okta.approveDevice(other.interaction!()!.code!, ADMIN);
    const done = other.interaction!()!.done;
    await clock.tick();
    await clock.tick();
    expect(await done).toBe(true);
    expect((await app.toolbox.call('list_users', list, {})).isError).toBeUndefined();
    expect(await waiting.done).toBe(false);
    expect(one.interaction!()).toBeUndefined();
    await other.close();
  });

  test('that was declined is forgotten once somebody has signed in', async () => {
    const { okta, clock } = await startOkta([native()]);
    const store = memoryStore();
    const [one, other] = [deviceStrategy({ okta, clock, store }), deviceStrategy({ okta, clock, store })];
    const app = await appOver(one, { okta });
    await app.toolbox.call('list_users', list, {});
    const waiting = one.interaction!()!;
    await okta.denyDevice(waiting.code!);
    await clock.tick();
    expect(await waiting.done).toBe(false);
    await other.authenticate(new Request(okta.origin), {}).catch(() => {});
    await signIn(other, { okta, clock });
    await other.close();
    expect((await app.toolbox.call('list_users', list, {})).isError).toBeUndefined();
    okta.expireRefreshTokens();
    okta.expireAccessTokens();
    expect(textOf(await app.toolbox.call('list_users', list, {}))).toContain('"auth_interaction_required"');
  });

  test('that is cancelled is followed by another', async () => {
    const { okta, clock } = await startOkta([native()]);
    const strategy = deviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });
    await app.toolbox.call('list_users', list, {});
    const waiting = strategy.interaction!()!;
    waiting.cancel();
    expect(await waiting.done).toBe(false);
    await app.toolbox.call('list_users', list, {});
    expect(strategy.interaction!()!.code).not.toBe(waiting.code);
  });

  test('ends with the server', async () => {
    const { okta, clock } = await startOkta([native()]);
    const strategy = deviceStrategy({ okta, clock });
    const app = await appOver(strategy, { okta });
    await app.toolbox.call('list_users', list, {});
    const waiting = strategy.interaction!()!;
    await app.close();
    expect(await waiting.done).toBe(false);
    expect(okta.tokenRequests).toEqual([]);
  });

  test('whose session cannot be kept says so to the next call', async () => {
    const { okta, clock } = await startOkta([native()]);
    const broken = {
      ...memoryStore(),
      write: () => Promise.reject(new OktaMcpError('config_invalid', 'The store for sessions fails.', 'x')),
    };
    const strategy = deviceStrategy({ okta, clock, store: broken });
    const app = await appOver(strategy, { okta });
    await app.toolbox.call('list_users', list, {});
    const waiting = strategy.interaction!()!;
    await okta.approveDevice(waiting.code!, ADMIN);
    await clock.tick();
    expect(await waiting.done).toBe(false);
    expect(textOf(await app.toolbox.call('list_users', list, {}))).toMatch(/The store for sessions fails/);
  });
});

describe('auth-code', () => {
  async function open() {
    const port = await freePort();
    const { okta, clock } = await startOkta([
      native({ redirectUris: [`http://localhost:${port}/callback`], dpop: true }),
    ]);
    const opened: string[] = [];
    const openBrowser = (uri: string) => void opened.push(uri);
    const strategy = deviceStrategy({ okta, clock, redirectPort: port, openBrowser });
    const app = await appOver(strategy, { okta });
    return { okta, clock, strategy, app, port, opened };
  }

  test('signs in in the browser and calls a tool', async () => {
    const { okta, strategy, app, opened } = await open();
    expect(textOf(await app.toolbox.call('list_users', list, {}))).toContain(`${okta.origin}/oauth2/v1/authorize?`);
    const waiting = strategy.interaction!()!;
    expect(opened).toEqual([waiting.uri]);
    okta.signIn(ADMIN);
    const page = await fetch(waiting.uri);
    expect(await page.text()).toMatch(/^Signed in/);
    expect(await waiting.done).toBe(true);
    expect(jsonOf(await app.toolbox.call('list_users', list, {}))).toMatchObject({ complete: false });
    expect(okta.repeatedJtis).toEqual([]);
  });

  test('says that the person declined, once', async () => {
    const { okta, strategy, app } = await open();
    await app.toolbox.call('list_users', list, {});
    const waiting = strategy.interaction!()!;
    okta.signIn(ADMIN, { consents: false });
    expect(await (await fetch(waiting.uri)).text()).toMatch(/declined/);
    expect(await waiting.done).toBe(false);
    expect(textOf(await app.toolbox.call('list_users', list, {}))).toMatch(/declined.*"auth_refused"/s);
    expect(textOf(await app.toolbox.call('list_users', list, {}))).toContain('"auth_interaction_required"');
  });

  test('a visit with another state does not end it', async () => {
    const { okta, strategy, app, port } = await open();
    await app.toolbox.call('list_users', list, {});
    const waiting = strategy.interaction!()!;
    for (const path of ['/callback', '/callback?state=x&code=y', '/callback?error=access_denied', '/']) {
      const page = await fetch(`http://127.0.0.1:${port}${path}`);
      expect(page.status, path).toBeGreaterThanOrEqual(400);
    }
    okta.signIn(ADMIN);
    await fetch(waiting.uri);
    expect(await waiting.done).toBe(true);
  });

  test('a taken port is named with its remedy', async () => {
    const { app, port } = await open();
    const { createServer } = await import('node:http');
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const text = textOf(await app.toolbox.call('list_users', list, {}));
    other.close();
    expect(text).toMatch(new RegExp(`port ${port}.*OKTA_REDIRECT_PORT`, 's'));
    expect(textOf(await app.toolbox.call('list_users', list, {}))).toContain('"auth_interaction_required"');
  });
});
