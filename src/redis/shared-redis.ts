import { createClient } from '@redis/client';
import { OktaMcpError } from '../errors.js';
import type { Secret } from '../secret.js';

/** Longest wait for an answer, in milliseconds: requests of callers wait behind it. */
const COMMAND_MS = 1_000;
/** After an answer that did not come nobody asks for so long, in milliseconds. */
const PAUSE_MS = 1_000;
const CONNECT_MS = 3_000;
/** So long the start waits for a first connection, in milliseconds. */
const START_MS = 5_000;
/** Longest wait between attempts to connect, in milliseconds. */
const RECONNECT_MS = 2_000;
/** So many answers in a row that do not come, and the connection is given up. */
const SILENT = 2;

/** Every key of this program starts like this. */
export const PREFIX = 'okta-mcp:';

/** Redis did not do what it was asked, as far as is known: an answer may have been lost. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

export interface SharedRedisParts {
  /** `redis://` or `rediss://`, with the password if there is one. */
  readonly url: Secret;
  readonly log: { info(facts: object, message: string): void; error(facts: object, message: string): void };
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export type Commands = Pick<Client, 'set' | 'del' | 'pExpire' | 'publish' | 'eval' | 'ping'>;
type Client = ReturnType<typeof newClient>;

/** One connection to Redis or Valkey that is never waited for: without it every command fails at once. */
export class SharedRedis {
  readonly #listeners = new Map<string, (text: string) => void>();
  #client: Client;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #silences = 0;
  #lost = false;
  #closed = false;
  #refusal: string | undefined;

  private constructor(private readonly parts: SharedRedisParts) {
    this.#client = this.#newClient();
  }

  /**
   * Connects. A Redis that does not answer is no reason not to start: what can do without it works.
   * @throws OktaMcpError `config_invalid` when Redis refuses the credentials
   */
  static async open(parts: SharedRedisParts): Promise<SharedRedis> {
    const redis = new SharedRedis(parts);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, START_MS);
    });
    await Promise.race([redis.#connect(), late]).finally(() => clearTimeout(timer));
    if (redis.#refusal !== undefined) {
      redis.close();
      throw new OktaMcpError(
        'config_invalid',
        `OKTA_MCP_REDIS_URL: Redis refuses this server (${redis.#refusal}).`,
        'Correct user name and password in it, and the rights of that user (docs/scale-out.md).',
      );
    }
    return redis;
  }

  /** Whether there is a connection now. */
  get up(): boolean {
    return this.#client.isReady && !this.#paused;
  }

  /**
   * Runs a command, within a time limit.
   * @throws RedisUnavailable when there was no answer, or one that was an error
   */
  async run<T>(command: (client: Commands) => Promise<T>): Promise<T> {
    if (!this.up) throw new RedisUnavailable('no connection to Redis');
    let timer: NodeJS.Timeout | undefined;
    const silence = Symbol();
    const late = new Promise<typeof silence>((resolve) => {
      timer = setTimeout(() => resolve(silence), COMMAND_MS).unref();
    });
    try {
      const result = await Promise.race([command(this.#client), late]);
      if (result === silence) {
        this.#silent();
        throw new RedisUnavailable('no answer of Redis in time');
      }
      this.#silences = 0;
      return result as T;
    } catch (error) {
      throw error instanceof RedisUnavailable ? error : new RedisUnavailable('Redis failed', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws RedisUnavailable */
  async check(): Promise<void> {
    await this.run((client) => client.ping());
  }

  /** Hears what is published on a channel, from now on and after every reconnection. */
  listen(channel: string, listener: (text: string) => void): void {
    this.#listeners.set(channel, listener);
    if (this.#client.isReady) this.#subscribe(this.#client);
  }

  close(): void {
    this.#closed = true;
    this.#end();
  }

  get #paused(): boolean {
    return this.parts.now() < this.#pausedUntil;
  }

  #newClient(): Client {
    const client = newClient(this.parts.url.reveal());
    client.on('error', (error: Error & { code?: string }) => this.#failed(error));
    client.on('ready', () => {
      this.#refusal = undefined;
      if (this.#lost) this.parts.log.info({}, 'Redis is back');
      this.#lost = false;
      this.#subscribe(client);
    });
    return client;
  }

  /** Asking for what is subscribed already does nothing. */
  #subscribe(client: Client): void {
    for (const [channel, listener] of this.#listeners) {
      client.subscribe(channel, listener).catch((error: Error) => this.#failed(error));
    }
  }

  /** Resolves after the first attempt; the client goes on trying by itself. */
  async #connect(): Promise<void> {
    const client = this.#client;
    const failed = new Promise<void>((resolve) => void client.once('error', () => resolve()));
    await Promise.race([client.connect().catch(() => {}), failed]);
  }

  #failed(error: Error & { code?: string }): void {
    if (this.#closed) return;
    // Redis words its refusals like this; they name the user at most.
    const [code = ''] = /^(WRONGPASS|NOAUTH|NOPERM)\b/.exec(error.message) ?? [];
    this.#refusal = code || undefined;
    if (this.#lost) return;
    this.#lost = true;
    const reason = code || error.code || error.constructor.name;
    this.parts.log.error({ reason }, 'Redis cannot be reached: confirmations are refused until it is back');
  }

  /** A connection that stays silent is as good as none, but nobody else would end it. */
  #silent(): void {
    this.#pausedUntil = this.parts.now() + PAUSE_MS;
    this.#silences += 1;
    this.#failed(new RedisUnavailable());
    if (this.#silences < SILENT || this.#closed) return;
    this.#silences = 0;
    this.#end();
    this.#client = this.#newClient();
    void this.#connect();
  }

  #end(): void {
    try {
      this.#client.destroy();
    } catch {
      // It was not open.
    }
  }
}

function newClient(url: string) {
  return createClient({
    url,
    name: 'okta-mcp',
    RESP: 3,
    // A command that waits for a connection could be sent long after its caller was told that it failed.
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (retries) => Math.min(RECONNECT_MS, 50 * 2 ** Math.min(retries, 6)) + Math.random() * 100,
    },
  });
}
