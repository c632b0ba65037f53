import { fetch as undiciFetch } from 'undici';
import { describe, expect, test } from 'vitest';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import type { ChatResult, ChatStreamEvent } from '../../../src/api/chat/chatStream.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import {
  answer,
  broken,
  silent,
  stalled,
  startScriptedServer,
  type Answer,
  type ScriptedServer,
} from '../../support/scriptedServer.ts';
import { TestClock, testDeadlines } from './testClock.ts';

const fetchPort = undiciFetch as unknown as Fetch;
const body = { model: 'gpt-5-2-chat', message: 'Hello' };
const headers = { 'content-type': 'text/event-stream' };
const options = { deadlines: testDeadlines, idempotencyKey: 'key-1' };
const start = 'data: {"session_id":"sess_1","delta":"Hel"}\n\n';

async function setup(
  ...answers: [Answer, ...Answer[]]
): Promise<AsyncDisposable & { server: ScriptedServer; client: RivyaClient; clock: TestClock }> {
  const server = await startScriptedServer(...answers);
  const clock = new TestClock();
  const ports = { fetch: fetchPort, clock, random: () => 0, deadlines: testDeadlines };
  const client = createRivyaClient({ baseUrl: server.url, apiKey: () => 'rvya_sk_x', ...ports });
  return { server, client, clock, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function resultOf(events: AsyncIterable<ChatStreamEvent>): Promise<ChatResult> {
  let last: ChatStreamEvent | undefined;
  for await (const event of events) last = event;
  if (last?.type !== 'done') throw new Error('A stream ends with "done".');
  return last;
}

const session = (...messages: object[]): Answer =>
  answer(200, { id: 'sess_1', messages: [{ role: 'user', content: 'Hello' }, ...messages] });
const stored = (content: string, more: object = {}): object => ({
  id: 'msg_2',
  role: 'assistant',
  content,
  ...more,
});

describe('a streamed answer', () => {
  test('is asked for with key, idempotency key and body', async () => {
    await using t = await setup(answer(200, 'data: {"delta":"Hello"}\n\ndata: [DONE]\n\n', headers));
    expect(await resultOf(t.client.chat.completions.stream(body, options))).toMatchObject({
      outcome: 'completed',
      text: 'Hello',
    });
    const [request] = t.server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/api/v1/chat/completions/stream' });
    expect(request?.headers).toMatchObject({ accept: 'text/event-stream', 'idempotency-key': 'key-1' });
    expect(JSON.parse(String(request?.body))).toEqual(body);
    expect(t.clock.running).toBe(0);
  });

  test('is asked for again only when it had not begun', async () => {
    await using t = await setup(answer(503), broken(200, start, headers), answer(404));
    const result = await resultOf(t.client.chat.completions.stream(body, options));
    expect(result).toMatchObject({ outcome: 'truncated', text: 'Hel' });
    expect(t.server.requests.filter(each => each.method === 'POST')).toHaveLength(2);
  });

  test.each([
    ['before it begins', silent, ''],
    ['in the middle', stalled(200, start, headers), 'Hel'],
  ])('can be cancelled %s, which keeps what has come', async (_name, fault, text) => {
    await using t = await setup(fault);
    const controller = new AbortController();
    const stream = t.client.chat.completions.stream(body, { ...options, signal: controller.signal });
    const reading = (async () => {
      for await (const event of stream) {
        if (event.type === 'text') controller.abort();
        if (event.type === 'done') return event;
      }
      throw new Error('A stream ends with "done".');
    })();
    await t.server.received(1);
    if (text === '') controller.abort();
    const result = await reading;
    expect(result).toMatchObject({ outcome: 'cancelled', text });
    expect(result.error).toMatchObject({ kind: 'cancelled', mayHaveBeenCharged: true });
    await t.server.aborted(1);
    expect(t.server.requests).toHaveLength(1);
  });

  test('that nobody reads on is given up', async () => {
    await using t = await setup(stalled(200, start, headers));
    for await (const event of t.client.chat.completions.stream(body, options))
      if (event.type === 'text') break;
    await t.server.aborted(1);
    expect(t.clock.running).toBe(0);
  });

  test('that falls silent is truncated', async () => {
    await using t = await setup(stalled(200, 'data: {"delta":"Hel"}\n\n', headers));
    const stream = t.client.chat.completions.stream(body, options);
    expect(await stream.next()).toMatchObject({ value: { type: 'text' } });
    const reading = resultOf(stream);
    await t.clock.fire(testDeadlines.idle);
    const result = await reading;
    expect(result).toMatchObject({ outcome: 'truncated', text: 'Hel' });
    expect(result.error).toMatchObject({ kind: 'timeout', code: 'idle_timeout', mayHaveBeenCharged: true });
    await t.server.aborted(1);
  });

  test('that is complete does not wait for a connection that stays open', async () => {
    await using t = await setup(stalled(200, `${start}event: completed\ndata: {}\n\n`, headers));
    const result = await resultOf(t.client.chat.completions.stream(body, options));
    expect(result).toMatchObject({ outcome: 'completed', text: 'Hel', error: undefined });
    await t.server.aborted(1);
  });
});

describe('an answer that broke off', () => {
  const cut = broken(200, start, headers);

  test('is completed from its session once it has stopped growing there', async () => {
    await using t = await setup(
      cut,
      session(stored('Hello')),
      session(stored('Hello, you')),
      session(stored('Hello, you')),
    );
    const events: ChatStreamEvent[] = [];
    for await (const event of t.client.chat.completions.stream(body, options)) events.push(event);
    expect(events.slice(-2)).toMatchObject([
      { type: 'text', delta: 'lo, you', text: 'Hello, you' },
      {
        type: 'done',
        outcome: 'completed',
        text: 'Hello, you',
        message_id: 'msg_2',
        recovered: true,
        error: undefined,
      },
    ]);
    expect(t.server.requests.slice(1).map(each => `${each.method} ${each.url}`)).toEqual(
      Array(3).fill('GET /api/v1/chat/sessions/sess_1'),
    );
  });

  test.each([
    ['says that it is complete', session(stored('Hello', { status: 'completed' })), 1],
    ['knows its usage', session(stored('Hello', { usage: { total_tokens: 3 } })), 1],
    ['is wrapped and made of parts', answer(200, { session: { id: 'sess_1' }, messages: [stored('', { content: [{ text: 'Hello' }], status: 'done' })] }), 1], // prettier-ignore
  ])('is completed at once from a message that %s', async (_name, found, reads) => {
    await using t = await setup(cut, found);
    const result = await resultOf(t.client.chat.completions.stream(body, options));
    expect(result).toMatchObject({ outcome: 'completed', text: 'Hello', recovered: true });
    expect(t.server.requests).toHaveLength(1 + reads);
  });

  test.each([
    ['has no answer', session()],
    ['has no more than we', session(stored('Hel'))],
    ['has another text', session(stored('Something else', { status: 'completed' }))],
    ['still writes it', session(stored('Hello', { status: 'in_progress' }))],
    ['ends with another question', answer(200, { id: 'sess_1', messages: [{ role: 'user', content: 'Other' }, stored('Hello', { status: 'completed' })] })], // prettier-ignore
    ['answered before the question', answer(200, { id: 'sess_1', messages: [stored('Hello', { status: 'completed' }), { role: 'user', content: 'Hello' }] })], // prettier-ignore
    ['cannot be read', answer(500)],
    ['is gone', answer(404)],
  ])('stays truncated when its session %s', async (_name, found) => {
    await using t = await setup(cut, found);
    const result = await resultOf(t.client.chat.completions.stream(body, options));
    expect(result).toMatchObject({
      outcome: 'truncated',
      text: 'Hel',
      recovered: false,
      session_id: 'sess_1',
    });
    expect(result.error).toMatchObject({ kind: 'network', mayHaveBeenCharged: true });
  });

  test('can be cancelled while it is being completed', async () => {
    await using t = await setup(cut, silent);
    const controller = new AbortController();
    const reading = resultOf(
      t.client.chat.completions.stream(body, { ...options, signal: controller.signal }),
    );
    await t.server.received(2);
    controller.abort();
    expect(await reading).toMatchObject({ outcome: 'cancelled', text: 'Hel' });
  });
});

describe('a whole answer', () => {
  test('is read as documented', async () => {
    const wire = {
      id: 'chatcmpl_1',
      object: 'chat.completion',
      session_id: 's',
      model: 'gpt-5-2-chat',
      created_at: '2026-05-11T00:00:00.000Z',
      message: { id: 'm', role: 'assistant', content: 'Hi' },
      usage: { input_tokens: 1200, output_tokens: 320, total_tokens: 1520 },
      credits: { reserved: 3, final: 2 },
    };
    await using t = await setup(answer(200, wire));
    expect(await t.client.chat.completions.create(body, options)).toEqual(wire);
  });
});

describe('sessions', () => {
  test.each([
    ['as documented for other lists', { object: 'list', data: [{ id: 's', model: 'm' }] }],
    ['under their own name', { sessions: [{ session_id: 's', model: 'm' }] }],
    ['as a bare list', [{ id: 's', model: 'm' }]],
  ])('are listed %s', async (_name, wire) => {
    await using t = await setup(answer(200, wire));
    const list = await t.client.chat.sessions.list({ query: { limit: '5' } });
    expect(list.data).toMatchObject([{ id: 's', model: 'm', messages: [], title: null }]);
    expect(t.server.requests[0]?.url).toBe('/api/v1/chat/sessions?limit=5');
  });
});
