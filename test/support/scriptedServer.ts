import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Answers one request; it may also leave it unanswered, or break the connection. */
export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  /** In the order in which they arrived complete. */
  readonly requests: readonly ReceivedRequest[];
  /** Resolves when the nth request (from 1) has arrived, before it is answered. */
  received(count: number): Promise<void>;
  /** Resolves when the client has closed the connection of the nth request before its answer was complete. */
  aborted(count: number): Promise<void>;
}

/**
 * Starts an HTTP server on a free loopback port that gives the answers in order and repeats the last one.
 * Ends all connections when it is disposed.
 */
export async function startScriptedServer(...answers: [Answer, ...Answer[]]): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  const received = new Milestones();
  const aborted = new Milestones();
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: Buffer.concat(chunks) };
    const count = requests.push(request);
    response.on('close', () => {
      if (!response.writableFinished) aborted.reach(count);
    });
    received.reach(count);
    (answers[count - 1] ?? answers[answers.length - 1] ?? answers[0])(response, request);
  };
  const server = createServer((incoming, response) => {
    // A client that goes away while it sends breaks the loop above; there is nobody left to answer.
    handle(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    received: count => received.reached(count),
    aborted: count => aborted.reached(count),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** A complete answer. Objects are sent as JSON. */
export function answer(status: number, body: unknown = '', headers: OutgoingHttpHeaders = {}): Answer {
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  const content = raw ? body : JSON.stringify(body);
  const contentType = raw ? 'text/plain' : 'application/json';
  return response =>
    void response.writeHead(status, { 'content-type': contentType, ...headers }).end(content);
}

/** Closes the connection without an answer: the work may have been done. */
export const dropped: Answer = response => void response.destroy();

/** Never answers. */
export const silent: Answer = () => undefined;

/** Sends headers and the start of a body, and then nothing any more. */
export function stalled(status: number, start: string | Buffer, headers: OutgoingHttpHeaders = {}): Answer {
  return response => void response.writeHead(status, headers).write(start);
}

/** Sends headers and the start of a body, and then breaks the connection. */
export function broken(status: number, start: string | Buffer, headers: OutgoingHttpHeaders = {}): Answer {
  return response => void response.writeHead(status, headers).write(start, () => response.destroy());
}

class Milestones {
  readonly #reached = new Map<number, PromiseWithResolvers<undefined>>();

  reach(count: number): void {
    this.#at(count).resolve(undefined);
  }

  reached(count: number): Promise<undefined> {
    return this.#at(count).promise;
  }

  #at(count: number): PromiseWithResolvers<undefined> {
    const known = this.#reached.get(count);
    if (known) return known;
    const created = Promise.withResolvers<undefined>();
    this.#reached.set(count, created);
    return created;
  }
}
