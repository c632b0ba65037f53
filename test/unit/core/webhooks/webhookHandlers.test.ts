import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import { fetch } from 'undici';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { rivyaWebhooks as expressWebhooks } from '../../../../media/webhookHandlers/express.ts';
import { rivyaWebhooks as honoWebhooks } from '../../../../media/webhookHandlers/hono.ts';
import { POST } from '../../../../media/webhookHandlers/nextjs.ts';
import { createRivyaClient, type RivyaClient } from '../../../../src/api/client.ts';
import type { WebhookEndpoint } from '../../../../src/api/resources/webhooks.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { WebhookReceiver } from '../../../../src/core/webhooks/receiver.ts';
import type { RawHeaders, ReceivedDelivery } from '../../../../src/core/webhooks/received.ts';
import { replayDelivery } from '../../../../src/core/webhooks/replay.ts';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/server.ts';
import {
  handlersFolder,
  runtimes,
  startRuntime,
  startWithGate,
  type HandlerServer,
} from '../../../support/handlerServers.ts';
import { canHave, languages } from '../../../support/languages.ts';
import { isLong } from '../../../support/propertyRuns.ts';

const never = new AbortController().signal;
const hour = 3_600_000;
/** So that packages can be installed; it only ends a test that hangs. */
const patience = 300_000;

/** Runs a template as its first lines tell, with the secret in the environment. */
type Start = (secret: string) => Promise<HandlerServer>;

const handlers: Record<string, Start> = {
  Express: secret => inThisProcess(secret, express().use(expressWebhooks).listen(0, '127.0.0.1')),
  Hono: secret => inThisProcess(secret, serve(honoWebhooks.fetch)),
  'Next.js': secret => inThisProcess(secret, serve(POST)),
  ...Object.fromEntries(
    Object.entries(runtimes).map(([name, runtime]) => [
      name,
      (secret: string) => startRuntime(runtime, secret),
    ]),
  ),
};

/** Whether a handler is of this run: to install Go and to build with it takes too long for every run. */
function isOfThisRun([name]: readonly [name: string, start: unknown]): boolean {
  return isLong || name !== 'Go';
}

/** Whether a handler can be run here. */
function runsHere(name: string): boolean {
  if (name === 'PHP') return canHave(languages.php);
  return name !== 'Go' || canHave(languages.go);
}

function serve(handle: (request: Request) => Response | Promise<Response>): Server {
  const server = createAdaptorServer({ fetch: handle, overrideGlobalObjects: false }) as Server;
  return server.listen(0, '127.0.0.1');
}

async function inThisProcess(secret: string, server: Server): Promise<HandlerServer> {
  process.env['RIVYA_WEBHOOK_SECRET'] = secret;
  if (!server.listening) await once(server, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/rivya`),
    async stop() {
      delete process.env['RIVYA_WEBHOOK_SECRET'];
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

let clockShift = 0;
let sandbox: Sandbox;
let client: RivyaClient;
let receiver: WebhookReceiver;
let endpoint: WebhookEndpoint;

beforeEach(async () => {
  clockShift = 0;
  sandbox = await startSandbox({ taskDurationMs: 0, now: () => Date.now() + clockShift });
  client = createRivyaClient({
    baseUrl: sandbox.url,
    apiKey: () => sandbox.apiKey,
    fetch: fetch as unknown as typeof globalThis.fetch,
    log: silentLog,
    userAgent: 'test',
  });
  receiver = new WebhookReceiver({
    secrets: () => Promise.resolve([]),
    clock: systemClock,
    log: silentLog,
  });
  await receiver.start(0);
  endpoint = await createEndpoint();
});

afterEach(async () => {
  await receiver.stop();
  receiver.dispose();
  await sandbox.close();
});

function createEndpoint(): Promise<WebhookEndpoint> {
  return client.webhooks.create({
    name: 'Test',
    url: receiver.url ?? '',
    event_types: ['generation.succeeded', 'generation.failed'],
  });
}

/** What the sandbox delivers for a generation, as it came. */
async function delivered(): Promise<ReceivedDelivery> {
  const { promise, resolve } = Promise.withResolvers<ReceivedDelivery>();
  const subscription = receiver.onDidReceive(resolve);
  await client.generations.create(
    { model: 'z-image', prompt: 'A kite.' },
    { idempotencyKey: crypto.randomUUID() },
  );
  sandbox.control.finishTasks();
  const delivery = await promise;
  subscription.dispose();
  return delivery;
}

function withHeader(delivery: ReceivedDelivery, name: string, value: string): ReceivedDelivery {
  const headers: RawHeaders = delivery.headers.map(each =>
    each[0].toLowerCase() === name ? [each[0], value] : each,
  );
  return { ...delivery, headers };
}

/** A delivery with another id, time and body, and a signature that fits. */
function signed(
  delivery: ReceivedDelivery,
  secret: string,
  id: string,
  timestamp: string,
  body: string,
): ReceivedDelivery {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const changed: ReceivedDelivery = { ...delivery, body: Buffer.from(body) };
  const withId = withHeader(changed, 'webhook-id', id);
  const withTime = withHeader(withId, 'webhook-timestamp', timestamp);
  return withHeader(withTime, 'webhook-signature', `v1,${signature}`);
}

// Not everywhere are all of them run; what must not come back can be read all the same.
it.each(readdirSync(handlersFolder).filter(name => /\.(?:ts|py|go|php)$/.test(name)))(
  '%s keeps nothing where others can write, and refuses an id with a full stop',
  name => {
    const source = readFileSync(path.join(handlersFolder, name), 'utf8');
    expect(source).not.toMatch(/temp_dir|tmpdir|TempDir|tempfile|\/tmp/);
    expect(source).toContain('full stop in the id');
    // The note is made after the work, so that work that failed is delivered again.
    const done = source.search(/handled\.add\(|handled\.Store\(|fwrite\(\$note/);
    expect(done).toBeGreaterThan(source.search(/generation\.failed|handleRivyaEvent\(event\)/));
  },
);

describe.for(Object.entries(handlers).filter(isOfThisRun))('the handler for %s', ([name, start]) => {
  const it = test.skipIf(!runsHere(name));
  it(
    'takes what the sandbox delivers, once, and nothing else',
    async () => {
      const handler = await start(endpoint.signing_secret ?? '');
      const send = async (delivery: ReceivedDelivery): Promise<[number, string]> => {
        const { status, body } = await replayDelivery(delivery, handler.url, never);
        return [status, body];
      };
      try {
        const good = await delivered();
        const text = Buffer.from(good.body).toString();

        // What is not genuine comes first, and must not count as handled.
        expect(text).toContain('"succeeded"');
        const changed = { ...good, body: Buffer.from(text.replace('"succeeded"', '"failed"')) };
        expect((await send(changed))[0]).toBe(401);
        expect((await send(withHeader(good, 'webhook-id', 'evt_other')))[0]).toBe(401);
        expect((await send(withHeader(good, 'webhook-signature', 'v1,')))[0]).toBe(401);
        expect((await send(withHeader(good, 'webhook-signature', 'v1,%%%')))[0]).toBe(401);
        expect((await send(withHeader(good, 'webhook-timestamp', '1e9')))[0]).toBe(401);
        const unsigned = good.headers.filter(([name]) => !name.toLowerCase().startsWith('webhook-'));
        expect((await send({ ...good, headers: unsigned }))[0]).toBe(401);
        const large = { ...good, body: Buffer.alloc(1024 ** 2 + 1, 'x') };
        expect((await send(large))[0]).toBe(413);
        expect(await sendWithoutLength(large, handler.url)).toBe(413);

        expect(await send(good)).toEqual([200, 'Handled.']);
        expect(await send(good)).toEqual([200, 'Already handled.']);

        const signature =
          good.headers.find(([name]) => name.toLowerCase() === 'webhook-signature')?.[1] ?? '';
        const several = `v2,abc v1,${Buffer.alloc(32).toString('base64')} ${signature}`;
        expect(await send(withHeader(good, 'webhook-signature', several))).toEqual([200, 'Already handled.']);

        clockShift = -hour;
        expect((await send(await delivered()))[0]).toBe(401);
        clockShift = hour;
        expect((await send(await delivered()))[0]).toBe(401);
        clockShift = 0;

        // The same bytes are signed when the timestamp becomes the end of the id.
        const now = String(Math.floor(Date.now() / 1000));
        const shifted = signed(good, endpoint.signing_secret ?? '', `evt_9.${now}`, now, '{"type":"x"}');
        expect((await send(shifted))[0]).toBe(401);
        // Signed, and nothing that can be handled: not 200, and not noted.
        const broken = signed(good, endpoint.signing_secret ?? '', 'evt_9', now, '{"type":"x"');
        expect((await send(broken))[0]).toBeGreaterThanOrEqual(400);
        const whole = signed(good, endpoint.signing_secret ?? '', 'evt_9', now, '{"type":"x"}');
        expect(await send(whole)).toEqual([200, 'Handled.']);

        // The secret of another endpoint.
        await client.webhooks.delete(endpoint.id);
        const other = await createEndpoint();
        expect((await send(await delivered()))[0]).toBe(401);
        await client.webhooks.delete(other.id);
      } finally {
        await handler.stop();
      }
    },
    patience,
  );

  it(
    'is called by the sandbox itself, and answers as a delivery should be answered',
    async () => {
      const handler = await start(endpoint.signing_secret ?? '');
      try {
        await client.webhooks.update(endpoint.id, { url: handler.url.href });
        expect(await client.webhooks.test(endpoint.id)).toMatchObject({
          status: 'succeeded',
          response_status: 200,
        });
      } finally {
        await handler.stop();
      }
    },
    patience,
  );
});

/** In chunks, so that no header tells how large it is. Some close the connection while it is being sent. */
async function sendWithoutLength(delivery: ReceivedDelivery, url: URL): Promise<number> {
  const { status } = await fetch(url, {
    method: 'POST',
    headers: delivery.headers.flatMap(([name, value]): [string, string][] =>
      name.toLowerCase().startsWith('webhook-') ? [[name, value]] : [],
    ),
    body: new Blob([delivery.body]).stream(),
    duplex: 'half',
  });
  return status;
}

describe.skipIf(process.platform === 'win32').for(Object.entries(runtimes).filter(isOfThisRun))(
  'the handler for %s, when the work',
  ([name, runtime]) => {
    const it = test.skipIf(!runsHere(name));
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const event: ReceivedDelivery = {
      number: 1,
      receivedAt: 0,
      method: 'POST',
      path: '/',
      headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(each => [each, ''] as const),
      body: new Uint8Array(),
      verdict: { verified: false, reason: 'noSecret' },
      status: 401,
      eventId: undefined,
      eventType: undefined,
      signedAt: undefined,
      duplicateOf: undefined,
    };
    const failed = (): ReceivedDelivery =>
      signed(event, secret, 'evt_1', String(Math.floor(Date.now() / 1000)), '{"type":"generation.failed"}');

    it(
      'fails, is not told that it is handled, and does it when the event comes again',
      async () => {
        const handler = await startWithGate(runtime, secret);
        const send = (): Promise<number> =>
          replayDelivery(failed(), handler.url, never).then(({ status }) => status);
        try {
          for (const [end, expected] of [
            ['fail', 500],
            ['fail', 500],
            ['succeed', 200],
          ] as const) {
            const answer = send();
            const finish = await handler.gate.entered();
            // What is under way is not known as handled.
            if (runtime.isConcurrent) expect(await send()).toBe(409);
            await finish(end);
            expect(await answer).toBe(expected);
          }
          // Without the gate: the work is not done again.
          expect(await send()).toBe(200);
        } finally {
          await handler.stop();
        }
      },
      patience,
    );
  },
);
