import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { describeError } from '../base/log.ts';
import { createServer, type McpPort } from './createServer.ts';

/** Serves one client over a connection; it ends with it. */
export function serveSocket(socket: Socket, port: McpPort): void {
  const { log } = port;
  // Whoever has read the token has paused it; nothing is lost until the transport listens.
  const input = socket.pipe(new PassThrough());
  const handle = serveStdio(() => createServer(port), {
    transport: new StdioServerTransport(input, socket),
    onerror: error => log.warn(`MCP: ${describeError(error)}`),
  });
  socket.once('close', () => {
    handle.close().catch((error: unknown) => log.warn(`MCP: ${describeError(error)}`));
  });
}
