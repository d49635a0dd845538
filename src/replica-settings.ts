import { readFileSync } from 'node:fs';
import { rawKey } from './auth/store-key.js';
import { Secret } from './secret.js';

/** What makes several processes one server. */
export interface ReplicaSettings {
  /** 32 bytes; absent: each process makes its own. */
  readonly sealKey?: Secret;
  /** Address of Redis with its password; absent: each process is alone. */
  readonly redisUrl?: Secret;
}

/** Variables as they were set. */
export interface ReplicaVariables {
  readonly OKTA_MCP_REDIS_URL: string | undefined;
  readonly OKTA_MCP_SEAL_KEY: string | undefined;
  readonly OKTA_MCP_SEAL_KEY_FILE: string | undefined;
  readonly OKTA_MCP_SINGLE_REPLICA: 'true' | 'false' | undefined;
}

type Report = (name: string, message: string, fix: string) => void;

const MAKE_ONE = 'Make one with: openssl rand -base64 32';

export function readReplicas(values: ReplicaVariables, report: Report): ReplicaSettings {
  const sealKey = readSealKey(values, report);
  const redisUrl = readRedisUrl(values.OKTA_MCP_REDIS_URL, report);
  const keyed = values.OKTA_MCP_SEAL_KEY ?? values.OKTA_MCP_SEAL_KEY_FILE;
  if (values.OKTA_MCP_REDIS_URL && !keyed) {
    report('OKTA_MCP_SEAL_KEY', 'is not set, so no replica could open what another sealed.', MAKE_ONE);
  }
  if (keyed && !values.OKTA_MCP_REDIS_URL && values.OKTA_MCP_SINGLE_REPLICA !== 'true') {
    const fix = 'Set OKTA_MCP_REDIS_URL, or OKTA_MCP_SINGLE_REPLICA=true if there is never more than one.';
    report('OKTA_MCP_SEAL_KEY', 'is shared, but replicas could not tell that a confirmation was used.', fix);
  }
  return { ...(sealKey && { sealKey }), ...(redisUrl && { redisUrl }) };
}

function readSealKey(values: ReplicaVariables, report: Report): Secret | undefined {
  const { OKTA_MCP_SEAL_KEY: given, OKTA_MCP_SEAL_KEY_FILE: file } = values;
  const name = given === undefined ? 'OKTA_MCP_SEAL_KEY_FILE' : 'OKTA_MCP_SEAL_KEY';
  if (given !== undefined && file !== undefined) {
    report('OKTA_MCP_SEAL_KEY_FILE', 'is set beside OKTA_MCP_SEAL_KEY.', 'Unset one of them.');
    return undefined;
  }
  let text = given;
  if (file !== undefined) {
    try {
      text = readFileSync(file, 'utf8').trim();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      report(name, `cannot be read (${code}).`, 'Set it to the path of a file this process may read.');
      return undefined;
    }
  }
  if (text === undefined) return undefined;
  const key = rawKey(text);
  // A key of one repeated byte is an example from somewhere.
  if (!key || new Set(key).size === 1) {
    report(name, 'does not hold a key of 32 random bytes in base64 or hex.', MAKE_ONE);
    return undefined;
  }
  return new Secret(key.toString('base64url'));
}

function readRedisUrl(value: string | undefined, report: Report): Secret | undefined {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const usable = url && /^rediss?:$/.test(url.protocol) && url.hostname !== '' && /^(\/\d*)?$/.test(url.pathname);
  if (usable && !url.search && !url.hash && decodable(url)) return new Secret(url.href);
  const fix = 'Set it to redis://<host>:6379 or rediss://<user>:<password>@<host>:6379, the password percent-encoded.';
  report('OKTA_MCP_REDIS_URL', 'is no address of a Redis.', fix);
  return undefined;
}

function decodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
