/** HTTP status and summary of the Okta error codes this org answers with; `{0}` is filled in. Source: Okta's error code list. */
const ERRORS = {
  E0000001: [400, 'Api validation failed: {0}'],
  E0000003: [400, 'The request body was not well-formed.'],
  E0000005: [403, 'Invalid session'],
  E0000006: [403, 'You do not have permission to perform the requested action'],
  E0000007: [404, 'Not found: {0}'],
  E0000008: [404, 'The requested path was not found'],
  E0000009: [500, 'Internal Server Error'],
  E0000010: [503, 'Service is in read only mode'],
  E0000011: [401, 'Invalid token provided'],
  E0000016: [403, 'Activation failed because the user is already active'],
  E0000021: [400, 'Bad request. Accept and/or Content-Type headers likely do not match supported values.'],
  E0000022: [405, 'The endpoint does not support the provided HTTP method'],
  E0000028: [400, 'The request is missing a required parameter.'],
  E0000029: [400, 'Invalid paging request.'],
  E0000030: [400, 'Bad request. Invalid date.'],
  E0000031: [400, 'Invalid search criteria.'],
  E0000032: [403, 'Unlock is not allowed for this user.'],
  E0000033: [400, "Bad request. Can't specify a search query and filter in the same request."],
  E0000038: [403, "This operation is not allowed in the user's current status."],
  E0000046: [403, 'Deactivate application for user forbidden.'],
  E0000047: [429, 'API call exceeded rate limit due to too many requests.'],
  E0000053: [400, '{0}'],
  E0000055: [409, 'Duplicate group.'],
  E0000056: [403, 'Delete application forbidden.'],
  E0000062: [409, 'The specified user is already assigned to the application.'],
  E0000068: [403, 'Invalid Passcode/Answer'],
  E0000090: [409, 'The role specified is already assigned to the user.'],
  E0000107: [403, 'The entity is not in the expected state for the requested transition.'],
  E0000231: [412, 'The resource was changed since it was read.'],
} as const satisfies Record<string, readonly [number, string]>;

export type OktaErrorCode = keyof typeof ERRORS;

/** A refusal as Okta words it: thrown by handlers, turned into the error object by `DemoOrg.fetch`. */
export class OktaFailure extends Error {
  readonly status: number;

  constructor(
    readonly code: OktaErrorCode,
    /** Fills `{0}` of the summary. */
    detail = '',
    readonly causes: readonly string[] = [],
  ) {
    const [status, summary] = ERRORS[code];
    super(summary.replace('{0}', () => detail));
    this.status = status;
  }

  /** Okta's error object; `errorId` is `oae` and 22 characters elsewhere, a UUID without `errorLink` for the System Log. */
  body(errorId: string): object {
    return {
      errorCode: this.code,
      errorSummary: this.message,
      ...(errorId.startsWith('oae') && { errorLink: this.code }),
      errorId,
      errorCauses: this.causes.map((errorSummary) => ({ errorSummary })),
    };
  }
}

/** A refusal of the authorization layer (RFC 6750): empty body, the reason is in `www-authenticate`. */
export class BearerFailure extends Error {
  constructor(
    readonly status: 401 | 403,
    readonly error: 'invalid_token' | 'insufficient_scope',
    readonly description: string,
    /** The scopes the request needs. */
    readonly scopes: readonly string[],
    readonly scheme: string = 'Bearer',
  ) {
    super(description);
  }

  /** The challenge, with the parameters in Okta's order. */
  challenge(origin: string, path: string): string {
    const host = origin.replace(/^https:/, 'http:');
    return [
      `${this.scheme === 'DPoP' ? 'DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512", ' : 'Bearer '}authorization_uri="${host}/oauth2/v1/authorize"`,
      `realm="${host}"`,
      `scope="${this.scopes.join(' ')}"`,
      `error="${this.error}"`,
      `error_description="${this.description}"`,
      `resource="${path}"`,
    ].join(', ');
  }
}

/** 400 E0000001 naming the first field at fault; every problem becomes a cause, `field: what is wrong`. */
export function invalid(...problems: readonly (readonly [field: string, problem: string])[]): OktaFailure {
  const causes = problems.map(([field, problem]) => `${field}: ${problem}`);
  return new OktaFailure('E0000001', problems[0]?.[0] ?? '', causes);
}

/** 404 E0000007 for a record that does not exist. */
export function notFound(id: string, kind: string): OktaFailure {
  return new OktaFailure('E0000007', `Resource not found: ${id} (${kind})`);
}
