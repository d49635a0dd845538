import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OktaMcpError } from '../errors.js';
import type { OktaReply } from '../okta/operation.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { withhold } from './secrets.js';

/** Where secrets go instead of results. Only for a server on the machine of its operator. */
export interface Reveal {
  /** Existing folder. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const OFF = 'The operator of this server can have them written to files: OKTA_REVEAL.';

/**
 * Sends a call and takes the secrets out of its reply. With `reveal` they are kept in a new file, readable by its owner
 * only; what changes something is only sent once that file is there, since Okta shows a generated secret once.
 * @returns the reply without secrets and, where there were some, words about them
 * @throws OktaMcpError `reveal_unavailable` before anything is sent
 */
export async function withholding(
  call: { readonly tool: ToolDefinition; readonly target: JsonObject; readonly reveal: Reveal | undefined },
  send: () => Promise<OktaReply>,
): Promise<{ reply: OktaReply; note?: string }> {
  const { tool, target, reveal } = call;
  const ahead = reveal && tool.secrets && !tool.annotations.readOnlyHint ? openAhead(tool, reveal) : undefined;
  let kept = false;
  try {
    const answered = await send();
    const { data, secrets } = withhold(answered.data, tool.secrets);
    const reply = { ...answered, data };
    if (secrets.size === 0) return { reply };
    const masked = `${secrets.size === 1 ? 'One value is' : `${secrets.size} values are`} secret and not shown.`;
    if (!reveal) return { reply, note: `${masked} ${OFF}` };
    const entry = {
      tool: tool.name,
      at: new Date(reveal.now()).toISOString(),
      target,
      secrets: Object.fromEntries(secrets),
    };
    const written = keep(ahead, entry, reveal);
    kept = 'path' in written;
    const where =
      'path' in written
        ? `Kept for the operator of this server in ${written.path}`
        : `Could not be kept in the folder of OKTA_EXPORT_DIR either (${written.problem}): what was generated is lost and must be generated anew.`;
    return { reply, note: `${masked} ${where}` };
  } finally {
    if (ahead) {
      closeSync(ahead.file);
      if (!kept) drop(ahead.path);
    }
  }
}

interface Open {
  readonly path: string;
  readonly file: number;
}

/** @throws the error of the file system */
function create({ folder }: Reveal): Open {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const path = join(folder, `okta-secret-${randomBytes(12).toString('hex')}.json`);
  return { path, file: openSync(path, O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0) | O_WRONLY, 0o600) };
}

function openAhead({ name }: ToolDefinition, reveal: Reveal): Open {
  try {
    return create(reveal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new OktaMcpError(
      'reveal_unavailable',
      `${name} answers secrets, and the folder of OKTA_EXPORT_DIR they are to be kept in cannot be written (${code}). Nothing was sent.`,
      'Ask the operator of this server to make the folder writable, or to unset OKTA_REVEAL, and to restart the server.',
      { sent: false },
    );
  }
}

function keep(ahead: Open | undefined, entry: object, reveal: Reveal): { path: string } | { problem: string } {
  let opened = ahead;
  let written = false;
  try {
    opened ??= create(reveal);
    writeFileSync(opened.file, `${JSON.stringify(entry, null, 2)}\n`);
    fsyncSync(opened.file);
    written = true;
    return { path: opened.path };
  } catch (error) {
    return { problem: (error as NodeJS.ErrnoException).code ?? 'unknown' };
  } finally {
    if (opened && !ahead) {
      closeSync(opened.file);
      if (!written) drop(opened.path);
    }
  }
}

/** An empty or half-written file is left to nobody; when it cannot be removed, the result stands all the same. */
function drop(path: string): void {
  try {
    unlinkSync(path);
  } catch {}
}
