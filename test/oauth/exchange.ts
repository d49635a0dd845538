import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Arrival } from './edge.js';
import type { SingleUse } from './single-use.js';

/** What to do with a request: answer it, close the connection, or leave it open without a word. */
export type Outcome = Response | 'drop' | 'hang';

export interface Listener {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves on a free port of 127.0.0.1. The handler is asked for once the origin is known. */
export async function listen(
  singleUse: SingleUse,
  handler: (origin: string) => Promise<(arrival: Arrival) => Promise<Outcome>>,
): Promise<Listener> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const handle = await handler(origin);
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const outcome = await handle(await arrived(request, singleUse));
      if (outcome === 'hang') return;
      if (outcome === 'drop') request.socket.destroy();
      else await send(response, outcome);
    } catch (error) {
      // A fault of the test server itself: loud, and unlike anything Okta answers.
      response.writeHead(599, { 'content-type': 'text/plain' }).end(String((error as Error).stack));
    }
  });
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function arrived(request: IncomingMessage, singleUse: SingleUse): Promise<Arrival> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = new Uint8Array(Buffer.concat(chunks));
  const headers = new Headers();
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  for (const name of ['connection', 'content-length', 'transfer-encoding', 'expect', 'keep-alive', 'te', 'upgrade'])
    headers.delete(name);
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
  const form = new URLSearchParams(isForm ? Buffer.from(body).toString('utf8') : '');
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  return { method: request.method ?? 'GET', url, headers, body, form, sighting: singleUse.see(headers, form) };
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  response.writeHead(answer.status);
  response.end(Buffer.from(await answer.arrayBuffer()));
}
