import { test } from 'vitest';
import { interleave } from './interleaved.js';

test('two people and a machine, 1,000 requests over two replicas: nobody lists or calls beyond the grant', async () => {
  await interleave(1000, 2);
}, 120_000);
