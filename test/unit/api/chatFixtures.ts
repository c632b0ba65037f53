/** The answer that every fixture carries; with text that invites mistakes at the seams. */
export const deltas = [
  'Grüße',
  ',',
  ' 世',
  '界! 👩‍🚀',
  '\n\n```ts\n',
  'const end = "[DONE]";\n',
  '```',
  '\n\n  data: x',
];
export const text = deltas.join('');

export interface StreamFixture {
  readonly name: string;
  readonly contentType: string;
  readonly body: string;
  /** What else the stream says. */
  readonly expected: {
    readonly reasoning?: string;
    readonly session_id?: string;
    readonly usage?: object;
    readonly credits?: object;
    readonly unknown_events?: number;
  };
}

const session_id = 'sess_1';
const usage = { input_tokens: 12, output_tokens: 34, total_tokens: 46 };
const credits = { reserved: 3, final: 2 };
const message = { id: 'msg_1', role: 'assistant', content: text };
const completion = {
  id: 'chatcmpl_1',
  object: 'chat.completion',
  session_id,
  model: 'm',
  message,
  usage,
  credits,
};
const all = { session_id, usage, credits };

const named = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const typed = (type: string, data: object = {}): string => named(type, { type, ...data });
const unnamed = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const done = 'data: [DONE]\n\n';
const each = (encode: (delta: string, index: number) => string): string => deltas.map(encode).join('');

const events = (name: string, body: string, expected: StreamFixture['expected'] = {}): StreamFixture => ({
  name,
  contentType: 'text/event-stream; charset=utf-8',
  body,
  expected,
});

const openaiChunk = (delta: object, finish_reason: string | null = null): string =>
  unnamed({
    id: 'c',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
    usage: null,
  });

const openaiChat =
  openaiChunk({ role: 'assistant', content: '' }) +
  openaiChunk({ reasoning_content: 'Hm, ' }) +
  openaiChunk({ reasoning_content: 'well.' }) +
  each(content => openaiChunk({ content })) +
  openaiChunk({}, 'stop') +
  unnamed({
    object: 'chat.completion.chunk',
    choices: [],
    usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 },
  });

const named61 =
  named('chat.completion.created', { id: 'c', object: 'chat.completion', session_id, model: 'm' }) +
  each(content => named('chat.completion.delta', { delta: { content } }));

/**
 * One for each dialect that rivya-api.md 6.2 allows or that a team could have chosen; all of them complete.
 */
export const streamFixtures: readonly StreamFixture[] = [
  events('named events with a final message', named61 + named('chat.completion.completed', completion), all),
  events(
    'named events in CRLF',
    (named61 + named('message.completed', completion)).replaceAll('\n', '\r\n'),
    all,
  ),
  events('named events in CR', (named61 + named('done', completion)).replaceAll('\n', '\r'), all),
  events(
    'string deltas and a final message',
    each(delta => unnamed({ type: 'delta', delta })) + unnamed(completion),
    all,
  ),
  events(
    'typed objects with [DONE]',
    each(content => unnamed({ event: 'message.delta', data: { content } })) + done,
  ),
  events('message.delta fields', unnamed({ session_id }) + each(delta => unnamed({ message: { delta } })) + named('end', {}), { session_id }), // prettier-ignore
  events(
    'text fields and a done flag',
    each(value => unnamed({ text: value, done: false })) + unnamed({ done: true }),
  ),
  events('snapshots', deltas.map((_, index) => unnamed({ message: { role: 'assistant', content: deltas.slice(0, index + 1).join('') } })).join('') + named('completed', {})), // prettier-ignore
  events(
    'a final message alone',
    unnamed({ type: 'start', session_id }) + named('completed', completion),
    all,
  ),
  events(
    'multi-line data',
    each(delta => `data: {"type":"delta",\ndata: "delta":${JSON.stringify(delta)}}\n\n`) + done,
  ),
  events('OpenAI chat chunks', openaiChat + done, { usage, reasoning: 'Hm, well.' }),
  events('OpenAI chat chunks without [DONE]', openaiChat, { usage }),
  events('OpenAI chat chunks without the last newlines', (openaiChat + done).trimEnd(), { usage }),
  events(
    'OpenAI responses events',
    typed('response.created', { response: { id: 'r', session_id, status: 'in_progress' } }) +
      typed('response.output_item.added', { item: { type: 'reasoning' } }) +
      typed('response.reasoning_summary_text.delta', { delta: 'Hm.' }) +
      typed('response.reasoning_summary_text.done', { text: 'Hm.' }) +
      typed('response.content_part.added', { part: { type: 'output_text', text: '' } }) +
      each(delta => typed('response.output_text.delta', { delta })) +
      typed('response.output_text.done', { text }) +
      typed('response.content_part.done', { part: { type: 'output_text', text } }) +
      typed('response.output_item.done', { item: { content: [{ type: 'output_text', text }] } }) +
      typed('response.completed', {
        response: {
          id: 'r',
          output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
          usage,
          credits,
        },
      }),
    { ...all, reasoning: 'Hm.' },
  ),
  events(
    'Anthropic messages events',
    typed('message_start', {
      message: { id: 'm', role: 'assistant', content: [], usage: { input_tokens: 12, output_tokens: 1 } },
    }) +
      typed('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '' } }) +
      typed('ping') +
      typed('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } }) +
      typed('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'abc' } }) +
      typed('content_block_stop', { index: 0 }) +
      typed('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }) +
      each(value => typed('content_block_delta', { index: 1, delta: { type: 'text_delta', text: value } })) +
      typed('content_block_stop', { index: 1 }) +
      typed('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 34 } }) +
      typed('message_stop'),
    { reasoning: 'Hm.', usage: { input_tokens: 12, output_tokens: 34, total_tokens: undefined } },
  ),
  events(
    'Vercel AI UI messages',
    unnamed({ type: 'start', messageId: 'm', messageMetadata: { session_id } }) +
      unnamed({ type: 'start-step' }) +
      unnamed({ type: 'reasoning-start', id: '0' }) +
      unnamed({ type: 'reasoning-delta', id: '0', delta: 'Hm.' }) +
      unnamed({ type: 'reasoning-end', id: '0' }) +
      unnamed({ type: 'text-start', id: '1' }) +
      each(delta => unnamed({ type: 'text-delta', id: '1', delta })) +
      unnamed({ type: 'text-end', id: '1' }) +
      unnamed({ type: 'finish-step' }) +
      unnamed({ type: 'finish', messageMetadata: { usage, credits } }) +
      done,
    { ...all, reasoning: 'Hm.' },
  ),
  {
    name: 'Vercel AI data stream',
    contentType: 'text/plain; charset=utf-8',
    body:
      'f:{"messageId":"m"}\ng:"Hm."\n' +
      each(delta => `0:${JSON.stringify(delta)}\n`) +
      `2:[{"session_id":"${session_id}"}]\ne:{"finishReason":"stop"}\nd:{"finishReason":"stop","usage":{"promptTokens":12,"completionTokens":34}}\n`,
    expected: {
      session_id,
      reasoning: 'Hm.',
      usage: { input_tokens: 12, output_tokens: 34, total_tokens: undefined },
    },
  },
  events('plain text', each(delta => `data: ${delta.replaceAll('\n', '\ndata: ')}\n\n`) + done),
  events('plain text in named events', each(delta => `event: token\ndata: ${JSON.stringify(delta)}\n\n`) + 'event: done\ndata: ok\n\n'), // prettier-ignore
  events('JSON strings', each(delta => unnamed(delta)) + done),
  events('heartbeats and retry times', `: hello\n\nretry: 3000\n\n${each(delta => `: beat\n\n${unnamed({ delta })}event: ping\ndata: {}\n\n`)}${done}`), // prettier-ignore
  events(
    'ids and a byte order mark',
    `\ufeff${each((delta, index) => `id: ${index}\n${unnamed({ delta })}`)}${done}`,
  ),
  events('events beside the answer', unnamed({ type: 'title', text: 'A title' }) + unnamed({ type: 'tool_call.arguments.delta', delta: '{"q":1}' }) + unnamed({ type: 'message.created', message: { role: 'user', content: 'Hi' } }) + each(delta => unnamed({ delta })) + unnamed({ type: 'web_search.status', text: 'Searching' }) + done, { unknown_events: 2 }), // prettier-ignore
  events('OpenAI chat in Ollama lines', each(content => `${JSON.stringify({ message: { role: 'assistant', content }, done: false })}\n`) + `{"message":{"role":"assistant","content":""},"done":true}\n`), // prettier-ignore
  {
    name: 'JSON lines',
    contentType: 'application/x-ndjson',
    body: `${JSON.stringify({ type: 'start', session_id })}\n${each(delta => `${JSON.stringify({ type: 'delta', delta })}\n`)}${JSON.stringify({ type: 'completed', ...completion })}`,
    expected: all,
  },
  {
    name: 'one JSON answer',
    contentType: 'application/json',
    body: JSON.stringify(completion),
    expected: all,
  },
  {
    name: 'one indented JSON answer',
    contentType: 'application/json',
    body: JSON.stringify(completion, null, 2),
    expected: all,
  },
  { name: 'one JSON list', contentType: 'application/json', body: JSON.stringify([...deltas.map(delta => ({ delta })), completion]), expected: all }, // prettier-ignore
];
