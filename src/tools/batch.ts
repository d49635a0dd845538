import { type ErrorCode, OktaMcpError } from '../errors.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import type { Prepared } from './dispatch.js';
import type { LocalTool, TimedContext } from './local-tool.js';
import { isMerging } from './merge.js';
import { jsonResult, type ToolResult } from './result.js';
import { canonical } from './seal.js';
import { mostDangerous } from './surface.js';
import type { Asking, ToolAccess } from './toolbox.js';

const NAME = 'run_batch';

/** Calls in one batch. */
const MOST = 100;

/** Calls under way at a time; the rate budget may let fewer go. */
const AT_ONCE = 4;

/** Nothing more is started when less time is left, in milliseconds. */
const RESERVE_MS = 5_000;

/** So many failures are spelt out where not everything fits. */
const FAILURES = 15;

/** So many problems with arguments are spelt out. */
const PROBLEMS = 10;

/** What became of one call. */
type Outcome =
  | { readonly call: number; readonly ok: true; readonly result?: unknown }
  | { readonly call: number; readonly ok: false; readonly error: string; readonly next: string; readonly code: string };

export interface BatchParts {
  readonly access: ToolAccess;
  /** Longest answer, in bytes of UTF-8. */
  readonly budget: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The tool that makes many calls of one other tool: checked together, confirmed once, each with its own outcome. */
export function runBatchTool(parts: BatchParts): LocalTool {
  return {
    name: NAME,
    title: 'Run batch',
    description:
      'Make up to 100 calls of one tool. All are checked before the first is sent, and confirmed by one question. Says what became of each.',
    inputSchema: {
      type: 'object',
      properties: {
        tool: { type: 'string' },
        calls: {
          type: 'array',
          items: { type: 'object' },
          minItems: 1,
          maxItems: MOST,
          description: 'Arguments of each call.',
        },
        stop_on_error: { type: 'boolean', default: false },
        confirmation: { type: 'string' },
      },
      required: ['tool', 'calls'],
      additionalProperties: false,
    },
    get annotations() {
      return mostDangerous(parts.access.catalog.tools);
    },
    useful: () => parts.access.catalog.tools.length > 0,
    run: (args, context) => new Batch(parts, args as unknown as BatchArguments, context).run(),
  };
}

interface BatchArguments {
  readonly tool: string;
  readonly calls: readonly JsonObject[];
  readonly stop_on_error?: boolean;
  readonly confirmation?: string;
}

class Batch {
  readonly #outcomes: (Outcome | undefined)[];
  #failed = 0;
  #ended = 0;

  constructor(
    private readonly parts: BatchParts,
    private readonly args: BatchArguments,
    private readonly context: TimedContext,
  ) {
    this.#outcomes = args.calls.map(() => undefined);
  }

  async run(): Promise<ToolResult | Asking> {
    const { access } = this.parts;
    const [args = {}] = this.args.calls;
    const tool = access.allowed(this.args.tool, { args, context: this.context });
    const prepared = await this.#prepareAll(tool);
    try {
      const verdict = await access.dispatch.confirm(prepared, this.context, this.args.confirmation, NAME);
      if ('ask' in verdict) return verdict;
    } catch (error) {
      const failure = access.known(tool.name, error);
      for (const { trace } of prepared) trace.failed(failure);
      throw failure;
    }
    await this.#sendAll(prepared);
    for (const [at, { trace }] of prepared.entries()) {
      const why = this.context.signal?.aborted ? { code: 'cancelled' as const } : {};
      if (this.#outcomes[at] === undefined) trace.record('refused', why);
    }
    return this.#result(tool, prepared);
  }

  /** @throws OktaMcpError with the problems of every call, each of which is refused on record */
  async #prepareAll(tool: ToolDefinition): Promise<[Prepared, ...Prepared[]]> {
    const { access } = this.parts;
    const seen = new Map<string, number>();
    const traces = this.args.calls.map((args) => access.trace(tool, args, this.context));
    const twins = this.args.calls.map((args, at) => {
      // Each merges into what is there before all of them, so the second would undo the first.
      const key = canonical(isMerging(tool) ? traces[at]!.target : args);
      const first = seen.get(key);
      if (first === undefined) seen.set(key, at);
      const same = isMerging(tool) ? 'updates the same target as' : 'is the same as';
      return first === undefined ? undefined : refusal(`It ${same} calls[${first}].`, ['Give each once.']);
    });
    const prepare = async (args: JsonObject, at: number) => {
      try {
        if (twins[at]) throw twins[at];
        return await access.dispatch.prepare(tool, args, traces[at]!, this.context);
      } catch (error) {
        return access.known(tool.name, error);
      }
    };
    const prepared = await Promise.all(this.args.calls.map(prepare));
    const wrong = prepared.flatMap((each, at) => (each instanceof OktaMcpError ? [{ at, error: each }] : []));
    const [first] = wrong;
    if (!first) return prepared as [Prepared, ...Prepared[]];
    const shown = wrong.slice(0, PROBLEMS).map(({ at, error }) => `calls[${at}]: ${error.message}`);
    const more = wrong.length > PROBLEMS ? [`and ${wrong.length - PROBLEMS} more problems`] : [];
    const message = [`None of the ${traces.length} calls was sent:`, ...shown, ...more].join('\n');
    const fixes = [...new Set(wrong.map(({ error }) => error.fix))].slice(0, PROBLEMS);
    const same = wrong.every(({ error }) => error.code === first.error.code);
    const failure = refusal(message, [...fixes, `Then call ${NAME} again.`], same ? first.error.code : undefined);
    for (const [at, trace] of traces.entries()) {
      const own = prepared[at];
      trace.failed(own instanceof OktaMcpError ? own : failure);
    }
    throw failure;
  }

  async #sendAll(prepared: readonly Prepared[]): Promise<void> {
    const waiting = prepared.entries();
    // All take from one iterator, so each call is sent once.
    const work = async () => {
      for (const [at, call] of waiting) {
        if (this.#stops()) return;
        await this.#send(at, call);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  #stops(): boolean {
    const { signal, deadline } = this.context;
    const tooLate = this.parts.now() + RESERVE_MS > deadline;
    return signal?.aborted === true || tooLate || (this.args.stop_on_error === true && this.#failed > 0);
  }

  async #send(call: number, prepared: Prepared): Promise<void> {
    const { access } = this.parts;
    try {
      const result = await access.dispatch.send(prepared, this.context);
      this.#outcomes[call] = { call, ok: true, ...answerOf(result) };
    } catch (error) {
      const failure = access.known(prepared.tool.name, error);
      prepared.trace.failed(failure);
      this.#failed += 1;
      this.#outcomes[call] = { call, ok: false, error: failure.message, next: failure.fix, code: failure.code };
    }
    this.#ended += 1;
    this.context.progress?.(this.#ended, this.#outcomes.length);
  }

  #result(tool: ToolDefinition, { length }: readonly Prepared[]): ToolResult {
    const outcomes = this.#outcomes.filter((outcome) => outcome !== undefined);
    const notSent = [...this.#outcomes.keys()].filter((at) => this.#outcomes[at] === undefined);
    const facts = {
      tool: tool.name,
      calls: length,
      done: outcomes.length - this.#failed,
      failed: this.#failed,
      ...(notSent.length > 0 && { notSent, note: this.#why() }),
    };
    const full = jsonResult({ ...facts, outcomes });
    const fits = Buffer.byteLength(textOf(full)) <= this.parts.budget;
    const result = fits ? full : jsonResult({ ...facts, ...shortened(outcomes) });
    return this.#failed > 0 || notSent.length > 0 ? { ...result, isError: true } : result;
  }

  #why(): string {
    if (this.context.signal?.aborted) return 'Cancelled before these were sent.';
    if (this.args.stop_on_error && this.#failed > 0) return 'These were not sent, because of stop_on_error.';
    return `Time ran out before these were sent; call ${NAME} again with them.`;
  }
}

function refusal(message: string, fixes: readonly string[], code: ErrorCode = 'arguments_invalid'): OktaMcpError {
  return new OktaMcpError(code, message, fixes.join(' '));
}

/** What a call answered, for those who asked a question; a write's answer is mostly what was sent. */
function answerOf(result: ToolResult): { result?: unknown } {
  const [first, ...notes] = result.content.map((part) => (part.type === 'text' ? part.text : ''));
  const value = parsed(first ?? '');
  return { result: notes.length > 0 ? { value, notes } : value };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Of what went well only which calls did, and of many failures the first ones in full. */
function shortened(outcomes: readonly Outcome[]): JsonObject {
  const failures = outcomes.filter(({ ok }) => !ok);
  return {
    succeeded: outcomes.filter(({ ok }) => ok).map(({ call }) => call),
    failures: failures.slice(0, FAILURES),
    ...(failures.length > FAILURES && { alsoFailed: failures.slice(FAILURES).map(({ call }) => call) }),
    left: 'The full outcomes are too long to be shown; make fewer calls at a time to see them.',
  };
}

function textOf({ content }: ToolResult): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
