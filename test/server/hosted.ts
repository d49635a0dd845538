import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type App, createApp } from '../../src/app.js';
import type { AuditEntry } from '../../src/audit.js';
import { demoStrategy } from '../../src/auth/demo.js';
import { parseConfig } from '../../src/config.js';
import { createDemoOrg, type DemoOrg } from '../../src/demo-org/demo-org.js';
import { type CallersFile, parseCallers } from '../../src/http/callers-file.js';
import { Grants, NO_CALLERS } from '../../src/http/grants.js';
import { type InboundLimit, inboundLimitInMemory } from '../../src/http/inbound-limit.js';
import { metadataUrl } from '../../src/http/protected-resource.js';
import { SigningKeys } from '../../src/http/signing-keys.js';
import { TokenVerifier } from '../../src/http/token-verifier.js';
import { traceparent } from '../../src/http/trace-context.js';
import { createLog } from '../../src/log.js';
import { knownNames, readSpecification, readToolFile } from '../../src/package-files.js';
import type { Replicas } from '../../src/redis/replicas.js';
import { Secret } from '../../src/secret.js';
import { tokenAuthorizer } from '../../src/server/authorizer.js';
import { createHttpHandler, type HttpHandler, type RequestRecord } from '../../src/server/http.js';
import type { SessionOptions } from '../../src/server/sessions.js';

export const ORG = 'https://acme.okta.com';
export const ISSUER = `${ORG}/oauth2/ausmcp`;
export const RESOURCE = 'https://mcp.example.com/mcp';

export const tools = readToolFile();

/** A key the authorization server signs with. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

export async function signingKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export interface HostedOptions {
  /** The server's own scopes. */
  readonly scopes?: string;
  /** `callers.yaml` */
  readonly callers?: string;
  readonly limit?: InboundLimit;
  readonly sessions?: Partial<SessionOptions>;
  readonly origins?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly url?: string;
  /** Answers for the keys instead. */
  readonly keysFetch?: typeof globalThis.fetch;
  /** What it has in common with other replicas. */
  readonly replicas?: Replicas;
  /** The org, where several servers share one. */
  readonly org?: DemoOrg;
}

/** A hosted server without a port, with an authorization server made of one key, and the demo org behind it. */
export interface Hosted {
  readonly handler: HttpHandler;
  readonly app: App;
  readonly org: DemoOrg;
  readonly key: SigningKey;
  /** The keys that are published now. */
  readonly published: JWK[];
  /** How often they were fetched. */
  readonly fetches: () => number;
  readonly log: RequestRecord[];
  /** Failures that are not the client's. */
  readonly defects: unknown[];
  /** `traceparent` of each request to Okta. */
  readonly traces: (string | null)[];
  /** Lines of the audit for standard error. */
  readonly audit: string[];
  /** All of the audit. */
  readonly entries: AuditEntry[];
  readonly now: { value: number };
  /** An access token: the usual claims with these over them; undefined leaves one out. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>, key?: SigningKey): Promise<string>;
  /** A JSON-RPC message as a request. */
  request(message: unknown, options?: { token?: string | undefined; headers?: Record<string, string> }): Request;
  close(): Promise<void>;
}

let usualKey: Promise<SigningKey> | undefined;

export async function hosted(options: HostedOptions = {}): Promise<Hosted> {
  usualKey ??= signingKey('key-1');
  const key = await usualKey;
  const { scopes = 'okta.users.read okta.users.manage okta.groups.read okta.groups.manage' } = options;
  const known = knownNames(tools);
  const env = { OKTA_ORG_URL: ORG, OKTA_API_TOKEN: '0'.repeat(42), OKTA_SCOPES: scopes, ...options.env };
  const { config } = parseConfig(env, known, { demo: false });
  const { replicas } = options;
  const org = options.org ?? createDemoOrg({ origin: ORG, specification: readSpecification });
  const audit: string[] = [];
  const traces: (string | null)[] = [];
  const entries: AuditEntry[] = [];
  const app = await createApp({
    config,
    tools,
    version: '0',
    log: createLog({ level: 'silent' }),
    fetch(input, init) {
      const request = new Request(input, init);
      traces.push(request.headers.get('traceparent'));
      return org.fetch(request);
    },
    strategy: demoStrategy(new Secret(org.issueToken({ scopes: config.scopes })), config.scopes),
    stderr: (line) => void audit.push(line),
    hosted: {
      headers: () => ({ ...(traceparent() && { traceparent: traceparent() as string }) }),
      observer: { audited: (entry) => void entries.push(entry), answered: () => {}, limited: () => {} },
      ...(replicas && { shared: replicas.shared }),
    },
  });
  const now = { value: Date.now() };
  const published = [key.jwk];
  let fetches = 0;
  const keys = new SigningKeys({
    url: `${ISSUER}/v1/keys`,
    fetch: async (...args) => {
      fetches += 1;
      return options.keysFetch ? options.keysFetch(...args) : Response.json({ keys: published });
    },
    now: () => now.value,
    log: { warn: () => {} },
  });
  const callers: CallersFile = options.callers ? parseCallers('callers.yaml', options.callers, known) : NO_CALLERS;
  const grants = new Grants(callers, known.scopes);
  const url = new URL(options.url ?? RESOURCE);
  const verifier = new TokenVerifier({
    issuer: ISSUER,
    orgUrl: ORG,
    audiences: [url.href],
    keys,
    now: () => now.value,
  });
  const protection = { metadataUrl: metadataUrl(url), scopes: grants.asked(config.scopes) };
  const log: RequestRecord[] = [];
  const defects: unknown[] = [];
  const handler = createHttpHandler(
    app,
    tokenAuthorizer({ verifier, grants, ceiling: () => app.toolbox.catalog, protection }),
    {
      url,
      resource: { url, issuer: ISSUER, scopes: grants.supported(config.scopes) },
      hosts: [url.hostname],
      origins: options.origins ?? [],
      bodyBytes: 100_000,
      limit: options.limit ?? replicas?.limit ?? inboundLimitInMemory(1_000_000),
      sessions: {
        most: 50,
        mostEach: 5,
        idleMs: 60_000,
        now: () => now.value,
        ...replicas?.sessions,
        ...options.sessions,
      },
      protection,
      toCover: (sets) => grants.toCover(sets),
      onerror: () => {},
      onRequest: (facts) => void log.push(facts),
      onDefect: (error) => void defects.push(error),
    },
  );
  const seconds = () => Math.floor(now.value / 1000);
  return {
    handler,
    app,
    org,
    key,
    published,
    fetches: () => fetches,
    log,
    defects,
    traces,
    audit,
    entries,
    now,
    token(claims = {}, header = {}, signer = key) {
      const usual = {
        ver: 1,
        jti: 'AT.1',
        iss: ISSUER,
        aud: url.href,
        sub: 'jane@acme.example',
        iat: seconds() - 10,
        exp: seconds() + 3600,
        cid: '0oaclient',
        uid: '00ujane',
        scp: ['okta.users.read'],
      };
      const present = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
      return new SignJWT(Object.fromEntries(present))
        .setProtectedHeader({ alg: signer.alg, kid: signer.kid, ...header })
        .sign(signer.privateKey);
    },
    request(message, { token, headers = {} } = {}) {
      return new Request(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: typeof message === 'string' ? message : JSON.stringify(message),
      });
    },
    async close() {
      await handler.close();
      await app.close();
    },
  };
}

/** The message inside an answer, be it JSON or a stream of one event. */
// biome-ignore lint/suspicious/noExplicitAny: judged field by field
export async function messageOf(response: Response): Promise<any> {
  const text = await response.text();
  const data = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .at(-1);
  return JSON.parse(data === undefined ? text : data.slice(6));
}

export const call = (name: string, args: Record<string, unknown> = {}, id: number | string = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

export const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

/** What a request of 2026-07-28 carries in its parameters. */
export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** The same message and headers in that revision. */
export function modern(message: { method: string; params?: object }) {
  const name = (message.params as { name?: string } | undefined)?.name;
  return {
    message: { ...message, params: { ...message.params, _meta: modernMeta } },
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': message.method,
      ...(name !== undefined && { 'mcp-name': name }),
    },
  };
}

export const initialize = (capabilities: object = {}, protocolVersion = '2025-11-25') => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities, clientInfo: { name: 'test', version: '0' } },
});

/** Opens a session of a 2025 revision. */
export async function session(
  { handler, request }: Pick<Hosted, 'handler' | 'request'>,
  token: string,
): Promise<string> {
  const response = await handler.fetch(request(initialize(), { token }));
  await response.text();
  return response.headers.get('mcp-session-id') ?? '';
}

export const namesOf = (message: { result: { tools: { name: string }[] } }) =>
  message.result.tools.map(({ name }) => name);
