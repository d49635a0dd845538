/** Requests per minute of the buckets a production org has; the longest prefix wins, a path is a bucket of its own. */
const BUCKETS: readonly (readonly [prefix: string, limit: number])[] = [
  ['/api/v1/users/', 1000],
  ['/api/v1/users', 600],
  ['/api/v1/groups/', 600],
  ['/api/v1/groups', 600],
  ['/api/v1/apps/', 600],
  ['/api/v1/apps', 100],
  ['/api/v1/logs', 50],
  ['/api/v1/devices', 150],
  ['/api/v1/', 600],
];

const WINDOW_MS = 60_000;

/** The rate limits a client can read from the headers. They are counted, not enforced. */
export class RateWindows {
  readonly #windows = new Map<string, { ends: number; used: number }>();

  /** Counts a request and tells what is left: `limit`, `remaining`, and `reset` in seconds since the epoch. */
  count(pathname: string, now: number): { limit: number; remaining: number; reset: number } | undefined {
    const bucket = BUCKETS.find(([prefix]) => pathname.startsWith(prefix));
    if (!bucket) return undefined;
    const [prefix, limit] = bucket;
    let window = this.#windows.get(prefix);
    if (!window || window.ends <= now) {
      window = { ends: now + WINDOW_MS, used: 0 };
      this.#windows.set(prefix, window);
    }
    window.used++;
    return { limit, remaining: Math.max(0, limit - window.used), reset: Math.ceil(window.ends / 1000) };
  }
}
