import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { OktaMcpError } from '../errors.js';
import { CALL_MS } from '../okta/client.js';
import type { CallContext, OktaReply, OperationInput } from '../okta/operation.js';
import { ArgumentCheck } from './arguments.js';
import type { Catalog, Grant, Restriction } from './catalog.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { Dispatch, type ListPage, withoutToken } from './dispatch.js';
import { Emptiness } from './emptiness.js';
import { defect, notAllowed, notCovered, ownTool, tooDeep, unknown } from './gate-refusals.js';
import type { AskingContext, Guard, Unreadable } from './guard.js';
import type { LocalTool, TimedContext } from './local-tool.js';
import { Merging } from './merge.js';
import { isTooDeep } from './nesting.js';
import { errorResult, type ToolResult } from './result.js';
import type { Reveal } from './reveal.js';
import { listedTools, type Surface } from './surface.js';
import type { Asking, ToolAccess, Toolbox } from './toolbox.js';
import { Trace, type TraceParts } from './trace.js';

export interface ToolboxParts extends TraceParts {
  /** Every tool there is. */
  readonly all: Catalog;
  /** What is allowed right now. */
  readonly grant: () => Grant;
  readonly client: { send(id: string, input: OperationInput, context: CallContext): Promise<OktaReply> };
  readonly guard: Guard;
  /** Absent: every allowed tool is listed. */
  readonly surface?: Surface;
  /** Longest list, in bytes of UTF-8. */
  readonly resultBytes: number;
  /** Absent: secrets are not kept. Never for a server that serves others than its operator. */
  readonly reveal?: Reveal;
  /** Folder that files to be sent are read from. Never for a server that serves others than its operator. */
  readonly importDir?: string;
  /** Made from what they reach the others through. */
  readonly local?: (access: ToolAccess) => readonly LocalTool[];
  readonly log: { error(facts: object, message: string): void };
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Joins gate, argument check, guard and client: the one way from a tool call to a request. */
export function createToolbox(parts: ToolboxParts): Toolbox {
  return new GatedToolbox(parts);
}

/** The tool of this server that finds those which are not listed. */
const FINDER = 'find_tools';

/** A toolbox that is narrower than another one. */
interface Narrowing {
  readonly whole: GatedToolbox;
  readonly restriction: Restriction;
}

interface Narrowed {
  readonly from: Catalog;
  readonly to: Catalog;
}

class GatedToolbox implements Toolbox, ToolAccess {
  readonly dispatch: Dispatch;
  readonly #local: readonly LocalTool[];
  /** What is narrowed, and the result. */
  #narrowed: Narrowed;
  #listed: { readonly of: Catalog; readonly tools: readonly ToolDefinition[] } | undefined;
  readonly #check: ArgumentCheck;
  readonly #listeners = new Set<() => void>();
  readonly #emptiness: Emptiness;
  readonly #now: () => number;

  constructor(
    private readonly parts: ToolboxParts,
    private readonly narrowing?: Narrowing,
  ) {
    const { operations, client, guard, reveal, importDir, now = Date.now } = parts;
    this.#narrowed = this.#narrow();
    // Compiled schemas are the same for everybody.
    this.#check = narrowing ? narrowing.whole.#check : new ArgumentCheck();
    this.#emptiness = new Emptiness({ catalog: () => this.catalog, operations, client, now });
    this.#now = now;
    this.dispatch = new Dispatch({
      operations,
      client,
      guard: (guarded) =>
        guard({ ...guarded, catalog: this.catalog, unreadable: (operation) => this.#unreadable(operation) }),
      check: this.#check,
      emptiness: this.#emptiness,
      merging: new Merging({ catalog: () => this.catalog, all: parts.all, grant: () => this.grant(), client }),
      resultBytes: parts.resultBytes,
      ...(reveal && { reveal }),
      ...(importDir !== undefined && { importDir }),
    });
    this.#local = parts.local?.(this) ?? [];
  }

  get catalog(): Catalog {
    if (this.#narrowed.from !== this.#whole()) this.#narrowed = this.#narrow();
    return this.#narrowed.to;
  }

  narrow(restriction: Restriction): Toolbox {
    return new GatedToolbox(this.parts, { whole: this, restriction });
  }

  #narrow(): Narrowed {
    const from = this.#whole();
    return { from, to: from.narrow(this.grant()) };
  }

  #whole(): Catalog {
    return this.narrowing?.whole.catalog ?? this.parts.all;
  }

  grant(): Grant {
    return this.narrowing ? { credential: 'any', ...this.narrowing.restriction } : this.parts.grant();
  }

  get listed(): readonly ToolDefinition[] {
    const { catalog } = this;
    if (this.#listed?.of !== catalog) {
      const { surface = 'direct', grant } = this.parts;
      const { tools, toolsets = [] } = grant();
      const groups = [...toolsets, ...(this.grant().toolsets ?? [])];
      this.#listed = {
        of: catalog,
        tools: listedTools(catalog.tools, surface, { named: tools !== undefined, groups }),
      };
    }
    return this.#listed.tools;
  }

  get local(): readonly LocalTool[] {
    return this.#local.filter(({ useful }) => useful?.() ?? true);
  }

  refresh(): void {
    this.#emptiness.forget();
    const before = namesOf(this.catalog);
    this.#narrowed = this.#narrow();
    if (namesOf(this.catalog) !== before) for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async call(name: string, args: JsonObject, context: AskingContext): Promise<ToolResult | Asking> {
    const timed = { deadline: this.#now() + CALL_MS, ...context };
    // A batch has hundreds of requests waiting for their turn, and Node warns from the eleventh listener on.
    if (context.signal) setMaxListeners(0, context.signal);
    const local = this.#local.find((tool) => tool.name === name);
    if (isTooDeep(args)) {
      const failure = tooDeep(name);
      // Without the arguments, which are no good for a digest either.
      if (!local) this.trace(this.#known(name), {}, context).failed(failure);
      return errorResult(failure);
    }
    return local ? this.#callLocal(local, args, timed) : this.forward(name, args, timed);
  }

  async forward(
    name: string,
    args: JsonObject,
    context: AskingContext,
    beside?: unknown,
  ): Promise<ToolResult | Asking> {
    const trace = this.trace(this.#known(name), args, context);
    try {
      const tool = this.allowed(name);
      const { args: own, token = beside } = withoutToken(tool, args);
      const prepared = await this.dispatch.prepare(tool, own, trace, context);
      const verdict = await this.dispatch.confirm([prepared], context, token);
      return 'ask' in verdict ? verdict : await this.dispatch.send(prepared, context);
    } catch (error) {
      const failure = this.known(name, error);
      trace.failed(failure);
      return errorResult(failure);
    }
  }

  async #callLocal(tool: LocalTool, args: JsonObject, context: TimedContext): Promise<ToolResult | Asking> {
    try {
      await this.#check.check(tool, args);
      return await tool.run(args, context);
    } catch (error) {
      return errorResult(this.known(tool.name, error));
    }
  }

  allowed(name: string, call?: { readonly args: JsonObject; readonly context: CallContext }): ToolDefinition {
    const known = this.#known(name);
    const tool = this.catalog.get(name);
    if (tool) return tool;
    const refusal = this.narrowing?.whole.refusal(name) ?? this.#notAllowed(name);
    if (call) this.trace(known, call.args, call.context).failed(refusal);
    throw refusal;
  }

  refusal(name: string): OktaMcpError | undefined {
    try {
      this.allowed(name);
      return undefined;
    } catch (error) {
      return this.known(name, error);
    }
  }

  check(tool: ToolDefinition, args: JsonObject): Promise<void> {
    return this.#check.check(tool, args);
  }

  trace(tool: ToolDefinition, args: JsonObject, context: CallContext): Trace {
    return new Trace(this.parts, tool, args, context);
  }

  note(tool: ToolDefinition, args: JsonObject, { reply }: ListPage, context: CallContext): Promise<string | undefined> {
    return this.#emptiness.note(tool, args, reply, context);
  }

  known(name: string, error: unknown): OktaMcpError {
    return error instanceof OktaMcpError ? error : this.#internal(name, error);
  }

  #known(name: string): ToolDefinition {
    const tool = this.parts.all.get(name);
    if (tool) return tool;
    const listed = (local: string) => this.local.some((each) => each.name === local);
    if (this.#local.some((each) => each.name === name)) throw ownTool(name, listed(name));
    throw unknown(name, this.parts.all.nearest(name), listed(FINDER) ? FINDER : undefined);
  }

  #notAllowed(name: string): OktaMcpError {
    const missing = this.parts.all.missing(name, this.grant()) ?? {};
    return this.narrowing ? notCovered(name, missing) : notAllowed(name, missing);
  }

  #unreadable(id: string): Unreadable | undefined {
    const reader = this.parts.all.tools.find(({ operation, risk }) => operation === id && risk === 'read')?.name;
    const refusal = reader === undefined ? undefined : this.refusal(reader);
    return reader !== undefined && refusal ? { reader, refusal } : undefined;
  }

  #internal(name: string, error: unknown): OktaMcpError {
    const reference = randomUUID().slice(0, 8);
    this.parts.log.error({ err: error, tool: name, reference }, 'tool call failed unexpectedly');
    return defect(name, reference);
  }
}

function namesOf(catalog: Catalog): string {
  return catalog
    .list()
    .map((tool) => tool.name)
    .join(' ');
}
