import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReceivedDelivery } from '../../../../src/core/webhooks/received.ts';
import { parseReplayUrl, replayDelivery } from '../../../../src/core/webhooks/replay.ts';
import { eventBody, signedHeaders } from './signing.ts';

const never = new AbortController().signal;
const body = eventBody();
const signed = signedHeaders(body);

const delivery: ReceivedDelivery = {
  number: 1,
  receivedAt: 0,
  method: 'POST',
  path: '/',
  headers: [
    ['Host', '127.0.0.1:1'],
    ['Connection', 'keep-alive'],
    ['Content-Length', '1'],
    ['Transfer-Encoding', 'chunked'],
    ['X-Two', 'one'],
    ['X-Two', 'two'],
    ...Object.entries(signed),
  ],
  body: Buffer.from(body),
  verdict: { verified: false, reason: 'noSecret' },
  status: 401,
  eventId: 'evt_1',
  eventType: 'generation.succeeded',
  signedAt: undefined,
  duplicateOf: undefined,
};

const servers: Server[] = [];

async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<URL> {
  const server = createServer(listener).listen(0, host);
  servers.push(server);
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?x=1`);
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

describe('replayDelivery', () => {
  it('sends the body and the headers as they came, except those of the connection', async () => {
    let seen: { request: IncomingMessage; text: string } | undefined;
    const url = await serve((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        seen = { request, text };
        response.writeHead(202, 'Taken', { 'X-Answer': 'yes' }).end('thanks');
      });
    });
    const answer = await replayDelivery(delivery, url, never);
    expect(answer).toMatchObject({ status: 202, statusText: 'Taken', body: 'thanks', cut: false });
    expect(answer.headers).toContainEqual(['X-Answer', 'yes']);
    expect(seen?.text).toBe(body);
    expect(seen?.request.method).toBe('POST');
    expect(seen?.request.url).toBe('/hooks?x=1');
    expect(seen?.request.headers).toMatchObject({
      ...signed,
      host: url.host,
      'content-length': String(body.length),
      'x-two': 'one, two',
    });
    expect(seen?.request.headers['transfer-encoding']).toBeUndefined();
  });

  it('reaches a name of this machine without asking a name server, on IPv6 too', async () => {
    const { port } = await serve((_request, response) => response.end('here'));
    expect((await replayDelivery(delivery, new URL(`http://a.b.localhost:${port}/`), never)).body).toBe(
      'here',
    );
    const six = await serve((_request, response) => response.end('six'), '::1');
    expect((await replayDelivery(delivery, new URL(`http://localhost:${six.port}/`), never)).body).toBe(
      'six',
    );
    expect((await replayDelivery(delivery, new URL(`http://[::1]:${six.port}/`), never)).body).toBe('six');
  });

  it('follows no redirect', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked++;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect((await replayDelivery(delivery, url, never)).status).toBe(307);
    expect(asked).toBe(1);
  });

  it('reads 64 KB of an endless answer', async () => {
    const url = await serve((_request, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', write);
      write();
    });
    const answer = await replayDelivery(delivery, url, never);
    expect(answer.cut).toBe(true);
    expect(answer.body).toHaveLength(64 * 1024);
  });

  it('fails when nobody listens, and when it is ended', async () => {
    const url = await serve(() => undefined);
    const control = new AbortController();
    const waiting = replayDelivery(delivery, url, control.signal);
    control.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    const closed = servers.splice(0).map(server => {
      server.close();
      server.closeAllConnections();
      return once(server, 'close');
    });
    await Promise.all(closed);
    await expect(replayDelivery(delivery, url, never)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('parseReplayUrl', () => {
  it.each([
    'http://127.0.0.1:3000/hooks',
    'http://localhost:3000',
    'https://localhost/',
    'http://app.localhost:5173/',
    'http://localhost.:5173/',
    'http://[::1]:3000/',
    'http://127.1:3000/',
    ' http://127.0.0.1 ',
  ])('takes %s', text => {
    expect(parseReplayUrl(text)).toHaveProperty('url');
  });

  it.each([
    ['', 'invalid'],
    ['localhost', 'invalid'],
    ['localhost:3000', 'invalid'],
    ['ftp://localhost/', 'notHttp'],
    ['http://example.com/', 'notThisMachine'],
    ['http://localhost.example.com/', 'notThisMachine'],
    ['http://notlocalhost/', 'notThisMachine'],
    ['http://192.168.1.1/', 'notThisMachine'],
    ['http://0.0.0.0/', 'notThisMachine'],
    ['http://127.0.0.1@example.com/', 'notThisMachine'],
  ])('refuses %j: %s', (text, problem) => {
    expect(parseReplayUrl(text)).toEqual({ problem });
  });
});
