import { validateHostHeader } from '@modelcontextprotocol/server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import type { HttpAuthorizer } from '../http/caller.js';
import type { InboundLimit } from '../http/inbound-limit.js';
import { isMetadataPath, metadata, type ProtectedResource } from '../http/protected-resource.js';
import { refuse } from '../http/refusals.js';
import { traced, traceId, traceparent } from '../http/trace-context.js';
import type { Toolbox } from '../tools/toolbox.js';
import type { ServerInfo } from './mcp.js';
import { McpEndpoint, type McpEndpointOptions } from './mcp-endpoint.js';
import { watched } from './response-body.js';

export interface HttpOptions extends McpEndpointOptions {
  /** Public address of the MCP endpoint. */
  readonly url: URL;
  /** Metadata of the protected resource; absent where no authorization server is involved. */
  readonly resource?: ProtectedResource;
  /** Host names this server answers to, without ports. */
  readonly hosts: readonly string[];
  /** Origins of web pages that may use it. */
  readonly origins: readonly string[];
  readonly limit: InboundLimit;
  /** Told of every request once its answer is over. */
  readonly onRequest?: (facts: RequestRecord) => void;
  /** Told of failures that are not the client's. */
  readonly onDefect: (error: unknown, id: string) => void;
}

/** One line of the access log. */
export interface RequestRecord {
  readonly id: string;
  readonly method: string;
  /** Without the query, which may hold what should not be logged. */
  readonly path: string;
  readonly status: number;
  /** Milliseconds until the answer was over. */
  readonly duration: number;
  readonly caller?: string;
  /** JSON-RPC method, and the name of the tool. */
  readonly about?: string;
  /** Id of the trace it belongs to (W3C Trace Context). */
  readonly trace?: string;
}

/** A hosted MCP server without its port. */
export interface HttpHandler {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Sessions that are open. */
  readonly sessions: () => number;
  /** Resolves once nothing is under way any more but streams that would never end by themselves. */
  idle(): Promise<void>;
  /** Ends whatever is left. */
  close(): Promise<void>;
}

/** What becomes known of a request on its way, for the log. */
interface Note {
  id: string;
  caller?: string;
  about?: string;
  /** Its answer is a stream that stays open by design. */
  lasting?: true;
}

type Env = { Bindings: Note };

/** Everything between a request and the MCP server: who may come in, from where, and as whom. */
export function createHttpHandler(
  { toolbox, info }: { readonly toolbox: Toolbox; readonly info: ServerInfo },
  authorize: HttpAuthorizer,
  options: HttpOptions,
): HttpHandler {
  const { url, resource, hosts, origins, limit, onRequest, onDefect } = options;
  const endpoint = new McpEndpoint(toolbox, info, options);
  const underWay = new Set<Note>();
  let wake = () => {};
  const app = new Hono<Env>();

  app.use(requestId({ limitLength: 64 }));
  app.use(async (context, next) => {
    const id = context.get('requestId');
    context.env.id = id;
    await next();
    context.res.headers.set('x-request-id', id);
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      strictTransportSecurity: url.protocol === 'https:' ? 'max-age=31536000' : false,
      xFrameOptions: 'DENY',
    }),
  );
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.use(async (context, next) => {
    const { headers } = context.req.raw;
    const host = headers.get('host') ?? new URL(context.req.url).host;
    if (!validateHostHeader(host, [...hosts]).ok) return refuse('wrong_host');
    const origin = headers.get('origin');
    return origin !== null && !origins.includes(origin) ? refuse('wrong_origin') : await next();
  });
  if (origins.length > 0) {
    app.use(
      cors({
        origin: [...origins],
        allowMethods: ['GET', 'POST', 'DELETE'],
        exposeHeaders: ['www-authenticate', 'mcp-session-id', 'x-request-id', 'retry-after'],
        maxAge: 600,
      }),
    );
  }
  app.get('*', async (context, next) => {
    if (!resource || !isMetadataPath(context.req.path, url)) return await next();
    return context.json(metadata(resource), 200, { 'cache-control': 'public, max-age=300' });
  });
  const last = url.pathname.slice(url.pathname.lastIndexOf('/'));
  for (const path of new Set([url.pathname, last])) {
    app.on(['GET', 'POST', 'DELETE'], path, (context) => serve(context));
    app.all(path, () => refuse('method_not_allowed', { allow: 'GET, POST, DELETE' }));
  }
  app.notFound(() => refuse('not_found'));
  app.onError((error, context) => {
    onDefect(error, context.env.id);
    return refuse('internal');
  });

  async function serve({ req, env }: Context<Env>): Promise<Response> {
    const request = req.raw;
    const caller = await authorize(request);
    if (caller instanceof Response) return caller;
    env.caller = caller.name;
    const wait = await limit.take(caller.name);
    if (wait > 0) return refuse('too_many_requests', { 'retry-after': String(Math.ceil(wait / 1000)) });
    const response = await endpoint.serve(request, caller, (about) => {
      env.about = about;
    });
    if (request.method === 'GET' || env.about === 'subscriptions/listen') env.lasting = true;
    // Whether the connection stays open is between client and listener.
    response.headers.delete('connection');
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
    return response;
  }

  const over = (note: Note) => {
    underWay.delete(note);
    if (underWay.size === 0) wake();
  };

  return {
    fetch: (request) =>
      traced(request.headers.get('traceparent'), async () => {
        const started = performance.now();
        const trace = traceId(traceparent());
        const note: Note = { id: '' };
        underWay.add(note);
        const response = await app.fetch(request, note);
        const { id, caller, about, lasting } = note;
        if (lasting) over(note);
        return watched(response, () => {
          over(note);
          onRequest?.({
            id,
            method: request.method,
            path: new URL(request.url).pathname.slice(0, 200),
            status: response.status,
            duration: Math.round(performance.now() - started),
            ...(caller !== undefined && { caller }),
            ...(about !== undefined && { about }),
            ...(trace !== undefined && { trace }),
          });
        });
      }),
    sessions: () => endpoint.sessions,
    idle: () =>
      new Promise((resolve) => {
        if (underWay.size === 0) resolve();
        else wake = resolve;
      }),
    close: () => endpoint.close(),
  };
}
