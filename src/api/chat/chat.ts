import * as v from 'valibot';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { contentText } from './eventFields.ts';
import { AnswerRecovery } from './answerRecovery.ts';
import { createChatSessions, type ChatSessions } from './chatSessions.ts';
import { readChatStream, type ChatResult, type ChatStreamEvent } from './chatStream.ts';
import { inEnvelope, number, text } from '../schema/decode.ts';
import type { Deadlines } from '../transport/deadlines.ts';
import type { RivyaError } from '../errors/errors.ts';
import { isRivyaError } from '../errors/errors.ts';
import type { OpenResponse, PostOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

export interface CreateChatCompletion {
  readonly model: string;
  /** Left out to start a session. A session goes on only with the model that it began with. */
  readonly session_id?: string;
  readonly message: string;
  /** Images that were uploaded through the Files API. */
  readonly attachments?: readonly { readonly file_id: string }[];
  readonly enable_web_search?: boolean;
  readonly reasoning_effort?: 'default' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  readonly client_request_id?: string;
}

const completionSchema = inEnvelope(
  v.looseObject({
    id: text,
    session_id: text,
    model: text,
    created_at: text,
    message: v.looseObject({
      id: text,
      role: text,
      // An answer may be empty, and then it says so.
      content: v.pipe(
        v.unknown(),
        v.check(each => each !== undefined),
        v.transform(contentText),
      ),
    }),
    usage: v.nullish(
      v.looseObject({ input_tokens: number, output_tokens: number, total_tokens: number }),
      null,
    ),
    credits: v.nullish(v.looseObject({ reserved: number, final: number }), null),
    // Not documented; streams of other services name it so.
    finish_reason: v.optional(v.unknown()),
  }),
  'completion',
  'data',
);

/** A complete answer (rivya-api.md 6.1). */
export type ChatCompletion = v.InferOutput<typeof completionSchema>;

export interface ChatCompletions {
  /** Waits for the complete answer. Without an idempotency key it is sent at most once. @throws RivyaError */
  create(body: CreateChatCompletion, options?: PostOptions): Promise<ChatCompletion>;
  /**
   * Streams an answer. Never throws: the last event is always `done` and says how it ended, also when no
   * answer began. Leaving the loop gives the answer up. An answer that breaks off is completed from its
   * session if that has more.
   */
  stream(body: CreateChatCompletion, options?: PostOptions): AsyncGenerator<ChatStreamEvent, void, undefined>;
}

export interface Chat {
  readonly completions: ChatCompletions;
  readonly sessions: ChatSessions;
}

// A model may think for minutes before the first byte of its answer.
const completeDeadlines: Partial<Deadlines> = { headers: 600_000, total: 660_000 };
const streamDeadlines: Deadlines = { headers: 120_000, idle: 90_000, total: 1_800_000 };
const maxStreamBytes = 128 * 1024 * 1024;

export function createChat(transport: Transport, log: Log, clock: Clock): Chat {
  const sessions = createChatSessions(transport);
  return {
    sessions,
    completions: {
      create: (json, options) =>
        transport.json(
          { method: 'POST', path: '/chat/completions', json, paid: true, deadlines: completeDeadlines },
          completionSchema,
          'completion',
          options,
        ),
      async *stream(json, options = {}) {
        let response: OpenResponse;
        try {
          response = await transport.open(
            {
              method: 'POST',
              path: '/chat/completions/stream',
              json,
              paid: true,
              accept: 'text/event-stream',
              maxBytes: maxStreamBytes,
              deadlines: streamDeadlines,
            },
            options,
          );
        } catch (error) {
          if (!isRivyaError(error)) throw error;
          yield { type: 'done', ...noAnswer(error) };
          return;
        }
        const idleMs = options.deadlines?.idle ?? streamDeadlines.idle;
        const result = yield* readChatStream(response, idleMs, log);
        if (result.outcome !== 'truncated') {
          yield { type: 'done', ...result };
          return;
        }
        const recovery = new AnswerRecovery(sessions, log, clock, options.signal);
        const recovered = await recovery.complete(result, json);
        if (recovered.text !== result.text) {
          const delta = recovered.text.slice(result.text.length);
          yield { type: 'text', delta, text: recovered.text };
        }
        yield { type: 'done', ...recovered };
      },
    },
  };
}

function noAnswer(error: RivyaError): ChatResult {
  return {
    outcome: error.kind === 'cancelled' ? 'cancelled' : 'failed',
    text: '',
    reasoning: '',
    session_id: undefined,
    message_id: undefined,
    usage: undefined,
    credits: undefined,
    finish_reason: undefined,
    shortfall: undefined,
    error,
    recovered: false,
    unknown_events: 0,
  };
}
