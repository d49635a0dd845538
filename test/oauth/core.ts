import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Configuration, errors, KoaContextWithOIDC } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import instance from 'oidc-provider/lib/helpers/weak_cache.js';
import { Provider } from 'oidc-provider/lib/provider.js';
import type { Account } from '../../src/demo-org/demo-org.js';
import { type App, clientMetadata } from './apps.js';
import type { Nonces } from './nonces.js';

/** The edge's clock may be anywhere, so it judges all ages; oidc-provider must not judge them first. Seconds. */
const TEN_YEARS = 315_360_000;

/** Headers between the edge and its core. */
const NO_ROTATION = 'x-edge-no-rotation';
const DECLINED = 'x-edge-declined';
const DETAIL = 'x-core-detail';

export interface CoreSettings {
  readonly issuer: string;
  /** The path its endpoints start with: `/oauth2/v1` or `/oauth2/<id>/v1`. */
  readonly base: string;
  /** Every scope it can issue. */
  readonly scopes: readonly string[];
  readonly app: (id: string) => App | undefined;
  readonly account: (reference: string) => Account | undefined;
  readonly nonces: Nonces;
}

export interface CoreReply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: judged field by field
  readonly body: any;
  /** Why it refused: oidc-provider's internal wording, finer than its public one. */
  readonly detail: string;
}

export interface CoreRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  /** The host the caller named. */
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: URLSearchParams;
  /** Answer a rotating refresh token without rotating it. */
  readonly noRotation?: boolean;
  /** The person signed in, and whether they consent. */
  readonly session?: { readonly accountId: string; readonly consents: boolean };
}

/** One authorization server: a certified implementation, unmodified, on Okta's paths behind the edge. */
export interface Core {
  readonly provider: Provider;
  send(request: CoreRequest): Promise<CoreReply>;
  /** An assertion for the app that oidc-provider accepts, after the edge has verified the app's own. */
  vouch(app: App, audience: string): Promise<string>;
  /** Signs with the key published at `/keys`. */
  sign(claims: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

/** Made once per process: an RSA key takes a while. */
let signingKey: Promise<JWK> | undefined;
let edgeKey: Promise<JWK> | undefined;

async function makeKey(alg: 'RS256' | 'ES256', kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
}

export async function startCore(settings: CoreSettings): Promise<Core> {
  signingKey ??= makeKey('RS256', 'okta-signing-key');
  edgeKey ??= makeKey('ES256', 'edge');
  const [signing, edge] = await Promise.all([signingKey, edgeKey]);
  const provider = new Provider(settings.issuer, configuration(settings, signing, edge));
  provider.proxy = true;
  // Its own nonces change every minute and cannot be made to; these rotate on demand.
  instance(provider).DPoPNonces = settings.nonces;
  const tell = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) =>
    ctx.set(DETAIL, encodeURIComponent(error.error_detail ?? error.error_description ?? error.message));
  provider.on('grant.error', tell);
  provider.on('authorization.error', tell);
  provider.on('device_authorization.error', tell);
  provider.on('introspection.error', tell);
  provider.on('revocation.error', tell);
  provider.on('server_error', (ctx, error) => ctx.set(DETAIL, encodeURIComponent(String(error.stack))));

  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    provider,
    async send({ method, path, host, headers = {}, form, noRotation, session }) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...headers,
          'x-forwarded-host': host,
          'x-forwarded-proto': 'http',
          ...(noRotation && { [NO_ROTATION]: '1' }),
          ...(session && { cookie: `_session=${await signIn(provider, session.accountId)}` }),
          ...(session?.consents === false && { [DECLINED]: '1' }),
        },
        ...(form && { body: form }),
      });
      const text = await response.text();
      const detail = decodeURIComponent(response.headers.get(DETAIL) ?? '');
      if (response.status >= 500) throw new Error(`oidc-provider failed: ${detail || text}`);
      const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text, detail };
    },
    async vouch(app, audience) {
      return new SignJWT({ iss: app.id, sub: app.id, aud: audience, jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'ES256', kid: 'edge' })
        .setExpirationTime('5 min')
        .sign(await importJWK(edge, 'ES256'));
    },
    async sign(claims) {
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: signing.kid ?? '' })
        .sign(await importJWK(signing, 'RS256'));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Signs the person in, as Okta's own pages would have done before `/authorize` goes on. */
async function signIn(provider: Provider, accountId: string): Promise<string> {
  const session = new provider.Session();
  session.loginAccount({ accountId });
  await session.save(3600);
  return session.jti;
}

function configuration(settings: CoreSettings, signing: JWK, edge: JWK): Configuration {
  const { base } = settings;
  const memory = createMemoryAdapter(TEN_YEARS);
  const dayLong = () => 86_400;
  const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'] as const;
  return {
    adapter: (model: string) => {
      const adapter = memory(model);
      // Read anew for each request, so that an app may be changed while the server runs.
      if (model === 'Client')
        adapter.find = async (id) => {
          const app = settings.app(id);
          return app && clientMetadata(app, publicPart(edge));
        };
      return adapter;
    },
    jwks: { keys: [signing as never] },
    scopes: [...settings.scopes],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'], groups: ['groups'] },
    clockTolerance: TEN_YEARS,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: () => false,
    enabledJWA: {
      clientAuthSigningAlgValues: [...algorithms],
      dPoPSigningAlgValues: [...algorithms],
      idTokenSigningAlgValues: ['RS256'],
    },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true, charset: 'base-20', mask: '********' },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32), requireNonce: () => true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
    },
    routes: {
      authorization: `${base}/authorize`,
      token: `${base}/token`,
      device_authorization: `${base}/device/authorize`,
      introspection: `${base}/introspect`,
      revocation: `${base}/revoke`,
      jwks: `${base}/keys`,
      userinfo: `${base}/userinfo`,
      code_verification: '/activate',
    },
    ttl: {
      AccessToken: dayLong,
      ClientCredentials: dayLong,
      DeviceCode: dayLong,
      AuthorizationCode: () => 300,
      IdToken: () => 3600,
      RefreshToken: () => 90 * 86_400,
      Grant: () => 90 * 86_400,
      Session: dayLong,
      Interaction: () => 3600,
    },
    // The edge's session cookie says who signed in and consents: a prompt that can be asked for and has nothing to ask.
    interactions: {
      policy: [{ name: 'consent', requestable: true, details: () => ({}), checks: [] } as never],
      url: () => '/activate',
    },
    expiresWithSession: () => false,
    async loadExistingGrant(ctx) {
      if (ctx.get(DECLINED) || !ctx.oidc.session?.accountId || !ctx.oidc.client) return undefined;
      const { accountId } = ctx.oidc.session;
      const grant = new ctx.oidc.provider.Grant({ accountId, clientId: ctx.oidc.client.clientId });
      grant.addOIDCScope([...ctx.oidc.requestParamScopes].join(' '));
      await grant.save();
      return grant;
    },
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    rotateRefreshToken(ctx) {
      const app = settings.app(ctx.oidc.client?.clientId ?? '');
      return app?.kind !== 'service' && app?.refresh === 'ROTATE' && !ctx.get(NO_ROTATION);
    },
    async findAccount(_ctx, id) {
      const account = settings.account(id);
      if (account?.status !== 'ACTIVE') return undefined;
      const { login, name, email, groups } = account;
      return {
        accountId: account.id,
        claims: async () => ({ sub: account.id, name, preferred_username: login, email, groups: [...groups] }),
      };
    },
  };
}

function publicPart({ kty, crv, x, y, kid, alg }: JWK): JWK {
  return { kty, crv, x, y, kid, alg } as JWK;
}
