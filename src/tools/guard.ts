import type { OktaMcpError } from '../errors.js';
import type { CallContext } from '../okta/operation.js';
import type { Catalog } from './catalog.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import type { Fact } from './preview.js';

/** As in `OKTA_CONFIRM`. */
export type ConfirmMode = 'auto' | 'elicit' | 'two-step' | 'off';

/** Who confirmed. A model that repeats its own call is never called human. */
export type Confirmation = 'human' | 'model-two-step' | 'policy-off' | 'none';

/** What came back for a question. */
export interface Answer {
  /** The seal of the question, as the client returned it. */
  readonly state: unknown;
  /** `none`: the seal came back without an answer; `failed`: the client could not be asked, or gave none in time. */
  readonly action: 'accept' | 'decline' | 'cancel' | 'failed' | 'none';
  /** What was filled in. */
  readonly content?: JsonObject;
  /** Why it failed. */
  readonly reason?: string;
}

/** A call together with what its client can do. */
export interface AskingContext extends CallContext {
  /** The client can show a question to a person. */
  readonly canAsk?: boolean;
  readonly answer?: Answer;
}

/** Put to a person by whoever speaks to the client; the call is made again with the answer. */
export interface Question {
  readonly message: string;
  readonly state: string;
  /** So many calls that ticking a box is too easy: their number must be typed. */
  readonly count?: number;
}

export interface GuardedCall {
  /** Checked, without `confirmation`. */
  readonly args: JsonObject;
  /** Those of `args` that the path of the operation takes: they name the target. */
  readonly targets: readonly unknown[];
  /** What is known of its effect already. */
  readonly facts?: readonly Fact[];
  /** Its place in a batch, which may have other calls that need no confirmation. */
  readonly at?: number;
}

/** A tool that reads, and why it may not be called. */
export interface Unreadable {
  readonly reader: string;
  readonly refusal: OktaMcpError;
}

/** Calls of one tool that are confirmed together. */
export interface Guarded {
  readonly tool: ToolDefinition;
  readonly calls: readonly GuardedCall[];
  /** The token of the first of two steps. */
  readonly token?: unknown;
  readonly context: AskingContext;
  /** The tools whose reads may tell about the targets. */
  readonly catalog?: Catalog;
  /** Why the tool that reads through this operation may not be called; undefined when it may. */
  readonly unreadable?: (operation: string) => Unreadable | undefined;
  /** The tool through which they are made, when that is another one. */
  readonly batch?: string;
}

/**
 * Decides whether checked calls may act now: says who confirmed them, or asks.
 * @throws OktaMcpError when one of them may not act
 */
export type Guard = (guarded: Guarded) => Promise<{ readonly confirmed: Confirmation } | { readonly ask: Question }>;
