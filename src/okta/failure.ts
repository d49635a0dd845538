import { OktaMcpError } from '../errors.js';
import { isJson } from './body.js';
import { readBytes } from './bytes.js';
import { type Challenge, parseChallenges } from './challenge.js';
import { type Meaning, meaningOfCode, meaningOfStatus } from './error-codes.js';
import { inDoubt, type RequestFacts } from './transport.js';

const BODY_CAP = 256 * 1024;
const TEXT_CAP = 400;
const CAUSES_CAP = 10;
/** Okta's windows are a minute; a reset further away than this is a broken header or clock. */
const RESET_CAP_SECONDS = 3600;
const READ_ONLY_MODE = 'E0000010';

/** What Okta said, whichever way it said it. All text is made safe to show. */
interface Refusal {
  readonly errorCode?: string;
  readonly errorId?: string;
  readonly summary?: string;
  readonly causes: readonly string[];
  readonly page: boolean;
}

/**
 * Explains a reply that is not 2xx, by OAuth error of the challenge header, then by Okta's error code, then by status;
 * never by wording. Reads at most 256 KiB of the body. `details` has `status`, `errorCode`, `errorId`, `requestId`,
 * `causes`, and where they apply `scope` (list), `resetAt` (ISO, Okta's clock), `waitSeconds`, `concurrency`, `location`.
 * @param now milliseconds, only used when Okta sends no `Date`.
 */
export async function failureOf(
  response: Response,
  request: RequestFacts,
  now = Date.now,
  signal?: AbortSignal,
): Promise<OktaMcpError> {
  const refusal = await readRefusal(response, signal);
  const challenge = parseChallenges(response.headers.get('www-authenticate') ?? '').find((each) => each.params.error);
  const special: Special | undefined =
    redirect(response, request) ??
    rateLimit(response, now) ??
    (challenge && [400, 401, 403].includes(response.status) ? oauthRefusal(challenge, response.status) : undefined) ??
    (refusal.page && response.status < 500 ? webPage(request) : undefined);
  const meaning: Meaning =
    special ??
    meaningOfCode(refusal.errorCode) ??
    oauthBody(refusal, response.status) ??
    meaningOfStatus(response.status);
  const said = cleanText(challenge?.params.error_description) ?? refusal.summary;
  const what = `${request.method} ${request.path} failed (${[response.status, refusal.errorCode].filter(Boolean).join(' ')}): ${meaning.means}.`;
  const maybeDone = meaning.code === 'okta_unavailable' && refusal.errorCode !== READ_ONLY_MODE;
  const told = maybeDone ? inDoubt(request.method, what, meaning.fix) : { message: what, fix: meaning.fix };
  return new OktaMcpError(
    meaning.code,
    [
      told.message,
      said ? ` Okta says: ${quoted(said)}.` : '',
      refusal.causes.length > 0 ? ` Causes: ${refusal.causes.map(quoted).join('; ')}.` : '',
    ].join(''),
    told.fix,
    {
      status: response.status,
      errorCode: refusal.errorCode ?? cleanText(challenge?.params.error),
      errorId: refusal.errorId,
      requestId: cleanText(response.headers.get('x-okta-request-id')),
      causes: refusal.causes,
      ...special?.details,
    },
  );
}

interface Special extends Meaning {
  readonly details?: Readonly<Record<string, unknown>>;
}

function redirect(response: Response, request: RequestFacts): Special | undefined {
  if (response.status < 300 || response.status > 399) return undefined;
  const location = response.headers.get('location') ?? '';
  const base = `https://${request.host}`;
  const target = URL.canParse(location, base) ? new URL(location, base).host : 'another address';
  return {
    code: 'okta_refused',
    means: `the answer was a redirect to ${target}, which was not followed so that the credentials stay with ${request.host}`,
    fix:
      target === request.host
        ? 'Check that OKTA_ORG_URL is the org itself and that no proxy or sign-in portal stands between.'
        : `If ${target} is your org, set OKTA_ORG_URL to https://${target}; otherwise a proxy or sign-in portal stands between.`,
    details: { location: target },
  };
}

function rateLimit({ status, headers }: Response, now: () => number): Special | undefined {
  if (status !== 429) return undefined;
  // A limit of 0 marks the cap on simultaneous requests (okta-facts 2.4); its reset is only an estimate.
  const concurrency = headers.get('x-rate-limit-limit')?.trim() === '0';
  const reset = Number(headers.get('x-rate-limit-reset') ?? Number.NaN);
  const clock = Date.parse(headers.get('date') ?? '');
  const away = reset - (Number.isNaN(clock) ? now() : clock) / 1000;
  const wait = Math.max(1, Math.ceil(away) + 1);
  const known = !concurrency && Math.abs(away) <= RESET_CAP_SECONDS;
  return {
    code: 'okta_rate_limited',
    means: concurrency
      ? 'too many requests to this org are in progress at once'
      : 'the rate limit of the org for this address is used up',
    fix: known
      ? `Wait ${wait} seconds (until ${new Date(reset * 1000).toISOString()}) and call again.`
      : `Wait ${concurrency ? 'a few seconds' : 'a minute'} and call again.`,
    details: { concurrency, ...(known && { waitSeconds: wait, resetAt: new Date(reset * 1000).toISOString() }) },
  };
}

/** The OAuth errors of RFC 6750 section 3.1 and RFC 9449 section 7.1 as Okta uses them (okta-facts 1.6, 2.3). */
function oauthRefusal({ params }: Challenge, status: number): Special | undefined {
  switch (params.error) {
    case 'insufficient_scope': {
      const scope = (cleanText(params.scope) ?? '').split(' ').filter(Boolean);
      const names = scope.join(', ') || 'the scope of this tool';
      return {
        code: 'okta_scope_missing',
        means: `the access token lacks ${names}`,
        fix: `Add ${names} to OKTA_SCOPES, and grant it to the app in the Admin Console: Applications > the app > Okta API Scopes. Then restart.`,
        details: { scope },
      };
    }
    case 'invalid_token':
      return meaningOfStatus(401);
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
    // Okta answers this to a bound token without its proof, or one sent as Bearer.
    case 'invalid_request':
      return {
        code: 'okta_dpop',
        means: 'Okta did not accept the proof of possession (DPoP) of the access token',
        fix: 'Check that the clock of this machine is right to the minute, that OKTA_ORG_URL is the host actually called, and whether the app requires DPoP (General > Require DPoP header).',
      };
    case 'access_denied':
      return status === 403 ? NETWORK_ZONE : undefined;
    default:
      return undefined;
  }
}

const NETWORK_ZONE: Meaning = {
  code: 'okta_network_zone',
  means: 'the org does not accept these credentials from the network this machine is in',
  fix: 'Add the public IP address of this machine to the network zone allowed for the token or app (Security > Networks), or call from an allowed network.',
};

function oauthBody({ errorCode }: Refusal, status: number): Meaning | undefined {
  return errorCode === 'access_denied' && status === 403 ? NETWORK_ZONE : undefined;
}

function webPage(request: RequestFacts): Meaning {
  return {
    code: 'okta_reply_invalid',
    means: `${request.host} answered with a web page, so it is not Okta's API that answered`,
    fix: 'Check that OKTA_ORG_URL is the org itself (https://example.okta.com, no path, no -admin). If it is, a proxy or sign-in portal of your network stands between.',
  };
}

async function readRefusal(response: Response, signal?: AbortSignal): Promise<Refusal> {
  const type = response.headers.get('content-type') ?? '';
  // The refusal is known from status and headers; a body that cannot be read only makes it less detailed.
  const bytes = await readBytes(response, BODY_CAP, signal).catch(() => undefined);
  const text = new TextDecoder().decode(bytes).trim();
  const error = isJson(type) || text.startsWith('{') ? parse(text) : {};
  const causes = Array.isArray(error.errorCauses) ? error.errorCauses : [];
  const errorCode = cleanText(error.errorCode ?? error.error);
  const errorId = cleanText(error.errorId);
  const summary = cleanText(error.errorSummary ?? error.error_description);
  return {
    ...(errorCode && { errorCode }),
    ...(errorId && { errorId }),
    ...(summary && { summary }),
    causes: causes
      .slice(0, CAUSES_CAP)
      .map((cause: { errorSummary?: unknown } | null) => cleanText(cause?.errorSummary))
      .filter((cause) => cause !== undefined),
    page: /^\s*(text\/html|application\/xhtml\+xml)/i.test(type) || /^<(!doctype html|html)/i.test(text),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** It cannot end its own quotes. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/**
 * Text from outside made fit to be shown to a model or in a terminal: control, invisible and direction-changing
 * characters become spaces, and it ends after 400 characters. Undefined when nothing is left.
 */
export function cleanText(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const plain = text
    .slice(0, 4 * TEXT_CAP)
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return (plain.length > TEXT_CAP ? `${plain.slice(0, TEXT_CAP).replace(/\p{Cs}$/u, '')}…` : plain) || undefined;
}
