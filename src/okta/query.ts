import { OktaMcpError } from '../errors.js';
import type { Operation } from './operation.js';
import { percentEncode } from './path.js';

/**
 * The query string of a call without its `?`, in OpenAPI `form` style: arrays repeat the name, or are joined by commas
 * for the names in `operation.comma`. Names the operation does not have are not sent; null, undefined and empty arrays
 * are left out.
 * @throws OktaMcpError `arguments_invalid` for a value that has no place in a query.
 */
export function serializeQuery(
  operation: Pick<Operation, 'query' | 'comma'>,
  values: Readonly<Record<string, unknown>>,
): string {
  const pairs: string[] = [];
  for (const name of operation.query ?? []) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const items = (Array.isArray(value) ? value : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item) => encodeItem(name, item));
    if (items.length === 0) continue;
    const groups = operation.comma?.includes(name) ? [items.join(',')] : items;
    for (const group of groups) pairs.push(`${percentEncode(name)}=${group}`);
  }
  return pairs.join('&');
}

function encodeItem(name: string, item: unknown): string {
  const plain =
    (typeof item === 'string' && !/\p{Cs}/u.test(item)) || typeof item === 'boolean' || Number.isFinite(item);
  if (!plain) {
    throw new OktaMcpError(
      'arguments_invalid',
      `"${name}" cannot be sent as a query parameter.`,
      `Give "${name}" as text, a number, true or false, or a list of these.`,
      { parameter: name },
    );
  }
  return percentEncode(String(item));
}
