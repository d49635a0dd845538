import { z } from 'zod';
import { type Config, ConfigError, type Problem } from './config.js';
import { choice, list, readVariables, text, wholeNumber } from './environment.js';
import { isLoopback } from './org-url.js';
import { type ReplicaSettings, readReplicas } from './replica-settings.js';
import { Secret } from './secret.js';

/** How the hosted server is reached, and by whom. */
export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** `hosts`: names it answers to, where it listens on loopback only. */
  readonly admin: { readonly host: string; readonly port: number; readonly hosts?: readonly string[] };
  /** Public address of the MCP endpoint. */
  readonly url: URL;
  readonly guard: GuardSettings;
  /** Host names without ports. */
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  /** Requests a minute, for each caller. */
  readonly rateLimit: number;
  readonly bodyBytes: number;
  /** How many sessions there may be. */
  readonly sessions: number;
  readonly replicas: ReplicaSettings;
}

export type GuardSettings =
  /** Everybody may come in: the demo org. */
  | { readonly kind: 'open' }
  /** Whoever knows the token that is made at the start. */
  | { readonly kind: 'shared' }
  /** Bearers of access tokens of a custom authorization server. */
  | {
      readonly kind: 'oauth';
      readonly serverId: string;
      readonly audiences: readonly string[];
      /** Path of `callers.yaml`. */
      readonly callers?: string;
      readonly introspection?: { readonly clientId: string; readonly clientSecret: Secret };
    };

const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const DEFAULT_PORT = 8080;
const DEFAULT_ADMIN_PORT = 8081;

/** The variables only `okta-mcp http` reads. */
export const httpEnvironment = z.object({
  OKTA_AUTH_SERVER_ID: text.meta({
    description:
      'Id of the custom authorization server that callers get their tokens from: `default`, or one that starts with `aus`. All its addresses follow from `OKTA_ORG_URL`. Without it only this machine can connect, with a token that is printed at the start.',
  }),
  OKTA_MCP_AUDIENCE: list.meta({
    description: 'Audiences (`aud`) of the tokens that are for this server, separated like scopes.',
    default: 'the public address of the MCP endpoint',
  }),
  OKTA_MCP_CALLERS: text.meta({
    description: 'File (`callers.yaml`) that says what scopes, groups and clients of a token may use.',
    default: "scopes of tokens must be Okta's own",
  }),
  OKTA_MCP_PUBLIC_URL: text.meta({
    description:
      'Address under which clients reach this server, with the base path if there is one; MCP is at `/mcp` below it.',
    default: 'http://localhost:<port>',
  }),
  OKTA_MCP_HOST: text.meta({ description: 'Address to listen on.', default: '127.0.0.1' }),
  OKTA_MCP_PORT: wholeNumber(0).meta({ description: 'Port to listen on.', default: String(DEFAULT_PORT) }),
  OKTA_MCP_ADMIN_HOST: text.meta({
    description: 'Address to serve `/healthz`, `/readyz` and `/metrics` on.',
    default: '127.0.0.1',
  }),
  OKTA_MCP_ADMIN_PORT: wholeNumber(0).meta({ description: 'Port for them.', default: String(DEFAULT_ADMIN_PORT) }),
  OKTA_MCP_ALLOWED_HOSTS: list.meta({
    description: 'Further host names, without ports, that requests may name.',
    default: 'that of the public address, and on loopback localhost',
  }),
  OKTA_MCP_ALLOWED_ORIGINS: list.meta({
    description: 'Origins of web pages that may use this server, such as `https://inspector.example.com`.',
    default: 'none',
  }),
  OKTA_MCP_RATE_LIMIT: wholeNumber(1).meta({
    description: 'Requests a minute that each caller may make.',
    default: '600',
  }),
  OKTA_MCP_BODY_BYTES: wholeNumber(1000).meta({ description: 'Largest message, in bytes.', default: '1000000' }),
  OKTA_MCP_SESSIONS: wholeNumber(0).meta({
    description: 'How many sessions of clients older than 2026-07-28 there may be; more are served without one.',
    default: '1000',
  }),
  OKTA_MCP_REDIS_URL: text.meta({
    description:
      'Redis or Valkey that replicas share: `redis://` or `rediss://` (TLS), with user and password if it has them. See docs/scale-out.md.',
  }),
  OKTA_MCP_SEAL_KEY: text.meta({
    description:
      'Key for confirmations, cursors and sessions, the same for all replicas: 32 bytes in base64 or hex (`openssl rand -base64 32`).',
    default: 'a new one for each process',
  }),
  OKTA_MCP_SEAL_KEY_FILE: text.meta({ description: 'File that holds it, instead.' }),
  OKTA_MCP_SINGLE_REPLICA: choice(['true', 'false']).meta({
    description: '`true`: there is never more than one replica, so a sealing key needs no Redis.',
    default: 'false',
  }),
  OKTA_MCP_INTROSPECTION: choice(['on', 'off']).meta({
    description:
      '`on`: every token is also asked about at the authorization server, so that a revoked one stops working within 15 seconds. Needs a client secret.',
    default: 'off',
  }),
  OKTA_M2M_CLIENT_ID: text.meta({
    description: 'Client that asks about tokens (`OKTA_MCP_INTROSPECTION`): a confidential one.',
    default: '`OKTA_CLIENT_ID`',
  }),
  OKTA_M2M_CLIENT_SECRET: text.meta({
    description: 'Its secret. Serves for introspection only: Okta never gives `okta.*` scopes for a client secret.',
  }),
  OKTA_CLIENT_SECRET: text.meta({ description: 'The same as `OKTA_M2M_CLIENT_SECRET`.' }),
});

type Variables = z.output<typeof httpEnvironment>;
type Report = (name: string, message: string, fix: string) => void;

/**
 * What the environment says about the hosted mode of a configuration.
 * @throws ConfigError with every problem at once, never repeating the value of a secret
 */
export function parseHttpConfig(
  env: Readonly<Record<string, string | undefined>>,
  config: Config,
  { demo }: { readonly demo: boolean },
): HttpConfig {
  const problems: Problem[] = [];
  const report: Report = (name, message, fix) => void problems.push({ name, message, fix });
  const values = readVariables(httpEnvironment, env, [], report);
  if (config.confirm === 'off') {
    report('OKTA_CONFIRM', 'is off, which a server for several people must not be.', 'Unset it, or set it to elicit.');
  }
  const host = values.OKTA_MCP_HOST ?? '127.0.0.1';
  const port = readPort('OKTA_MCP_PORT', values.OKTA_MCP_PORT, DEFAULT_PORT, report);
  const url = readPublicUrl(values.OKTA_MCP_PUBLIC_URL ?? `http://localhost:${port}`, report);
  const guard = readGuard(values, { config, demo, host, url, env }, report);
  const replicas = readReplicas(values, report);
  const origins = values.OKTA_MCP_ALLOWED_ORIGINS ?? [];
  for (const origin of origins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    report(
      'OKTA_MCP_ALLOWED_ORIGINS',
      'holds something that is no origin.',
      'Write scheme and host only: https://host',
    );
  }
  const adminHost = values.OKTA_MCP_ADMIN_HOST ?? '127.0.0.1';
  const admin = {
    host: adminHost,
    ...(isLocal(adminHost) && { hosts: LOCAL_NAMES }),
    port: readPort('OKTA_MCP_ADMIN_PORT', values.OKTA_MCP_ADMIN_PORT, DEFAULT_ADMIN_PORT, report),
  };
  if (problems.length > 0 || !url || !guard) throw new ConfigError(problems);
  return {
    host,
    port,
    admin,
    url,
    guard,
    hosts: [
      ...new Set([url.hostname, ...(isLocal(host) ? LOCAL_NAMES : []), ...(values.OKTA_MCP_ALLOWED_HOSTS ?? [])]),
    ],
    origins,
    rateLimit: values.OKTA_MCP_RATE_LIMIT ?? 600,
    bodyBytes: values.OKTA_MCP_BODY_BYTES ?? 1_000_000,
    sessions: values.OKTA_MCP_SESSIONS ?? 1000,
    replicas,
  };
}

interface Setting {
  readonly config: Config;
  readonly demo: boolean;
  readonly host: string;
  readonly url: URL | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

function readGuard(values: Variables, setting: Setting, report: Report): GuardSettings | undefined {
  const { config, demo, host, url, env } = setting;
  const id = values.OKTA_AUTH_SERVER_ID;
  if (demo) {
    const fix = 'Unset it, or start without --demo.';
    if (id !== undefined) report('OKTA_AUTH_SERVER_ID', 'is set, but --demo lets everybody in without a token.', fix);
    return { kind: 'open' };
  }
  if (id === undefined) {
    if (isLocal(host)) return { kind: 'shared' };
    const fix =
      'Set OKTA_AUTH_SERVER_ID, so that callers are known, or unset OKTA_MCP_HOST to serve this machine only.';
    report('OKTA_AUTH_SERVER_ID', 'is not set, and OKTA_MCP_HOST lets others connect.', fix);
    return undefined;
  }
  if (!/^[A-Za-z0-9]{1,64}$/.test(id)) {
    const fix = 'Set the id alone, as in its issuer https://<org>/oauth2/<id> (Admin Console > Security > API).';
    report('OKTA_AUTH_SERVER_ID', 'is no id of an authorization server.', fix);
  }
  const { strategy } = config.auth;
  if (strategy === 'device' || strategy === 'auth-code') {
    const fix = 'Set OKTA_PRIVATE_KEY and OKTA_KEY_ID of an API Services app (OKTA_AUTH=private-key-jwt).';
    report('OKTA_AUTH', `is ${strategy}: all callers would act with the rights of whoever signs in.`, fix);
  }
  const introspection = values.OKTA_MCP_INTROSPECTION === 'on' && readIntrospection(values, env, report);
  return {
    kind: 'oauth',
    serverId: id,
    audiences: values.OKTA_MCP_AUDIENCE ?? (url ? [url.href] : []),
    ...(values.OKTA_MCP_CALLERS && { callers: values.OKTA_MCP_CALLERS }),
    ...(introspection && { introspection }),
  };
}

function readIntrospection(values: Variables, env: Setting['env'], report: Report) {
  const clientId = values.OKTA_M2M_CLIENT_ID ?? env.OKTA_CLIENT_ID;
  const secret = values.OKTA_M2M_CLIENT_SECRET ?? values.OKTA_CLIENT_SECRET;
  if (clientId && secret) return { clientId, clientSecret: new Secret(secret) };
  const fix =
    'Set OKTA_M2M_CLIENT_ID and OKTA_M2M_CLIENT_SECRET of a confidential client, or unset OKTA_MCP_INTROSPECTION.';
  report('OKTA_MCP_INTROSPECTION', 'is on, but there is no client to ask with.', fix);
  return undefined;
}

function readPort(name: string, value: number | undefined, fallback: number, report: Report): number {
  if (value === undefined || value <= 65_535) return value ?? fallback;
  report(name, 'is no port number.', 'Set a number from 1024 to 65535, or unset it.');
  return fallback;
}

/** The address of the MCP endpoint below what was set. */
function readPublicUrl(value: string, report: Report): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const usable = url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)));
  if (!usable || url.search || url.hash || url.username) {
    const fix = 'Set it to an address such as https://mcp.example.com or https://gateway.example.com/okta';
    report('OKTA_MCP_PUBLIC_URL', 'is no https address (plain http is for this machine only).', fix);
    return undefined;
  }
  const base = url.pathname.replace(/\/+$/, '');
  url.pathname = base.endsWith('/mcp') ? base : `${base}/mcp`;
  return url;
}

/** Whether listening on this address lets nobody else connect. */
function isLocal(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
}
