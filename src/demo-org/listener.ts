import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { isConnectionReset } from './fault.js';

export interface Listener<Org extends Served> {
  /** `http://127.0.0.1:` and the port. */
  readonly origin: string;
  readonly org: Org;
  /** Stops listening and cuts the connections that are left. */
  close(): Promise<void>;
}

/** Anything that answers as an org does: a demo org, or what a test puts in front of one. */
export interface Served {
  readonly fetch: (request: Request) => Promise<Response>;
}

/**
 * Serves an org on the loopback interface only, on a free port unless one is named. It is made once its origin is known,
 * because its links name it; `fetch` rejecting with a connection reset (a fault) destroys the socket.
 * @throws Error with the code of `listen`, such as EADDRINUSE
 */
export async function serveDemoOrg<Org extends Served>(
  make: (origin: string) => Org,
  { port = 0 }: { readonly port?: number } = {},
): Promise<Listener<Org>> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const org = make(origin);
  server.on('request', (incoming, outgoing) => void exchange(origin, org, incoming, outgoing));
  return {
    origin,
    org,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function exchange(origin: string, org: Served, incoming: IncomingMessage, outgoing: ServerResponse) {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  let request: Request;
  try {
    request = toRequest(origin, incoming, gone.signal);
  } catch {
    // TRACE, or a target that is no URL: nothing `fetch` could carry.
    outgoing.writeHead(400).end();
    return;
  }
  try {
    const response = await org.fetch(request);
    for (const [name, value] of response.headers) outgoing.appendHeader(name, name === 'link' ? linksOf(value) : value);
    outgoing.writeHead(response.status);
    if (response.body) await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing);
    else outgoing.end();
  } catch (error) {
    if (isConnectionReset(error)) incoming.socket.resetAndDestroy();
    else if (outgoing.headersSent || gone.signal.aborted) outgoing.destroy();
    else outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(`The demo org failed: ${String(error)}\n`);
  }
}

function toRequest(origin: string, incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  const bare = method === 'GET' || method === 'HEAD';
  // `*`, and whole URLs as proxies get them, are not paths of the org.
  const target = new URL(url.startsWith('/') ? origin + url : origin);
  const init: RequestInit = { method, headers, signal };
  return new Request(
    target,
    bare ? init : { ...init, body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' },
  );
}

/** The values of a `Link` header; two of them are two headers on Okta's wire. */
function linksOf(value: string): string[] {
  return value.split(/, (?=<)/);
}
