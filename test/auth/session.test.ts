import { describe, expect, test } from 'vitest';
import { AuthorizationServer } from '../../src/auth/authorization-server.js';
import { Session } from '../../src/auth/session.js';
import { withSessionLock } from '../../src/auth/session-lock.js';
import { memoryStore, type TokenStore } from '../../src/auth/token-store.js';
import { silent, temporaryDirectory } from './scratch.js';

const ID = 'a'.repeat(32);

/** A session in a store that other processes share, and what Okta is asked to revoke. */
async function setUp(revoke: () => Response = () => new Response(null, { status: 200 })) {
  const directory = temporaryDirectory();
  const store: TokenStore = { ...memoryStore(), kind: 'file' };
  await store.write(ID, { refreshToken: 'first' });
  const revoked: [token: string | null, stored: string | undefined][] = [];
  const server = new AuthorizationServer({
    orgUrl: 'https://acme.okta.com',
    clientId: '0oaNative',
    dpop: 'auto',
    fetch: async (input, init) => {
      const form = new URLSearchParams(await new Request(input, init).text());
      revoked.push([form.get('token'), (await store.read(ID))?.refreshToken]);
      return revoke();
    },
    now: Date.now,
    log: silent,
  });
  const scopes = ['okta.users.read'];
  const session = new Session({ id: ID, server, store, directory, scopes, dpop: 'auto', now: Date.now, log: silent });
  /** Another process is renewing the session, until it is told to go on. */
  async function renewedElsewhere(refreshToken: string) {
    let goOn = () => {};
    let over = Promise.resolve();
    await new Promise<void>((started) => {
      over = withSessionLock({ directory, id: ID, log: silent }, async () => {
        const told = new Promise<void>((resolve) => {
          goOn = resolve;
        });
        started();
        await told;
        await store.write(ID, { refreshToken });
      });
    });
    return async () => {
      goOn();
      await over;
    };
  }
  return { session, store, revoked, renewedElsewhere };
}

const answer = { value: 'access', scopes: [], expiresAt: Date.now() + 3_600_000, refreshToken: 'new' };

describe('while another process renews the session', () => {
  test('a sign-in waits, and the newer session stays', async () => {
    const { session, store, renewedElsewhere } = await setUp();
    const goOn = await renewedElsewhere('rotated');
    const begun = session.begin(answer);
    await goOn();
    await begun;
    expect(await store.read(ID)).toMatchObject({ refreshToken: 'new' });
  });

  test('a sign-out waits, and nothing of it stays', async () => {
    const { session, store, revoked, renewedElsewhere } = await setUp();
    const goOn = await renewedElsewhere('rotated');
    const ended = session.end();
    await goOn();
    expect(await ended).toBe(true);
    expect(revoked.map(([token]) => token)).toEqual(['rotated']);
    expect(await store.read(ID)).toBeUndefined();
  });
});

test('a sign-out revokes first: one that is broken off can be repeated', async () => {
  const { session, store, revoked } = await setUp();
  expect(await session.end()).toBe(true);
  expect(revoked).toEqual([['first', 'first']]);
  expect(await store.read(ID)).toBeUndefined();
  expect(await session.end()).toBe(false);
});

test('where Okta cannot be told, the session is forgotten all the same', async () => {
  const { session, store } = await setUp(() => Response.json({ error: 'server_error' }, { status: 500 }));
  await expect(session.end()).rejects.toMatchObject({ code: 'auth_unreachable' });
  expect(await store.read(ID)).toBeUndefined();
});
