import { randomBytes } from 'node:crypto';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';

/** Answers a path itself instead of passing the request on. */
export type Page = (response: ServerResponse) => void;

export interface FrontProxy {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Serves `GET path` (for example `/start`) from here. */
  addPage(path: string, page: Page): void;
  /** Closes the listener and every open connection. */
  close(): Promise<void>;
}

/**
 * Stands in front of VS Code's server at `127.0.0.1:targetPort` and passes HTTP and WebSocket traffic on.
 *
 * VS Code for the Web keeps secrets sealed in the browser and asks its server for half of the key by
 * `POST /mint-key`. The bare server does not answer that, so secrets would be lost at a reload; this front
 * answers with one key half for its lifetime.
 */
export async function startFrontProxy(targetPort: number): Promise<FrontProxy> {
  const secretKeyHalf = randomBytes(32);
  const pages = new Map<string, Page>();
  const sockets = new Set<Socket>();

  const server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://front');
    const page = incoming.method === 'GET' ? pages.get(pathname) : undefined;
    if (page !== undefined) page(response);
    else if (incoming.method === 'POST' && pathname === '/mint-key') response.end(secretKeyHalf);
    else forward(incoming, response, targetPort);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    forwardUpgrade(incoming, socket, head, targetPort);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    addPage: (path, page) => pages.set(path, page),
    close: () =>
      new Promise((resolve, reject) => {
        server.close(error => {
          if (error === undefined) resolve();
          else reject(error);
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * The `Host` header stays that of the front: VS Code's server writes it into the page as the address to
 * connect to.
 */
function forward(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const outgoing = request(
    { host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers: incoming.headers },
    answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.once('error', error => {
    if (response.headersSent) response.destroy(error);
    else response.writeHead(502).end(`VS Code's server does not answer: ${error.message}`);
  });
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function forwardUpgrade(incoming: IncomingMessage, socket: Socket, head: Buffer, port: number): void {
  const target = connect(port, '127.0.0.1', () => {
    const headers = incoming.rawHeaders
      .map((value, index) => (index % 2 === 0 ? `${value}: ` : `${value}\r\n`))
      .join('');
    target.write(`${incoming.method ?? 'GET'} ${incoming.url ?? '/'} HTTP/1.1\r\n${headers}\r\n`);
    target.write(head);
    target.pipe(socket).pipe(target);
  });
  // Either side going away ends the other; the workbench reconnects by itself where it should.
  target.once('error', () => socket.destroy());
  target.once('close', () => socket.destroy());
  socket.once('error', () => target.destroy());
  socket.once('close', () => target.destroy());
}
