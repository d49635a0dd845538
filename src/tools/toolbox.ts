import type { OktaMcpError } from '../errors.js';
import type { CallContext } from '../okta/operation.js';
import type { Catalog, Grant, Restriction } from './catalog.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import type { Dispatch, ListPage } from './dispatch.js';
import type { AskingContext, Question } from './guard.js';
import type { LocalTool } from './local-tool.js';
import type { ToolResult } from './result.js';
import type { Trace } from './trace.js';

/** Instead of a result: a person must be asked first, then the call is made again with the answer. */
export interface Asking {
  readonly ask: Question;
  readonly isError?: undefined;
}

/** All that a server serves. */
export interface Toolbox {
  /** The tools the current grant allows. */
  readonly catalog: Catalog;
  /** Those of them that are listed; the others are called all the same. */
  readonly listed: readonly ToolDefinition[];
  /** Tools of this server itself that can do something now. */
  readonly local: readonly LocalTool[];
  /**
   * Calls one tool. Every failure of the call is an `isError` result.
   * @throws OktaMcpError `tool_unknown` when no tool has that name, which is a mistake of the client
   */
  call(name: string, args: JsonObject, context: AskingContext): Promise<ToolResult | Asking>;
  /** A toolbox with fewer tools, for one of several callers; made in microseconds and kept by nobody. */
  narrow(restriction: Restriction): Toolbox;
  /** Narrows again after the grant changed. */
  refresh(): void;
  /** Called when a refresh changed the set of tools. Returns a function that stops it. */
  onChange(listener: () => void): () => void;
}

/** How tools of this server itself reach the others: through their gate, check, confirmation and audit. */
export interface ToolAccess {
  /** The tools the current grant allows. */
  readonly catalog: Catalog;
  /** Of the caller, where there are several. */
  grant(): Grant;
  /** Those of them that are listed. */
  readonly listed: readonly ToolDefinition[];
  /**
   * The tool of that name. A refusal is audited as one of the call it was asked for.
   * @throws OktaMcpError `tool_unknown`, `tool_not_allowed`
   */
  allowed(name: string, call?: { readonly args: JsonObject; readonly context: CallContext }): ToolDefinition;
  /** Why it would not be allowed; undefined when it is. */
  refusal(name: string): OktaMcpError | undefined;
  /**
   * One whole call, as if the tool had been called itself.
   * @param token of a first step, when the arguments hold none
   * @throws OktaMcpError `tool_unknown`
   */
  forward(name: string, args: JsonObject, context: AskingContext, token?: unknown): Promise<ToolResult | Asking>;
  /** @throws OktaMcpError `arguments_invalid` */
  check(tool: ToolDefinition, args: JsonObject): Promise<void>;
  /** The audit of one call. */
  trace(tool: ToolDefinition, args: JsonObject, context: CallContext): Trace;
  /** See `Dispatch`; the tool must be allowed. */
  readonly dispatch: Pick<Dispatch, 'prepare' | 'confirm' | 'send' | 'page'>;
  /** Words about a list that begins and ends with nothing. */
  note(tool: ToolDefinition, args: JsonObject, page: ListPage, context: CallContext): Promise<string | undefined>;
  /** Any failure as one that may be shown. */
  known(name: string, error: unknown): OktaMcpError;
}
