import { parseLinks } from '../okta/link.js';
import type { OktaReply } from '../okta/operation.js';
import type { JsonObject, ToolDefinition } from './definition.js';

/** `${id}`, `${reply.resultId}`. */
const VALUE = /^\$\{(reply\.)?([^}]+)\}$/;

/**
 * The call that tells what became of a request that Okta accepted and has not finished, ready to be made; undefined when
 * the tool has none, or Okta did not say what to ask for.
 */
export function outcomeOf({ outcome }: ToolDefinition, args: JsonObject, reply: OktaReply): JsonObject | undefined {
  if (outcome === undefined) return undefined;
  const told = { ...linkedBy(outcome.path, reply), ...scalars(reply.data) };
  const values = Object.entries(outcome.arguments).map(([name, template]) => {
    const [, ofReply, key] = VALUE.exec(template) ?? [];
    // What was created often calls itself only `id`.
    const value = key === undefined ? template : ofReply ? (told[key] ?? told.id) : args[key];
    return [name, value] as const;
  });
  if (values.some(([, value]) => value === undefined)) return undefined;
  return { name: outcome.tool, arguments: Object.fromEntries(values) };
}

/** The parameters that `Location` (RFC 9110 section 10.2.2) or a link of the reply gives to the path. */
function linkedBy(template: string, { headers }: OktaReply): JsonObject {
  const targets = [headers.get('location') ?? '', ...parseLinks(headers.get('link') ?? '').map(({ target }) => target)];
  const want = template.split('/');
  for (const target of targets) {
    if (target === '' || !URL.canParse(target, 'https://okta.invalid')) continue;
    const got = new URL(target, 'https://okta.invalid').pathname.split('/');
    if (got.length !== want.length || !want.every((part, at) => part.startsWith('{') || part === got[at])) continue;
    return Object.fromEntries(
      want.flatMap((part, at) => (part.startsWith('{') ? [[part.slice(1, -1), decoded(got[at]!)]] : [])),
    );
  }
  return {};
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function scalars(data: unknown): JsonObject {
  if (typeof data !== 'object' || data === null) return {};
  return Object.fromEntries(Object.entries(data).filter(([, value]) => typeof value === 'string'));
}
