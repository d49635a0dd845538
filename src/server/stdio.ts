import type { Writable } from 'node:stream';
import type { Server } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio as serve } from '@modelcontextprotocol/server/stdio';

/**
 * Serves MCP on stdin and the claimed stdout: protocol 2026-07-28 and every revision from 2024-10-07 to 2025-11-25.
 * @returns when the client has closed stdin or is gone; calls still running then are aborted
 */
export async function serveStdio(
  factory: () => Server,
  stdout: Writable,
  onerror: (error: Error) => void,
  signal: AbortSignal,
): Promise<void> {
  const transport = new StdioServerTransport(process.stdin, stdout);
  const handle = serve(factory, { transport, onerror });
  // The SDK has set its own listener by now and offers none for the end of the connection.
  const sdkClose = transport.onclose;
  await new Promise<void>((resolve) => {
    transport.onclose = () => {
      sdkClose?.();
      resolve();
    };
    const abort = () => void handle.close().then(resolve, resolve);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
