import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { lexer, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { renderPicture } from '../../../src/sandbox/media/pictures.ts';
import type { Sandbox } from '../../../src/sandbox/server.ts';
import type { StreamDialectName, StreamSettings } from '../../../src/sandbox/state/streamSettings.ts';
import { call, errorOf, sandboxForTest, send, type Answer, type Json } from './client.ts';

const model = 'gpt-5-2-chat';

function ask(sandbox: Sandbox, json: Json = {}, idempotencyKey?: string): Promise<Answer> {
  const request = { model, message: 'How do I name things?', ...json };
  return call(sandbox, '/chat/completions', {
    json: request,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}

async function stream(sandbox: Sandbox, idempotencyKey?: string): Promise<Response> {
  const json = { model, message: 'How do I name things?' };
  return send(sandbox, '/chat/completions/stream', {
    json,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}

function parseEvents(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: event => events.push(event) });
  parser.feed(text);
  return events;
}

function contentOf(completion: Json): string {
  return (completion['message'] as { content: string }).content;
}

describe('a chat completion', () => {
  it('has the documented shape, and costs what its usage says', async () => {
    const sandbox = await sandboxForTest({ now: () => Date.UTC(2026, 4, 11) });
    const { status, body } = await ask(sandbox);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl_/) as string,
      object: 'chat.completion',
      session_id: expect.stringMatching(/^sess_/) as string,
      model,
      created_at: '2026-05-11T00:00:00.000Z',
      message: { role: 'assistant', content: expect.stringContaining('> How do I name things?') as string },
      credits: { reserved: 3, final: 1 },
    });
    const usage = body['usage'] as { input_tokens: number; output_tokens: number; total_tokens: number };
    expect(usage.total_tokens).toBe(usage.input_tokens + usage.output_tokens);
    expect(sandbox.control.credits()).toBe(99);
    expect(sandbox.control.charges()).toMatchObject([
      { taskId: body['id'], credits: 1, reserved: 3, status: 'settled' },
    ]);
  });

  it('answers the same message with the same text, and another with another', async () => {
    const sandbox = await sandboxForTest();
    const first = contentOf((await ask(sandbox)).body);
    expect(contentOf((await ask(sandbox)).body)).toBe(first);
    expect(contentOf((await ask(sandbox, { message: 'And files?' })).body)).not.toBe(first);
  });

  it('has every kind of Markdown that a chat view must show', async () => {
    const sandbox = await sandboxForTest();
    const tokens = lexer(contentOf((await ask(sandbox)).body));
    const kinds = new Set(tokens.map(token => token.type));
    expect([...kinds]).toEqual(
      expect.arrayContaining(['paragraph', 'blockquote', 'heading', 'list', 'table', 'code']),
    );
    const lists = tokens.filter((token): token is Tokens.List => token.type === 'list');
    expect(lists.some(list => list.items.some(item => item.task))).toBe(true);
    expect(
      lists.some(list => list.items.some(item => item.tokens.some(inner => inner.type === 'list'))),
    ).toBe(true);
    const code = tokens.filter((token): token is Tokens.Code => token.type === 'code');
    expect(code.map(block => block.lang)).toEqual(['ts', 'python']);
    expect(contentOf((await ask(sandbox)).body)).toMatch(/\]\(https:\/\/rivya\.ai/);
  });

  it('is long when it is asked for one, and as many words as it is asked for', async () => {
    const sandbox = await sandboxForTest();
    const words = async (message: string): Promise<number> =>
      contentOf((await ask(sandbox, { message })).body).split(/\s+/).length;
    expect(await words('Tell me a long story')).toBeGreaterThan(1000);
    expect(await words('Exactly 5000 words, please')).toBe(5000);
    expect(await words('Along the way')).toBeLessThan(300);
  });

  it('says what it was given', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await ask(sandbox, { enable_web_search: true, reasoning_effort: 'high' });
    expect(contentOf(body)).toMatch(/\| Web search \| on \|\n\| Reasoning effort \| high \|/);
  });

  it('says what a test wants it to say', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ chatAnswer: 'Short names 🚢.' });
    expect(contentOf((await ask(sandbox)).body)).toBe('Short names 🚢.');
  });

  it.each<[string, Json, number, string]>([
    ['a media model', { model: 'z-image' }, 400, 'chat_model_not_supported'],
    ['an unknown model', { model: 'nope' }, 400, 'validation_failed'],
    ['no message', { message: '' }, 400, 'validation_failed'],
    ['a message over the limit', { message: 'x'.repeat(20_001) }, 400, 'validation_failed'],
    ['raw history', { messages: [] }, 400, 'validation_failed'],
    ['an unknown field', { temperature: 1 }, 400, 'validation_failed'],
    ['web search as a string', { enable_web_search: 'true' }, 400, 'validation_failed'],
    [
      'web search where there is none',
      { model: 'gpt-5-codex-chat', enable_web_search: true },
      400,
      'validation_failed',
    ],
    ['an unknown reasoning effort', { reasoning_effort: 'extreme' }, 400, 'validation_failed'],
    ['an unknown session', { session_id: 'sess_x' }, 409, 'chat_session_conflict'],
    ['an unknown attachment', { attachments: [{ file_id: 'file_x' }] }, 400, 'chat_attachment_not_supported'],
    [
      'an external attachment',
      { attachments: [{ url: 'https://example.com' }] },
      400,
      'chat_attachment_not_supported',
    ],
    ['attachments that are no list', { attachments: {} }, 400, 'validation_failed'],
  ])('refuses %s', async (_what, json, status, code) => {
    const sandbox = await sandboxForTest();
    for (const path of ['/chat/completions', '/chat/completions/stream']) {
      const answer = await call(sandbox, path, { json: { model, message: 'Hello', ...json } });
      expect([answer.status, errorOf(answer).code]).toEqual([status, code]);
    }
    expect(sandbox.control.charges()).toEqual([]);
  });

  it('takes an uploaded image where the model can see', async () => {
    const sandbox = await sandboxForTest();
    const form = new FormData();
    form.set('kind', 'image');
    form.set(
      'file',
      new File([await renderPicture({ model, prompt: '', params: {}, index: 0 }, 16)], 'a.png'),
    );
    const upload = await fetch(`${sandbox.url}/api/v1/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
      body: form,
    });
    const { id } = (await upload.json()) as { id: string };
    expect((await ask(sandbox, { attachments: [{ file_id: id }] })).status).toBe(200);
    const blind = await ask(sandbox, { model: 'claude-sonnet-4-6-chat', attachments: [{ file_id: id }] });
    expect(errorOf(blind)).toMatchObject({
      code: 'chat_attachment_not_supported',
      message: 'claude-sonnet-4-6-chat takes no attachments.',
    });
  });

  it('is refused with 402 when the reservation is not covered', async () => {
    const sandbox = await sandboxForTest({ credits: 2 });
    const answer = await ask(sandbox);
    expect([answer.status, errorOf(answer).code]).toEqual([402, 'insufficient_credits']);
  });

  it('is charged once for one key, and not shared with the stream', async () => {
    const sandbox = await sandboxForTest();
    const answers = await Promise.all([ask(sandbox, {}, 'k'), ask(sandbox, {}, 'k')]);
    expect(answers[0].body).toEqual(answers[1].body);
    expect(sandbox.control.charges()).toHaveLength(1);
    expect((await stream(sandbox, 'k')).status).toBe(409);
  });
});

describe('chat sessions', () => {
  it('are listed in pages, the last used first', async () => {
    const sandbox = await sandboxForTest();
    const ids: unknown[] = [];
    for (let count = 0; count < 3; count += 1) ids.unshift((await ask(sandbox)).body['session_id']);
    const first = (await call(sandbox, '/chat/sessions?limit=2')).body;
    expect(first).toMatchObject({ has_more: true, data: [{ id: ids[0] }, { id: ids[1] }] });
    const rest = (await call(sandbox, `/chat/sessions?limit=2&after=${String(first['next_cursor'])}`)).body;
    expect(rest).toMatchObject({ has_more: false, next_cursor: null, data: [{ id: ids[2] }] });
  });

  it('grow by each turn and are listed, the latest first', async () => {
    let now = 1000;
    const sandbox = await sandboxForTest({ now: () => now });
    const first = await ask(sandbox, { message: 'One' });
    now = 2000;
    const other = await ask(sandbox, { message: 'Elsewhere' });
    now = 3000;
    const session_id = first.body['session_id'];
    const second = await ask(sandbox, { message: 'Two', session_id });
    expect(second.body['session_id']).toBe(session_id);
    const list = await call(sandbox, '/chat/sessions');
    expect(list.body).toMatchObject({
      object: 'list',
      data: [
        { id: session_id, object: 'chat.session', model, title: 'One', message_count: 4 },
        { id: other.body['session_id'], message_count: 2 },
      ],
    });
    const session = await call(sandbox, `/chat/sessions/${String(session_id)}`);
    expect(session.body['messages']).toMatchObject([
      { role: 'user', content: 'One' },
      { role: 'assistant', content: contentOf(first.body) },
      { role: 'user', content: 'Two' },
      { role: 'assistant', content: contentOf(second.body) },
    ]);
    const tokens = (answer: Answer): number =>
      (answer.body['usage'] as { input_tokens: number }).input_tokens;
    expect(tokens(second)).toBeGreaterThan(tokens(first));
  });

  it('belong to one model and one account', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await ask(sandbox);
    const other = await ask(sandbox, { model: 'gemini-2-5-flash-chat', session_id: body['session_id'] });
    expect([other.status, errorOf(other).code]).toEqual([409, 'chat_session_conflict']);
    const { key } = sandbox.control.addKey({ account: 'acct_other' });
    expect((await call(sandbox, '/chat/sessions', { key })).body).toMatchObject({ object: 'list', data: [] });
    expect((await call(sandbox, `/chat/sessions/${String(body['session_id'])}`, { key })).status).toBe(404);
    const json = { model, message: 'Hello', session_id: body['session_id'] };
    expect((await call(sandbox, '/chat/completions', { key, json })).status).toBe(409);
  });
});

/** How a client finds the text of a delta in each dialect of server-sent events. */
const readers: Partial<Record<StreamDialectName, (event: EventSourceMessage) => string>> = {
  rivya: event => (event.event === 'chat.completion.delta' ? parsed(event).delta.content : ''),
  'openai-chat': event => (event.data === '[DONE]' ? '' : (parsed(event).choices[0]?.delta.content ?? '')),
  'openai-responses': event =>
    event.event === 'response.output_text.delta' ? (parsed(event).delta as never) : '',
  'anthropic-messages': event => (event.event === 'content_block_delta' ? parsed(event).delta.text : ''),
  'vercel-ui': event => (event.data.includes('"text-delta"') ? (parsed(event).delta as never) : ''),
  'plain-text': event => (event.data === '[DONE]' ? '' : event.data),
};

interface AnyDelta {
  delta: { content: string; text: string };
  choices: { delta: { content?: string } }[];
}

function parsed(event: EventSourceMessage): AnyDelta {
  return JSON.parse(event.data) as AnyDelta;
}

describe('a streamed completion', () => {
  const text = 'Two  words,\n\nthen a 🚢 and\nlines.\n';

  async function streamed(
    settings: Partial<StreamSettings>,
  ): Promise<{ sandbox: Sandbox; response: Response }> {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ chatAnswer: text, stream: settings });
    return { sandbox, response: await stream(sandbox) };
  }

  it.each(Object.entries(readers))('spells the whole text as %s', async (dialect, read) => {
    for (const lineEnding of ['\n', '\r\n'] as const) {
      const { response } = await streamed({ dialect: dialect as StreamDialectName, lineEnding });
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      const events = parseEvents(await response.text());
      expect(events.map(read).join('')).toBe(text);
      expect(events.length).toBeGreaterThan(5);
    }
  });

  it('ends our own dialect with the object that the plain endpoint answers', async () => {
    const { sandbox, response } = await streamed({});
    const events = parseEvents(await response.text());
    expect(events[0]?.event).toBe('chat.completion.created');
    const completed = events.at(-1);
    expect(completed?.event).toBe('chat.completion.completed');
    const completion = JSON.parse(completed?.data ?? '') as Json;
    expect(contentOf(completion)).toBe(text);
    expect(completion).toMatchObject({ object: 'chat.completion', credits: { reserved: 3, final: 1 } });
    expect(sandbox.control.charges()).toMatchObject([{ taskId: completion['id'], status: 'settled' }]);
  });

  it('can come as the data stream of an SDK, as JSON lines, or as one JSON object', async () => {
    const data = await streamed({ dialect: 'vercel-data' });
    const parts = (await data.response.text()).trimEnd().split('\n');
    const texts = parts
      .filter(part => part.startsWith('0:'))
      .map(part => JSON.parse(part.slice(2)) as string);
    expect(texts.join('')).toBe(text);

    const lines = await streamed({ dialect: 'ndjson' });
    expect(lines.response.headers.get('content-type')).toBe('application/x-ndjson');
    const objects = (await lines.response.text())
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Json);
    expect(objects.map(object => (object['delta'] as string | undefined) ?? '').join('')).toBe(text);

    const json = await streamed({ dialect: 'json' });
    expect(json.response.headers.get('content-type')).toBe('application/json');
    expect(contentOf((await json.response.json()) as Json)).toBe(text);
  });

  it('sends heartbeats between events, and can leave the last blank line off', async () => {
    const { response } = await streamed({ heartbeatEvery: 2, finalNewline: false });
    const body = await response.text();
    expect(body.match(/^: heartbeat$/gm)).toHaveLength(4);
    expect(body.endsWith('}')).toBe(true);
    expect(
      parseEvents(`${body}\n\n`)
        .map(event => event.event)
        .at(-1),
    ).toBe('chat.completion.completed');
  });

  it('can end early without a word', async () => {
    const { response } = await streamed({ stop: { afterDeltas: 2, how: 'end' } });
    expect(parseEvents(await response.text()).map(event => event.event)).toEqual([
      'chat.completion.created',
      'chat.completion.delta',
      'chat.completion.delta',
    ]);
  });

  it('can break in the middle, what was sent having arrived', async () => {
    const { response } = await streamed({ stop: { afterDeltas: 2, how: 'drop' } });
    let received = '';
    await expect(async () => {
      for await (const chunk of response.body ?? []) received += Buffer.from(chunk as Uint8Array).toString();
    }).rejects.toThrow('terminated');
    expect(parseEvents(received)).toHaveLength(3);
  });

  it('can fail in the middle: the credits go back, the answer is not kept, the key is free', async () => {
    const sandbox = await sandboxForTest();
    const stop = { afterDeltas: 1, how: 'error', code: 'model_overloaded', message: 'Try again.' } as const;
    sandbox.control.addFault({ path: '/api/v1/chat/*', action: { type: 'stream', stream: { stop } } });
    const events = parseEvents(await (await stream(sandbox, 'k')).text());
    expect(events.at(-1)?.event).toBe('error');
    expect(JSON.parse(events.at(-1)?.data ?? '')).toMatchObject({
      error: { code: 'model_overloaded', message: 'Try again.' },
    });
    expect(sandbox.control.charges()).toMatchObject([{ status: 'refunded', credits: 0 }]);
    expect((await call(sandbox, '/chat/sessions')).body).toMatchObject({ data: [{ message_count: 1 }] });
    const again = parseEvents(await (await stream(sandbox, 'k')).text());
    expect(again.at(-1)?.event).toBe('chat.completion.completed');
    expect(sandbox.control.credits()).toBe(99);
  });

  it('can be choked by a fault for one request, in any dialect', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ chatAnswer: text });
    sandbox.control.addFault({ action: { type: 'stream', stream: { dialect: 'plain-text' } } });
    expect((await (await stream(sandbox)).text()).endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await (await stream(sandbox)).text()).toContain('event: chat.completion.completed');
  });

  it('survives pieces that cut characters in two', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ chatAnswer: text });
    sandbox.control.addFault({ action: { type: 'trickle', chunkBytes: 3, intervalMs: 0 } });
    expect(await (await stream(sandbox)).text()).toContain('🚢');
  });

  it('repeats the answer for the same key, and charges once', async () => {
    const sandbox = await sandboxForTest();
    const first = await (await stream(sandbox, 'k')).text();
    expect(await (await stream(sandbox, 'k')).text()).toBe(first);
    expect(sandbox.control.charges()).toHaveLength(1);
  });

  it('goes on undisturbed when a client leaves, and ends when the sandbox closes', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.update({ stream: { deltaIntervalMs: 3_600_000 } });
    const left = await stream(sandbox);
    await left.body?.cancel();
    const waiting = await stream(sandbox);
    sandbox.control.update({ stream: { deltaIntervalMs: 0, stop: { afterDeltas: 1, how: 'hang' } } });
    const hanging = await stream(sandbox);
    const ended = Promise.allSettled([waiting.text(), hanging.text()]);
    await sandbox.close();
    expect((await ended).map(outcome => outcome.status)).toEqual(['rejected', 'rejected']);
  });
});
