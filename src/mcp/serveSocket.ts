import type { Socket } from 'node:net';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { describeError } from '../base/log.ts';
import { createServer, type McpPort } from './createServer.ts';

/** Serves one client over a connection; it ends with it. */
export function serveSocket(socket: Socket, port: McpPort): void {
  const { log } = port;
  const handle = serveStdio(() => createServer(port), {
    transport: new StdioServerTransport(socket, socket),
    onerror: error => log.warn(`MCP: ${describeError(error)}`),
  });
  socket.once('close', () => {
    handle.close().catch((error: unknown) => log.warn(`MCP: ${describeError(error)}`));
  });
}
