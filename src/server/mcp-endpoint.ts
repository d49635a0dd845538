import {
  createMcpHandler,
  isInitializeRequest,
  isJsonContentType,
  isLegacyRequest,
  type McpServerFactory,
  readRequestBody,
} from '@modelcontextprotocol/server';
import { challenge, type Protection } from '../http/bearer-challenge.js';
import type { Caller } from '../http/caller.js';
import { type RefusalCode, refuse } from '../http/refusals.js';
import type { Toolbox } from '../tools/toolbox.js';
import { authInfoOf, CallerViews } from './caller-views.js';
import { mcpServerFactory, type ServerInfo } from './mcp.js';
import { watched } from './response-body.js';
import { type SessionOptions, Sessions } from './sessions.js';

export interface McpEndpointOptions {
  /** Longest message, in bytes. */
  readonly bodyBytes: number;
  readonly sessions: SessionOptions;
  readonly protection: Protection;
  /** Scopes to ask for so that one of these sets of Okta's scopes is covered; undefined when no token could. */
  readonly toCover?: (sets: readonly (readonly string[])[]) => readonly string[] | undefined;
  readonly onerror: (error: Error) => void;
}

/** Headers of which a second one would make it a question who reads which. */
const SINGLE = [
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'content-type',
  'content-length',
  'last-event-id',
];
/** How many subscriptions one of several callers may have open: the SDK has 1024 places for all. */
const SUBSCRIPTIONS_EACH = 256;
const SUBSCRIBE = 'subscriptions/listen';
const MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

type Message = Readonly<Record<string, unknown>>;

/** Streamable HTTP for callers that are known: 2026-07-28, and the revisions before with and without session. */
export class McpEndpoint {
  readonly #views: CallerViews;
  readonly #sessions: Sessions;
  readonly #stateless: ReturnType<typeof createMcpHandler>;
  /** Open subscriptions by caller. */
  readonly #subscriptions = new Map<string, number>();
  readonly #stop: () => void;

  constructor(
    private readonly toolbox: Toolbox,
    info: ServerInfo,
    private readonly options: McpEndpointOptions,
  ) {
    this.#views = new CallerViews(toolbox);
    const factory: McpServerFactory = mcpServerFactory(toolbox, info, this.#views.ofMessage);
    this.#sessions = new Sessions(factory, options.sessions);
    this.#stateless = createMcpHandler(factory, { onerror: options.onerror });
    this.#stop = toolbox.onChange(() => {
      this.#views.forget();
      this.#stateless.notify.toolsChanged();
    });
  }

  get sessions(): number {
    return this.#sessions.count;
  }

  /** @param about tells what is asked for, for the log */
  async serve(request: Request, caller: Caller, about: (what: string) => void): Promise<Response> {
    if (SINGLE.some((name) => request.headers.get(name)?.includes(','))) return refuse('duplicate_header');
    if (request.method !== 'POST') {
      if (!request.headers.has('mcp-session-id')) return refuse('method_not_allowed', { allow: 'POST' });
      return watched(await this.#sessions.serve(request, caller), () => {}, caller.expiresAt);
    }
    const message = await this.#read(request);
    if (typeof message === 'string') return refuse(message);
    about(described(message));
    const step = this.#stepUp(message, caller);
    if (step) return challenge('scope_missing', this.options.protection, step);
    if (message.method === SUBSCRIBE) return await this.#subscribe(request, caller, message);
    return await this.#dispatch(request, caller, message);
  }

  /** Ends every session and stream, and the requests under way. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all([this.#sessions.close(), this.#stateless.close()]);
  }

  /** A subscription outlives the message that asked for it, but not the token. */
  async #subscribe(request: Request, caller: Caller, message: Message): Promise<Response> {
    const { name, restriction, expiresAt } = caller;
    const open = this.#subscriptions.get(name) ?? 0;
    if (restriction !== 'ceiling' && open >= SUBSCRIPTIONS_EACH) {
      return refuse('too_many_requests', { 'retry-after': '60' });
    }
    this.#subscriptions.set(name, open + 1);
    const done = () => {
      const left = (this.#subscriptions.get(name) ?? 1) - 1;
      if (left > 0) this.#subscriptions.set(name, left);
      else this.#subscriptions.delete(name);
    };
    try {
      return watched(await this.#dispatch(request, caller, message), done, expiresAt);
    } catch (error) {
      done();
      throw error;
    }
  }

  async #dispatch(request: Request, caller: Caller, message: Message): Promise<Response> {
    if (await isLegacyRequest(request, message)) {
      if (request.headers.has('mcp-session-id')) return await this.#sessions.serve(request, caller, message);
      const started = isInitializeRequest(message) && (await this.#sessions.start(request, caller, message));
      if (started) return started;
    }
    return await this.#stateless.fetch(request, { authInfo: authInfoOf(caller), parsedBody: message });
  }

  async #read(request: Request): Promise<Message | RefusalCode> {
    if (!isJsonContentType(request.headers.get('content-type')) || request.headers.has('content-encoding')) {
      return 'not_json';
    }
    const body = await readRequestBody(request, this.options.bodyBytes).catch(() => undefined);
    if (!body) return 'unparsable';
    if (body.tooLarge) return 'body_too_large';
    let message: unknown;
    try {
      message = JSON.parse(body.text);
    } catch {
      return 'unparsable';
    }
    if (Array.isArray(message)) return 'batch';
    return isMessage(message) ? message : 'not_a_message';
  }

  /** What a token needs for a call that the server, and nothing but the token's scopes keeps the caller from. */
  #stepUp({ method, params }: Message, caller: Caller): readonly string[] | undefined {
    const { restriction, tokenScopes } = caller;
    const name = method === 'tools/call' ? (params as { name?: unknown } | undefined)?.name : undefined;
    if (typeof name !== 'string' || restriction === 'ceiling') return undefined;
    if (this.#views.of(caller).toolbox.catalog.get(name)) return undefined;
    const missing = this.toolbox.catalog.missing(name, { credential: 'any', ...restriction });
    if (!missing?.scopes || Object.keys(missing).length > 1) return undefined;
    const more = this.options.toCover?.(missing.scopes);
    return more && [...new Set([...tokenScopes, ...more])];
  }
}

function isMessage(value: unknown): value is Message {
  if (value === null || typeof value !== 'object' || (value as Message).jsonrpc !== '2.0') return false;
  return Object.keys(value).every((name) => MEMBERS.has(name));
}

/** The method, and the tool of a call, as far as they are names. */
function described({ method = 'response', params }: Message): string {
  const name = method === 'tools/call' ? (params as { name?: unknown } | undefined)?.name : undefined;
  return [method, name].filter((word) => typeof word === 'string' && /^[\w./-]{1,80}$/.test(word)).join(' ');
}
