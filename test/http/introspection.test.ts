import { expect, test } from 'vitest';
import { Introspection } from '../../src/http/introspection.js';
import { Secret } from '../../src/secret.js';

const ISSUER = 'https://acme.okta.com/oauth2/ausmcp';
const HOUR = 3_600_000;

function provider() {
  const state = { active: true, down: false, now: 0, asked: 0 };
  const introspection = new Introspection({
    issuer: ISSUER,
    url: `${ISSUER}/v1/introspect`,
    clientId: '0oam2m',
    clientSecret: new Secret('s'.repeat(40)),
    insecure: false,
    now: () => state.now,
    log: { warn: () => {} },
    async fetch() {
      state.asked += 1;
      if (state.down) return new Response('', { status: 500 });
      return Response.json({ active: state.active });
    },
  });
  const check = (token = 'a.b.c', expiresAt = HOUR) =>
    introspection.check(token, expiresAt).then(
      () => 'good',
      (error: { code: string }) => error.code,
    );
  return { state, check };
}

test('a revoked token is asked about once, however often it is sent', async () => {
  const { state, check } = provider();
  state.active = false;
  for (let at = 0; at < 20; at += 1) expect(await check()).toBe('token_revoked');
  expect(state.asked).toBe(1);
  state.now += 30_000;
  state.active = true;
  // Okta never takes a revocation back.
  expect(await check()).toBe('token_revoked');
  expect(await check('another')).toBe('good');
  expect(state.asked).toBe(2);
});

test('requests that come at once share one question', async () => {
  const { state, check } = provider();
  expect(await Promise.all(Array.from({ length: 20 }, () => check()))).toEqual(Array(20).fill('good'));
  expect(state.asked).toBe(1);
});

test('a revocation is noticed after 15 seconds, and never later than the token expires', async () => {
  const { state, check } = provider();
  expect(await check('a', HOUR)).toBe('good');
  expect(await check('b', 5_000)).toBe('good');
  state.active = false;
  state.now += 5_000;
  expect(await check('b', 5_000)).toBe('token_revoked');
  expect(await check('a', HOUR)).toBe('good');
  state.now += 10_000;
  expect(await check('a', HOUR)).toBe('token_revoked');
});

test('no answer is no permission, and nothing to remember', async () => {
  const { state, check } = provider();
  state.down = true;
  expect(await check()).toBe('provider_unavailable');
  state.down = false;
  expect(await check()).toBe('good');
});
