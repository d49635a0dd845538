import { expect, test } from 'vitest';
import { interrupt } from './collect-interrupted.js';

test('interrupted anywhere and gone on with, a collection comes to the same as in one go', async () => {
  // Where they are interrupted is random; so few would mean that they are not.
  expect(await interrupt(25)).toBeGreaterThan(10);
});
