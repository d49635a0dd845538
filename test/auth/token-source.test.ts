import { expect, test } from 'vitest';
import { type AccessToken, TokenSource } from '../../src/auth/token-source.js';

/** A source whose requests wait to be answered, on a clock the test moves. */
function setUp() {
  const requests: { resolve: (token: AccessToken) => void; reject: (error: Error) => void }[] = [];
  const clock = { now: 1_000_000 };
  const source = new TokenSource(
    () => new Promise((resolve, reject) => requests.push({ resolve, reject })),
    () => clock.now,
  );
  return { source, requests, clock };
}
const token = (value: string, expiresAt: number): AccessToken => ({ value, expiresAt, scopes: [] });

test('20 parallel calls on an expired token make 1 request', async () => {
  const { source, requests, clock } = setUp();
  const first = source.get();
  requests[0]!.resolve(token('old', clock.now + 3_600_000));
  await first;
  clock.now += 3_600_000;
  const calls = Array.from({ length: 20 }, () => source.get());
  expect(requests).toHaveLength(2);
  requests[1]!.resolve(token('new', clock.now + 3_600_000));
  expect((await Promise.all(calls)).map(({ value }) => value)).toEqual(Array(20).fill('new'));
  expect(requests).toHaveLength(2);
});

test.each([
  [3_600_000, 0, 1],
  [3_600_000, 3_539_999, 1],
  [3_600_000, 3_540_000, 2],
  [3_600_000, 3_600_000, 2],
  [30_000, 0, 2],
])('a token of %i ms, %i ms later: %i requests', async (life, later, want) => {
  const { source, requests, clock } = setUp();
  const first = source.get();
  requests[0]!.resolve(token('one', clock.now + life));
  expect((await first).value).toBe('one');
  clock.now += later;
  void source.get();
  expect(requests).toHaveLength(want);
});

test('who gives up does not take the token from the others', async () => {
  const { source, requests, clock } = setUp();
  const one = new AbortController();
  const impatient = source.get(one.signal);
  const patient = source.get(new AbortController().signal);
  one.abort();
  await expect(impatient).rejects.toMatchObject({ code: 'cancelled' });
  requests[0]!.resolve(token('new', clock.now + 3_600_000));
  expect((await patient).value).toBe('new');
  expect(requests).toHaveLength(1);
});

test('who has given up before asks for nothing', async () => {
  const { source, requests } = setUp();
  await expect(source.get(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  expect(requests).toHaveLength(0);
});

test('when all have given up, a late failure harms nobody', async () => {
  const { source, requests, clock } = setUp();
  const one = new AbortController();
  const impatient = source.get(one.signal);
  one.abort();
  await expect(impatient).rejects.toMatchObject({ code: 'cancelled' });
  requests[0]!.reject(new Error('late'));
  await new Promise(setImmediate);
  const next = source.get();
  requests[1]!.resolve(token('new', clock.now + 3_600_000));
  expect((await next).value).toBe('new');
});

test('a failure reaches all who wait and nobody later', async () => {
  const { source, requests, clock } = setUp();
  const calls = [source.get(), source.get(new AbortController().signal)];
  requests[0]!.reject(new Error('down'));
  for (const call of await Promise.allSettled(calls)) expect(call).toMatchObject({ reason: { message: 'down' } });
  const next = source.get();
  requests[1]!.resolve(token('new', clock.now + 3_600_000));
  expect((await next).value).toBe('new');
});

test.each([
  ['one', 2],
  ['another', 1],
  [undefined, 2],
])('after %s is dropped there were %i requests', async (dropped, want) => {
  const { source, requests, clock } = setUp();
  const first = source.get();
  requests[0]!.resolve(token('one', clock.now + 3_600_000));
  await first;
  source.drop(dropped);
  void source.get();
  expect(requests).toHaveLength(want);
});
