import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { OktaMcpError } from '../errors.js';
import { refuse } from './refusals.js';

export interface Listener {
  readonly port: number;
  /** Takes no new connections, and ends those that wait for their next request. */
  stop(): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Limits for clients that send too much, or too slowly. Bytes and milliseconds. */
const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** Above the minute after which load balancers close idle connections, so that they do it and not we. */
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};

/**
 * Serves a handler over HTTP/1.1.
 * @throws OktaMcpError `config_invalid` when the address cannot be listened on
 */
export async function listen(
  fetch: (request: Request) => Promise<Response>,
  { host, port, variable }: { readonly host: string; readonly port: number; readonly variable: string },
  refusal: () => Response,
): Promise<Listener> {
  const errorHandler = (error: unknown) => (error instanceof RequestError ? refuse('request_malformed') : refusal());
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false, errorHandler });
  const server = createServer(LIMITS, listener);
  server.maxHeadersCount = 100;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `${variable}: ${host}:${port} cannot be listened on (${error.code}).`;
      reject(
        new OktaMcpError('config_invalid', message, `Set ${variable} to a port that is free, and an own address.`),
      );
    });
    server.listen(port, host, resolve);
  });
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      server.closeIdleConnections();
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
