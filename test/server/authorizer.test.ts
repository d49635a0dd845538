import { expect, test } from 'vitest';
import { Secret } from '../../src/secret.js';
import { openAuthorizer, sharedTokenAuthorizer } from '../../src/server/authorizer.js';

const request = (authorization?: string) =>
  new Request('http://localhost:8080/mcp', { headers: authorization === undefined ? {} : { authorization } });

test('one secret for one operator', async () => {
  const authorize = sharedTokenAuthorizer(new Secret('the-secret'));
  expect(await authorize(request('Bearer the-secret'))).toEqual({
    name: 'operator',
    restriction: 'ceiling',
    tokenScopes: [],
  });
  const refusals = [undefined, 'Bearer the-secre', 'Bearer the-secret2', 'Basic the-secret', 'Bearer THE-SECRET'];
  const statuses = await Promise.all(
    refusals.map(async (header) => {
      const refusal = (await authorize(request(header))) as Response;
      expect(refusal.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(JSON.stringify(await refusal.json())).not.toContain('the-secret');
      return refusal.status;
    }),
  );
  expect(statuses).toEqual([401, 401, 401, 400, 401]);
});

test('nobody in particular, in the demo', async () => {
  expect(await openAuthorizer(request())).toMatchObject({ restriction: 'ceiling' });
});
