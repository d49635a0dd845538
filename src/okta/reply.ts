import { OktaMcpError } from '../errors.js';
import { isJson } from './body.js';
import { BodyTooLarge, readBytes } from './bytes.js';
import type { OktaReply, Operation } from './operation.js';
import { type RequestFacts, systemErrorOf } from './transport.js';

const BODY_CAP = 32 * 1024 * 1024;

/** Data of a reply that is neither JSON nor text. */
export interface BinaryData {
  readonly mediaType: string;
  readonly base64: string;
}

/**
 * Reads a 2xx reply. `data` is undefined for an empty body, whatever was promised; parsed JSON; a string for textual
 * media types; `BinaryData` for the rest.
 * @param cap largest body in bytes, after decompression.
 * @throws OktaMcpError `okta_reply_invalid` for a body that is too large, cut off or not what the operation promises;
 *   the reason of the request's signal when that stopped the reading.
 */
export async function readReply(
  response: Response,
  operation: Pick<Operation, 'reply'>,
  request: RequestFacts,
  cap = BODY_CAP,
  signal?: AbortSignal,
): Promise<OktaReply> {
  const { status, headers } = response;
  const requestId = headers.get('x-okta-request-id');
  const bytes = await readBytes(response, cap, signal).catch((error: unknown) => {
    if (error instanceof BodyTooLarge) {
      throw invalid(`the reply is larger than ${cap} bytes`, 'Ask for less: a lower limit or a narrower filter.');
    }
    // What fetch reports when the connection breaks; cancellation and time-out come as their own reason.
    if (error instanceof TypeError) {
      const { code } = systemErrorOf(error.cause);
      throw invalid('the connection broke before its end', 'Try again in a few seconds.', { cause: code });
    }
    throw error;
  });
  const data = bytes.byteLength === 0 ? undefined : parse();
  return { status, headers, data, ...(requestId && { requestId }) };

  function parse(): unknown {
    const promised = operation.reply !== undefined && isJson(operation.reply);
    const type = headers.get('content-type') ?? (promised ? 'application/json' : 'application/octet-stream');
    const mediaType = type.split(';', 1)[0]!.trim().toLowerCase();
    if (isJson(type)) return parseJson();
    if (mediaType === 'text/html' || mediaType === 'application/xhtml+xml') {
      throw invalid(
        `${request.host} answered with a web page instead of data`,
        'Check that OKTA_ORG_URL is the org itself (https://example.okta.com, no path, no -admin). If it is, a proxy or sign-in portal of your network stands between.',
      );
    }
    if (promised) {
      throw invalid(
        `the reply is ${mediaType} instead of JSON`,
        'Check OKTA_ORG_URL, and proxies between here and Okta.',
      );
    }
    if (isText(mediaType)) return decode(type);
    return { mediaType, base64: Buffer.from(bytes).toString('base64') } satisfies BinaryData;
  }

  function parseJson(): unknown {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      throw invalid(
        'the reply is not valid JSON, or was cut off',
        'Try again; if it persists, check proxies between here and Okta.',
      );
    }
  }

  function decode(type: string): string {
    const charset = /;\s*charset="?([\w.:-]+)/i.exec(type)?.[1];
    try {
      return new TextDecoder(charset).decode(bytes);
    } catch {
      return new TextDecoder().decode(bytes);
    }
  }

  function invalid(what: string, fix: string, details = {}): OktaMcpError {
    const change = request.method === 'GET' ? '' : ' Okta reported success, so the change was most likely made.';
    return new OktaMcpError(
      'okta_reply_invalid',
      `${request.method} ${request.path} was answered with ${status}, but ${what}.${change}`,
      change ? `Read the object before doing this again. ${fix}` : fix,
      { status, requestId, ...details },
    );
  }
}

function isText(mediaType: string): boolean {
  return /^text\/|[/+](xml|jwt)$|^application\/x-(pem-file|www-form-urlencoded)$/.test(mediaType);
}
