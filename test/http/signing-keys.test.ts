import type { JWTHeaderParameters } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { SigningKeys } from '../../src/http/signing-keys.js';
import { type SigningKey, signingKey } from '../server/hosted.js';

let first: SigningKey;
let second: SigningKey;
beforeAll(async () => {
  [first, second] = await Promise.all([signingKey('key-1', 'ES256'), signingKey('key-2', 'ES256')]);
});

const MINUTE = 60_000;

function provider() {
  const state = { keys: [first.jwk], down: false, now: 0, fetches: 0 };
  const keys = new SigningKeys({
    url: 'https://acme.okta.com/oauth2/ausmcp/v1/keys',
    now: () => state.now,
    log: { warn: () => {} },
    async fetch() {
      state.fetches += 1;
      if (state.down) throw new TypeError('fetch failed');
      return Response.json({ keys: state.keys });
    },
  });
  const find = (kid: string) =>
    Promise.resolve(
      keys.find({ alg: 'ES256', kid } as JWTHeaderParameters, { payload: '', signature: '' } as never),
    ).then(
      () => 'found',
      (error: { code: string }) => error.code,
    );
  return { state, find, keys };
}

test('keys are fetched once, by however many need them', async () => {
  const { state, find } = provider();
  expect(await Promise.all(Array.from({ length: 20 }, () => find('key-1')))).toEqual(Array(20).fill('found'));
  expect(state.fetches).toBe(1);
});

test('a rotation is seen at once, and the withdrawn key is gone with it', async () => {
  const { state, find } = provider();
  await find('key-1');
  state.keys = [second.jwk];
  expect(await find('key-2')).toBe('found');
  expect(await find('key-1')).toBe('no_matching_key');
});

test('unknown key ids cause five fetches a minute at most', async () => {
  const { state, find } = provider();
  await find('key-1');
  for (let at = 0; at < 50; at += 1) expect(await find(`invented-${at}`)).toBe('no_matching_key');
  expect(state.fetches).toBe(6);
  expect(await find('key-1')).toBe('found');
  state.now += MINUTE;
  state.keys = [second.jwk];
  expect(await find('key-2')).toBe('found');
});

test('old keys are fetched anew beside the work', async () => {
  const { state, find } = provider();
  await find('key-1');
  state.now += 11 * MINUTE;
  state.keys = [second.jwk];
  expect(await find('key-1')).toBe('found');
  expect(state.fetches).toBe(2);
  expect(await find('key-1')).toBe('no_matching_key');
});

test('while the provider is away the keys serve on for an hour, and no longer', async () => {
  const { state, find } = provider();
  await find('key-1');
  state.down = true;
  state.now += 59 * MINUTE;
  expect(await find('key-1')).toBe('found');
  state.now += 2 * MINUTE;
  expect(await find('key-1')).toBe('provider_unavailable');
  const { fetches } = state;
  for (let at = 0; at < 20; at += 1) expect(await find('key-1')).toBe('provider_unavailable');
  expect(state.fetches).toBe(fetches);
  state.down = false;
  state.now += 3000;
  expect(await find('key-1')).toBe('found');
});

test.each([
  { given: 'a page', response: () => new Response('<html>') },
  { given: 'an error', response: () => Response.json({ keys: [] }, { status: 500 }) },
  { given: 'JSON of another kind', response: () => Response.json([]) },
  { given: 'far too much', response: () => Response.json({ keys: [], pad: 'x'.repeat(300_000) }) },
])('$given instead of keys', async ({ response }) => {
  const keys = new SigningKeys({
    url: 'https://x',
    now: Date.now,
    log: { warn: () => {} },
    fetch: async () => response(),
  });
  await expect(keys.load()).rejects.toMatchObject({ code: 'provider_unavailable' });
});
