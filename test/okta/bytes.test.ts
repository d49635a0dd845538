import { expect, test } from 'vitest';
import { BodyTooLarge, readBytes } from '../../src/okta/bytes.js';

/** A body that never ends by itself, as `fetch` hands it over when it no longer watches the signal. */
function endless(): { response: Response; cancelled: () => boolean } {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array([1, 2, 3])),
    cancel: () => {
      cancelled = true;
    },
  });
  return { response: new Response(stream), cancelled: () => cancelled };
}

test.each([
  { given: 'while it waits', before: false },
  { given: 'before it starts', before: true },
])('a signal that fires $given ends the reading and the stream', async ({ before }) => {
  const { response, cancelled } = endless();
  const controller = new AbortController();
  const reason = new Error('enough');
  if (before) controller.abort(reason);
  const read = readBytes(response, 10, controller.signal);
  setImmediate(() => controller.abort(reason));
  await expect(read).rejects.toBe(reason);
  expect(cancelled()).toBe(true);
});

test('a body over the cap is not read to its end', async () => {
  const { response, cancelled } = endless();
  await expect(readBytes(response, 2)).rejects.toBeInstanceOf(BodyTooLarge);
  expect(cancelled()).toBe(true);
});

test.each([
  { given: new Response('héllo'), want: 'héllo' },
  { given: new Response(null, { status: 204 }), want: '' },
])('reads "$want"', async ({ given, want }) => {
  expect(new TextDecoder().decode(await readBytes(given, 10))).toBe(want);
});
