import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { customServer } from '../auth/custom-server.js';
import { OktaMcpError } from '../errors.js';
import type { Protection } from '../http/bearer-challenge.js';
import type { HttpAuthorizer } from '../http/caller.js';
import { type CallersNames, parseCallers } from '../http/callers-file.js';
import { Grants, NO_CALLERS } from '../http/grants.js';
import { Introspection } from '../http/introspection.js';
import { metadataUrl, type ProtectedResource } from '../http/protected-resource.js';
import { SigningKeys } from '../http/signing-keys.js';
import { TokenVerifier } from '../http/token-verifier.js';
import type { GuardSettings, HttpConfig } from '../http-config.js';
import { isLoopback } from '../org-url.js';
import { Secret } from '../secret.js';
import type { Catalog } from '../tools/catalog.js';
import { openAuthorizer, sharedTokenAuthorizer, tokenAuthorizer } from './authorizer.js';

/** Who is let in, and how they learn of it. */
export interface FrontDoor {
  readonly authorize: HttpAuthorizer;
  readonly protection: Protection;
  readonly resource?: ProtectedResource;
  readonly toCover?: Grants['toCover'];
  /** To be shown to the operator, and to nobody else. */
  readonly token?: Secret;
  /** Each resolves when it is fine. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
}

export interface FrontDoorParts {
  /** What this server itself may do now. */
  readonly ceiling: () => Catalog;
  readonly orgUrl: string;
  /** Its own scopes. */
  readonly scopes: readonly string[];
  readonly known: CallersNames;
  /** Reaches the authorization server. */
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: { warn(facts: object, message: string): void };
}

/**
 * Opens the door that was configured.
 * @throws OktaMcpError `config_invalid` for a callers file that cannot be used
 */
export async function openDoor(
  { guard, url }: Pick<HttpConfig, 'guard' | 'url'>,
  parts: FrontDoorParts,
): Promise<FrontDoor> {
  if (guard.kind === 'open') return { authorize: openAuthorizer, protection: { scopes: [] }, checks: {} };
  if (guard.kind === 'shared') {
    const token = new Secret(randomBytes(32).toString('base64url'));
    return { authorize: sharedTokenAuthorizer(token), protection: { scopes: [] }, token, checks: {} };
  }
  const { ceiling, orgUrl, scopes, known, fetch, now, log } = parts;
  const { audiences, callers: path } = guard;
  const callers = path === undefined ? NO_CALLERS : parseCallers(path, await read(path), known);
  const grants = new Grants(callers, known.scopes);
  const { issuer, keysUrl } = customServer(orgUrl, guard.serverId);
  const keys = new SigningKeys({ url: keysUrl, fetch, now, log });
  const introspection = introspectionOf(guard, parts);
  const introspect = introspection && { introspect: introspection.check.bind(introspection) };
  const verifier = new TokenVerifier({ issuer, orgUrl, audiences, keys, now, ...introspect });
  const protection = { metadataUrl: metadataUrl(url), scopes: grants.asked(scopes) };
  return {
    authorize: tokenAuthorizer({ verifier, grants, ceiling, protection }),
    protection,
    resource: { url, issuer, scopes: grants.supported(scopes) },
    toCover: (sets) => grants.toCover(sets),
    checks: { keys: () => keys.load() },
  };
}

function introspectionOf(
  { introspection, serverId }: Extract<GuardSettings, { kind: 'oauth' }>,
  { orgUrl, fetch, now, log }: FrontDoorParts,
): Introspection | undefined {
  if (!introspection) return undefined;
  const { issuer, introspectionUrl: url } = customServer(orgUrl, serverId);
  const insecure = isLoopback(new URL(orgUrl));
  return new Introspection({ ...introspection, issuer, url, insecure, fetch, now, log });
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OktaMcpError(
      'config_invalid',
      `OKTA_MCP_CALLERS cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      'Set it to the path of a file this process may read.',
    );
  }
}
