import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AuditEntry } from '../audit.js';
import type { Rate } from '../okta/rate-budget.js';

/** Numbers for Prometheus. Labels are names of this server's own, never what a caller sent. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #calls = new Counter({
    name: 'okta_mcp_tool_calls_total',
    help: 'Tool calls by tool and outcome: called, failed, refused, asked, confirmed.',
    labelNames: ['tool', 'outcome'],
    registers: [this.#registry],
  });
  readonly #duration = new Histogram({
    name: 'okta_mcp_tool_call_seconds',
    help: 'Time from a tool call to its outcome.',
    labelNames: ['tool'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [this.#registry],
  });
  readonly #confirmations = new Counter({
    name: 'okta_mcp_confirmations_total',
    help: 'Calls about to be sent that were confirmed, by who did it.',
    labelNames: ['by'],
    registers: [this.#registry],
  });
  readonly #requests = new Counter({
    name: 'okta_mcp_http_requests_total',
    help: 'HTTP requests by status.',
    labelNames: ['method', 'status'],
    registers: [this.#registry],
  });
  readonly #okta = new Counter({
    name: 'okta_mcp_okta_responses_total',
    help: 'Answers of Okta by status.',
    labelNames: ['status'],
    registers: [this.#registry],
  });
  readonly #retries = new Counter({
    name: 'okta_mcp_okta_retries_total',
    help: 'Attempts at Okta after the first.',
    registers: [this.#registry],
  });
  readonly #headroom = new Gauge({
    name: 'okta_mcp_okta_rate_remaining_ratio',
    help: 'Share of a rate limit of Okta that was left at its last answer.',
    labelNames: ['endpoint'],
    registers: [this.#registry],
  });

  /** @param sessions how many are open */
  constructor(sessions: () => number) {
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'okta_mcp_sessions',
      help: 'Open sessions.',
      registers: [this.#registry],
      collect() {
        this.set(sessions());
      },
    });
  }

  /** @param up whether replicas can reach what they share */
  redis(up: () => boolean): void {
    new Gauge({
      name: 'okta_mcp_redis_up',
      help: '1 while Redis can be used; at 0 confirmations are refused.',
      registers: [this.#registry],
      collect() {
        this.set(up() ? 1 : 0);
      },
    });
  }

  request({ method, status }: { readonly method: string; readonly status: number }): void {
    const known = ['GET', 'POST', 'DELETE', 'OPTIONS'].includes(method);
    this.#requests.inc({ method: known ? method : 'other', status });
  }

  readonly audited = ({ tool, decision, confirmation, duration }: AuditEntry): void => {
    this.#calls.inc({ tool, outcome: decision });
    if (decision === 'confirmed') this.#confirmations.inc({ by: confirmation });
    else if (decision !== 'asked') this.#duration.observe({ tool }, duration / 1000);
  };

  readonly answered = ({ status, retry }: { readonly status: number; readonly retry: boolean }): void => {
    this.#okta.inc({ status });
    if (retry) this.#retries.inc();
  };

  readonly limited = (bucket: string, { limit, remaining }: Rate): void => {
    if (limit > 0) this.#headroom.set({ endpoint: bucket.replace(/^\S+ /, '') }, remaining / limit);
  };

  async response(): Promise<Response> {
    const { contentType } = this.#registry;
    return new Response(await this.#registry.metrics(), { headers: { 'content-type': contentType } });
  }
}
