import { exportJWK } from 'jose';
import { type App, createApp } from '../../src/app.js';
import { parseConfig } from '../../src/config.js';
import { inboundLimitInMemory } from '../../src/http/inbound-limit.js';
import { type Listener, listen } from '../../src/http/listener.js';
import { refuse } from '../../src/http/refusals.js';
import { parseHttpConfig } from '../../src/http-config.js';
import { createLog } from '../../src/log.js';
import { knownNames } from '../../src/package-files.js';
import { openDoor } from '../../src/server/front-door.js';
import { createHttpHandler, type HttpHandler } from '../../src/server/http.js';
import type { App as OktaApp } from '../oauth/apps.js';
import { makeKey, nativeApp, serviceApp } from '../oauth/client.js';
import { type OktaServer, startOktaServer } from '../oauth/server.js';
import { tools } from './hosted.js';

/** An administrator of the demo org. */
export const LOGIN = 'marisol.vandersteen@atlasworks.example';
export const REDIRECT = 'http://localhost:8765/callback';
export const CLIENT_ID = '0oamcpclient';

export interface OktaHostedOptions {
  /** The server's own scopes. */
  readonly scopes: string;
  /** Scopes of the custom authorization server. */
  readonly serverScopes: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Clients beside the one that people use. */
  readonly apps?: readonly OktaApp[];
}

/** A hosted server on a port of loopback, and an Okta org with its authorization servers on another. */
export interface OktaHosted {
  readonly okta: OktaServer;
  readonly app: App;
  readonly handler: HttpHandler;
  readonly listener: Listener;
  /** Address of the MCP endpoint. */
  readonly url: URL;
  readonly audit: string[];
  /** Paths of requests to Okta that were given up under way. */
  readonly givenUp: string[];
  close(): Promise<void>;
}

export async function oktaHosted(options: OktaHostedOptions): Promise<OktaHosted> {
  let handler: HttpHandler | undefined;
  const listener = await listen(
    async (request) => (handler as HttpHandler).fetch(request),
    { host: '127.0.0.1', port: 0, variable: 'OKTA_MCP_PORT' },
    () => refuse('internal'),
  );
  const url = `http://localhost:${listener.port}/mcp`;
  const key = await makeKey('ES256', 'server-key');
  const okta = await startOktaServer({
    apps: [
      serviceApp(key, { id: '0oaserver', scopes: options.scopes.split(' ') }),
      nativeApp({ id: CLIENT_ID, redirectUris: [REDIRECT], scopes: [] }),
      ...(options.apps ?? []),
    ],
    customServers: { ausmcp: { audience: url, scopes: options.serverScopes, groupsClaim: true } },
  });
  const known = knownNames(tools);
  const env = {
    OKTA_ORG_URL: okta.origin,
    OKTA_CLIENT_ID: '0oaserver',
    OKTA_PRIVATE_KEY: JSON.stringify({ ...(await exportJWK(key.privateKey)), kid: 'server-key', alg: 'ES256' }),
    OKTA_SCOPES: options.scopes,
    OKTA_AUTH_SERVER_ID: 'ausmcp',
    OKTA_MCP_PUBLIC_URL: url,
    ...options.env,
  };
  const { config } = parseConfig(env, known, { demo: false });
  const http = parseHttpConfig(env, config, { demo: false });
  const audit: string[] = [];
  const log = createLog({ level: 'silent' });
  const givenUp: string[] = [];
  const app = await createApp({
    config,
    tools,
    version: '0',
    log,
    stderr: (line) => void audit.push(line),
    async fetch(input, init) {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const note = () => void givenUp.push(pathname);
      init?.signal?.addEventListener('abort', note);
      return await globalThis.fetch(input, init).finally(() => init?.signal?.removeEventListener('abort', note));
    },
    hosted: {},
  });
  const door = await openDoor(http, {
    ceiling: () => app.toolbox.catalog,
    orgUrl: okta.origin,
    scopes: config.scopes,
    known,
    fetch: (...args) => globalThis.fetch(...args),
    now: Date.now,
    log,
  });
  handler = createHttpHandler(app, door.authorize, {
    ...http,
    ...door,
    limit: inboundLimitInMemory(1_000_000),
    sessions: { most: 50, mostEach: 10, idleMs: 60_000, now: Date.now },
    onerror: () => {},
    onDefect: (error) => {
      throw error;
    },
  });
  return {
    okta,
    app,
    handler,
    listener,
    url: new URL(url),
    audit,
    givenUp,
    async close() {
      await handler?.close();
      await listener.close();
      await app.close();
      await okta.close();
    },
  };
}

/**
 * A person at a browser, as an MCP client needs one: pre-registered client, authorization code with PKCE. Everything
 * about the authorization server is found by the client.
 */
export class Browser {
  /** Where the client sent the person, newest last. */
  readonly visited: URL[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: two versions of the SDK keep their own shapes in it
  #kept: any = {};

  readonly redirectUrl = REDIRECT;
  readonly clientMetadata = { client_name: 'test', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' };
  clientInformation() {
    return { client_id: CLIENT_ID };
  }
  tokens() {
    return this.#kept.tokens;
  }
  saveTokens(tokens: unknown) {
    this.#kept.tokens = tokens;
  }
  redirectToAuthorization(url: URL) {
    this.visited.push(url);
  }
  saveCodeVerifier(verifier: string) {
    this.#kept.verifier = verifier;
  }
  codeVerifier() {
    return this.#kept.verifier;
  }
  saveDiscoveryState(state: unknown) {
    this.#kept.discovery = state;
  }
  discoveryState() {
    return this.#kept.discovery;
  }
  state() {
    return 'the-state';
  }

  /** Follows the newest link and comes back with the parameters of the redirect. */
  async approve(): Promise<URLSearchParams> {
    const url = this.visited.at(-1);
    if (!url) throw new Error('nobody was sent anywhere');
    const response = await fetch(url, { redirect: 'manual' });
    const location = response.headers.get('location');
    if (!location) throw new Error(`no redirect: ${response.status} ${await response.text()}`);
    return new URL(location).searchParams;
  }
}
