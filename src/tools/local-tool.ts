import type { Annotations, JsonObject } from './definition.js';
import type { AskingContext } from './guard.js';
import type { ToolResult } from './result.js';
import type { Asking } from './toolbox.js';

/** A call that says until when it is waited for. */
export type TimedContext = AskingContext & { readonly deadline: number };

/**
 * A tool of this server itself. It stands outside the gate because it reaches no operation of its own: what it reaches,
 * it reaches through other tools and their gate.
 */
export interface LocalTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly annotations: Annotations;
  /** Whether it can do anything under the current grant; listed only then. Absent: always. */
  readonly useful?: () => boolean;
  /**
   * Arguments have been checked against `inputSchema`.
   * @throws OktaMcpError
   */
  run(args: JsonObject, context: TimedContext): Promise<ToolResult | Asking>;
}
