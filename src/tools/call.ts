import { randomUUID } from 'node:crypto';
import { OktaMcpError } from '../errors.js';
import { CALL_MS } from '../okta/client.js';
import type { CallContext, OktaReply, OperationInput } from '../okta/operation.js';
import { nextPage } from '../okta/page.js';
import { ArgumentCheck } from './arguments.js';
import { bind } from './bind.js';
import type { Catalog, Grant } from './catalog.js';
import { type AskingContext, type Guard, mayNeedConfirmation, type Question } from './confirm.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { Emptiness } from './emptiness.js';
import type { LocalTool } from './local-tool.js';
import { describeMissing } from './missing.js';
import { errorResult, jsonResult, noted, replyResult, type ToolResult } from './result.js';
import { type Reveal, withholding } from './reveal.js';
import { Trace, type TraceParts } from './trace.js';

/** Instead of a result: a person must be asked first, then the call is made again with the answer. */
export interface Asking {
  readonly ask: Question;
  readonly isError?: undefined;
}

/** All that a server serves. */
export interface Toolbox {
  /** The tools the current grant allows. */
  readonly catalog: Catalog;
  /** Tools this server answers itself; always present. */
  readonly local: readonly LocalTool[];
  /**
   * Calls one tool. Every failure of the call is an `isError` result.
   * @throws OktaMcpError `tool_unknown` when no tool has that name, which is a mistake of the client
   */
  call(name: string, args: JsonObject, context: AskingContext): Promise<ToolResult | Asking>;
  /** Narrows again after the grant changed. */
  refresh(): void;
  /** Called when a refresh changed the set of tools. Returns a function that stops it. */
  onChange(listener: () => void): () => void;
}

export interface ToolboxParts extends TraceParts {
  /** Every tool there is. */
  readonly all: Catalog;
  /** What is allowed right now. */
  readonly grant: () => Grant;
  readonly client: { send(id: string, input: OperationInput, context: CallContext): Promise<OktaReply> };
  readonly guard: Guard;
  /** Absent: secrets are not kept. Never for a server that serves others than its operator. */
  readonly reveal?: Reveal;
  /** Made from the toolbox, because they tell about it. */
  readonly local?: (toolbox: Pick<Toolbox, 'catalog'>) => readonly LocalTool[];
  readonly log: { error(facts: object, message: string): void };
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Joins gate, argument check, guard and client: the one way from a tool call to a request. */
export function createToolbox(parts: ToolboxParts): Toolbox {
  return new GatedToolbox(parts);
}

class GatedToolbox implements Toolbox {
  readonly local: readonly LocalTool[];
  #catalog: Catalog;
  readonly #check = new ArgumentCheck();
  readonly #listeners = new Set<() => void>();
  readonly #emptiness: Emptiness;
  readonly #now: () => number;

  constructor(private readonly parts: ToolboxParts) {
    const { operations, client, now = Date.now } = parts;
    this.#catalog = parts.all.narrow(parts.grant());
    this.#emptiness = new Emptiness({ catalog: () => this.#catalog, operations, client, now });
    this.#now = now;
    this.local = parts.local?.(this) ?? [];
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  refresh(): void {
    this.#emptiness.forget();
    const before = namesOf(this.#catalog);
    this.#catalog = this.parts.all.narrow(this.parts.grant());
    if (namesOf(this.#catalog) !== before) for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async call(name: string, args: JsonObject, context: AskingContext): Promise<ToolResult | Asking> {
    const local = this.local.find((tool) => tool.name === name);
    const known = local ?? this.parts.all.get(name);
    if (!known) throw this.#unknown(name);
    try {
      if (local) {
        await this.#check.check(local, args);
        return jsonResult(local.run(args));
      }
    } catch (error) {
      return errorResult(this.#known(name, error));
    }
    const trace = new Trace(this.parts, known as ToolDefinition, args, context);
    try {
      const tool = this.#catalog.get(name);
      if (!tool) throw this.#notAllowed(name);
      const timed = { deadline: this.#now() + CALL_MS, ...context };
      return await this.#callOkta(tool, args, timed, trace);
    } catch (error) {
      const failure = this.#known(name, error);
      trace.failed(failure);
      return errorResult(failure);
    }
  }

  async #callOkta(
    tool: ToolDefinition,
    given: JsonObject,
    context: AskingContext,
    trace: Trace,
  ): Promise<ToolResult | Asking> {
    const { confirmation: token, ...rest } = given;
    const args = token !== undefined && mayNeedConfirmation(tool) ? rest : given;
    await this.#check.check(tool, args);
    const operation = this.parts.operations[tool.operation];
    if (!operation) throw new Error(`generated/operations.ts has no ${tool.operation}`);
    const verdict = await this.parts.guard({ tool, args, targets: Object.values(trace.target), token, context });
    if ('ask' in verdict) {
      trace.record('asked');
      return verdict;
    }
    trace.confirmation = verdict.confirmed;
    const input = bind(tool, operation, args);
    if (verdict.confirmed !== 'none' && !trace.record('confirmed')) throw unrecorded(tool);
    trace.sent = true;
    try {
      const { reply, note } = await withholding({ tool, target: trace.target, reveal: this.parts.reveal }, () =>
        this.parts.client.send(tool.operation, input, context),
      );
      const next = tool.page && nextPage(reply, operation);
      const result = replyResult(tool, args, reply, next, await this.#emptiness.note(tool, args, reply, context));
      trace.called(reply);
      return noted(result, note);
    } catch (error) {
      throw error instanceof OktaMcpError ? explained(error, tool) : error;
    }
  }

  #known(name: string, error: unknown): OktaMcpError {
    return error instanceof OktaMcpError ? error : this.#internal(name, error);
  }

  #unknown(name: string): OktaMcpError {
    const meant = this.parts.all.nearest(name);
    const fix = meant.length > 0 ? `Did you mean ${meant.join(', ')}?` : 'Call one of the listed tools.';
    return new OktaMcpError('tool_unknown', `There is no tool named ${JSON.stringify(name)}.`, fix, { nearest: meant });
  }

  #notAllowed(name: string): OktaMcpError {
    const missing = this.parts.all.missing(name, this.parts.grant()) ?? {};
    const reasons = describeMissing(missing);
    return new OktaMcpError(
      'tool_not_allowed',
      `${name} is not available here: ${reasons.map(({ why }) => why).join('; ')}. Nothing was sent to Okta.`,
      `Ask the operator of this server to ${reasons.map(({ fix }) => fix).join(', and to ')}.`,
      { missing },
    );
  }

  #internal(name: string, error: unknown): OktaMcpError {
    const reference = randomUUID().slice(0, 8);
    this.parts.log.error({ err: error, tool: name, reference }, 'tool call failed unexpectedly');
    return new OktaMcpError(
      'internal',
      `${name} failed because of a defect in this server. Whether Okta acted on it is not known.`,
      `Find reference ${reference} in the server's log on stderr and report it.`,
      { reference },
    );
  }
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
function explained(error: OktaMcpError, { name, scopes, roles }: ToolDefinition): OktaMcpError {
  const needs =
    error.code === 'okta_scope_missing' && scopes.length > 0
      ? `${name} needs the scope ${scopes.map((anyOf) => anyOf.join(' or ')).join(', and ')}.`
      : error.code === 'okta_role_missing' && roles.anyOf.length > 0
        ? `${name} needs the role ${[...new Set([...roles.anyOf, 'SUPER_ADMIN'])].join(' or ')}${customRole(roles.permissions)}${roles.verified ? '' : ' (as far as Okta documents it)'}.`
        : undefined;
  if (!needs) return error;
  return new OktaMcpError(error.code, error.message, `${error.fix} ${needs}`, error.details, { cause: error });
}

function customRole(permissions: readonly string[] | undefined): string {
  return permissions?.length ? ` or a custom role with ${permissions.join(' and ')}` : '';
}

function namesOf(catalog: Catalog): string {
  return catalog
    .list()
    .map((tool) => tool.name)
    .join(' ');
}
