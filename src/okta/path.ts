import { OktaMcpError } from '../errors.js';

const PLACEHOLDER = /\{([^{}]+)\}/g;
const PERCENT_RUN = /(?:%[0-9a-f]{2})+/gi;

/**
 * Fills the `{name}` segments of a path template. A value fills exactly one segment: what could be read as another path,
 * by us, by a proxy or by Okta, after any number of decodings, is refused.
 * @throws OktaMcpError `arguments_invalid` for a missing value, `path_unsafe` for one that could leave its segment.
 */
export function expandPath(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(PLACEHOLDER, (_, name: string) => {
    const value = values[name];
    if (typeof value !== 'string') {
      throw new OktaMcpError(
        'arguments_invalid',
        `"${name}" is missing: it is part of the address of the request.`,
        `Give "${name}" as a string, for example an id taken from a list or search result.`,
        { parameter: name },
      );
    }
    const danger = dangerOf(value);
    if (danger !== undefined) {
      throw new OktaMcpError(
        'path_unsafe',
        `"${name}" ${danger}. It was not sent, because it could address another object than the one meant.`,
        `Give "${name}" as the plain id, login or name Okta uses (such as 00u1ab2CD3efGH4ij5k6 or jo.o'neil+x@example.com), not as a path or a URL and not percent-encoded.`,
        { parameter: name },
      );
    }
    return percentEncode(value);
  });
}

/** Percent-encodes everything except the unreserved characters of RFC 3986 section 2.3; `encodeURIComponent` leaves five more. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function dangerOf(value: string): string | undefined {
  const plain = decodeFully(value);
  if (plain === undefined) return 'contains percent-encoded bytes that are not text';
  if (/[/\\]/.test(plain)) return 'contains a slash or a backslash';
  if (/[\p{Cc}\p{Cs}]/u.test(plain)) return 'contains a control character or a broken character';
  // Java servers cut a segment at `;`, and some trim it, before they resolve dots.
  const bare = plain.split(';', 1)[0]!.trim();
  if (bare === '') return 'is empty';
  if (bare === '.' || bare === '..') return 'is a step to another directory';
  return undefined;
}

/** Undoes nested percent-encoding; undefined when it hides bytes that are not UTF-8 (overlong dots and slashes). */
function decodeFully(value: string): string | undefined {
  try {
    for (let text = value; ; ) {
      const next = text.replace(PERCENT_RUN, decodeURIComponent);
      if (next === text) return text;
      text = next;
    }
  } catch {
    return undefined;
  }
}
