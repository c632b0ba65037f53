import {
  createServer,
  request as sendRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { maximumBodyBytes, maximumKept, WebhookReceiver } from '../../../../src/core/webhooks/receiver.ts';
import type { ReceivedDelivery } from '../../../../src/core/webhooks/received.ts';
import type { WebhookSecret } from '../../../../src/core/webhooks/webhookSecrets.ts';
import { eventBody, otherSecret, secret, signedHeaders } from './signing.ts';

const known: WebhookSecret = { origin: 'https://rivya.ai', endpointId: 'whend_1', secret };
const hour = 3_600_000;

let secrets: WebhookSecret[];
let receiver: WebhookReceiver;

function createReceiver(): WebhookReceiver {
  return new WebhookReceiver({ secrets: () => Promise.resolve(secrets), clock: systemClock, log: silentLog });
}

function newest(from = receiver): ReceivedDelivery {
  const [delivery] = from.deliveries;
  if (!delivery) throw new Error('nothing was received');
  return delivery;
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** By Node's own client, which may send what `fetch` forbids. */
async function post(
  body: string | Buffer,
  headers: Record<string, string> = signedHeaders(String(body)),
  options: { method?: string; url?: string } = {},
): Promise<Answer> {
  const outgoing = sendRequest(options.url ?? `${receiver.url ?? ''}hooks?x=1`, {
    method: options.method ?? 'POST',
    headers,
    agent: false,
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.end(body);
  const [incoming] = await answered;
  let text = '';
  for await (const chunk of incoming as AsyncIterable<Buffer>) text += chunk.toString();
  return {
    status: incoming.statusCode ?? 0,
    json: text === '' ? undefined : (JSON.parse(text) as unknown),
    headers: incoming.headers,
  };
}

beforeEach(async () => {
  secrets = [known];
  receiver = createReceiver();
  await receiver.start(0);
});

afterEach(async () => {
  await receiver.stop();
  receiver.dispose();
});

describe('a good delivery', () => {
  it('is answered with 200 and shown as verified, by which scheme and for which endpoint', async () => {
    const body = eventBody();
    const at = Date.now() - 2000;
    const answer = await post(body, { ...signedHeaders(body, { at }), 'X-Odd-Case': 'Yes' });
    expect(answer).toMatchObject({ status: 200, json: { verified: true, duplicate: false } });
    expect(newest()).toMatchObject({
      number: 1,
      method: 'POST',
      path: '/hooks?x=1',
      status: 200,
      verdict: { verified: true, scheme: 'standardWebhooks', origin: known.origin, endpointId: 'whend_1' },
      eventId: 'evt_1',
      eventType: 'generation.succeeded',
      signedAt: Math.floor(at / 1000) * 1000,
      duplicateOf: undefined,
    });
    expect(Buffer.from(newest().body).toString()).toBe(body);
    expect(newest().headers).toContainEqual(['X-Odd-Case', 'Yes']);
  });

  it('is verified by any of the secrets that are known', async () => {
    secrets = [{ ...known, endpointId: 'whend_0', secret: otherSecret }, known];
    expect((await post(eventBody())).status).toBe(200);
    expect(newest().verdict).toMatchObject({ verified: true, endpointId: 'whend_1' });
  });

  it('with one of several signatures is good too, as after a rotation', async () => {
    const body = eventBody();
    const old = signedHeaders(body, { secret: otherSecret });
    const fresh = signedHeaders(body);
    const both = `${old['webhook-signature'] ?? ''} ${fresh['webhook-signature'] ?? ''}`;
    expect((await post(body, { ...fresh, 'webhook-signature': both })).status).toBe(200);
  });

  it('of exactly 1 MB is taken', async () => {
    const body = JSON.stringify({ id: 'evt_1', text: 'x'.repeat(maximumBodyBytes - 24) });
    expect(body.length).toBe(maximumBodyBytes);
    expect((await post(body)).status).toBe(200);
  });

  it('is a duplicate when it comes again, with another message id too, and is answered with 200 all the same', async () => {
    await post(eventBody());
    const again = await post(eventBody(), signedHeaders(eventBody(), { id: 'msg_2' }));
    expect(again).toMatchObject({ status: 200, json: { verified: true, duplicate: true } });
    expect(newest()).toMatchObject({ number: 2, duplicateOf: 1 });
    await post(eventBody('evt_2'));
    expect(newest().duplicateOf).toBeUndefined();
  });

  it('is not made a duplicate by a forged one that came before', async () => {
    await post(eventBody(), signedHeaders(eventBody(), { secret: otherSecret }));
    await post(eventBody());
    expect(newest()).toMatchObject({ verdict: { verified: true }, duplicateOf: undefined });
  });
});

describe('a bad delivery is answered properly, shown, and not trusted', () => {
  const body = eventBody();
  const refusals: [string, number, string, () => Promise<Answer>][] = [
    [
      'wrong secret',
      401,
      'signatureMismatch',
      () => post(body, signedHeaders(body, { secret: otherSecret })),
    ],
    [
      'changed body',
      401,
      'signatureMismatch',
      () => post(body.replace('task_1', 'task_2'), signedHeaders(body)),
    ],
    [
      'changed time',
      401,
      'signatureMismatch',
      () =>
        post(body, {
          ...signedHeaders(body),
          'webhook-timestamp': String(Math.floor(Date.now() / 1000) + 1),
        }),
    ],
    [
      'changed id',
      401,
      'signatureMismatch',
      () => post(body, { ...signedHeaders(body), 'webhook-id': 'msg_2' }),
    ],
    ['no signature', 401, 'signatureMissing', () => post(body, { 'content-type': 'application/json' })],
    [
      'unreadable signature',
      401,
      'signatureUnreadable',
      () => post(body, { ...signedHeaders(body), 'webhook-signature': 'nonsense' }),
    ],
    ['empty body', 401, 'signatureMissing', () => post('', {})],
    ['old time', 400, 'timestampTooOld', () => post(body, signedHeaders(body, { at: Date.now() - hour }))],
    ['future time', 400, 'timestampTooNew', () => post(body, signedHeaders(body, { at: Date.now() + hour }))],
    ['bytes that are no text', 401, 'signatureMissing', () => post(Buffer.from([0xff, 0xfe, 0, 1]), {})],
    ['GET', 405, 'wrongMethod', () => post('', {}, { method: 'GET' })],
    ['PUT', 405, 'wrongMethod', () => post(body, signedHeaders(body), { method: 'PUT' })],
    ['DELETE', 405, 'wrongMethod', () => post('', {}, { method: 'DELETE' })],
    [
      'announced to be over 1 MB',
      413,
      'bodyTooLarge',
      () => post(Buffer.alloc(maximumBodyBytes + 1, 'x'), { 'content-length': String(maximumBodyBytes + 1) }),
    ],
    [
      'over 1 MB without saying so',
      413,
      'bodyTooLarge',
      () => post(Buffer.alloc(2 * maximumBodyBytes, 'x'), { 'transfer-encoding': 'chunked' }),
    ],
  ];

  it.each(refusals)('%s: %i %s', async (_name, status, reason, send) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ verified: false, reason });
    expect(newest()).toMatchObject({ status, verdict: { verified: false, reason } });
    if (status === 405) expect(answer.headers.allow).toBe('POST');
    // It goes on.
    expect((await post(body)).status).toBe(200);
  });

  it('when no secret is known here', async () => {
    secrets = [];
    expect(await post(body)).toMatchObject({ status: 401, json: { reason: 'noSecret' } });
  });

  it('when the secrets cannot be read', async () => {
    await receiver.stop();
    receiver.dispose();
    receiver = new WebhookReceiver({
      secrets: () => Promise.reject(new Error('The keyring is locked.')),
      clock: systemClock,
      log: silentLog,
    });
    await receiver.start(0);
    expect(await post(body)).toMatchObject({ status: 500, json: { reason: 'secretsUnreadable' } });
  });

  it('when a genuine one is replayed much later: too old, and known', async () => {
    let now = Date.now();
    receiver.dispose();
    receiver = new WebhookReceiver({
      secrets: () => Promise.resolve(secrets),
      clock: { ...systemClock, now: () => now },
      log: silentLog,
    });
    await receiver.start(0);
    const headers = signedHeaders(body);
    await post(body, headers);
    now += hour;
    await post(body, headers);
    expect(newest()).toMatchObject({
      status: 400,
      verdict: { verified: false, reason: 'timestampTooOld' },
      duplicateOf: 1,
    });
  });

  it('when the sender goes away in the middle, nothing is kept and the receiver goes on', async () => {
    const { port } = new URL(receiver.url ?? '');
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half":');
    socket.destroy();
    await once(socket, 'close');
    await post(body);
    expect(receiver.deliveries).toHaveLength(1);
  });
});

describe('the receiver', () => {
  it('keeps the last 500, newest first', async () => {
    const headers = signedHeaders('{}');
    for (let count = 0; count < maximumKept + 3; count++) await post('{}', headers);
    expect(receiver.deliveries).toHaveLength(maximumKept);
    expect(newest().number).toBe(maximumKept + 3);
    expect(receiver.deliveries.at(-1)?.number).toBe(4);
  });

  it('keeps fewer when they are large, so that they do not fill the memory', async () => {
    const body = 'x'.repeat(maximumBodyBytes);
    for (let count = 0; count < 70; count++) await post(body, {});
    expect(receiver.deliveries).toHaveLength(64);
    expect(newest().number).toBe(70);
  });

  it('tells of each delivery, and of its start and stop', async () => {
    const seen: unknown[] = [];
    receiver.onDidReceive(delivery => seen.push(delivery.number));
    receiver.onDidChange(() => seen.push(receiver.url !== undefined));
    await post(eventBody());
    await receiver.stop();
    await receiver.start(0);
    await post(eventBody());
    expect(seen).toEqual([1, false, true, 2]);
    expect(receiver.deliveries).toHaveLength(2);
  });

  it('listens on this machine only, on a free port', () => {
    expect(receiver.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  it('of two windows has two ports', async () => {
    const other = createReceiver();
    await other.start(0);
    expect(other.url).not.toBe(receiver.url);
    await post(eventBody(), undefined, { url: other.url ?? '' });
    expect(other.deliveries).toHaveLength(1);
    expect(receiver.deliveries).toHaveLength(0);
    await other.stop();
  });

  it('says when the port is in use, and can be started on another one then', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const other = createReceiver();
    await expect(other.start(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(other.url).toBeUndefined();
    await other.start(0);
    expect(other.url).toBeDefined();
    await other.stop();
    taken.close();
  });

  it('ends open connections when it stops', async () => {
    const { port } = new URL(receiver.url ?? '');
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half":');
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
    await receiver.stop();
    await closed;
    expect(receiver.url).toBeUndefined();
    await receiver.stop();
  });
});
