import { OktaMcpError } from '../errors.js';
import { REFUSALS, RefusedRequest } from './refusals.js';

export interface ReadinessReport {
  readonly ready: boolean;
  /** `ok`, or what is wrong, by what was checked. */
  readonly checks: Readonly<Record<string, string>>;
}

/** So long a report counts, in milliseconds: probes must not become load. */
const REMEMBERED_MS = 5_000;
const TIMEOUT_MS = 8_000;

/** Whether this server could do its work now. */
export class Readiness {
  #report: { readonly value: Promise<ReadinessReport>; readonly at: number } | undefined;
  #stopping = false;

  /**
   * @param checks each resolves when it is fine
   * @param reported the same, for what is reported and does not decide: all replicas would miss it at once
   */
  constructor(
    private readonly checks: Readonly<Record<string, () => Promise<void>>>,
    private readonly now: () => number,
    private readonly reported: typeof checks = {},
  ) {}

  /** From now on it is not ready: nobody should send anything new. */
  stop(): void {
    this.#stopping = true;
  }

  async report(): Promise<ReadinessReport> {
    if (this.#stopping) return { ready: false, checks: { server: 'shutting down' } };
    const now = this.now();
    if (!this.#report || now - this.#report.at > REMEMBERED_MS) this.#report = { value: this.#check(), at: now };
    return await this.#report.value;
  }

  async #check(): Promise<ReadinessReport> {
    const entries = await Promise.all(
      Object.entries({ ...this.checks, ...this.reported }).map(
        async ([name, check]) => [name, await outcome(check)] as const,
      ),
    );
    const ready = entries.every(([name, result]) => name in this.reported || result === 'ok');
    return { ready, checks: Object.fromEntries(entries) };
  }
}

async function outcome(check: () => Promise<void>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), TIMEOUT_MS).unref();
  });
  const checked = check().then(
    () => 'ok',
    (error: unknown) => explained(error),
  );
  return await Promise.race([checked, late]).finally(() => clearTimeout(timer));
}

function explained(error: unknown): string {
  const known = error instanceof RefusedRequest ? REFUSALS[error.code] : error instanceof OktaMcpError && error;
  return known ? `${known.message} ${known.fix}` : 'failed';
}
