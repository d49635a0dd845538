/** Every way this program reports a failure. Closed on purpose: a new kind of failure is a new line here. */
export type ErrorCode =
  // configuration
  | 'config_invalid'
  // what the model asked for
  | 'tool_unknown'
  | 'tool_not_allowed'
  | 'arguments_invalid'
  | 'path_unsafe'
  | 'confirmation_unavailable'
  | 'confirmation_required'
  | 'confirmation_declined'
  | 'confirmation_invalid'
  | 'target_changed'
  | 'target_is_self'
  | 'target_unfit'
  | 'write_only_missing'
  | 'audit_unavailable'
  | 'reveal_unavailable'
  | 'export_unavailable'
  | 'result_too_large'
  // getting a credential
  | 'auth_key_invalid'
  | 'auth_client_invalid'
  | 'auth_scope_invalid'
  | 'auth_dpop_required'
  | 'auth_dpop_invalid'
  | 'auth_interaction_required'
  | 'auth_refused'
  | 'auth_unreachable'
  // what Okta answered
  | 'okta_token_invalid'
  | 'okta_scope_missing'
  | 'okta_role_missing'
  | 'okta_feature_missing'
  | 'okta_network_zone'
  | 'okta_dpop'
  | 'okta_invalid'
  | 'okta_not_found'
  | 'okta_conflict'
  | 'okta_state'
  | 'okta_rate_limited'
  | 'okta_refused'
  | 'okta_unavailable'
  | 'okta_unreachable'
  | 'okta_reply_invalid'
  | 'cancelled'
  | 'internal';

/**
 * A failure written for the person who must fix it. `message` says what failed and what it means, `fix` the next step.
 * Neither may contain a secret: both reach models, logs and terminals.
 */
export class OktaMcpError extends Error {
  override readonly name = 'OktaMcpError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The exact next step: which scope, which role, which setting. */
    readonly fix: string,
    /** Facts for programs: Okta's error code and request id, the missing scope. */
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
