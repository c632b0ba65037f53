import type { StreamDialectName } from '../state/streamSettings.ts';

/** The 6.1 object of rivya-api.md. */
export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  session_id: string;
  model: string;
  created_at: string;
  message: { id: string; role: 'assistant'; content: string };
  usage: { input_tokens: number; output_tokens: number; total_tokens: number };
  credits: { reserved: number; final: number };
}

/** What happens in a stream, before it is put into a dialect. */
export type StreamEvent =
  | { type: 'start' }
  | { type: 'delta'; text: string }
  | { type: 'completed' }
  | { type: 'error'; error: { code: string; message: string; requestId: string } };

/**
 * Spells one event of an answer, with `\n` line ends. The real dialect is unknown (rivya-api.md 6.2), so
 * these are the ones that a client has to understand. `session_id` rides along wherever the dialect has an
 * object for it.
 */
export type StreamDialect = (event: StreamEvent, completion: ChatCompletion) => string;

interface DialectEntry {
  contentType: string;
  encode: StreamDialect;
}

function named(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function unnamed(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** Our own guess: named events whose last one carries the whole 6.1 object. */
const rivya: StreamDialect = (event, completion) => {
  const { id, session_id, model } = completion;
  switch (event.type) {
    case 'start':
      return named('chat.completion.created', { id, object: 'chat.completion.created', session_id, model });
    case 'delta':
      return named('chat.completion.delta', {
        id,
        object: 'chat.completion.delta',
        delta: { content: event.text },
      });
    case 'completed':
      return named('chat.completion.completed', completion);
    case 'error':
      return named('error', { error: event.error });
  }
};

const openaiChat: StreamDialect = (event, completion) => {
  const chunk = (delta: object, finish_reason: string | null, rest: object = {}): string =>
    unnamed({
      id: completion.id,
      object: 'chat.completion.chunk',
      model: completion.model,
      session_id: completion.session_id,
      choices: [{ index: 0, delta, finish_reason }],
      ...rest,
    });
  switch (event.type) {
    case 'start':
      return chunk({ role: 'assistant', content: '' }, null);
    case 'delta':
      return chunk({ content: event.text }, null);
    case 'completed':
      return `${chunk({}, 'stop', { usage: completion.usage, credits: completion.credits })}data: [DONE]\n\n`;
    case 'error':
      return unnamed({ error: event.error });
  }
};

const openaiResponses: StreamDialect = (event, completion) => {
  const typed = (type: string, data: object): string => named(type, { type, ...data });
  const { id, session_id, model, message, usage, credits } = completion;
  switch (event.type) {
    case 'start':
      return typed('response.created', { response: { id, session_id, model, status: 'in_progress' } });
    case 'delta':
      return typed('response.output_text.delta', { item_id: message.id, output_index: 0, delta: event.text });
    case 'completed':
      return (
        typed('response.output_text.done', { item_id: message.id, output_index: 0, text: message.content }) +
        typed('response.completed', {
          response: { id, session_id, model, status: 'completed', message, usage, credits },
        })
      );
    case 'error':
      return typed('response.failed', { response: { id, status: 'failed', error: event.error } });
  }
};

const anthropicMessages: StreamDialect = (event, completion) => {
  const typed = (type: string, data: object): string => named(type, { type, ...data });
  const { session_id, model, message, usage, credits } = completion;
  switch (event.type) {
    case 'start':
      return (
        typed('message_start', {
          message: { id: message.id, role: 'assistant', model, content: [] },
          session_id,
        }) + typed('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
      );
    case 'delta':
      return typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text: event.text } });
    case 'completed':
      return (
        typed('content_block_stop', { index: 0 }) +
        typed('message_delta', { delta: { stop_reason: 'end_turn' }, usage, credits }) +
        typed('message_stop', {})
      );
    case 'error':
      return typed('error', { error: event.error });
  }
};

/** The UI message stream of the Vercel AI SDK 5: server-sent events with typed parts. */
const vercelUi: StreamDialect = (event, completion) => {
  const { id, session_id, usage, credits, message } = completion;
  switch (event.type) {
    case 'start':
      return (
        unnamed({ type: 'start', messageId: message.id, messageMetadata: { session_id } }) +
        unnamed({ type: 'text-start', id })
      );
    case 'delta':
      return unnamed({ type: 'text-delta', id, delta: event.text });
    case 'completed':
      return (
        unnamed({ type: 'text-end', id }) +
        unnamed({ type: 'finish', messageMetadata: { session_id, usage, credits } }) +
        'data: [DONE]\n\n'
      );
    case 'error':
      return unnamed({ type: 'error', errorText: event.error.message });
  }
};

/** The data stream of the Vercel AI SDK 4: `<part code>:<JSON>` a line, no server-sent events. */
const vercelData: StreamDialect = (event, completion) => {
  switch (event.type) {
    case 'start':
      return `f:${JSON.stringify({ messageId: completion.message.id })}\n`;
    case 'delta':
      return `0:${JSON.stringify(event.text)}\n`;
    case 'completed':
      return `d:${JSON.stringify({ finishReason: 'stop', usage: completion.usage })}\n`;
    case 'error':
      return `3:${JSON.stringify(event.error.message)}\n`;
  }
};

/** Events whose data is the text itself, one data line for each of its lines. */
const plainText: StreamDialect = event => {
  switch (event.type) {
    case 'start':
      return '';
    case 'delta':
      return `data: ${event.text.replaceAll('\n', '\ndata: ')}\n\n`;
    case 'completed':
      return 'data: [DONE]\n\n';
    case 'error':
      return named('error', { error: event.error });
  }
};

/** A stream of JSON lines under the wrong name or under its own. */
const ndjson: StreamDialect = (event, completion) => {
  const line = (data: object): string => `${JSON.stringify(data)}\n`;
  switch (event.type) {
    case 'start':
      return line({ type: 'start', id: completion.id, session_id: completion.session_id });
    case 'delta':
      return line({ type: 'delta', delta: event.text });
    case 'completed':
      return line({ type: 'completed', ...completion });
    case 'error':
      return line({ type: 'error', error: event.error });
  }
};

/** No stream at all: the 6.1 object as one JSON answer. */
const json: StreamDialect = (event, completion) => {
  switch (event.type) {
    case 'start':
    case 'delta':
      return '';
    case 'completed':
      return JSON.stringify(completion);
    case 'error':
      return JSON.stringify({ error: event.error });
  }
};

const sse = 'text/event-stream; charset=utf-8';

export const streamDialects: Record<StreamDialectName, DialectEntry> = {
  rivya: { contentType: sse, encode: rivya },
  'openai-chat': { contentType: sse, encode: openaiChat },
  'openai-responses': { contentType: sse, encode: openaiResponses },
  'anthropic-messages': { contentType: sse, encode: anthropicMessages },
  'vercel-ui': { contentType: sse, encode: vercelUi },
  'vercel-data': { contentType: 'text/plain; charset=utf-8', encode: vercelData },
  'plain-text': { contentType: sse, encode: plainText },
  ndjson: { contentType: 'application/x-ndjson', encode: ndjson },
  json: { contentType: 'application/json', encode: json },
};
