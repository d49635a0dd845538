import { expect, test } from 'vitest';
import { AuthorizationServer } from '../../src/auth/authorization-server.js';
import { InteractiveGrant, type Offer } from '../../src/auth/interactive.js';
import { Session } from '../../src/auth/session.js';
import { memoryStore } from '../../src/auth/token-store.js';
import { silent } from './scratch.js';

test('an offer that arrives when the server has stopped is withdrawn unseen', async () => {
  const parts = { orgUrl: 'https://acme.okta.com', clientId: '0oaNative', dpop: 'auto', now: Date.now } as const;
  const server = new AuthorizationServer({ ...parts, fetch: () => Promise.reject(new Error('x')), log: silent });
  const store = memoryStore();
  const session = new Session({ ...parts, id: 'x', server, store, directory: '/nowhere', scopes: [], log: silent });
  const opened: string[] = [];
  let followed: AbortSignal | undefined;
  const grant: InteractiveGrant = new InteractiveGrant({
    name: 'auth-code',
    server,
    session,
    signIn: {
      async begin(signal): Promise<Offer> {
        followed = signal;
        await grant.close();
        return { uri: 'https://acme.okta.com/x', expiresAt: Date.now() + 600_000, outcome: new Promise(() => {}) };
      },
    },
    openBrowser: (uri) => void opened.push(uri),
    now: Date.now,
    log: silent,
  });
  await expect(grant.request()).rejects.toMatchObject({ code: 'cancelled' });
  expect(followed!.aborted).toBe(true);
  expect(grant.interaction()).toBeUndefined();
  expect(opened).toEqual([]);
});
