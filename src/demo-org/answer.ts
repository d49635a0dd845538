import { BearerFailure, OktaFailure } from './errors.js';
import type { Reply } from './exchange.js';
import type { Random } from './random.js';
import type { Rate } from './rate-window.js';

/** What leaves the org: headers complete, body as text. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/** The reply with the headers that all replies have; `at` is the org's clock. */
export function compose(
  reply: Reply,
  { requestId, at }: { readonly requestId: string; readonly at: number },
  rate: Rate | undefined,
): Answer {
  const headers = new Headers({
    date: new Date(at).toUTCString(),
    'x-okta-request-id': requestId,
    'cache-control': 'no-cache, no-store',
    pragma: 'no-cache',
    expires: '0',
    'strict-transport-security': 'max-age=315360000; includeSubDomains',
    'x-content-type-options': 'nosniff',
  });
  if (rate) {
    headers.set('x-rate-limit-limit', String(rate.limit));
    headers.set('x-rate-limit-remaining', String(rate.remaining));
    headers.set('x-rate-limit-reset', String(rate.reset));
  }
  for (const [name, value] of reply.headers ?? []) headers.append(name, value);
  const text =
    reply.text ??
    (reply.body === undefined ? undefined : { type: 'application/json', value: JSON.stringify(reply.body) });
  if (text) headers.set('content-type', text.type);
  return { status: reply.status, headers, body: text?.value };
}

/** What is answered when something was thrown: the failure as Okta words it, 500 E0000009 for anything else. */
export function refusal(error: unknown, url: URL, random: Random): Reply {
  if (error instanceof BearerFailure)
    return { status: error.status, headers: [['www-authenticate', error.challenge(url.origin, url.pathname)]] };
  const failure = error instanceof OktaFailure ? error : new OktaFailure('E0000009');
  // The System Log words its errors differently: a UUID, and no errorLink.
  const errorId = url.pathname === '/api/v1/logs' ? random.uuid() : `oae${random.id('').concat(random.hex(2))}`;
  return { status: failure.status, body: failure.body(errorId) };
}
