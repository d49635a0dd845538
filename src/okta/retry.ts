import { OktaMcpError } from '../errors.js';
import { type Attempts, EXCHANGE_MS, pause, realTiming, type Timing } from './timing.js';

/** As many as Okta's own SDKs make. */
const RETRIES = 2;
/** Longest wait before the first retry, in milliseconds; it doubles. */
const BACK_OFF_MS = 1000;

/** Answers of a gateway or of a server that is being replaced: the next one may do better. */
const PASSING: ReadonlySet<unknown> = new Set([502, 503, 504]);
/** The connection ended under way; it was open before, so neither name, address nor certificate is at fault. */
const LOST: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Makes up to three attempts. Reads, and operations whose data says that repeating them is safe, are tried again after
 * 429, 502, 503, 504 and a lost connection; all others only after 429, which comes before anything is processed.
 * Okta's log can tell a retry by `X-Okta-Retry-For` (id of the refused request) and `X-Okta-Retry-Count`.
 */
export class Retry {
  constructor(private readonly timing: Timing = realTiming) {}

  /**
   * @param attempt sends the request with these headers added
   * @throws OktaMcpError what the last attempt threw, or `cancelled`
   */
  async run<T>(call: Attempts, attempt: (headers: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
    let headers: Readonly<Record<string, string>> = {};
    let refused: unknown;
    for (let retries = 0; ; retries += 1) {
      try {
        return await attempt(headers);
      } catch (error) {
        if (retries === RETRIES || !(error instanceof OktaMcpError)) throw error;
        const wait = this.#waitAfter(error, retries, call);
        if (wait === undefined || this.timing.now() + wait + EXCHANGE_MS > call.deadline) throw error;
        if (wait > 0) await pause(wait, this.timing, call);
        refused ??= error.details.requestId;
        headers = {
          ...(typeof refused === 'string' && { 'X-Okta-Retry-For': refused }),
          'X-Okta-Retry-Count': String(retries + 1),
        };
      }
    }
  }

  /** Milliseconds; undefined when there must be no further attempt. */
  #waitAfter({ code, details }: OktaMcpError, retries: number, { repeatable }: Attempts): number | undefined {
    // Getting a credential has its own rules.
    if (!code.startsWith('okta_')) return undefined;
    // How long is up to the rate limit, which all calls share.
    if (details.status === 429) return 0;
    const passing = PASSING.has(details.status) || LOST.has(details.cause);
    if (!repeatable || !passing) return undefined;
    return BACK_OFF_MS * 2 ** retries * (0.5 + this.timing.random() / 2);
  }
}
