import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { passOn } from './gateway.ts';

export interface ForwardProxy extends AsyncDisposable {
  readonly url: string;
  /** First lines of what was asked for: `GET http://…` in absolute form, `CONNECT host:port` for a tunnel. */
  readonly requests: readonly string[];
  /** The status that tunnels get in place of a connection, if any. */
  refuseWith: number | undefined;
}

/**
 * An HTTP proxy as a company has one, for requests in absolute form and for tunnels. Every name leads to this
 * machine, so that a test can use names that no resolver knows.
 */
export async function startForwardProxy(
  options: { readonly refuseWith?: number } = {},
): Promise<ForwardProxy> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    requests.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    forward(incoming, response);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('connect', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    requests.push(`CONNECT ${incoming.url ?? ''}`);
    if (proxy.refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${proxy.refuseWith} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const { port } = new URL(`http://${incoming.url ?? ''}`);
    const target = connect(Number(port === '' ? 80 : port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    // Either side going away ends the other.
    target.once('error', () => socket.destroy());
    target.once('close', () => socket.destroy());
    socket.once('error', () => target.destroy());
    socket.once('close', () => target.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const proxy: ForwardProxy = {
    refuseWith: options.refuseWith,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return proxy;
}

function forward(incoming: IncomingMessage, response: ServerResponse): void {
  const url = URL.parse(incoming.url ?? '');
  if (!url) {
    response.writeHead(400).end('A proxy needs an absolute URL.');
    return;
  }
  incoming.url = url.pathname + url.search;
  passOn(url, incoming, response);
}
