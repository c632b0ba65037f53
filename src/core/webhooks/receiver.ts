import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook, type WebhookRefusal } from '../../api/resources/webhookSignature.ts';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { claimsOf, pairedHeaders, type ReceivedDelivery, type Verdict } from './received.ts';
import type { WebhookSecret } from './webhookSecrets.ts';

export interface ReceiverOptions {
  /** The secrets to verify with, of every known endpoint. */
  readonly secrets: () => Promise<readonly WebhookSecret[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The most that a delivery may have, in bytes. */
export const maximumBodyBytes = 1024 ** 2;
/** How many deliveries are kept, in memory only. */
export const maximumKept = 500;
/** So that 500 large ones do not fill the memory: beyond it the oldest go first. */
const maximumKeptBytes = 64 * 1024 ** 2;
/** How many verified events are remembered to tell a replay by, longer than the deliveries themselves. */
const maximumSeen = 10_000;
/** A sender that is slower than this is cut off, in milliseconds. */
const requestTimeout = 30_000;

// What says most about a delivery that no secret verifies, first.
const tellingRefusals: readonly WebhookRefusal[] = ['timestampTooOld', 'timestampTooNew', 'bodyNotJson'];

/**
 * A small web server on 127.0.0.1 that takes deliveries, verifies them and answers as a good receiver does:
 * 200 for what is verified, also a second time, since senders repeat; 401 for what is not; 400 for a time
 * outside of the tolerance; 405 and 413 for what is no delivery at all. Whatever comes is kept to be looked
 * at, and never trusted for that.
 */
export class WebhookReceiver implements Disposable {
  readonly #options: ReceiverOptions;
  readonly #received = new Emitter<ReceivedDelivery>();
  readonly #changed = new Emitter<void>();
  readonly #seen = new Map<string, number>();
  #server: Server | undefined;
  #deliveries: ReceivedDelivery[] = [];
  #keptBytes = 0;
  #count = 0;

  /** Fires for each request that came to its end. */
  readonly onDidReceive = this.#received.event;
  /** Fires when it was started or stopped. */
  readonly onDidChange = this.#changed.event;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /** Such as `http://127.0.0.1:40123/`; undefined while it does not run. */
  get url(): string | undefined {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    return address ? `http://127.0.0.1:${address.port}/` : undefined;
  }

  /** Newest first; they stay when the receiver stops, and go with the window. */
  get deliveries(): readonly ReceivedDelivery[] {
    return this.#deliveries;
  }

  /**
   * Starts to listen; does nothing when it does already.
   * @param port 0 for a free one
   * @throws the server's error, with `code` `EADDRINUSE` when the port is taken or `EACCES` when it may not
   * be used
   */
  async start(port: number): Promise<void> {
    if (this.#server) return;
    const server = createServer({ requestTimeout }, (request, response) => {
      this.#take(request, response).catch((error: unknown) => {
        this.#options.log.warn(`A webhook delivery broke off: ${describeError(error)}`);
        response.destroy();
      });
    });
    this.#server = server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
      });
    } catch (error) {
      this.#server = undefined;
      throw error;
    }
    server.on('error', error => this.#options.log.error(`Webhook receiver: ${describeError(error)}`));
    this.#changed.fire();
  }

  /** Ends every connection at once. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    this.#changed.fire();
  }

  dispose(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = undefined;
    this.#received.dispose();
    this.#changed.dispose();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      this.#answer(request, response, noBody, { verified: false, reason: 'wrongMethod' });
      return;
    }
    const body = await readBody(request);
    if (!body) {
      this.#answer(request, response, noBody, { verified: false, reason: 'bodyTooLarge' });
      return;
    }
    this.#answer(request, response, body, await this.#verify(request, body));
  }

  async #verify(request: IncomingMessage, body: Uint8Array): Promise<Verdict> {
    let secrets: readonly WebhookSecret[];
    try {
      secrets = await this.#options.secrets();
    } catch (error) {
      this.#options.log.error(`The signing secrets could not be read: ${describeError(error)}`);
      return { verified: false, reason: 'secretsUnreadable' };
    }
    const now = this.#options.clock.now();
    const refusals: WebhookRefusal[] = [];
    for (const { secret, origin, endpointId } of secrets) {
      const found = verifyWebhook({ body, headers: request.headers, secret, now });
      if (found.verified) return { ...found, origin, endpointId };
      refusals.push(found.reason);
    }
    const telling = tellingRefusals.find(each => refusals.includes(each));
    return { verified: false, reason: telling ?? refusals[0] ?? 'noSecret' };
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: Uint8Array, verdict: Verdict): void {
    const headers = pairedHeaders(request.rawHeaders);
    const claims = claimsOf(headers, body);
    const number = ++this.#count;
    const status = statusOf(verdict);
    // 400 is for what is signed well, but not at a time to be believed.
    const signed = status === 200 || status === 400;
    const duplicateOf = signed && claims.eventId !== undefined ? this.#seen.get(claims.eventId) : undefined;
    // Only what is verified counts: otherwise a forged delivery could make a genuine one look like a copy.
    if (verdict.verified && claims.eventId !== undefined && duplicateOf === undefined) {
      this.#remember(claims.eventId, number);
    }
    const answer = verdict.verified
      ? { received: true, verified: true, duplicate: duplicateOf !== undefined }
      : { received: true, verified: false, reason: verdict.reason };
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(status === 405 && { allow: 'POST' }),
      // The rest of what the sender still has to say is not read.
      ...(status === 413 && { connection: 'close' }),
    });
    response.end(JSON.stringify(answer));
    request.resume();
    this.#keep({
      number,
      receivedAt: this.#options.clock.now(),
      method: request.method ?? '',
      path: request.url ?? '',
      headers,
      body,
      verdict,
      status,
      ...claims,
      duplicateOf,
    });
  }

  #remember(eventId: string, number: number): void {
    this.#seen.set(eventId, number);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > maximumSeen && oldest !== undefined) this.#seen.delete(oldest);
  }

  #keep(delivery: ReceivedDelivery): void {
    this.#deliveries = [delivery, ...this.#deliveries];
    this.#keptBytes += delivery.body.length;
    while (this.#deliveries.length > maximumKept || this.#keptBytes > maximumKeptBytes) {
      this.#keptBytes -= this.#deliveries.pop()?.body.length ?? 0;
    }
    this.#received.fire(delivery);
  }
}

const noBody = new Uint8Array();

function statusOf(verdict: Verdict): number {
  if (verdict.verified) return 200;
  switch (verdict.reason) {
    case 'wrongMethod':
      return 405;
    case 'bodyTooLarge':
      return 413;
    case 'timestampTooOld':
    case 'timestampTooNew':
    case 'bodyNotJson':
      return 400;
    case 'secretsUnreadable':
      return 500;
    case 'noSecret':
    case 'secretUnusable':
    case 'signatureMissing':
    case 'signatureUnreadable':
    case 'signatureMismatch':
      return 401;
  }
}

/** @returns undefined when it is larger than allowed, without reading on */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length']) > maximumBodyBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Not for-await, which would close the connection on leaving, before the answer is out.
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maximumBodyBytes) chunks.push(chunk);
      else resolve(undefined);
    });
    request.once('end', () => resolve(size <= maximumBodyBytes ? Buffer.concat(chunks) : undefined));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The sender closed the connection.')));
  });
}
