import { setTimeout as wait } from 'node:timers/promises';
import * as oauth from 'oauth4webapi';
import { OktaMcpError } from '../errors.js';
import type { Log } from '../log.js';
import { isLoopback } from '../org-url.js';
import { type AuthorizationServer, isTransient, type TokenAnswer } from './authorization-server.js';
import type { SignIn } from './interactive.js';
import { ScopeRequest } from './scope-request.js';

export interface DeviceParts {
  readonly server: AuthorizationServer;
  /** `offline_access` included. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Waits so many milliseconds; rejects when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** RFC 8628 section 3.2, in seconds. */
const DEFAULT_INTERVAL = 5;
/** RFC 8628 section 3.5, in seconds. */
const SLOW_DOWN = 5;
/** Longest wait after failures to reach Okta, in seconds. */
const MAX_BACK_OFF = 60;
/** Each attempt leaves a code that nobody will use, and Okta limits how many there may be. */
const SCOPE_ATTEMPTS = 10;

/** The device authorization grant (RFC 8628): the person signs in on any device, this program asks whether they have. */
export function deviceSignIn({ server, scopes, now, log, sleep = sleepFor }: DeviceParts): SignIn {
  const request = new ScopeRequest(scopes, log, SCOPE_ATTEMPTS);
  const { metadata, client } = server;

  async function authorize(asked: readonly string[], signal: AbortSignal) {
    const response = await server.call(
      (options) =>
        oauth.deviceAuthorizationRequest(metadata, client, oauth.None(), { scope: asked.join(' ') }, options),
      { grant: 'device', scopes: asked, signal },
    );
    const startedAt = now();
    const answer = await oauth.processDeviceAuthorizationResponse(metadata, client, response).catch(() => undefined);
    if (!answer || !isWebPage(answer.verification_uri)) throw unusableAnswer();
    return { ...answer, asked, expiresAt: startedAt + answer.expires_in * 1000 };
  }

  type Authorization = Awaited<ReturnType<typeof authorize>>;

  async function poll(authorization: Authorization, signal: AbortSignal): Promise<TokenAnswer> {
    const { device_code, expiresAt, asked } = authorization;
    let interval = authorization.interval ?? DEFAULT_INTERVAL;
    let pause = interval;
    for (;;) {
      await sleep(pause * 1000, signal);
      if (now() >= expiresAt) throw expired();
      try {
        return await server.token(
          (options) => oauth.deviceCodeGrantRequest(metadata, client, oauth.None(), device_code, options),
          { grant: 'device', scopes: asked, signal },
        );
      } catch (error) {
        const code = error instanceof OktaMcpError ? error.details.error : undefined;
        if (isTransient(error)) {
          log.debug({ reason: (error as Error).message }, 'no answer about the sign-in yet');
          pause = Math.min(pause * 2, Math.max(MAX_BACK_OFF, interval));
          continue;
        }
        if (code === 'slow_down') interval += SLOW_DOWN;
        else if (code !== 'authorization_pending') throw error;
        pause = interval;
      }
    }
  }

  return {
    async begin(signal) {
      const authorization = await request.send((asked) => authorize(asked, signal));
      const { verification_uri, verification_uri_complete, user_code, expiresAt } = authorization;
      const complete = verification_uri_complete && isWebPage(verification_uri_complete);
      return {
        uri: complete ? verification_uri_complete : verification_uri,
        code: user_code,
        expiresAt,
        outcome: poll(authorization, signal),
      };
    },
  };
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal, ref: false });
}

/** The address goes to a person and to a browser. */
function isWebPage(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

function expired(): OktaMcpError {
  return new OktaMcpError(
    'auth_refused',
    'The sign-in code ran out before anybody used it.',
    'Call again to get a new code.',
    { error: 'expired_token' },
  );
}

function unusableAnswer(): OktaMcpError {
  return new OktaMcpError(
    'auth_unreachable',
    'Okta answered the start of the sign-in without a usable code and link.',
    'Check that OKTA_ORG_URL is an Okta org, and that no proxy answers in its place.',
  );
}
