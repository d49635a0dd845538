import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('garbage collection does not undo time limit, cancelling or closing', async () => {
  const program = fileURLToPath(new URL('under-collection.ts', import.meta.url));
  const run = promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', program], { timeout: 20_000 });
  expect((await run).stdout.trim().split('\n')).toEqual([
    'none late: auth_unreachable',
    'none cancelled: cancelled',
    'none closed: cancelled',
    'half late: auth_unreachable',
    'half cancelled: cancelled',
    'half closed: cancelled',
  ]);
});
