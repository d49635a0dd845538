import type { ErrorCode } from '../errors.js';

/** What a refusal means and what to do about it. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly means: string;
  readonly fix: string;
}

const LATER = 'Wait a little, read the object again, then repeat the call.';
const CHANGED = 'Repeat the call, for which it is read again; where you gave an ETag yourself, give the new one.';
const READ_FIRST = 'Read the object to see its present state, then decide what is still to be done.';

const state = (means: string, fix = READ_FIRST): Meaning => ({ code: 'okta_state', means, fix });
const conflict = (means: string, fix = READ_FIRST): Meaning => ({ code: 'okta_conflict', means, fix });
const invalid = (means: string, fix: string): Meaning => ({ code: 'okta_invalid', means, fix });

const SEARCH_SYNTAX = invalid(
  'the filter or search expression is not one Okta accepts for this list',
  'Correct the expression: attribute operator "value", joined by and/or. Attribute names are case-sensitive, and each list has its own attributes and operators.',
);

/** Those whose meaning goes beyond the status they come with. */
const ERROR_CODES: Readonly<Record<string, Meaning>> = {
  E0000001: invalid('the values did not pass validation', 'Correct the values named in the causes and call again.'),
  E0000003: invalid(
    'the body has not the form Okta expects',
    'Compare the body with the schema of the tool and correct it.',
  ),
  E0000005: {
    code: 'okta_token_invalid',
    means: 'no credentials that Okta recognises came with the request',
    fix: 'Check OKTA_API_TOKEN, or OKTA_CLIENT_ID with OKTA_PRIVATE_KEY and OKTA_KEY_ID. A proxy that strips the Authorization header has the same effect.',
  },
  E0000006: {
    code: 'okta_role_missing',
    means:
      'the credentials were accepted, but the administrator role behind them does not allow this, or not on this object',
    fix: 'In the Admin Console, under Security > Administrators, give the user or app behind the credentials a role that covers this; where the role is limited to certain objects, include this one.',
  },
  E0000007: {
    code: 'okta_not_found',
    means: 'there is no such object, or it is one this administrator may not see',
    fix: 'Check the id or name by listing or searching first.',
  },
  E0000008: {
    code: 'okta_not_found',
    means: 'this org has no such address',
    fix: 'Check that OKTA_ORG_URL is the org itself (https://example.okta.com, no path, no -admin). If it is, the org does not have the feature behind this tool.',
  },
  E0000010: {
    code: 'okta_unavailable',
    means: 'the org is in read-only mode for maintenance',
    fix: 'Reading works. Make the change once maintenance is over; see status.okta.com.',
  },
  E0000011: {
    code: 'okta_token_invalid',
    means: 'the token is not valid: mistyped, expired, revoked, or its owner was deactivated',
    fix: 'Create a new token and configure it. An API token expires after 30 days without use.',
  },
  E0000014: invalid(
    'the credential could not be changed',
    'Check it against the causes and the password policy of the org.',
  ),
  E0000015: {
    code: 'okta_feature_missing',
    means:
      'the org does not have the feature (licence or early access) this needs; it is neither the role nor the scope',
    fix: 'Enable the feature under Settings > Features, or ask Okta whether the licence of the org includes it.',
  },
  E0000016: state('it is active already'),
  E0000023: state(
    'it is managed by another directory or application, so Okta cannot change it',
    'Make the change where it is managed.',
  ),
  E0000028: invalid('a required parameter is missing', 'Add the parameter named by Okta.'),
  E0000029: invalid(
    'the paging request is not valid',
    'Start again from the first page; use "after" only as an earlier page gave it.',
  ),
  E0000030: invalid('a date is not valid', 'Write dates as 2026-01-31T00:00:00.000Z.'),
  E0000031: SEARCH_SYNTAX,
  E0000033: invalid('search and filter cannot be combined', 'Use only one of "q", "filter" and "search".'),
  E0000038: state('this cannot be done in the status the user has now'),
  E0000053: SEARCH_SYNTAX,
  E0000054: invalid(
    'the paging request is not valid',
    'Start again from the first page; use "after" only as an earlier page gave it.',
  ),
  E0000055: conflict('a group with this name exists already', 'Choose another name or use the existing group.'),
  E0000056: state('the app cannot be deleted while it is active', 'Deactivate the app first.'),
  E0000060: {
    code: 'okta_refused',
    means: 'Okta does not support this operation here',
    fix: 'Use another tool; repeating this one will not help.',
  },
  E0000062: conflict(
    'the user is assigned to this app already',
    'Nothing is left to do, or update the existing assignment.',
  ),
  E0000090: conflict('the role is assigned already', 'Nothing is left to do.'),
  E0000094: invalid('Okta does not support this filter', 'Use another attribute or operator.'),
  E0000107: state('it is not in the state this needs'),
  E0000112: state('the user is still being activated', LATER),
  E0000195: conflict('it conflicts with what the org has now'),
  E0000200: state('the default brand cannot be deleted', 'Nothing can be done: every org keeps its default brand.'),
  E0000231: conflict('the object has changed since it was read', CHANGED),
  E0000239: state('Okta is still reordering the policies', LATER),
  E0000249: state('the group rules are still being set up', LATER),
};

/** What one of Okta's `errorCode` values means; undefined when its status says as much. */
export function meaningOfCode(errorCode = ''): Meaning | undefined {
  return Object.hasOwn(ERROR_CODES, errorCode) ? ERROR_CODES[errorCode] : undefined;
}

/** What a status means when no error code says more. */
export function meaningOfStatus(status: number): Meaning {
  if (status >= 500) {
    return {
      code: 'okta_unavailable',
      means: 'Okta, or a gateway in front of it, could not answer',
      fix: 'Try again in a few seconds. A slow list answers with a lower limit; see also status.okta.com.',
    };
  }
  return (
    BY_STATUS[status] ?? {
      code: 'okta_refused',
      means: 'Okta refused it',
      fix: 'Read what Okta says, and look up the request id in the System Log.',
    }
  );
}

const MALFORMED = invalid('Okta could not accept the request as it was sent', 'Correct the arguments and call again.');
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  400: MALFORMED,
  401: {
    code: 'okta_token_invalid',
    means: 'the credentials are not valid: expired, revoked or mistyped',
    fix: 'Check that the app or token still exists and is active, then configure a new key or token.',
  },
  403: {
    code: 'okta_refused',
    means: 'Okta forbids it without saying whether scope, role or policy is missing',
    fix: 'Check scopes and administrator role of the credentials, and whether a network zone or proxy blocks this machine.',
  },
  404: {
    code: 'okta_not_found',
    means: 'there is no such object or address in this org',
    fix: 'Check the id by listing or searching first, then OKTA_ORG_URL.',
  },
  405: {
    code: 'okta_refused',
    means: 'Okta does not allow this here',
    fix: 'Use another tool; repeating this one will not help.',
  },
  409: conflict('it conflicts with what the org has now'),
  411: MALFORMED,
  412: conflict('the object has changed since it was read', CHANGED),
  413: MALFORMED,
  415: MALFORMED,
  422: MALFORMED,
  423: state('the object is locked by work in progress', LATER),
};
