import { closeSync, constants, fchmodSync, fstatSync, openSync } from 'node:fs';
import pino from 'pino';
import type { LogLevel } from './environment.js';
import { OktaMcpError } from './errors.js';

export type Log = pino.Logger;

/** Properties that hold credentials, down to three levels of whatever is logged. */
const SECRET_KEYS = [
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'client_assertion',
  'apiToken',
  'privateKey',
  'password',
  'authorization',
  'dpop',
  'cookie',
];
const SECRET_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]);

/** Credentials inside a sentence, such as the message of somebody else's error. */
const SECRET_TEXT =
  /\b(?:Bearer|DPoP|SSWS) +[\w.~+/=-]{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|(?="))/g;

/**
 * A log of JSON lines to `file`, created readable by its owner only, or to standard error. Never standard output, which
 * belongs to the protocol. Writes are synchronous, so that the last line before a crash is there.
 * @throws OktaMcpError `config_invalid` when the file cannot be opened.
 */
export function createLog({ level, file }: { readonly level: LogLevel; readonly file?: string }): Log {
  const destination = pino.destination({ dest: file === undefined ? 2 : openLogFile(file), sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: '[secret]' },
      hooks: { streamWrite: withoutSecrets },
    },
    destination,
  );
}

function withoutSecrets(line: string): string {
  return line.replace(SECRET_TEXT, '[secret]');
}

function openLogFile(file: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, O_APPEND | O_CREAT | O_WRONLY, 0o600);
    if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
    return descriptor;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw new OktaMcpError(
      'config_invalid',
      `The log file of OKTA_LOG_FILE cannot be opened for writing (${(error as NodeJS.ErrnoException).code}).`,
      'Set OKTA_LOG_FILE to a file in an existing directory you may write to, or unset it to log to standard error.',
    );
  }
}
