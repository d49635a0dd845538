import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScopeRequest } from '../../src/auth/scope-request.js';
import { OktaMcpError } from '../../src/errors.js';

function okta(granted: ReadonlySet<string>) {
  const asked: string[][] = [];
  const ask = async (scopes: readonly string[]) => {
    asked.push([...scopes]);
    if (scopes.every((scope) => granted.has(scope))) return scopes.join(' ');
    throw new OktaMcpError('auth_scope_invalid', 'x', 'x');
  };
  return { asked, ask };
}

function request(scopes: readonly string[], attempts?: number) {
  const warned: unknown[] = [];
  return { warned, request: new ScopeRequest(scopes, { warn: (facts: unknown) => void warned.push(facts) }, attempts) };
}

test('granted scopes cost one attempt', async () => {
  const { ask, asked } = okta(new Set(['a', 'b']));
  expect(await request(['a', 'b']).request.send(ask)).toBe('a b');
  expect(asked).toHaveLength(1);
});

test('whatever is refused is found and named, and the rest is had', async () => {
  const scopes = Array.from({ length: 12 }, (_, index) => `scope${index}`);
  await fc.assert(
    fc.asyncProperty(fc.subarray(scopes, { minLength: 1, maxLength: 3 }), async (refused) => {
      const { ask, asked } = okta(new Set(scopes.filter((scope) => !refused.includes(scope))));
      const { request: made, warned } = request(scopes);
      const want = scopes.filter((scope) => !refused.includes(scope)).join(' ');
      expect(await made.send(ask)).toBe(want);
      expect(warned).toEqual([{ refused, unchecked: [] }]);
      expect(asked.length).toBeLessThanOrEqual(26);
      asked.length = 0;
      // An hour later: the whole once more, then what is known to work.
      expect(await made.send(ask)).toBe(want);
      expect(asked).toHaveLength(2);
      expect(warned).toHaveLength(1);
    }),
  );
});

test('the attempts are limited; what was not asked about is left out and named apart', async () => {
  const scopes = Array.from({ length: 64 }, (_, index) => `scope${index}`);
  const granted = new Set(scopes.slice(0, 32));
  const { ask, asked } = okta(granted);
  const { request: made, warned } = request(scopes, 5);
  const had = (await made.send(ask)).split(' ');
  expect(had.every((scope) => granted.has(scope))).toBe(true);
  expect(asked).toHaveLength(1 + 5 + 1);
  const [{ refused, unchecked }] = warned as [{ refused: string[]; unchecked: string[] }];
  expect([...had, ...refused, ...unchecked].sort()).toEqual([...scopes].sort());
  expect(unchecked.length).toBeGreaterThan(0);
});

test('a scope granted meanwhile is had with the next token', async () => {
  const granted = new Set(['a', 'b']);
  const { ask } = okta(granted);
  const { request: made } = request(['a', 'b', 'c']);
  expect(await made.send(ask)).toBe('a b');
  granted.add('c');
  expect(await made.send(ask)).toBe('a b c');
});

test('a scope revoked later is found too', async () => {
  const granted = new Set(['a', 'b']);
  const { ask } = okta(granted);
  const { request: made } = request(['a', 'b', 'c']);
  await made.send(ask);
  granted.delete('a');
  expect(await made.send(ask)).toBe('b');
});

test('with nothing granted the refusal names all of it', async () => {
  const { ask } = okta(new Set());
  const refusal = request(['a', 'b']).request.send(ask);
  await expect(refusal).rejects.toMatchObject({ code: 'auth_scope_invalid', message: /None.*a, b/ });
});

test.each(['auth_unreachable', 'auth_client_invalid'] as const)('%s is no matter of scopes', async (code) => {
  const { request: made } = request(['a', 'b']);
  const asked: unknown[] = [];
  const ask = async (scopes: readonly string[]) => {
    asked.push(scopes);
    throw new OktaMcpError(code, 'x', 'x');
  };
  await expect(made.send(ask)).rejects.toMatchObject({ code });
  expect(asked).toHaveLength(1);
});
