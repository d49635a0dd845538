import type { IncomingMessage, ServerResponse } from 'node:http';
import * as oauth from 'oauth4webapi';
import { OktaMcpError } from '../errors.js';
import type { AuthorizationServer, TokenAnswer } from './authorization-server.js';
import type { SignIn } from './interactive.js';
import { listenOnLoopback } from './loopback.js';
import { quote, SCOPE_FIX } from './token-failure.js';

export interface AuthCodeParts {
  readonly server: AuthorizationServer;
  /** `offline_access` included. */
  readonly scopes: readonly string[];
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long this program listens for the browser to come back, in milliseconds. */
  readonly patience?: number;
}

/** The redirect URI to register with the app; Okta compares it as a string, port included. */
export function redirectUri(port: number): string {
  return `http://localhost:${port}/callback`;
}

/** The authorization code grant with PKCE (RFC 7636, S256 only) and a loopback redirect (RFC 8252 section 7.3). */
export function authCodeSignIn({ server, scopes, port, now, patience = 600_000 }: AuthCodeParts): SignIn {
  const { metadata, client } = server;

  async function exchange(parameters: URLSearchParams, verifier: string, signal: AbortSignal): Promise<TokenAnswer> {
    const { checked, error } = check(parameters);
    if (error) throw error;
    return await server.token(
      (options) =>
        oauth.authorizationCodeGrantRequest(
          metadata,
          client,
          oauth.None(),
          checked,
          redirectUri(port),
          verifier,
          options,
        ),
      { grant: 'auth-code', scopes, signal },
    );
  }

  /** The state was compared before; the issuer is checked here (RFC 9207). */
  function check(parameters: URLSearchParams) {
    try {
      return { checked: oauth.validateAuthResponse(metadata, client, parameters, oauth.skipStateCheck) };
    } catch (error) {
      const code = error instanceof oauth.AuthorizationResponseError ? error.error : undefined;
      return { checked: parameters, error: refusal(code, parameters.get('error_description')) };
    }
  }

  return {
    async begin(signal) {
      const verifier = oauth.generateRandomCodeVerifier();
      const state = oauth.generateRandomState();
      const uri = new URL(metadata.authorization_endpoint!);
      uri.search = new URLSearchParams({
        client_id: client.client_id,
        response_type: 'code',
        scope: scopes.join(' '),
        redirect_uri: redirectUri(port),
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString();

      const { promise: outcome, resolve, reject } = withResolvers<TokenAnswer>();
      let returned = false;
      const handle = async (request: IncomingMessage, response: ServerResponse) => {
        // Not `new URL`, which throws at what anybody may send, such as `//`.
        const callback = /^\/callback(?:\?(.*))?$/.exec(request.url ?? '');
        if (request.method !== 'GET' || !callback) return say(response, 404, 'Nothing is here.');
        const parameters = new URLSearchParams(callback[1]);
        // Anybody can open this page; only Okta was told the state. Such a visit does not end the sign-in.
        if (parameters.get('state') !== state || returned) return say(response, 400, 'No sign-in waits for this page.');
        returned = true;
        try {
          const answer = await exchange(parameters, verifier, signal);
          say(response, 200, 'Signed in. You can close this window.');
          resolve(answer);
        } catch (error) {
          const { message, fix } = error instanceof OktaMcpError ? error : { message: 'The sign-in failed.', fix: '' };
          say(response, 400, `${message}\n${fix}`);
          reject(error);
        }
      };
      const close = await listenOnLoopback(port, handle);
      const timer = setTimeout(() => reject(ranOut()), patience);
      timer.unref();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      const over = () => {
        clearTimeout(timer);
        close();
      };
      outcome.then(over, over);
      return { uri: uri.href, expiresAt: now() + patience, outcome };
    },
  };
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}

function say(response: ServerResponse, status: number, text: string): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close' };
  response.writeHead(status, { ...headers, 'x-content-type-options': 'nosniff' }).end(`${text}\n`);
}

function ranOut(): OktaMcpError {
  return new OktaMcpError('auth_refused', 'Nobody finished the sign-in in time.', 'Call again to sign in anew.', {
    error: 'expired_token',
  });
}

/** What Okta said on the way back from the browser (RFC 6749 section 4.1.2.1). */
function refusal(code: string | undefined, description: string | null): OktaMcpError {
  const said = quote(description ?? undefined);
  const details = code ? { error: code.slice(0, 60) } : {};
  if (code === 'access_denied') {
    return new OktaMcpError(
      'auth_refused',
      `The sign-in was refused: the person declined it, is not assigned to the app, or a policy does not allow it (access_denied).${said}`,
      'Check Admin Console > Applications > your app > Assignments, then call again to sign in anew.',
      details,
    );
  }
  if (code === 'invalid_scope') {
    return new OktaMcpError(
      'auth_scope_invalid',
      `Not all of the scopes are granted to the app (invalid_scope).${said}`,
      SCOPE_FIX,
      details,
    );
  }
  if (code === undefined) {
    return new OktaMcpError(
      'auth_refused',
      'The browser came back with an answer that is not from this org, so it was not used.',
      'Call again to sign in anew.',
    );
  }
  return new OktaMcpError(
    'auth_refused',
    `Okta refused the sign-in (${code.replace(/[^\w.-]/g, '').slice(0, 60)}).${said}`,
    'See the System Log in the Admin Console for the reason, then call again to sign in anew.',
    details,
  );
}
