import { bucketFinder, OKTA_RATE_LIMITS } from './rate-limits.js';

/**
 * `off`: counted and shown by Okta's numbers, never refused. `okta`: refused too. A table of buckets and limits per
 * minute (written as in `OKTA_RATE_LIMITS`): these instead of Okta's where it names the same, refused.
 */
export type RateLimits = 'off' | 'okta' | Readonly<Record<string, number>>;

/** What the three headers say: requests per window, those left, and the window's end in seconds since the epoch. */
export interface Rate {
  readonly limit: number;
  readonly remaining: number;
  readonly reset: number;
  /** Absent when the request may pass; `first` is told once in a window. */
  readonly refused?: 'first' | 'again';
  readonly bucket: string;
}

interface Window {
  readonly ends: number;
  used: number;
  refusals: number;
  readonly byCredential: Map<string, number>;
}

const WINDOW_MS = 60_000;

/** Counts requests per bucket in windows of 60 s, each of which begins with its first request. */
export class RateWindows {
  readonly #windows = new Map<string, Window>();
  readonly #bucketOf;
  readonly #enforced: boolean;

  constructor(
    limits: RateLimits,
    /** Percent of a bucket one credential may use; Okta's default is 50. */
    private readonly share = 100,
  ) {
    this.#enforced = limits !== 'off';
    this.#bucketOf = bucketFinder(typeof limits === 'string' ? OKTA_RATE_LIMITS : { ...OKTA_RATE_LIMITS, ...limits });
  }

  /** Counts a request unless it is refused; undefined where nothing is limited. */
  take(method: string, pathname: string, credential: string | undefined, now: number): Rate | undefined {
    const bucket = this.#bucketOf(method, pathname);
    if (!bucket) return undefined;
    let window = this.#windows.get(bucket.name);
    if (!window || window.ends <= now) {
      window = { ends: now + WINDOW_MS, used: 0, refusals: 0, byCredential: new Map() };
      this.#windows.set(bucket.name, window);
    }
    const used = credential === undefined ? 0 : (window.byCredential.get(credential) ?? 0);
    const own = Math.max(1, Math.floor((bucket.limit * this.share) / 100));
    // The headers speak of whichever ends first: the org's bucket or the credential's part of it.
    const [limit, left] =
      credential !== undefined && own - used < bucket.limit - window.used
        ? [own, own - used]
        : [bucket.limit, bucket.limit - window.used];
    const shown = { limit, reset: Math.ceil(window.ends / 1000), bucket: bucket.name };
    if (left <= 0 && this.#enforced)
      return { ...shown, remaining: 0, refused: window.refusals++ === 0 ? 'first' : 'again' };
    window.used++;
    if (credential !== undefined) window.byCredential.set(credential, used + 1);
    return { ...shown, remaining: Math.max(0, left - 1) };
  }
}

/** How Okta reports too many requests at once: a limit of 0, and an estimate of when to come back. */
export function concurrencyRate(now: number): Rate {
  return { limit: 0, remaining: 0, reset: Math.ceil(now / 1000) + 1, refused: 'again', bucket: 'concurrency' };
}
