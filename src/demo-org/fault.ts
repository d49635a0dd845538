import type { Answer } from './answer.js';
import { BearerFailure, OktaFailure } from './errors.js';
import type { Reply } from './exchange.js';
import type { Scheme } from './principal.js';

/** Before the org looks at the request, or after it did what was asked. */
export type When = 'before' | 'after';

/** Something that goes wrong on the way. Where `when` is left out it is `before`: nothing was changed. */
export type Fault =
  /** Takes so many milliseconds longer. */
  | { readonly kind: 'latency'; readonly ms: number; readonly when?: When }
  /** Answers a server error: Okta's error object for 500 and 503, nothing for others, as a gateway would. */
  | { readonly kind: 'status'; readonly status: number; readonly when?: When }
  /** The connection is reset: `fetch` rejects as undici does, a listener destroys the socket. */
  | { readonly kind: 'drop'; readonly when: When }
  /** A page instead of JSON (status 200), as a proxy or a wrong host answers. */
  | { readonly kind: 'html'; readonly status?: number; readonly when?: When }
  /** The credential is refused as if it had just ended. */
  | { readonly kind: 'invalid-token' }
  /** The change is made, half of the JSON arrives. */
  | { readonly kind: 'truncate' }
  /** The change is made, and the JSON that is answered is what the function makes of it. */
  // biome-ignore lint/suspicious/noExplicitAny: the test knows the shape
  | { readonly kind: 'body'; readonly change: (body: any) => unknown }
  /** The `next` link leads here, to a URL or a path; added where there was none. */
  | { readonly kind: 'link'; readonly next: string }
  /** `Date` is off by so many milliseconds. */
  | { readonly kind: 'clock'; readonly skew: number };

export interface Injection {
  /** A pathname in which `*` stands for anything within a segment and `**` for anything; or a test of the request. */
  readonly path: string | ((request: Request) => boolean);
  readonly method?: string;
  /** How many requests it meets; 1 by default. */
  readonly times?: number;
  /** How many matching requests pass before: 2 to fail the third page of a list. */
  readonly skip?: number;
  readonly fault: Fault;
}

/** The faults waiting for their requests. */
export class Faults {
  #waiting: { readonly matches: (request: Request) => boolean; skip: number; times: number; readonly fault: Fault }[] =
    [];

  inject({ path, method, times = 1, skip = 0, fault }: Injection): void {
    const glob = typeof path === 'string' ? globPattern(path) : undefined;
    const onPath = typeof path === 'string' ? (request: Request) => glob!.test(new URL(request.url).pathname) : path;
    const matches = (request: Request) => (method === undefined || request.method === method) && onPath(request);
    this.#waiting.push({ matches, skip, times, fault });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The faults that meet this request, in the order they were injected. */
  take(request: Request): readonly Fault[] {
    const met = this.#waiting.filter((waiting) => waiting.times > 0 && waiting.matches(request));
    return met.filter((waiting) => waiting.skip-- <= 0 && waiting.times-- > 0).map(({ fault }) => fault);
  }
}

function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*|\*/g, (star) => (star === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${source}$`);
}

/** When a fault strikes. */
export function whenOf(fault: Fault): When {
  if ('when' in fault && fault.when) return fault.when;
  return fault.kind === 'truncate' || fault.kind === 'body' || fault.kind === 'link' || fault.kind === 'clock'
    ? 'after'
    : 'before';
}

/** Milliseconds by which the faults hold a request up. */
export function latencyOf(faults: readonly Fault[], when: When): number {
  return faults.reduce((ms, fault) => ms + (fault.kind === 'latency' && whenOf(fault) === when ? fault.ms : 0), 0);
}

/** True for a fault after which the request goes no further when it strikes before. */
export function stops({ kind }: Fault): boolean {
  return kind === 'status' || kind === 'drop' || kind === 'html' || kind === 'invalid-token';
}

/** What a fault answers, or throws for others to word, in the place of the org; undefined when it leaves that be. */
export function insteadOf(fault: Fault, needed: readonly string[], scheme: Scheme | undefined): Reply | undefined {
  switch (fault.kind) {
    case 'status':
      if (fault.status === 500) throw new OktaFailure('E0000009');
      if (fault.status === 503) throw new OktaFailure('E0000010');
      return { status: fault.status };
    case 'html':
      return { status: fault.status ?? 200, text: { type: 'text/html;charset=UTF-8', value: PAGE } };
    case 'invalid-token':
      if (scheme === 'SSWS') throw new OktaFailure('E0000011');
      throw new BearerFailure(401, 'invalid_token', 'The token has expired.', needed, scheme);
    default:
      return undefined;
  }
}

const PAGE = '<!DOCTYPE html>\n<html><head><title>Invented page</title></head><body><h1>Not JSON</h1></body></html>\n';

/** The answer as a fault lets it arrive. */
export function spoil(fault: Fault, answer: Answer, origin: string): Answer {
  const { body } = answer;
  const headers = new Headers(answer.headers);
  switch (fault.kind) {
    case 'truncate':
      // Something always stays: an empty reply would be another one, not a broken one.
      return { ...answer, body: body?.slice(0, Math.ceil(body.length / 2)) };
    case 'body':
      return { ...answer, body: JSON.stringify(fault.change(body === undefined ? undefined : JSON.parse(body))) };
    case 'link': {
      const links = (headers.get('link') ?? '')
        .split(/, (?=<)/)
        .filter((link) => link !== '' && !/rel="next"/.test(link));
      headers.delete('link');
      for (const link of [...links, `<${new URL(fault.next, origin).href}>; rel="next"`]) headers.append('link', link);
      return { ...answer, headers };
    }
    case 'clock':
      headers.set('date', new Date(Date.parse(headers.get('date') ?? '') + fault.skew).toUTCString());
      return { ...answer, headers };
    default:
      return answer;
  }
}

/** What undici's `fetch` rejects with when the other side resets the connection. */
export function connectionReset(): TypeError {
  const cause = Object.assign(new Error('read ECONNRESET'), { errno: -104, code: 'ECONNRESET', syscall: 'read' });
  return new TypeError('fetch failed', { cause });
}

/** True for a rejection that means a dropped connection. */
export function isConnectionReset(error: unknown): boolean {
  return error instanceof TypeError && (error.cause as { code?: unknown } | undefined)?.code === 'ECONNRESET';
}
