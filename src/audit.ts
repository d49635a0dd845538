import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** One thing that happened to one call. */
export interface AuditEntry {
  /** Who acts at Okta: user id or login, client id, or the way of authenticating where nothing better is known. */
  readonly principal: string;
  /** Who called this server, where it has several callers. */
  readonly caller?: string;
  readonly tool: string;
  /** The arguments that say what the call is about: ids and logins. */
  readonly target?: Readonly<Record<string, unknown>>;
  /** Same for the same arguments as long as the process lives; not the arguments. */
  readonly arguments: string;
  /**
   * `asked`: a confirmation was asked for, nothing sent. `confirmed`: about to be sent. `called`: Okta did it. `failed`:
   * sent, and not answered with success. `refused`: not sent.
   */
  readonly decision: 'asked' | 'confirmed' | 'called' | 'failed' | 'refused';
  /** Who confirmed; `model-two-step` is the model alone. */
  readonly confirmation: 'human' | 'model-two-step' | 'policy-off' | 'none';
  /** What stood in the way. */
  readonly code?: string;
  /** Okta's id of the request. */
  readonly requestId?: string;
  /** HTTP status of Okta's answer. */
  readonly status?: number;
  /** Milliseconds since the call came in. */
  readonly duration: number;
}

/** Where what was done is written down. */
export interface Audit {
  /**
   * @param loud also shown on standard error: writes and refusals
   * @returns false when it could not be kept where the operator wants it kept
   */
  record(entry: AuditEntry, loud: boolean): boolean;
  /** A name for arguments that tells nothing about them: keyed, since a password could be guessed from a plain hash. */
  digest(canonical: string): string;
  close(): void;
}

export interface AuditOptions {
  /** Folder for a file of this process; only standard error without it. */
  readonly folder?: string;
  /** Writes a line to standard error. */
  readonly stderr: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told when the file cannot be written. */
  readonly log: { error(facts: object, message: string): void };
}

/** An audit of JSON lines. The file is new, only ever appended to, and readable by its owner only. */
export function createAudit({ folder, stderr, now, log }: AuditOptions): Audit {
  const key = randomBytes(32);
  const file = folder === undefined ? undefined : open(folder, now(), log);
  return {
    record(entry, loud) {
      const line = `${JSON.stringify({ audit: 1, time: new Date(now()).toISOString(), ...entry })}\n`;
      if (loud) stderr(line);
      return folder === undefined || (file !== undefined && append(file, line, log));
    },
    digest: (canonical) => createHmac('sha256', key).update(canonical).digest('base64url').slice(0, 22),
    close() {
      if (file !== undefined) closeSync(file);
    },
  };
}

function open(folder: string, now: number, log: AuditOptions['log']): number | undefined {
  const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const started = new Date(now).toISOString().replace(/[:.]/g, '');
  // A second server in this process, as in tests, gets a file of its own.
  const path = join(folder, `okta-mcp-${started}-${process.pid}-${randomBytes(3).toString('hex')}.jsonl`);
  try {
    return openSync(path, O_APPEND | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0) | O_WRONLY, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    log.error({ code, folder }, 'OKTA_AUDIT_LOG cannot be written; destructive and privileged calls will be refused');
    return undefined;
  }
}

function append(file: number, line: string, log: AuditOptions['log']): boolean {
  try {
    return writeSync(file, line) === Buffer.byteLength(line);
  } catch (error) {
    log.error({ code: (error as NodeJS.ErrnoException).code }, 'the audit log could not be written');
    return false;
  }
}
