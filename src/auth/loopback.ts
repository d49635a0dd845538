import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { OktaMcpError } from '../errors.js';

/**
 * Listens on both loopback addresses, since `localhost` is either; IPv6 may be missing.
 * @returns a function that stops it
 * @throws OktaMcpError `auth_unreachable` when the port is taken
 */
export async function listenOnLoopback(port: number, handle: RequestListener): Promise<() => void> {
  const servers: Server[] = [];
  /** Browsers open connections to spare, on which they never ask; closing a server leaves those alone. */
  const unused = new Set<Socket>();
  const close = () => {
    for (const server of servers) server.close();
    for (const socket of unused) socket.destroy();
  };
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer(handle).unref();
    server.on('connection', (socket) => {
      unused.add(socket);
      socket.once('close', () => unused.delete(socket));
    });
    server.on('request', ({ socket }) => unused.delete(socket));
    const code = await new Promise<string | undefined>((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
      server.listen(port, host, () => resolve(undefined));
    });
    if (code === undefined) servers.push(server);
    else if (host === '127.0.0.1' || code === 'EADDRINUSE') {
      close();
      throw new OktaMcpError(
        'auth_unreachable',
        `The sign-in cannot return to this program: port ${port} of this machine cannot be used (${code}).`,
        'Stop what uses the port, or set OKTA_REDIRECT_PORT to another one and register it with the app in Okta.',
        { cause: code },
      );
    }
  }
  return close;
}
