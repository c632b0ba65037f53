import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach } from 'vitest';

export interface Received {
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A program of the user's that takes webhooks. */
export interface Receiver {
  url: string;
  /** All so far, oldest first. */
  received: Received[];
  /** Resolves once so many have come in all. */
  until(count: number): Promise<Received[]>;
}

const open: (() => void)[] = [];

afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** Listens on loopback until the test ends. `answer` ends each response; by default with 204. */
export async function startReceiver(
  answer: (response: ServerResponse, number: number) => void = response => {
    response.writeHead(204).end();
  },
): Promise<Receiver> {
  const received: Received[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    void text(request).then(body => {
      received.push({ method: request.method ?? '', headers: request.headers, body });
      answer(response, received.length);
      for (const each of waiting) if (received.length >= each.count) each.resolve();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    async until(count) {
      if (received.length < count) {
        await new Promise<void>(resolve => {
          waiting.push({ count, resolve });
        });
      }
      return received;
    },
  };
}
