import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Deadline } from '../../src/okta/deadline.js';
import { run, testProgram } from '../program.js';

test('a caller that went away before', () => {
  const deadline = new Deadline(60_000, AbortSignal.abort(new Error('gone')));
  expect([deadline.stop, deadline.signal.aborted]).toEqual(['withdrawn', true]);
});

test('the caller stops it, with our own reason', () => {
  const caller = new AbortController();
  const deadline = new Deadline(60_000, caller.signal);
  expect(deadline.stop).toBeUndefined();
  caller.abort(new TypeError('anything'));
  expect([deadline.stop, deadline.signal.reason.name]).toEqual(['cancelled', 'AbortError']);
});

test('time stops it, and a caller that comes later changes nothing', async () => {
  const caller = new AbortController();
  const deadline = new Deadline(1, caller.signal);
  await new Promise((resolve) => deadline.signal.addEventListener('abort', resolve));
  caller.abort();
  expect([deadline.stop, deadline.signal.reason.name]).toEqual(['timeout', 'TimeoutError']);
});

test('when the exchange is over nothing is left behind', async () => {
  const caller = new AbortController();
  const deadline = new Deadline(1, caller.signal);
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
  deadline.clear();
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(deadline.stop).toBeUndefined();
});

test('garbage collection does not undo it', async () => {
  const args = ['--expose-gc', testProgram('okta/under-collection')];
  const { stdout } = await run(process.execPath, args, { timeout: 20_000 });
  expect(stdout).toBe('none timeout\nnone cancelled\nhalf timeout\nhalf cancelled\n');
});
