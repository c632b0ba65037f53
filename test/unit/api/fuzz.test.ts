import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modelFields, toWireParams } from '../../../src/api/catalogue.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { openResult } from '../../../src/api/download.ts';
import { isRivyaError } from '../../../src/api/errors.ts';

const runs = 10_000;

/** Names and words of real answers, so that random JSON gets past the first check. */
const words = fc.constantFrom('id', 'task_id', 'status', 'succeeded', 'result', 'urls', 'primary_url', 'url', 'error', 'code', 'message', 'requestId', 'data', 'models', 'object', 'params', 'key', 'type', 'options', 'value', 'min', 'range', 'required', 'current_credits', 'session_id', 'content', 'messages', 'role', '__proto__', 'constructor', ''); // prettier-ignore
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

const content = fc.oneof(
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

function clientFor(random: Answer): RivyaClient {
  const fetch = (): Promise<Response> => Promise.resolve(respond(random));
  return createRivyaClient({
    baseUrl: 'https://api.example',
    apiKey: () => 'rvya_sk_x',
    fetch,
    maxRetries: 0,
  });
}

async function settle(call: Promise<unknown>): Promise<'value' | 'error'> {
  try {
    await call;
    return 'value';
  } catch (error) {
    if (!isRivyaError(error)) throw error;
    expect(error.message).not.toBe('');
    expect(error.code).not.toBe('');
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
};

describe('whatever the server answers, there is a value or a typed error', () => {
  test.each(Object.entries(calls))('%s', async (_name, call) => {
    await fc.assert(
      fc.asyncProperty(answer, async random => {
        await settle(call(clientFor(random)));
      }),
      { numRuns: runs / 10 },
    );
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
      { numRuns: runs / 10 },
    );
  });
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
