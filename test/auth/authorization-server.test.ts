import { expect, test } from 'vitest';
import { run, testProgram } from '../program.js';

test('garbage collection does not undo time limit, cancelling or closing', async () => {
  const args = ['--expose-gc', testProgram('auth/under-collection')];
  const { stdout } = await run(process.execPath, args, { timeout: 20_000 });
  expect(stdout.trim().split('\n')).toEqual([
    'none late: auth_unreachable',
    'none cancelled: cancelled',
    'none closed: cancelled',
    'half late: auth_unreachable',
    'half cancelled: cancelled',
    'half closed: cancelled',
  ]);
});
