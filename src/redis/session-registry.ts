import type { SessionRegistry } from '../server/session-registry.js';
import { PREFIX, type SharedRedis } from './shared-redis.js';

const CHANNEL = `${PREFIX}sessions`;

/** Which sessions there are. What they are is in their ids, so nothing but the names is kept. */
export class SessionsInRedis implements SessionRegistry {
  /** @param idleMs after so many milliseconds without a request a session ends */
  constructor(
    private readonly redis: SharedRedis,
    private readonly idleMs: number,
  ) {}

  async add(name: string): Promise<void> {
    const expiration = { type: 'PX', value: this.idleMs } as const;
    await this.redis.run((client) => client.set(keyOf(name), '', { expiration }));
  }

  async touch(name: string): Promise<boolean> {
    return (await this.redis.run((client) => client.pExpire(keyOf(name), this.idleMs))) === 1;
  }

  async end(name: string): Promise<boolean> {
    return (await this.redis.run((client) => client.del(keyOf(name)))) === 1;
  }

  async publish(text: string): Promise<void> {
    await this.redis.run((client) => client.publish(CHANNEL, text));
  }

  listen(listener: (text: string) => void): void {
    this.redis.listen(CHANNEL, listener);
  }
}

function keyOf(name: string): string {
  return `${PREFIX}session:${name}`;
}
