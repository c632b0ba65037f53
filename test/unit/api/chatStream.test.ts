import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import type { CreateChatCompletion } from '../../../src/api/chat/chat.ts';
import { afterEndMs, type ChatResult, type ChatStreamEvent } from '../../../src/api/chat/chatStream.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { streamFixtures, text } from './chatFixtures.ts';
import { recordingLog, TestClock, testDeadlines } from './testClock.ts';

const body: CreateChatCompletion = { model: 'gpt-5-2-chat', message: 'Hello' };
const options = { deadlines: testDeadlines };
const eventStream = 'text/event-stream';

/** A body that comes in these pieces. */
function response(pieces: readonly Uint8Array[], contentType: string, status = 200): Response {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  return new Response(stream, { status, headers: { 'content-type': contentType, 'x-request-id': 'req_1' } });
}

function clientOf(fetch: Fetch, log = recordingLog()): RivyaClient {
  const ports = { fetch, clock: new TestClock(afterEndMs), random: () => 0, log };
  return createRivyaClient({
    baseUrl: 'https://api.example',
    apiKey: () => 'rvya_sk_x',
    maxRetries: 0,
    ...ports,
  });
}

async function read(
  events: AsyncIterable<ChatStreamEvent>,
): Promise<{ events: ChatStreamEvent[]; result: ChatResult }> {
  const seen: ChatStreamEvent[] = [];
  for await (const event of events) seen.push(event);
  const last = seen.at(-1);
  if (last?.type !== 'done') throw new Error('A stream ends with "done".');
  expect(seen.filter(event => event.type === 'done')).toHaveLength(1);
  return { events: seen, result: last };
}

async function streamOf(
  pieces: readonly Uint8Array[] | string,
  contentType = eventStream,
): Promise<ChatResult> {
  const bytes = typeof pieces === 'string' ? [Buffer.from(pieces)] : pieces;
  const client = clientOf(() => Promise.resolve(response(bytes, contentType)));
  return (await read(client.chat.completions.stream(body, options))).result;
}

describe.each(streamFixtures)('a stream of $name', ({ body: wire, contentType, expected }) => {
  const bytes = new TextEncoder().encode(wire);

  test('gives the text and what else it says', async () => {
    const result = await streamOf([bytes], contentType);
    expect(result).toMatchObject({
      outcome: 'completed',
      text,
      error: undefined,
      unknown_events: 0,
      ...expected,
    });
  });

  test('gives the same wherever it is cut in two', async () => {
    const whole = await streamOf([bytes], contentType);
    expect(whole.text).toBe(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const halves = [bytes.subarray(0, cut), bytes.subarray(cut)];
      expect(await streamOf(halves, contentType)).toEqual(whole);
    }
  });

  test('gives the same in random chunks, also byte by byte', async () => {
    const whole = await streamOf([bytes], contentType);
    expect(whole.text).toBe(text);
    const cutter = fc.infiniteStream(fc.integer({ min: 1, max: 40 }));
    await fc.assert(
      fc.asyncProperty(cutter, async sizes => {
        expect(await streamOf(chunked(bytes, sizes), contentType)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
    expect(await streamOf(chunked(bytes, forever(1)), contentType)).toEqual(whole);
  });

  test('that breaks off anywhere gives a beginning of the text', async () => {
    for (let end = 0; end < bytes.length; end += 7) {
      const result = await streamOf([bytes.subarray(0, end)], contentType);
      // A character that was cut in two ends as a replacement character.
      const start = result.text.replace(/\ufffd$/, '');
      expect(text.slice(0, start.length), `cut at ${end}`).toBe(start);
      if (result.outcome === 'completed') expect(result.text).toBe(text);
    }
  });
});

function chunked(bytes: Uint8Array, sizes: Iterator<number>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = Number(sizes.next().value);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function* forever(size: number): Generator<number, never> {
  for (;;) yield size;
}

const delta = (value: string): string => `data: ${JSON.stringify({ delta: value })}\n\n`;

describe('the events', () => {
  test('carry what is new in a chunk and all so far, and the session once', async () => {
    const session = 'data: {"session_id":"s","delta":""}\n\n';
    const pieces = [session, session + delta('Hel'), delta('l') + delta('o'), 'data: [DONE]\n\n'];
    const bytes = pieces.map(piece => Buffer.from(piece));
    const client = clientOf(() => Promise.resolve(response(bytes, eventStream)));
    const { events } = await read(client.chat.completions.stream(body, options));
    expect(events.slice(0, -1)).toEqual([
      { type: 'session', session_id: 's' },
      { type: 'text', delta: 'Hel', text: 'Hel' },
      { type: 'text', delta: 'lo', text: 'Hello' },
    ]);
  });

  test('that are not understood are counted, and named in the log without their content', async () => {
    const log = recordingLog();
    const wire = `data: {"type":"sparkle","secret":"s3"}\n\n${'data: {"type":"glitter"}\n\n'.repeat(2)}${delta('x')}data: [DONE]\n\n`;
    const client = clientOf(() => Promise.resolve(response([Buffer.from(wire)], eventStream)), log);
    const { result } = await read(client.chat.completions.stream(body, options));
    expect(result).toMatchObject({ outcome: 'completed', text: 'x', unknown_events: 3 });
    expect(log.lines).toContain('info Not understood in a chat stream: "sparkle" 1×, "glitter" 2×');
    expect(log.lines.join()).not.toContain('s3');
  });

  test('of a final message that says otherwise are put right by it', async () => {
    const wire = `${delta('Helo')}data: {"type":"completed","message":{"content":"Hello"}}\n\n`;
    const client = clientOf(() => Promise.resolve(response([Buffer.from(wire)], eventStream)));
    const { events, result } = await read(client.chat.completions.stream(body, options));
    expect(events.at(-2)).toEqual({ type: 'text', delta: '', text: 'Hello' });
    expect(result.text).toBe('Hello');
  });
});

describe('a stream that ends', () => {
  test.each([
    [
      '{"error":{"code":"provider_error","message":"Out of order","requestId":"req_2"}}',
      'provider_error',
      'unavailable',
      'req_2',
    ],
    ['{"type":"error","errorText":"Out of order"}', 'stream_failed', 'unavailable', 'req_1'],
    [
      '{"type":"response.failed","response":{"error":{"code":"insufficient_credits","message":"Out of order"}}}',
      'insufficient_credits',
      'credits',
      'req_1',
    ],
    [
      '{"type":"error","error":{"type":"overloaded_error","message":"Out of order"}}',
      'overloaded_error',
      'unavailable',
      'req_1',
    ],
  ])('with the error %s in the middle has failed', async (error, code, kind, requestId) => {
    const result = await streamOf(`${delta('Hel')}data: ${error}\n\n${delta('lo')}`);
    expect(result).toMatchObject({ outcome: 'failed', text: 'Hel' });
    expect(result.error).toMatchObject({
      code,
      kind,
      requestId,
      message: 'Out of order',
      mayHaveBeenCharged: true,
    });
  });

  test('with a bare text as error has failed', async () => {
    const result = await streamOf(`${delta('Hel')}event: error\ndata: Out of order\n\n`);
    expect(result).toMatchObject({ outcome: 'failed', text: 'Hel' });
    expect(result.error?.message).toBe('Out of order');
  });

  test('with an error that echoes the key does not spread it', async () => {
    const wire = 'data: {"error":{"code":"odd-key","message":"Key odd-key is bad"}}\n\n';
    const fetch: Fetch = () => Promise.resolve(response([Buffer.from(wire)], eventStream));
    const client = createRivyaClient({ baseUrl: 'https://api.example', apiKey: () => 'odd-key', fetch });
    const { result } = await read(client.chat.completions.stream(body));
    expect(result.error).toMatchObject({ code: '[redacted]', message: 'Key [redacted] is bad' });
  });

  test('with an error after its completion is complete', async () => {
    const result = await streamOf(`${delta('Hello')}event: done\ndata: {}\n\nevent: error\ndata: {}\n\n`);
    expect(result).toMatchObject({ outcome: 'completed', text: 'Hello', error: undefined });
  });

  test.each([
    ['no completion', delta('Hel')],
    ['half an event', `${delta('Hel')}data: {"delta":"l`],
    ['nothing at all', ''],
    ['heartbeats only', ': beat\n\n: beat\n\n'],
  ])('with %s is truncated', async (_name, wire) => {
    const result = await streamOf(wire);
    expect(result).toMatchObject({ outcome: 'truncated', text: wire.includes('Hel') ? 'Hel' : '' });
    expect(result.error).toMatchObject({
      kind: 'network',
      code: 'answer_truncated',
      mayHaveBeenCharged: true,
    });
  });

  test('in the middle of its last mark does not show the mark', async () => {
    expect(await streamOf('data: Hello\n\ndata: [DON')).toMatchObject({
      outcome: 'truncated',
      text: 'Hello',
    });
  });

  test.each(['text/html', eventStream])('as a web page (said to be %s) has failed', async contentType => {
    const result = await streamOf('\n<!doctype html><h1>Log in</h1>', contentType);
    expect(result).toMatchObject({ outcome: 'failed', text: '' });
    expect(result.error).toMatchObject({ kind: 'protocol', code: 'response_unreadable' });
  });

  test('as JSON with an error in it has failed', async () => {
    const result = await streamOf('{"error":{"code":"rate_limited","message":"Later"}}', 'application/json');
    expect(result).toMatchObject({
      outcome: 'failed',
      error: expect.objectContaining({ kind: 'rateLimit' }) as Error,
    });
  });

  test('with an event of absurd size has failed', async () => {
    const result = await streamOf(`${delta('Hel')}data: ${'x'.repeat(9 * 1024 * 1024)}`);
    expect(result).toMatchObject({ outcome: 'failed', text: 'Hel' });
    expect(result.error).toMatchObject({ kind: 'protocol', code: 'response_too_large' });
  });

  test.each([
    [402, '{"error":{"code":"insufficient_credits","message":"No"}}', 'credits', false],
    [500, '<html>', 'unavailable', true],
  ])('before it began, with status %d, has failed', async (status, text_, kind, charged) => {
    const client = clientOf(() =>
      Promise.resolve(response([Buffer.from(text_)], 'application/json', status)),
    );
    const { result } = await read(client.chat.completions.stream(body, options));
    expect(result).toMatchObject({ outcome: 'failed', text: '' });
    expect(result.error).toMatchObject({ kind, mayHaveBeenCharged: charged });
  });

  test('as plain text without any framing is shown, but is not known to be complete', async () => {
    const result = await streamOf('Hello, this is\nthe answer.', 'text/plain');
    expect(result).toMatchObject({ outcome: 'truncated', text: 'Hello, this is\nthe answer.' });
  });
});

test.each([1, 20])('arbitrary bytes of %d lines give a result, never a crash', async lines => {
  const word = fc.constantFrom(
    'data: ',
    'event: ',
    '{"delta":"',
    '"}',
    '[DONE]',
    '0:"',
    '\n',
    '\r',
    '\ufeff',
    '{',
    '[',
    ':',
    '<',
    'é',
  );
  const piece = fc.oneof(word, fc.string(), fc.json());
  const wire = fc.array(piece, { maxLength: lines }).map(parts => parts.join(''));
  await fc.assert(
    fc.asyncProperty(
      wire,
      fc.constantFrom(eventStream, 'application/json', ''),
      async (value, contentType) => {
        const result = await streamOf(value, contentType);
        expect(['completed', 'truncated', 'failed']).toContain(result.outcome);
        expect(result.error === undefined).toBe(result.outcome === 'completed');
      },
    ),
    { numRuns: 2500 },
  );
});
