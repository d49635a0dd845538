import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createDemoOrg, type DemoOrg, type DemoOrgOptions } from '../../src/demo-org/demo-org.js';
import { AccessTokens } from './access-tokens.js';
import { type App, appOf } from './apps.js';
import { authorizeEndpoint } from './authorize-endpoint.js';
import { startCore } from './core.js';
import { DeviceCodes } from './device-codes.js';
import { activatePage, deviceEndpoint } from './device-endpoint.js';
import { type Arrival, type AuthorizationServer, type Edge, type Switches, type TokenRequest, USUAL } from './edge.js';
import { listen, type Outcome } from './exchange.js';
import { OAuthFailure } from './failure.js';
import { type Fault, Faults, faultResponse } from './faults.js';
import { metadata, metadataPaths } from './metadata.js';
import { Nonces } from './nonces.js';
import { RefreshTokens } from './refresh-tokens.js';
import { resource, userinfo } from './resource.js';
import { OPENID_SCOPES } from './scopes.js';
import { SingleUse } from './single-use.js';
import { introspectEndpoint, revokeEndpoint } from './token-management.js';
import { recordedTokenEndpoint, tokenRequest } from './token-requests.js';

export interface CustomServer {
  /** `aud` of its access tokens. */
  readonly audience: string;
  /** The scopes it defines. */
  readonly scopes: readonly string[];
  /** Whether access tokens carry a `groups` claim; default false. */
  readonly groupsClaim?: boolean;
  /** Whether it has an access policy with a matching rule; default true. */
  readonly policy?: boolean;
}

export interface OktaServerOptions {
  /** Apps beside those of the demo org, whose OAuth clients, keys and granted scopes count as they are. */
  readonly apps: readonly App[];
  /** Custom authorization servers by id (`default`, `aus...`); default none. */
  readonly customServers?: Readonly<Record<string, CustomServer>>;
  readonly switches?: Partial<Switches>;
  /** The clock of edge and org, in milliseconds since 1970. */
  readonly now?: () => number;
  readonly org?: Omit<DemoOrgOptions, 'origin' | 'now'>;
}

/** An Okta org on loopback: authorization servers, and behind them the demo org. */
export interface OktaServer {
  readonly origin: string;
  readonly org: DemoOrg;
  /** Every request to a token endpoint, in order. */
  readonly tokenRequests: readonly TokenRequest[];
  /** Proofs and assertions that came twice, at any endpoint; a correct client leaves it empty. */
  readonly repeatedJtis: readonly string[];
  readonly switches: Switches;
  /** Adds the app or replaces the one with its id: a scope granted, a key rotated, DPoP switched on. */
  setApp(app: App): void;
  /** What the person does at `/activate`. Throws when no login waits for the code. */
  approveDevice(userCode: string, login: string): Promise<void>;
  denyDevice(userCode: string): Promise<void>;
  /** Who sits at the browser that opens `/authorize`: signed in and consenting, or declining; nobody without a login. */
  signIn(login?: string, options?: { readonly consents?: boolean }): void;
  /** A new DPoP nonce. Those before stay valid for three days, unless they are to be forgotten. */
  rotateNonce(options?: { readonly forget?: boolean }): void;
  expireAccessTokens(): void;
  expireRefreshTokens(): void;
  expireDeviceCodes(): void;
  failNext(fault: Fault): void;
  /** Puts the server's clock, and with it its `Date` headers, ahead of the real one, in seconds. */
  skewClock(seconds: number): void;
  close(): Promise<void>;
}

export async function startOktaServer(options: OktaServerOptions): Promise<OktaServer> {
  const { now: clock = Date.now } = options;
  let skew = 0;
  const now = () => clock() + skew;
  const apps = new Map(options.apps.map((app) => [app.id, app]));
  const faults = new Faults();
  const singleUse = new SingleUse();
  let edge!: Edge;

  const listener = await listen(singleUse, async (origin) => {
    edge = {
      now,
      switches: { ...USUAL, ...options.switches },
      app: (id) => apps.get(id) ?? appOf(edge.org.client(id)),
      org: createDemoOrg({ ...options.org, origin, now }),
      nonces: new Nonces(now),
      singleUse,
      authorizationServers: [],
      tokenRequests: [],
      signedIn: undefined,
    };
    const org = { audience: origin, scopes: undefined };
    for (const [id, custom] of Object.entries({ org, ...options.customServers }))
      edge.authorizationServers.push(await startAuthorizationServer(edge, origin, id, custom));
    const routes = buildRoutes(edge);
    return (arrival) => answer(edge, routes, faults, arrival);
  });

  const each = (act: (server: AuthorizationServer) => void) => edge.authorizationServers.forEach(act);
  const waitingAt = (userCode: string) => {
    const server = edge.authorizationServers.find(({ deviceCodes }) => deviceCodes.has(userCode));
    if (!server) throw new Error(`No device login has the code ${userCode}.`);
    return server.deviceCodes;
  };
  return {
    origin: listener.origin,
    org: edge.org,
    tokenRequests: edge.tokenRequests,
    repeatedJtis: singleUse.repeated,
    switches: edge.switches,
    setApp: (app) => void apps.set(app.id, app),
    async approveDevice(userCode, login) {
      const account = edge.org.account(login);
      if (account?.status !== 'ACTIVE') throw new Error(`${login} cannot sign in: ${account?.status ?? 'unknown'}.`);
      await waitingAt(userCode).approve(userCode, account);
    },
    denyDevice: (userCode) => waitingAt(userCode).deny(userCode),
    signIn(login, { consents = true } = {}) {
      edge.signedIn = login === undefined ? undefined : { login, consents };
    },
    rotateNonce: ({ forget = false } = {}) => edge.nonces.rotate(forget),
    expireAccessTokens: () => each(({ accessTokens }) => accessTokens.expireAll()),
    expireRefreshTokens: () => each(({ refreshTokens }) => refreshTokens.expireAll()),
    expireDeviceCodes: () => each(({ deviceCodes }) => deviceCodes.expireAll()),
    failNext: (fault) => faults.order(fault),
    skewClock(seconds) {
      skew = seconds * 1000;
    },
    async close() {
      await listener.close();
      await Promise.all(edge.authorizationServers.map(({ core }) => core.close()));
    },
  };
}

async function startAuthorizationServer(
  edge: Edge,
  origin: string,
  id: string,
  custom: Omit<CustomServer, 'scopes'> & Pick<AuthorizationServer, 'scopes'>,
): Promise<AuthorizationServer> {
  const isOrg = id === 'org';
  const issuer = isOrg ? origin : `${origin}/oauth2/${id}`;
  const base = isOrg ? '/oauth2/v1' : `/oauth2/${id}/v1`;
  const core = await startCore({
    issuer,
    base,
    scopes: [...OPENID_SCOPES, ...(custom.scopes ?? oktaScopes())],
    app: edge.app,
    account: (reference) => edge.org.account(reference),
    nonces: edge.nonces,
  });
  const { audience, scopes, groupsClaim = false, policy = true } = custom;
  return {
    id,
    issuer,
    base,
    audience,
    scopes,
    groupsClaim,
    policy,
    core,
    accessTokens: new AccessTokens({ issuer, audience, groupsClaim, core }, edge.org, edge.now),
    refreshTokens: new RefreshTokens(edge.now),
    deviceCodes: new DeviceCodes(core, edge.now),
  };
}

/** The `okta.*` scopes of the management API, read once. */
function oktaScopes(): readonly string[] {
  scopesOfSpec ??= readScopes();
  return scopesOfSpec;
}

let scopesOfSpec: readonly string[] | undefined;

function readScopes(): readonly string[] {
  const file = resolve(import.meta.dirname, '../../specs/okta-management.json');
  const spec = JSON.parse(readFileSync(file, 'utf8')) as {
    components: { securitySchemes: { oauth2: { flows: { authorizationCode: { scopes: object } } } } };
  };
  return Object.keys(spec.components.securitySchemes.oauth2.flows.authorizationCode.scopes);
}

type Endpoint = (arrival: Arrival) => Promise<Response> | Response;

/** By method and path. */
function buildRoutes(edge: Edge): ReadonlyMap<string, Endpoint> {
  const routes = new Map<string, Endpoint>([['GET /activate', ({ url }) => activatePage(edge, url)]]);
  for (const server of edge.authorizationServers) {
    const { base } = server;
    for (const path of metadataPaths(server)) routes.set(`GET ${path}`, () => Response.json(metadata(server)));
    routes.set(`GET ${base}/authorize`, (arrival) => authorizeEndpoint(edge, server, arrival));
    routes.set(`GET ${base}/userinfo`, (arrival) => userinfo(edge, server, arrival));
    routes.set(`GET ${base}/keys`, async ({ url }) => {
      const reply = await server.core.send({ method: 'GET', path: url.pathname, host: url.host });
      return Response.json(reply.body);
    });
    routes.set(`POST ${base}/token`, (arrival) => recordedTokenEndpoint(edge, server, arrival));
    routes.set(`POST ${base}/device/authorize`, (arrival) => deviceEndpoint(edge, server, arrival));
    routes.set(`POST ${base}/revoke`, (arrival) => revokeEndpoint(edge, server, arrival));
    routes.set(`POST ${base}/introspect`, (arrival) => introspectEndpoint(edge, server, arrival));
  }
  return routes;
}

async function answer(
  edge: Edge,
  routes: ReadonlyMap<string, Endpoint>,
  faults: Faults,
  arrival: Arrival,
): Promise<Outcome> {
  const { pathname } = arrival.url;
  const fault = faults.take(pathname);
  const server = edge.authorizationServers.find(({ base }) => pathname === `${base}/token`);
  if (fault !== undefined && fault !== 'drop-after') {
    const response = faultResponse(fault, arrival, edge.now());
    if (server) edge.tokenRequests.push(tokenRequest(edge, server, arrival, response?.status ?? 0, fault));
    return response ? dated(edge, response) : fault === 'black-hole' ? 'hang' : 'drop';
  }
  const [org] = edge.authorizationServers as [AuthorizationServer];
  const endpoint = routes.get(`${arrival.method} ${pathname}`) ?? ((each: Arrival) => resource(edge, org, each));
  let response: Response;
  try {
    response = await endpoint(arrival);
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error;
    response = error.response();
  }
  return fault === 'drop-after' ? 'drop' : dated(edge, response);
}

function dated(edge: Edge, response: Response): Response {
  response.headers.set('date', new Date(edge.now()).toUTCString());
  return response;
}
