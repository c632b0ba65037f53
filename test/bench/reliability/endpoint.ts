import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FaultAction, Step, Trouble } from './faults.ts';

export interface ApiRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** One execution of the paid work. */
export interface Charge {
  readonly job: string;
  readonly intent: string;
}

/** A service as one of the clients expects it, without any fault. */
export interface Dialect extends AsyncDisposable {
  /** Whether the answer to the paid POST is the result itself. */
  readonly synchronous: boolean;
  /** @throws when no client of this dialect should ask for it */
  route(request: ApiRequest): { readonly step: Step; readonly intent: string };
  answer(request: ApiRequest): Promise<ApiAnswer>;
  charges(): readonly Charge[];
}

export interface RecordedRequest {
  readonly intent: string;
  readonly step: Step;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  /** Milliseconds since the endpoint was started. */
  readonly at: number;
  /** What the client was told, or what was done to it. */
  outcome: string;
}

export interface Endpoint extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** What went wrong in the harness itself; a run with any is worth nothing. */
  readonly failures: readonly string[];
  /** Resolves when so many intents have been accepted, and, unless the dialect is synchronous, told so. */
  accepted(intents: number): Promise<void>;
}

/** Serves a dialect on a free loopback port; the one place where faults are made, for all clients. */
export async function startEndpoint(dialect: Dialect, trouble: Trouble): Promise<Endpoint> {
  const requests: RecordedRequest[] = [];
  const failures: string[] = [];
  const acceptedIntents = new Set<string>();
  const waiting: { intents: number; resolve: () => void }[] = [];
  const startedAt = performance.now();

  const accept = (intent: string): void => {
    acceptedIntents.add(intent);
    for (const each of waiting) if (acceptedIntents.size >= each.intents) each.resolve();
  };

  const actionFor = (step: Step, intent: string): FaultAction | undefined => {
    if (trouble.step !== step) return undefined;
    const earlier = requests.filter(each => each.step === step && each.intent === intent);
    if (earlier.length >= trouble.times) return undefined;
    const { action } = trouble;
    const since = performance.now() - startedAt - (earlier.at(-1)?.at ?? Infinity);
    return action.type === 'busy' && since >= action.seconds * 1_000 ? undefined : action;
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await receive(incoming);
    const { step, intent } = dialect.route(request);
    const action = actionFor(step, intent);
    const record: RecordedRequest = {
      intent,
      step,
      method: request.method,
      path: request.path,
      idempotencyKey: request.headers['idempotency-key']?.toString(),
      at: performance.now() - startedAt,
      outcome: 'unanswered',
    };
    requests.push(record);
    if (action?.type === 'busy') {
      record.outcome = '429';
      send(response, errorAnswer(429), { 'retry-after': String(action.seconds) });
      return;
    }
    const work = dialect.answer(request);
    if (step === 'submit' && dialect.synchronous) accept(intent);
    const answer = await work;
    record.outcome = spoil(response, answer, action);
    if (step === 'submit' && !dialect.synchronous) response.once('close', () => accept(intent));
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // A client that was killed while it sent is no failure of the harness.
      if (incoming.complete) failures.push(String(error));
      response.destroy();
    });
  });
  // Closing an idle connection while a request is on its way would be a fault that nobody asked for.
  server.keepAliveTimeout = 0;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    failures,
    accepted: intents =>
      new Promise(resolve => {
        if (acceptedIntents.size >= intents) resolve();
        else waiting.push({ intents, resolve });
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      await dialect[Symbol.asyncDispose]();
    },
  };
}

async function receive(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = incoming;
  return { method, path: url, headers, body: Buffer.concat(chunks) };
}

/** @returns what was done, for the record */
function spoil(response: ServerResponse, answer: ApiAnswer, action: FaultAction | undefined): string {
  const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
  switch (action?.type) {
    case 'drop':
      response.destroy();
      return 'dropped';
    case 'status':
      send(response, errorAnswer(action.status));
      return String(action.status);
    case 'cutOff':
      response.writeHead(answer.status, {
        'content-type': answer.contentType,
        'content-length': answer.body.length,
      });
      response.write(half, () => response.socket?.destroySoon());
      return `${answer.status}, cut off`;
    case 'halfText':
      send(response, { ...answer, body: half });
      return `${answer.status}, half a JSON`;
    case 'busy':
    case undefined:
      send(response, answer);
      return String(answer.status);
  }
}

function send(response: ServerResponse, answer: ApiAnswer, headers: Record<string, string> = {}): void {
  response
    .writeHead(answer.status, {
      'content-type': answer.contentType,
      'content-length': answer.body.length,
      ...headers,
    })
    .end(answer.body);
}

export function jsonAnswer(status: number, body: unknown): ApiAnswer {
  return { status, contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) };
}

function errorAnswer(status: number): ApiAnswer {
  const code = status === 429 ? 'rate_limited' : 'internal_error';
  return jsonAnswer(status, { error: { code, message: `The fault injector answers with HTTP ${status}.` } });
}
