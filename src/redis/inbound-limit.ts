import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { type InboundLimit, inboundLimit } from '../http/inbound-limit.js';
import { PREFIX, type SharedRedis } from './shared-redis.js';

/** A caller's limit over all replicas. Without Redis each replica allows as much by itself. */
export function inboundLimitInRedis(redis: SharedRedis, perMinute: number): InboundLimit {
  const rate = { points: perMinute, duration: 60 };
  // The limiter has one script run, and nothing else.
  const storeClient = {
    eval: (script: string, options: { keys: string[]; arguments: string[] }) =>
      redis.run((client) => client.eval(script, options)),
  };
  return inboundLimit(
    new RateLimiterRedis({
      ...rate,
      storeClient,
      useRedisPackage: true,
      keyPrefix: `${PREFIX}inbound`,
      insuranceLimiter: new RateLimiterMemory(rate),
    }),
  );
}
