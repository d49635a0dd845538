import { OktaMcpError } from '../errors.js';
import { describeMissing, type Missing } from './missing.js';
import { DEEPEST } from './nesting.js';
import { echoed } from './preview-text.js';

const LISTED = 'Call one of the listed tools.';

/** @param meant names it may have been meant to be @param finder the tool that finds those which are not listed */
export function unknown(name: string, meant: readonly string[], finder?: string): OktaMcpError {
  const find = finder === undefined ? LISTED : `Find one with ${finder}.`;
  const more = finder === undefined ? '' : ` ${finder} finds others.`;
  const fix = meant.length > 0 ? `Did you mean ${meant.join(', ')}?${more}` : find;
  return new OktaMcpError('tool_unknown', `There is no tool named ${echoed(name)}.`, fix, { nearest: meant });
}

/** A tool of this server itself, where one of Okta's is asked for. */
export function ownTool(name: string, listed: boolean): OktaMcpError {
  const message = `${name} is a tool of this server itself, and only tools that reach Okta can be named here`;
  if (listed) {
    return new OktaMcpError('tool_unknown', `${message}.`, `Call ${name} directly, as its listing describes it.`);
  }
  return new OktaMcpError('tool_unknown', `${message}; it has nothing to do here, so it is not listed.`, LISTED);
}

/** Arguments that nobody could read to their end. */
export function tooDeep(name: string): OktaMcpError {
  const message = `The arguments of ${name} are nested deeper than ${DEEPEST} levels. Nothing was sent.`;
  return new OktaMcpError('arguments_invalid', message, 'Call again with arguments of the form the tool describes.');
}

/** Outside what this server may do. */
export function notAllowed(name: string, missing: Missing): OktaMcpError {
  const reasons = describeMissing(name, missing);
  return new OktaMcpError(
    'tool_not_allowed',
    `${name} is not available here: ${reasons.map(({ why }) => why).join('; ')}. Nothing was sent to Okta.`,
    `Ask the operator of this server to ${reasons.map(({ fix }) => fix).join(', and to ')}.`,
    { missing },
  );
}

/** The server could, but this caller may not. */
export function notCovered(name: string, missing: Missing): OktaMcpError {
  const scopes = missing.scopes?.map((set) => set.join(' and ')).join(', or ');
  const fix = scopes
    ? `Ask for an access token with ${scopes}.`
    : 'Ask whoever runs this server to let your account or client use it.';
  const message = `${name} is outside what your access token allows at this server. Nothing was sent to Okta.`;
  return new OktaMcpError('tool_not_allowed', message, fix, { missing, caller: true });
}

/** A mistake of ours. @param reference of the entry in the log */
export function defect(name: string, reference: string): OktaMcpError {
  return new OktaMcpError(
    'internal',
    `${name} failed because of a defect in this server. Whether Okta acted on it is not known.`,
    `Find reference ${reference} in the server's log on stderr and report it.`,
    { reference },
  );
}
