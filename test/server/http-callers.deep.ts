import { onTestFinished, test } from 'vitest';
import { openReplicas } from '../../src/redis/replicas.js';
import { Secret } from '../../src/secret.js';
import { hasRedis, redisMustBeThere, startRedis } from '../redis/redis-server.js';
import { interleave } from './interleaved.js';

redisMustBeThere();

test('two people and a machine, 1,000 requests over two replicas: nobody lists or calls beyond the grant', async () => {
  await interleave(1000, 2);
}, 120_000);

test.skipIf(!hasRedis)(
  'the same with one Redis, every session used at the replica it did not begin at',
  async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const sealKey = new Secret(Buffer.alloc(32, 'key').toString('base64url'));
    const log = { info: () => {}, error: () => {} };
    await interleave(1000, 2, async () => {
      const parts = { rateLimit: 1_000_000, idleMs: 60_000, now: Date.now, log };
      const replicas = await openReplicas({ sealKey, redisUrl: new Secret(server.url) }, parts);
      onTestFinished(() => replicas.close());
      return replicas;
    });
  },
  120_000,
);
