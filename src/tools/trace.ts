import type { Audit, AuditEntry } from '../audit.js';
import type { ErrorCode, OktaMcpError } from '../errors.js';
import type { CallContext, OktaReply, Operation } from '../okta/operation.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import type { Confirmation } from './guard.js';
import { canonical } from './seal.js';

export interface TraceParts {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly audit: Pick<Audit, 'record' | 'digest'>;
  /** Who acts at Okta, as far as is known. */
  readonly principal: () => string;
}

/** Failures of the client that come before any request. */
const UNSENT: ReadonlySet<ErrorCode> = new Set(['path_unsafe', 'arguments_invalid']);

/** What happens to one call, for the audit. */
export class Trace {
  confirmation: Confirmation = 'none';
  /** The request was handed over, so Okta may have acted. */
  sent = false;
  /** The arguments that the path takes: they say what the call is about. */
  readonly target: JsonObject;
  readonly #started = performance.now();

  constructor(
    private readonly parts: TraceParts,
    private readonly tool: ToolDefinition,
    private readonly args: JsonObject,
    private readonly context: CallContext,
  ) {
    const path = parts.operations[tool.operation]?.path ?? '';
    this.target = Object.fromEntries(Object.entries(args).filter(([name]) => path.includes(`{${name}}`)));
  }

  /** @returns false when the audit could not be kept */
  record(
    decision: AuditEntry['decision'],
    facts: Partial<Pick<AuditEntry, 'code' | 'status' | 'requestId'>> = {},
  ): boolean {
    const { parts, tool, args, context } = this;
    const { code, status, requestId } = facts;
    const { confirmation: _, ...own } = args;
    const entry: AuditEntry = {
      principal: parts.principal(),
      ...(context.caller !== undefined && { caller: context.caller }),
      tool: tool.name,
      ...(Object.keys(this.target).length > 0 && { target: shortened(this.target) }),
      arguments: parts.audit.digest(canonical(own)),
      decision,
      confirmation: this.confirmation,
      ...(code !== undefined && { code }),
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId }),
      duration: Math.round(performance.now() - this.#started),
    };
    return parts.audit.record(entry, tool.risk !== 'read' || decision === 'refused');
  }

  called({ status, requestId }: OktaReply): void {
    this.record('called', { status, ...(requestId !== undefined && { requestId }) });
  }

  failed({ code, details }: OktaMcpError): void {
    const { status, requestId } = details;
    const sent = this.sent && details.sent !== false && !UNSENT.has(code);
    this.record(code === 'confirmation_required' ? 'asked' : sent ? 'failed' : 'refused', {
      code,
      ...(typeof status === 'number' && { status }),
      ...(typeof requestId === 'string' && { requestId }),
    });
  }
}

/** Nobody may fill the audit with one call. */
function shortened(target: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(target).map(([name, value]) => [name, String(value).slice(0, 200)]));
}
