import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import type { DpopMode } from '../../src/auth/dpop.js';
import { privateKeyJwtStrategy } from '../../src/auth/private-key-jwt.js';
import type { AuthStrategy } from '../../src/auth/strategy.js';
import { createLog } from '../../src/log.js';
import { Secret } from '../../src/secret.js';
import { ec, jwk, pkcs1, rsa } from './keys.js';
import { refuse, tokenEndpoint } from './token-endpoint.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const log = createLog({ level: 'silent' });
const DEFAULTS = {
  orgUrl: 'https://acme.okta.com',
  scopes: ['okta.users.read', 'okta.groups.read'],
  pair: rsa,
  key: pkcs1(rsa.privateKey),
  dpop: 'auto' as DpopMode,
};

function setUp(options: Partial<typeof DEFAULTS> = {}) {
  const { orgUrl, scopes, pair, key, dpop } = { ...DEFAULTS, ...options };
  const clock = { now: NOW };
  const now = () => clock.now;
  const app = { orgUrl, clientId: '0oaApp', keyId: 'kid-1' };
  const endpoint = tokenEndpoint({ ...app, publicKey: pair.publicKey, now });
  const strategy = privateKeyJwtStrategy(
    { ...app, scopes, dpop, privateKey: new Secret(key) },
    { fetch: endpoint.fetch, now, log },
  );
  return { strategy, endpoint, clock };
}

/** The `Authorization` header the strategy puts on a request. */
async function header(strategy: AuthStrategy, context = {}): Promise<string | null> {
  const attempt = new Request('https://acme.okta.com/some/path');
  await strategy.authenticate(attempt, context);
  return attempt.headers.get('authorization');
}

const challenge = (status: number, error: string) =>
  new Response(null, {
    status,
    // As recorded: okta-facts 2.3.
    headers: {
      'www-authenticate': `Bearer authorization_uri="http://acme.okta.com/oauth2/v1/authorize", realm="http://acme.okta.com", scope="okta.users.read", error="${error}", error_description="The token has expired.", resource="/api/v1/users"`,
    },
  });

describe('the request for a token', () => {
  test.each([
    ['RSA', rsa, pkcs1(rsa.privateKey)],
    ['EC', ec, jwk(ec.privateKey)],
  ])('with an %s key satisfies the endpoint', async (_, pair, key) => {
    const { strategy, endpoint } = setUp({ pair, key });
    expect(await header(strategy)).toBe('Bearer token-1');
    const [{ form, kid, claims }] = endpoint.requests as [(typeof endpoint.requests)[0]];
    expect(kid).toBe('kid-1');
    expect(claims).toEqual({
      iss: '0oaApp',
      sub: '0oaApp',
      aud: 'https://acme.okta.com/oauth2/v1/token',
      iat: NOW / 1000,
      exp: NOW / 1000 + 300,
      jti: expect.stringMatching(/.{20,}/),
    });
    expect(form.get('scope')).toBe('okta.users.read okta.groups.read');
  });

  test('leaves out scopes that need a person', async () => {
    const { strategy, endpoint } = setUp({
      scopes: ['openid', 'okta.users.read', 'offline_access', 'okta.users.read.self', 'okta.new.read'],
    });
    await header(strategy);
    expect(endpoint.requests[0]!.form.get('scope')).toBe('okta.users.read okta.new.read');
  });

  test('never uses a jti twice', async () => {
    const { strategy, endpoint, clock } = setUp();
    for (let hour = 0; hour < 5; hour++) {
      await header(strategy);
      clock.now += 3_600_000;
    }
    expect(new Set(endpoint.requests.map(({ claims }) => claims.jti)).size).toBe(5);
  });

  test('20 parallel calls on an expired token make 1', async () => {
    const { strategy, endpoint, clock } = setUp();
    expect(await header(strategy)).toBe('Bearer token-1');
    clock.now += 3_600_000;
    const headers = await Promise.all(Array.from({ length: 20 }, () => header(strategy)));
    expect(new Set(headers)).toEqual(new Set(['Bearer token-2']));
    expect(endpoint.requests).toHaveLength(2);
  });
});

describe('after a refusal', () => {
  test('of the token, it is dropped and the next attempt gets another', async () => {
    const { strategy } = setUp();
    const context = {};
    await header(strategy, context);
    expect(await strategy.recover(challenge(401, 'invalid_token'), context)).toBe(true);
    expect(await header(strategy, context)).toBe('Bearer token-2');
  });

  test('of an old token, the new one is kept', async () => {
    const { strategy, endpoint } = setUp();
    const [one, other] = [{}, {}];
    await header(strategy, one);
    await header(strategy, other);
    expect(await strategy.recover(challenge(401, 'invalid_token'), one)).toBe(true);
    expect(await header(strategy, one)).toBe('Bearer token-2');
    expect(await strategy.recover(challenge(401, 'invalid_token'), other)).toBe(true);
    expect(await header(strategy, other)).toBe('Bearer token-2');
    expect(endpoint.requests).toHaveLength(2);
  });

  test.each([
    ['a missing scope', challenge(403, 'insufficient_scope')],
    ['something else with 401', challenge(401, 'invalid_request')],
    ['401 without a challenge', new Response('{"errorCode":"E0000011"}', { status: 401 })],
    ['invalid_token with another status', challenge(400, 'invalid_token')],
  ])('for %s there is nothing to recover', async (_, refusal) => {
    const { strategy, endpoint } = setUp();
    const context = {};
    await header(strategy, context);
    expect(await strategy.recover(refusal, context)).toBe(false);
    await header(strategy, context);
    expect(endpoint.requests).toHaveLength(1);
    expect(refusal.bodyUsed).toBe(false);
  });
});

describe('granted', () => {
  test('follows the token, and listeners hear of changes only', async () => {
    const { strategy, endpoint, clock } = setUp();
    const heard: unknown[] = [];
    const stop = strategy.onChange(() => heard.push(strategy.granted()));
    const step = async (scope: unknown) => {
      endpoint.answer = { scope };
      await header(strategy);
      clock.now += 3_600_000;
    };
    expect(strategy.granted()).toBeUndefined();
    await step('okta.users.read');
    await step('okta.users.read');
    await step('okta.groups.read okta.users.read');
    await step('okta.users.read okta.groups.read');
    expect(heard).toEqual([['okta.users.read'], ['okta.groups.read', 'okta.users.read']]);
    stop();
    await step('okta.users.read');
    expect(heard).toHaveLength(2);
    expect(strategy.granted()).toEqual(['okta.users.read']);
  });

  test('is read from the token when the answer does not say', async () => {
    const { strategy, endpoint } = setUp();
    const access_token = new UnsecuredJWT({ scp: ['okta.groups.read'] }).encode();
    endpoint.answer = { scope: undefined, access_token };
    await header(strategy);
    expect(strategy.granted()).toEqual(['okta.groups.read']);
  });

  test('is what was asked for when the answer does not say (RFC 6749 section 5.1)', async () => {
    const { strategy, endpoint } = setUp({ scopes: ['openid', 'okta.users.read'] });
    endpoint.answer = { scope: undefined };
    await header(strategy);
    expect(strategy.granted()).toEqual(['okta.users.read']);
  });
});

const page = () => new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } });
test.each<[string, () => Response, string]>([
  [
    'unknown kid',
    () => refuse(401, 'invalid_client', 'The client_assertion JWT kid is invalid.'),
    'auth_client_invalid',
  ],
  [
    'token bound to no key of ours',
    () => Response.json({ token_type: 'DPoP', access_token: 'CANARY' }),
    'auth_unreachable',
  ],
  ['rate limit', () => refuse(429, 'invalid_grant'), 'auth_refused'],
  ['server error', () => new Response('oops', { status: 500 }), 'auth_unreachable'],
  [
    'redirect',
    () => new Response(null, { status: 302, headers: { location: 'https://other.example' } }),
    'auth_unreachable',
  ],
  ['web page', page, 'auth_unreachable'],
  ['JSON without a token', () => Response.json({ token_type: 'Bearer' }), 'auth_unreachable'],
  ['token without a type', () => Response.json({ access_token: 'CANARY' }), 'auth_unreachable'],
  [
    'token no header can carry',
    () => Response.json({ token_type: 'Bearer', access_token: 'CANARY\n' }),
    'auth_unreachable',
  ],
  [
    'authenticate header',
    () => new Response('', { status: 401, headers: { 'www-authenticate': 'Basic' } }),
    'auth_unreachable',
  ],
])('%s: the call fails with its cause, the next one works', async (_, next, code) => {
  const { strategy, endpoint } = setUp();
  endpoint.next = next;
  const failure = await header(strategy).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'OktaMcpError', code, fix: expect.stringMatching(/\.$|"$/) });
  expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/CANARY|client_assertion=|eyJ/);
  expect(await header(strategy)).toMatch(/^Bearer token-/);
});

test('OKTA_DPOP=always takes no token that is not bound', async () => {
  const { strategy } = setUp({ dpop: 'always' });
  await expect(header(strategy)).rejects.toMatchObject({ code: 'auth_dpop_required', message: /OKTA_DPOP=always/ });
});

test('a key file that is gone is named, not an endpoint', async () => {
  const { strategy, endpoint } = setUp({ key: '/nowhere/key.pem' });
  await expect(header(strategy)).rejects.toMatchObject({ code: 'auth_key_invalid' });
  expect(endpoint.requests).toHaveLength(0);
});

test('after close no token is asked for', async () => {
  const { strategy } = setUp();
  await strategy.close();
  await expect(header(strategy)).rejects.toMatchObject({ code: 'cancelled' });
});

describe('over a real connection', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close().closeAllConnections());

  async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
    server = createServer(handler).listen(0, '127.0.0.1');
    await new Promise((resolve) => server!.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const connect = (orgUrl: string, timeout: number) =>
    privateKeyJwtStrategy(
      { orgUrl, clientId: '0oaApp', keyId: 'kid-1', scopes: ['okta.users.read'], privateKey: new Secret(DEFAULTS.key) },
      { fetch: globalThis.fetch, now: Date.now, log, timeout },
    );

  test('plain http works on loopback', async () => {
    const orgUrl = await listen((_, response) => {
      response
        .setHeader('content-type', 'application/json')
        .end('{"token_type":"Bearer","access_token":"t","expires_in":3600}');
    });
    expect(await header(connect(orgUrl, 10_000))).toBe('Bearer t');
  });

  test.each([
    ['never answers', () => {}],
    [
      'stops in the middle',
      (_: unknown, response: import('node:http').ServerResponse) => void response.writeHead(200).write('{"access'),
    ],
  ])('an endpoint that %s is given up', async (_, handler) => {
    const strategy = connect(await listen(handler), 100);
    await expect(header(strategy)).rejects.toMatchObject({
      code: 'auth_unreachable',
      message: expect.stringMatching(/within 0.1 seconds/),
    });
  });

  test('nobody listening is said', async () => {
    const orgUrl = await listen(() => {});
    server!.close();
    await expect(header(connect(orgUrl, 10_000))).rejects.toMatchObject({ details: { cause: 'ECONNREFUSED' } });
  });
});

test('plain http to another host is never used', async () => {
  const { strategy, endpoint } = setUp({ orgUrl: 'http://acme.okta.com' });
  await expect(header(strategy)).rejects.toMatchObject({ code: 'auth_unreachable' });
  expect(endpoint.requests).toHaveLength(0);
});
