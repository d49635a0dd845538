import { OktaMcpError } from '../errors.js';
import type { ToolDefinition } from './definition.js';
import { describeMissing, type Missing } from './missing.js';

/** So many fields are named. */
const SHOWN = 20;

/** What would be merged with may not be read. */
export function readUnavailable({ name }: ToolDefinition, reader: ToolDefinition, missing: Missing): OktaMcpError {
  const reasons = describeMissing(reader.name, missing);
  return new OktaMcpError(
    'tool_not_allowed',
    `${name} keeps what a call leaves out, so it must read the resource first, as ${reader.name} does, which is not available here: ${reasons.map(({ why }) => why).join('; ')}. Nothing was sent to Okta.`,
    `Ask the operator of this server to ${reasons.map(({ fix }) => fix).join(', and to ')}.`,
    { reads: reader.name, missing },
  );
}

/** Okta would ignore the change, and the result would look as if it had been made. */
export function readOnlyGiven({ name }: ToolDefinition, fields: readonly string[]): OktaMcpError {
  return new OktaMcpError(
    'arguments_invalid',
    `Nobody can set ${listed(fields)}: Okta keeps ${fields.length === 1 ? 'it' : 'them'} itself. ${name} changed nothing.`,
    `Call ${name} again without ${fields.length === 1 ? 'it' : 'them'}; give only what is to change.`,
    { fields },
  );
}

/** Writing the resource back would erase what Okta does not show. */
export function writeOnlyMissing({ name }: ToolDefinition, fields: readonly string[]): OktaMcpError {
  const one = fields.length === 1;
  return new OktaMcpError(
    'write_only_missing',
    `${name} writes the whole resource back, and Okta does not show ${listed(fields)}, so ${one ? 'it' : 'they'} would be erased. Nothing was changed.`,
    `Ask the person you work for for ${one ? 'it' : 'them'} and give ${one ? 'it' : 'them'} in body beside the change (an array as a whole), or null where the resource has none or is to lose it.`,
    { fields },
  );
}

function listed(fields: readonly string[]): string {
  const more = fields.length - SHOWN;
  return `${fields.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
