import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** How much one caller may ask of this server. */
export interface InboundLimit {
  /** Takes one request; the milliseconds to wait when there are none left, 0 when it may go. */
  take(caller: string): Promise<number>;
}

/** The limit of one process. */
export function inboundLimitInMemory(perMinute: number): InboundLimit {
  return inboundLimit(new RateLimiterMemory({ points: perMinute, duration: 60 }));
}

/** The limit that a limiter of `rate-limiter-flexible` keeps, which several processes may share. */
export function inboundLimit(limiter: RateLimiterAbstract): InboundLimit {
  return {
    async take(caller) {
      try {
        await limiter.consume(caller);
        return 0;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
        throw refusal;
      }
    },
  };
}
