import { randomUUID } from 'node:crypto';
import {
  type McpServerFactory,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Caller } from '../http/caller.js';
import { refuse } from '../http/refusals.js';
import { authInfoOf } from './caller-views.js';
import { watched } from './response-body.js';

export interface SessionOptions {
  /** How many there may be. */
  readonly most: number;
  /** How many one caller may have; a further one ends the caller's oldest that is idle. */
  readonly mostEach: number;
  /** After so many milliseconds without a request or a stream a session ends. */
  readonly idleMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Session {
  readonly id: string;
  readonly caller: string;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: Server;
  usedAt: number;
  /** Requests and streams under way. */
  open: number;
}

const SESSION_ID = 'mcp-session-id';

/** Sessions of the revisions before 2026-07-28: only in them can the server ask a person, or a client cancel. */
export class Sessions {
  /** In the order of their start. */
  readonly #sessions = new Map<string, Session>();
  readonly #reaper: NodeJS.Timeout;

  constructor(
    private readonly factory: McpServerFactory,
    private readonly options: SessionOptions,
  ) {
    this.#reaper = setInterval(() => this.reap(), Math.max(1000, options.idleMs / 4)).unref();
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** A request that names a session, which must be the caller's own. */
  async serve(request: Request, caller: Caller, parsedBody?: unknown): Promise<Response> {
    const session = this.#sessions.get(request.headers.get(SESSION_ID) ?? '');
    if (session?.caller !== caller.name) return refuse('session_unknown');
    return await this.#handle(session, request, caller, parsedBody);
  }

  /** Answers `initialize` with a new session; undefined when there is no room for one. */
  async start(request: Request, caller: Caller, parsedBody: unknown): Promise<Response | undefined> {
    if (!this.#makeRoom(caller.name)) return undefined;
    const id = randomUUID();
    const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id });
    const server = (await this.factory({ era: 'legacy', authInfo: authInfoOf(caller) })) as Server;
    await server.connect(transport);
    const session: Session = { id, caller: caller.name, transport, server, usedAt: this.options.now(), open: 0 };
    const sdkClose = transport.onclose;
    transport.onclose = () => {
      this.#sessions.delete(id);
      sdkClose?.();
    };
    this.#sessions.set(id, session);
    let response: Response | undefined;
    try {
      response = await this.#handle(session, request, caller, parsedBody);
      return response;
    } finally {
      // Refused, so that nobody knows of it.
      if (!response?.headers.has(SESSION_ID)) await server.close();
    }
  }

  /** Ends the sessions that are idle for too long. */
  reap(): void {
    const limit = this.options.now() - this.options.idleMs;
    for (const session of this.#sessions.values()) {
      if (session.open === 0 && session.usedAt < limit) void session.server.close();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#reaper);
    await Promise.all([...this.#sessions.values()].map(({ server }) => server.close()));
  }

  async #handle(session: Session, request: Request, caller: Caller, parsedBody: unknown): Promise<Response> {
    session.open += 1;
    const done = () => {
      session.open -= 1;
      session.usedAt = this.options.now();
    };
    try {
      const options = { authInfo: authInfoOf(caller), ...(parsedBody !== undefined && { parsedBody }) };
      return watched(await session.transport.handleRequest(request, options), done);
    } catch (error) {
      done();
      throw error;
    }
  }

  #makeRoom(caller: string): boolean {
    const own = [...this.#sessions.values()].filter((session) => session.caller === caller);
    const idle = own.filter(({ open }) => open === 0).sort((a, b) => a.usedAt - b.usedAt)[0];
    if (own.length >= this.options.mostEach) {
      if (!idle) return false;
      this.#sessions.delete(idle.id);
      void idle.server.close();
    }
    return this.#sessions.size < this.options.most;
  }
}
