import { describe, expect, test } from 'vitest';
import type { AuthContext, AuthStrategy } from '../../src/auth/strategy.js';
import { authenticated } from '../../src/okta/authenticated.js';

const ORIGIN = 'https://example.okta.com';

function strategy(recovers: boolean) {
  const contexts: AuthContext[] = [];
  const made: AuthStrategy & { recovered: number[]; contexts: AuthContext[] } = {
    name: 'test',
    credential: 'oauth',
    recovered: [],
    contexts,
    async authenticate(attempt, context) {
      contexts.push(context);
      attempt.headers.set('authorization', `Bearer token-${contexts.length}`);
    },
    async recover(refusal, context) {
      made.recovered.push(refusal.status);
      contexts.push(context);
      return recovers;
    },
    granted: () => undefined,
    onChange: () => () => {},
    close: async () => {},
  };
  return made;
}

function org(...replies: readonly Response[]) {
  const seen: { authorization: string | null; body: string; caller: string | undefined }[] = [];
  return {
    seen,
    fetch: async (request: Request, context?: { readonly caller?: string }) => {
      seen.push({
        authorization: request.headers.get('authorization'),
        body: await request.text(),
        caller: context?.caller,
      });
      return replies[seen.length - 1]!;
    },
  };
}

const post = () => new Request(`${ORIGIN}/api/v1/users`, { method: 'POST', body: '{"a":1}' });
const refusal = (status: number, headers: Record<string, string> = {}) => new Response('refused', { status, headers });
const CHALLENGE = { 'www-authenticate': 'DPoP error="use_dpop_nonce"' };

describe('a second attempt', () => {
  test.each([
    ['accepted at once', true, [refusal(200)], 200, 1, []],
    ['401 that can be recovered', true, [refusal(401), refusal(200)], 200, 2, [401]],
    ['401 that cannot', false, [refusal(401)], 401, 1, [401]],
    ['only one more', true, [refusal(401), refusal(401), refusal(200)], 401, 2, [401]],
    ['DPoP challenge', true, [refusal(400, CHALLENGE), refusal(200)], 200, 2, [400]],
    ['403 challenge', true, [refusal(403, CHALLENGE), refusal(200)], 200, 2, [403]],
    ['400 for other reasons', true, [refusal(400)], 400, 1, []],
    ['403 for other reasons', true, [refusal(403)], 403, 1, []],
    ['429', true, [refusal(429, CHALLENGE)], 429, 1, []],
    ['500', true, [refusal(500, CHALLENGE)], 500, 1, []],
  ])('%s', async (_, recovers, replies, status, attempts, recovered) => {
    const { fetch, seen } = org(...replies);
    const auth = strategy(recovers);
    const response = await authenticated(fetch, auth, ORIGIN)(post());
    expect(response.status).toBe(status);
    expect(auth.recovered).toEqual(recovered);
    expect(seen).toHaveLength(attempts);
    expect(seen.every(({ body }) => body === '{"a":1}')).toBe(true);
    expect(new Set(seen.map(({ authorization }) => authorization)).size).toBe(attempts);
    // The reply handed back can still be read.
    expect(await response.text()).toBe('refused');
  });
});

test('the strategy learns who asked and when to stop', async () => {
  const { fetch, seen } = org(refusal(401), refusal(200));
  const auth = strategy(true);
  const { signal } = new AbortController();
  await authenticated(fetch, auth, ORIGIN)(post(), { caller: 'jo', signal });
  expect(auth.contexts).toHaveLength(3);
  for (const context of auth.contexts) expect(context).toEqual({ caller: 'jo', signal });
  expect(seen.map(({ caller }) => caller)).toEqual(['jo', 'jo']);
});

test('when no credential can be had nothing is sent', async () => {
  const { fetch, seen } = org(refusal(200));
  const auth = { ...strategy(true), authenticate: () => Promise.reject(new Error('no key')) };
  await expect(authenticated(fetch, auth, ORIGIN)(post())).rejects.toThrow('no key');
  expect(seen).toEqual([]);
});

test.each([
  'https://example.okta.com.evil.example',
  'http://example.okta.com',
  'https://example.okta.com:8443',
  'https://evil.example',
])('%s never sees credentials', async (origin) => {
  const { fetch, seen } = org(refusal(200));
  const auth = strategy(true);
  const sent = authenticated(fetch, auth, `${ORIGIN}/`)(new Request(`${origin}/api/v1/users`));
  await expect(sent).rejects.toMatchObject({ code: 'internal' });
  expect([seen, auth.contexts]).toEqual([[], []]);
});
