import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificates.ts';

export interface Gateway extends AsyncDisposable {
  readonly port: number;
  /** `GET /path` of everything that got through to it. */
  readonly requests: readonly string[];
}

/**
 * Answers under any host name, over TLS when it has a certificate, and passes everything on to a server of
 * this machine under that server's own name, as a company's gateway does.
 * @param port by default a free one
 */
export async function startGateway(targetUrl: string, certificate?: Certificate, port = 0): Promise<Gateway> {
  const target = new URL(targetUrl);
  const requests: string[] = [];
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${incoming.method} ${incoming.url}`);
    passOn(target, incoming, response);
  };
  const server = certificate ? createSecureServer(certificate, handle) : createServer(handle);
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** Sends a request to another server under that server's name, and its answer back. */
export function passOn(target: URL, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = incoming;
  const outgoing = request(
    {
      host: '127.0.0.1',
      port: target.port,
      method,
      path: incoming.url,
      headers: { ...headers, host: target.host },
    },
    answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.once('error', error => {
    if (response.headersSent) response.destroy(error);
    else response.writeHead(502).end(error.message);
  });
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}
