import { createServer, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { Agent, fetch as undiciFetch } from 'undici';
import { describe, expect, test } from 'vitest';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { modelFields, toWireParams } from '../../../src/api/resources/modelParameters.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { openResult } from '../../../src/api/transport/download.ts';
import { isRivyaError } from '../../../src/api/errors/errors.ts';
import { verifyWebhook } from '../../../src/api/resources/webhookSignature.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';
import { impatientClock, recordingLog } from './testClock.ts';

/** Of each kind of replacement. */
const runs = propertyRuns(1_000);
const secret = 'rvya_sk_fuzz_0123456789';

/** Names and words of real answers, so that random JSON gets past the first check. */
const words = fc.constantFrom('id', 'task_id', 'status', 'succeeded', 'result', 'urls', 'primary_url', 'url', 'error', 'code', 'message', 'requestId', 'data', 'models', 'object', 'params', 'key', 'type', 'options', 'value', 'min', 'range', 'required', 'current_credits', 'session_id', 'content', 'messages', 'role', 'signing_secret', 'event_types', 'delivery', 'webhook_endpoint', 'payload', 'delta', 'choices', 'usage', 'credits', 'event', 'done', '__proto__', 'constructor', ''); // prettier-ignore
const leaf = fc.oneof(words, fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
const { json } = fc.letrec(tie => ({
  json: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('json'), { maxLength: 4 }),
    tie('object'),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.oneof({ weight: 5, arbitrary: words }, fc.string()), tie('json')), { maxLength: 5 })
    .map(entries => Object.fromEntries(entries)),
}));

/**
 * Bodies that have what the client looks for, with random values in it, so that some of them are read to
 * their end.
 */
const shaped = fc.record(
  {
    id: leaf,
    status: leaf,
    type: leaf,
    current_credits: leaf,
    url: leaf,
    signing_secret: json,
    result: fc.oneof(json, fc.record({ urls: json, primary_url: json })),
    message: fc.oneof(json, fc.record({ role: words, content: json })),
    messages: json,
    data: fc.oneof(json, fc.array(fc.record({ id: leaf, type: leaf, status: json, params: json }))),
    error: json,
    usage: json,
  },
  { requiredKeys: ['id', 'status', 'type', 'current_credits'] },
);

const content = fc.oneof(
  { weight: 2, arbitrary: shaped.map(value => JSON.stringify(value)) },
  { weight: 4, arbitrary: json.map(value => JSON.stringify(value)) },
  json.map(value => JSON.stringify(value).slice(0, -1)),
  fc.uint8Array({ maxLength: 64 }),
  fc.string({ unit: 'binary' }),
);
const header = fc.constantFrom(
  'retry-after',
  'x-request-id',
  'location',
  'content-length',
  'content-type',
  'content-encoding',
);
const headerValue = fc.oneof(
  fc.constantFrom(
    '5',
    '-1',
    '1e9',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'https://elsewhere.example/',
    '/here',
    '//',
    'gzip',
  ),
  fc.string({ unit: fc.constantFrom('a', 'Z', '0', '9', ' ', '-', '/', ':', '%', '"', '{') }),
);
const answer = fc.record({
  status: fc.oneof(fc.constantFrom(200, 201, 204, 301, 304, 400, 401, 402, 403, 404, 409, 429, 500, 503), fc.integer({ min: 200, max: 599 })), // prettier-ignore
  content,
  headers: fc.dictionary(header, headerValue, { maxKeys: 3 }),
  breaks: fc.boolean(),
});
type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never;

function respond({ status, content: body, headers, breaks }: Answer): Response {
  const hasNoBody = [204, 205, 304].includes(status);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      if (breaks) controller.error(new TypeError('terminated'));
      else controller.close();
    },
  });
  return new Response(hasNoBody ? null : stream, { status, headers });
}

function clientFor(random: Answer, log = recordingLog()): RivyaClient {
  return createRivyaClient({
    baseUrl: 'https://api.example',
    apiKey: () => secret,
    fetch: () => Promise.resolve(respond(random)),
    maxRetries: 0,
    log,
    clock: impatientClock,
  });
}

/** Answers to a streamed chat: events and lines of plausible forms, whole and cut. */
const streamed = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.constantFrom(
          'data: ',
          'event: delta\ndata: ',
          'event: error\ndata: ',
          ': ',
          '',
          '0:',
          'id: 1\ndata: ',
        ),
        fc.oneof(
          json.map(value => JSON.stringify(value)),
          fc.constant('[DONE]'),
          fc.string(),
        ),
        fc.constantFrom('\n\n', '\r\n\r\n', '\n', '\r', ''),
      ),
      { maxLength: 8 },
    ),
    fc.boolean(),
  )
  .map(([events, breaks]): Answer => ({
    status: 200,
    content: events.flat().join(''),
    headers: { 'content-type': 'text/event-stream' },
    breaks,
  }));

/**
 * What a socket gives: an answer in HTTP whose length may be wrong, cut off anywhere, or bytes that are no
 * HTTP at all.
 */
const rawAnswer = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(answer, fc.option(fc.nat({ max: 200 })), fc.option(fc.nat({ max: 300 })))
      .map(([{ status, content: body, headers }, length, cut]) => {
        const bytes = Buffer.from(body as string);
        const lines = Object.entries({ ...headers, 'content-length': String(length ?? bytes.length) });
        const head = lines.map(([key, text]) => `${key}: ${text}\r\n`).join('');
        const whole = Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${head}\r\n`), bytes]);
        return whole.subarray(0, cut ?? whole.length);
      }),
  },
  fc.uint8Array({ maxLength: 100 }),
);

interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly fetch: Fetch;
  /** What each connection gets before it is closed. */
  answer: Uint8Array;
  readonly answered: number;
}

/** A server of bytes: it waits for a request, answers with whatever it was told, and closes. */
async function startRawServer(): Promise<RawServer> {
  let answered = 0;
  const server = createServer(socket => {
    // A client that refuses the answer closes first.
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      answered++;
      socket.end(raw.answer);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // No connection is used twice: each has one answer.
  const dispatcher = new Agent({ pipelining: 0 });
  const raw = {
    url: `http://127.0.0.1:${port}`,
    fetch: ((url: string, init: RequestInit) =>
      undiciFetch(url, { ...init, dispatcher } as never)) as unknown as Fetch,
    answer: new Uint8Array(),
    get answered() {
      return answered;
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return raw;
}

async function settle(call: Promise<unknown>): Promise<'value' | 'error'> {
  try {
    await call;
    return 'value';
  } catch (error) {
    if (!isRivyaError(error)) throw error;
    expect(error.message).not.toBe('');
    expect(error.code).not.toBe('');
    expect(error.message).not.toContain(secret);
    return 'error';
  }
}

const calls: Record<string, (client: RivyaClient) => Promise<unknown>> = {
  'models.list': async client => {
    for (const model of (await client.models.list()).data) expect(model.id).not.toBe('');
  },
  'generations.create': async client => {
    const generation = await client.generations.create({ model: 'm' }, { idempotencyKey: 'k' });
    for (const url of generation.result?.urls ?? []) expect(typeof url).toBe('string');
  },
  'generations.retrieve': client => client.generations.retrieve('t'),
  'credits.retrieve': async client =>
    expect((await client.credits.retrieve()).current_credits).toBeTypeOf('number'),
  'files.upload': client =>
    client.files.upload({ data: new Blob(['x']), name: 'n', type: 't', kind: 'image' }),
  'files.retrieve': client => client.files.retrieve('f'),
  'chat.completions.create': client => client.chat.completions.create({ model: 'm', message: 'x' }),
  'chat.sessions.list': client => client.chat.sessions.list(),
  'chat.sessions.retrieve': client => client.chat.sessions.retrieve('s'),
  'openapi.retrieve': client => client.openapi.retrieve(),
  'webhooks.list': async client => {
    for (const endpoint of (await client.webhooks.list()).data) expect(endpoint.id).not.toBe('');
  },
  'webhooks.create': async client => {
    const body = { name: 'n', url: 'https://hooks.example', event_types: ['generation.failed'] };
    expect((await client.webhooks.create(body)).id).not.toBe('');
  },
  'webhooks.retrieve': client => client.webhooks.retrieve('w'),
  'webhooks.update': client => client.webhooks.update('w', { name: 'n' }),
  'webhooks.delete': client => client.webhooks.delete('w'),
  'webhooks.rotateSecret': async client => {
    const { id, signing_secret } = await client.webhooks.rotateSecret('w');
    expect(id).toBeTypeOf('string');
    expect(typeof (signing_secret ?? '')).toBe('string');
  },
  'webhooks.test': client => client.webhooks.test('w'),
  'webhooks.deliveries.list': async client =>
    expect(Array.isArray((await client.webhooks.deliveries.list('w')).data)).toBe(true),
  'webhooks.events.list': async client => {
    for (const event of (await client.webhooks.events.list()).data) expect(event.type).not.toBe('');
  },
};

describe('whatever the server answers, there is a value or a typed error', () => {
  test.each(Object.entries(calls))('%s', async (_name, call) => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(answer, async random => {
        ends.add(await settle(call(clientFor(random))));
      }),
      { numRuns: runs },
    );
    expect(ends).toEqual(new Set(['value', 'error']));
  });

  test('chat.completions.stream', async () => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(answer, streamed), async random => {
        const log = recordingLog();
        const client = clientFor(random, log);
        let text = '';
        let done = 0;
        for await (const event of client.chat.completions.stream({ model: 'm', message: 'x' })) {
          expect(done).toBe(0);
          if (event.type === 'text') text = event.text;
          if (event.type !== 'done') continue;
          done++;
          ends.add(event.outcome);
          expect(event.text).toBe(text);
          expect(event.error === undefined).toBe(event.outcome === 'completed');
          expect(event.error?.message ?? '').not.toContain(secret);
        }
        expect(done).toBe(1);
        expect(log.lines.join()).not.toContain(secret);
      }),
      { numRuns: runs },
    );
    expect(ends).toEqual(new Set(['completed', 'truncated', 'failed']));
  });

  test('of a download', async () => {
    const read = async (random: Answer): Promise<void> => {
      const fetch = (): Promise<Response> => Promise.resolve(respond(random));
      const { body } = await openResult('https://files.example/a', {
        fetch,
        baseUrl: 'https://api.example',
        maxBytes: 50,
      });
      let bytes = 0;
      for await (const chunk of body) bytes += chunk.byteLength;
      expect(bytes).toBeLessThanOrEqual(50);
    };
    await fc.assert(
      fc.asyncProperty(answer, async random => {
        await settle(read(random));
      }),
      { numRuns: runs },
    );
  });

  test('also in bytes that are no HTTP, or break off anywhere', async () => {
    await using server = await startRawServer();
    const { url: baseUrl, fetch } = server;
    const ends = new Set<string>();
    const callsOfOne = Object.values(calls);
    let next = 0;
    await fc.assert(
      fc.asyncProperty(rawAnswer, async bytes => {
        server.answer = bytes;
        const call = callsOfOne[next++ % callsOfOne.length];
        // A client of its own, because an earlier answer may have asked the last one for silence.
        const client = createRivyaClient({ baseUrl, apiKey: () => secret, fetch, maxRetries: 0 });
        if (call) ends.add(await settle(call(client)));
      }),
      { numRuns: runs },
    );
    expect(ends).toEqual(new Set(['value', 'error']));
    expect(server.answered).toBeGreaterThanOrEqual(runs);
  });
});

test('whatever a delivery and its headers are, they are judged, and only with the secret found good', () => {
  const name = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'svix-id', 'svix-timestamp', 'svix-signature', 'x-signature', 'stripe-signature', 'x-hub-signature-256'); // prettier-ignore
  const value = fc.oneof(
    fc.constantFrom('v1,', 't=1,v1=', 'sha256=', '1', 'msg_1', `v1,${'A'.repeat(43)}=`, 'a'.repeat(64), `t=1,v1=${'0'.repeat(64)}`), // prettier-ignore
    fc.base64String({ minLength: 40, maxLength: 44 }),
    fc.string(),
  );
  const refusals = new Set<string>();
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.oneof(value, fc.array(value, { maxLength: 3 }))),
      fc.uint8Array({ maxLength: 40 }),
      fc.oneof(fc.string(), fc.constantFrom('', 'whsec_', 'whsec_AAAA')),
      fc.oneof(fc.integer(), fc.double()),
      (headers, body, key, now) => {
        const judged = verifyWebhook({ body, headers, secret: key, now });
        expect(judged.verified).toBe(false);
        if (!judged.verified) refusals.add(judged.reason);
      },
    ),
    { numRuns: runs },
  );
  expect(refusals).toContain('signatureMismatch');
  expect(refusals).toContain('signatureUnreadable');
});

test('whatever the params of a model are, they become fields whose values can be sent', () => {
  fc.assert(
    fc.property(json, json, (params, value) => {
      const fields = modelFields({ params });
      for (const field of fields) expect(field.key).not.toBe('');
      const values = Object.fromEntries(fields.map(field => [field.key, field.default ?? value]));
      JSON.stringify(toWireParams(fields, values));
    }),
    { numRuns: runs },
  );
});
