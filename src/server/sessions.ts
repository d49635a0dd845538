import { randomUUID } from 'node:crypto';
import type { McpServerFactory, Server } from '@modelcontextprotocol/server';
import type { Caller } from '../http/caller.js';
import { refuse } from '../http/refusals.js';
import { digest, type Seal } from '../tools/seal.js';
import { authInfoOf } from './caller-views.js';
import { watched } from './response-body.js';
import type { SessionRegistry } from './session-registry.js';
import { initializeOf, ticketOf } from './session-ticket.js';
import { SessionTransport } from './session-transport.js';

export interface SessionOptions {
  /** How many there may be. */
  readonly most: number;
  /** How many one caller may have; a further one ends the caller's oldest that is idle. */
  readonly mostEach: number;
  /** After so many milliseconds without a request or a stream a session ends. */
  readonly idleMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What several processes serve together; each has its own sessions without it. */
  readonly shared?: Shared;
}

interface Shared {
  readonly seal: Seal;
  readonly registry: SessionRegistry;
}

interface Session {
  readonly id: string;
  readonly caller: string;
  readonly transport: SessionTransport;
  readonly server: Server;
  usedAt: number;
  /** Requests and streams under way. */
  open: number;
}

const SESSION_ID = 'mcp-session-id';
/** What replicas tell each other about sessions is sealed for this. */
const MESSAGE = 'session message';

/**
 * Sessions of the revisions before 2026-07-28: only in them can the server ask a person, or a client cancel. Shared ones
 * are served by any replica: the session is in its id, and whether it goes on in the registry.
 */
export class Sessions {
  /** In the order of their start. */
  readonly #sessions = new Map<string, Session>();
  /** Those that began elsewhere and are being set up here; each resolves to whether that worked. */
  readonly #arriving = new Map<string, Promise<boolean>>();
  readonly #reaper: NodeJS.Timeout;

  constructor(
    private readonly factory: McpServerFactory,
    private readonly options: SessionOptions,
  ) {
    this.#reaper = setInterval(() => this.reap(), Math.max(1000, options.idleMs / 4)).unref();
    const { shared } = options;
    shared?.registry.listen((text) => this.#hear(shared, text));
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** A request that names a session, which must be the caller's own. */
  async serve(request: Request, caller: Caller, parsedBody?: object): Promise<Response> {
    const id = request.headers.get(SESSION_ID) ?? '';
    const { shared } = this.options;
    if (shared && !(await this.#arrive(id, caller, shared))) return unavailable();
    const session = this.#sessions.get(id);
    if (session?.caller !== caller.name) return refuse('session_unknown');
    if (shared && request.method === 'DELETE') {
      if (!(await worked(shared.registry.end(digest(id))))) return unavailable();
      const response = await this.#handle(session, request, caller);
      await this.#tell(shared, id);
      return response;
    }
    const own = parsedBody && session.transport.own(parsedBody);
    if (shared && parsedBody && (!own || isCancellation(parsedBody))) {
      if (!(await this.#tell(shared, id, parsedBody))) return unavailable();
    }
    // An answer to a question of another process.
    if (parsedBody && !own) return new Response(null, { status: 202 });
    return await this.#handle(session, request, caller, own);
  }

  /** Answers `initialize` with a new session; undefined when there is no room, or replicas would not find it. */
  async start(request: Request, caller: Caller, parsedBody: object): Promise<Response | undefined> {
    const { shared } = this.options;
    if (!this.#makeRoom(caller.name)) return undefined;
    const id = shared ? ticketOf(shared.seal, caller, parsedBody) : randomUUID();
    if (shared && !(await worked(shared.registry.add(digest(id))))) return undefined;
    const session = await this.#open(id, caller);
    let response: Response | undefined;
    try {
      response = await this.#handle(session, request, caller, parsedBody);
      return response;
    } finally {
      // Refused, so that nobody knows of it.
      if (!response?.headers.has(SESSION_ID)) await session.server.close();
    }
  }

  /** Ends the sessions that are idle for too long. */
  reap(): void {
    const limit = this.options.now() - this.options.idleMs;
    for (const session of this.#sessions.values()) {
      if (session.open > 0) void this.options.shared?.registry.touch(digest(session.id)).catch(() => {});
      else if (session.usedAt < limit) void session.server.close();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#reaper);
    await Promise.all([...this.#sessions.values()].map(({ server }) => server.close()));
  }

  /** Has a session of the caller here if it goes on anywhere, and not here if it has ended. False: not possible now. */
  async #arrive(id: string, caller: Caller, { seal, registry }: Shared): Promise<boolean> {
    const initialize = initializeOf(seal, id, caller);
    if (!initialize) return true;
    // Without the registry a sealed id is enough: a session gives no rights, each request brings its own.
    const goesOn = await registry.touch(digest(id)).catch(() => true);
    const known = this.#sessions.get(id);
    if (!goesOn) {
      await known?.server.close();
      return true;
    }
    const arriving = this.#arriving.get(id);
    if (arriving) return await arriving;
    if (known) {
      known.usedAt = this.options.now();
      return true;
    }
    const repeated = this.#repeat(id, caller, initialize).finally(() => this.#arriving.delete(id));
    this.#arriving.set(id, repeated);
    return await repeated;
  }

  /** Goes through `initialize` once more, as the replica did that the client spoke to. */
  async #repeat(id: string, caller: Caller, initialize: object): Promise<boolean> {
    if (!this.#makeRoom(caller.name)) return false;
    const session = await this.#open(id, caller);
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const request = new Request('http://localhost/', { method: 'POST', headers });
    const response = await this.#handle(session, request, caller, initialize);
    await response.text();
    if (response.status !== 200) await session.server.close();
    return response.status === 200;
  }

  async #open(id: string, caller: Caller): Promise<Session> {
    const transport = new SessionTransport({ sessionIdGenerator: () => id });
    const server = (await this.factory({ era: 'legacy', authInfo: authInfoOf(caller) })) as Server;
    await server.connect(transport);
    const session: Session = { id, caller: caller.name, transport, server, usedAt: this.options.now(), open: 0 };
    const sdkClose = transport.onclose;
    transport.onclose = () => {
      this.#sessions.delete(id);
      sdkClose?.();
    };
    this.#sessions.set(id, session);
    return session;
  }

  async #handle(session: Session, request: Request, caller: Caller, parsedBody?: object): Promise<Response> {
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

  /** Tells the other replicas of a message of the client, or of the end of its session. */
  #tell({ seal, registry }: Shared, id: string, message?: object): Promise<boolean> {
    return worked(registry.publish(seal.pack(MESSAGE, [id, message ?? null])));
  }

  #hear({ seal }: Shared, text: string): void {
    const [id, message] = (seal.unpack(MESSAGE, text) ?? []) as [string?, (object | null)?];
    const session = this.#sessions.get(id ?? '');
    if (message) session?.transport.receive(message);
    else void session?.server.close();
  }

  #makeRoom(caller: string): boolean {
    const all = [...this.#sessions.values()];
    const idle = all.filter(({ open }) => open === 0).sort((a, b) => a.usedAt - b.usedAt);
    const own = all.filter((session) => session.caller === caller);
    const { most, mostEach, shared } = this.options;
    let leaves: Session | undefined;
    if (own.length >= mostEach) leaves = idle.find((session) => session.caller === caller);
    // A shared one comes back when it is needed.
    else if (shared && all.length >= most) leaves = idle[0];
    else return all.length < most;
    if (!leaves) return false;
    this.#sessions.delete(leaves.id);
    void leaves.server.close();
    return this.#sessions.size < most;
  }
}

function isCancellation(message: object): boolean {
  return (message as { method?: unknown }).method === 'notifications/cancelled';
}

function unavailable(): Response {
  return refuse('session_unavailable', { 'retry-after': '1' });
}

async function worked(act: Promise<unknown>): Promise<boolean> {
  try {
    await act;
    return true;
  } catch {
    return false;
  }
}
