import { OktaMcpError } from '../errors.js';
import type { CallContext, OktaReply, Operation, OperationInput } from '../okta/operation.js';
import { type NextPage, nextPage } from '../okta/page.js';
import type { ArgumentCheck } from './arguments.js';
import { bind } from './bind.js';
import { mayNeedConfirmation } from './confirm.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import type { Emptiness } from './emptiness.js';
import { withFiles } from './file-input.js';
import type { AskingContext, Confirmation, Guard, Question } from './guard.js';
import { listResult } from './list-result.js';
import { changesResult, isMerging, type MergePlan, type Merging } from './merge.js';
import { rolesText } from './missing.js';
import { outcomeOf } from './outcome.js';
import type { Fact } from './preview.js';
import { itemsOf, jsonResult, noList, noted, replyResult, type ToolResult } from './result.js';
import { type Reveal, withholding } from './reveal.js';
import type { Trace } from './trace.js';

/** A call that has passed the gate and whose arguments have been checked. */
export interface Prepared {
  readonly tool: ToolDefinition;
  readonly operation: Operation;
  /** Without `confirmation`. */
  readonly args: JsonObject;
  /** What will be sent. */
  readonly input: OperationInput;
  readonly trace: Trace;
  /** What is known of its effect already. */
  readonly facts?: readonly Fact[];
  /** What it comes to, of an update that is merged into what is there. */
  readonly merged?: Pick<MergePlan, 'changes'>;
}

/** One page of a list, without secrets. */
export interface ListPage {
  readonly items: readonly unknown[];
  /** What Okta's next link says, when there is one. */
  readonly next?: NextPage;
  readonly reply: OktaReply;
}

export interface DispatchParts {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly client: { send(id: string, input: OperationInput, context: CallContext): Promise<OktaReply> };
  readonly guard: Guard;
  readonly check: ArgumentCheck;
  readonly emptiness: Emptiness;
  readonly merging: Merging;
  /** Longest list, in bytes of UTF-8. */
  readonly resultBytes: number;
  /** Absent: secrets are not kept. */
  readonly reveal?: Reveal;
  /** Folder that files to be sent are read from; absent: none are. */
  readonly importDir?: string;
}

/** The way of calls to Okta, in three steps: prepared, confirmed, sent. */
export class Dispatch {
  constructor(private readonly parts: DispatchParts) {}

  /** @throws OktaMcpError when the arguments do not fit, or what is to be updated cannot be read */
  async prepare(tool: ToolDefinition, args: JsonObject, trace: Trace, context: CallContext): Promise<Prepared> {
    const { check, merging, importDir } = this.parts;
    await check.check(tool, args);
    const operation = this.#operation(tool);
    const filled = await withFiles(tool, args, importDir);
    const prepared = { tool, operation, args, input: bind(tool, operation, filled.args), trace };
    if (!isMerging(tool)) return { ...prepared, facts: filled.facts };
    try {
      const { input, facts, changes } = await merging.plan(tool, prepared.input, context);
      return { ...prepared, input, facts, merged: { changes } };
    } catch (error) {
      throw explained(error, tool);
    }
  }

  /**
   * Has one call, or several of the same tool at once, confirmed.
   * @param token of the first of two steps
   * @param name of the tool that is called with it
   * @throws OktaMcpError when they may not act
   */
  async confirm(
    calls: readonly [Prepared, ...Prepared[]],
    context: AskingContext,
    token?: unknown,
    batch?: string,
  ): Promise<{ readonly confirmed: Confirmation } | { readonly ask: Question }> {
    const { tool } = calls[0];
    const acting = calls.filter((call) => !changesNothing(call));
    if (acting.length === 0) return { confirmed: 'none' };
    const verdict = await this.parts.guard({
      tool,
      calls: acting.map((call) => {
        const { args, trace, facts } = call;
        const targets = Object.values(trace.target);
        return { args, targets, at: calls.indexOf(call), ...(facts && { facts }) };
      }),
      token,
      context,
      ...(batch !== undefined && { batch }),
    });
    for (const { trace } of acting) {
      if ('ask' in verdict) trace.record('asked');
      else trace.confirmation = verdict.confirmed;
    }
    return verdict;
  }

  /** Sends a confirmed call. @throws OktaMcpError */
  async send(call: Prepared, context: CallContext): Promise<ToolResult> {
    const { tool, args, input, trace, merged } = call;
    const { client, reveal } = this.parts;
    if (changesNothing(call)) return jsonResult(changesResult([]));
    if (trace.confirmation !== 'none' && !trace.record('confirmed')) throw unrecorded(tool);
    trace.sent = true;
    try {
      const { reply, note } = await withholding({ tool, target: trace.target, reveal }, () =>
        client.send(tool.operation, input, context),
      );
      const result = merged
        ? jsonResult({ ok: true, ...changesResult(merged.changes) })
        : tool.page
          ? await this.#list(tool, args, reply, context)
          : replyResult(reply, outcomeOf(tool, args, reply));
      trace.called(reply);
      return noted(result, note);
    } catch (error) {
      throw explained(error, tool);
    }
  }

  /**
   * Reads one page of a list for a tool that walks it. Secrets are left out and not kept.
   * @param from what the link on the page before says
   * @throws OktaMcpError
   */
  async page(tool: ToolDefinition, args: JsonObject, context: CallContext, from: NextPage = {}): Promise<ListPage> {
    const operation = this.#operation(tool);
    const input = bind(tool, operation, args);
    const query = Object.entries(from).filter(([name]) => operation.query?.includes(name));
    const added = { ...input, query: { ...input.query, ...Object.fromEntries(query) } };
    try {
      const { reply } = await withholding({ tool, target: {}, reveal: undefined }, () =>
        this.parts.client.send(tool.operation, added, context),
      );
      return this.#pageOf(tool, reply);
    } catch (error) {
      throw explained(error, tool);
    }
  }

  async #list(tool: ToolDefinition, args: JsonObject, reply: OktaReply, context: CallContext): Promise<ToolResult> {
    const { emptiness, resultBytes } = this.parts;
    return listResult(this.#pageOf(tool, reply), {
      tool,
      args,
      budget: resultBytes,
      note: await emptiness.note(tool, args, reply, context),
      again: (limit) => this.page(tool, { ...args, limit }, context),
    });
  }

  /** @throws OktaMcpError `okta_reply_invalid` when a list was promised and something else came */
  #pageOf(tool: ToolDefinition, reply: OktaReply): ListPage {
    const items = itemsOf(tool, reply);
    if (!items) throw noList(tool, reply);
    const next = nextPage(reply, this.#operation(tool));
    return { items, reply, ...(next && { next }) };
  }

  #operation({ operation: id }: ToolDefinition): Operation {
    const operation = this.parts.operations[id];
    if (!operation) throw new Error(`generated/operations.ts has no ${id}`);
    return operation;
  }
}

/** An update to what is there already. */
function changesNothing({ merged }: Prepared): boolean {
  return merged?.changes.length === 0;
}

/** The token of a first step apart from the arguments proper. */
export function withoutToken(tool: ToolDefinition, given: JsonObject): { args: JsonObject; token?: unknown } {
  const { confirmation: token, ...rest } = given;
  return token !== undefined && mayNeedConfirmation(tool) ? { args: rest, token } : { args: given };
}

/** What cannot be undone must be on record. */
function unrecorded({ name }: ToolDefinition): OktaMcpError {
  return new OktaMcpError(
    'audit_unavailable',
    `${name} was confirmed, but the audit log cannot be written. Nothing was sent.`,
    'Ask the operator of this server to make the folder of OKTA_AUDIT_LOG writable, or to unset it, and to restart the server.',
  );
}

/** Okta says that a scope or role is missing, but seldom which: the tool knows. */
function explained(error: unknown, { name, scopes, roles }: ToolDefinition): unknown {
  if (!(error instanceof OktaMcpError)) return error;
  const needs =
    error.code === 'okta_scope_missing' && scopes.length > 0
      ? `${name} needs the scope ${scopes.map((anyOf) => anyOf.join(' or ')).join(', and ')}.`
      : error.code === 'okta_role_missing' && roles.anyOf.length > 0
        ? `${name} needs the role ${rolesText(roles.anyOf, roles.permissions)}${roles.verified ? '' : ' (as far as Okta documents it)'}.`
        : undefined;
  if (!needs) return error;
  return new OktaMcpError(error.code, error.message, `${error.fix} ${needs}`, error.details, { cause: error });
}
