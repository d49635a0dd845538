import { OktaMcpError } from '../errors.js';
import type { UsedSeals } from '../tools/seal.js';
import { PREFIX, type SharedRedis } from './shared-redis.js';

/** The clocks of replicas may be apart by so much, in milliseconds. */
const APART_MS = 600_000;

/**
 * Seals that may still be used are kept, and using one takes it away: a Redis that forgot, or went back in time before
 * it was issued, refuses them, where marks of what was used would be lost and let it pass once more.
 */
export class SealsInRedis implements UsedSeals {
  /** @param now milliseconds since 1970 */
  constructor(
    private readonly redis: SharedRedis,
    private readonly now: () => number,
  ) {}

  /** @throws OktaMcpError `confirmation_unavailable` */
  async issued(id: string, expires: number): Promise<void> {
    const expiration = { type: 'PX', value: Math.max(1, expires - this.now()) + APART_MS } as const;
    await this.#run((client) => client.set(keyOf(id), '', { expiration }));
  }

  /** @throws OktaMcpError `confirmation_unavailable` */
  async use(id: string): Promise<boolean> {
    return (await this.#run((client) => client.del(keyOf(id)))) === 1;
  }

  async #run<T>(command: Parameters<typeof this.redis.run<T>>[0]): Promise<T> {
    try {
      return await this.redis.run(command);
    } catch (cause) {
      throw new OktaMcpError(
        'confirmation_unavailable',
        'Calls that must be confirmed are refused for now: Redis, through which the replicas of this server make sure that a confirmation counts once, does not answer. Nothing was sent.',
        'Call again in a minute without a confirmation. Operators: see /readyz and OKTA_MCP_REDIS_URL.',
        {},
        { cause },
      );
    }
  }
}

function keyOf(id: string): string {
  return `${PREFIX}seal:${id}`;
}
