import type { Annotations, JsonObject } from './definition.js';

/** A tool this server answers itself, from what it knows; it stands outside the gate because it reaches no operation. */
export interface LocalTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly annotations: Annotations;
  /** The answer as plain JSON. Arguments have been checked against `inputSchema`. */
  run(args: JsonObject): unknown;
}
