import * as v from 'valibot';
import { delay } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import { describeError, type Log } from '../base/log.ts';
import { contentText } from './chatDialects.ts';
import { createChatSessions, type ChatMessage, type ChatSessions } from './chatSessions.ts';
import { readChatStream, type ChatResult, type ChatStreamEvent } from './chatStream.ts';
import { inEnvelope, number, text } from './decode.ts';
import type { Deadlines } from './deadlines.ts';
import { isRivyaError, RivyaError } from './errors.ts';
import type { OpenResponse, PostOptions } from './request.ts';
import type { Transport } from './transport.ts';

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
    message: v.looseObject({ id: text, role: text, content: v.pipe(v.unknown(), v.transform(contentText)) }),
    usage: v.nullish(
      v.looseObject({ input_tokens: number, output_tokens: number, total_tokens: number }),
      null,
    ),
    credits: v.nullish(v.looseObject({ reserved: number, final: number }), null),
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
   * Streams an answer. Never throws: the last event is always `done` and says how it ended, also when no answer began.
   * Leaving the loop gives the answer up. An answer that breaks off is completed from its session if that has more.
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
        const recovery = new Recovery(sessions, log, clock, options.signal);
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
    error,
    recovered: false,
    unknown_events: 0,
  };
}

// The server may still be writing the answer down when the stream has broken.
const recoveryWaitsMs = [500, 2_000, 4_000];
const unfinishedStatus =
  /progress|stream|pending|queued|processing|running|incomplete|partial|truncated|cancel|fail/i;
const finishedStatus = /^(?:completed?|done|succeeded|success|finished)$/i;

/** Completes an answer that broke off from what the session has stored. */
class Recovery {
  readonly #sessions: ChatSessions;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  constructor(sessions: ChatSessions, log: Log, clock: Clock, signal: AbortSignal | undefined) {
    this.#sessions = sessions;
    this.#log = log;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** @returns the result as it was when the session has nothing better */
  async complete(result: ChatResult, sent: CreateChatCompletion): Promise<ChatResult> {
    const sessionId = result.session_id ?? sent.session_id;
    if (sessionId === undefined) return result;
    let previous: string | undefined;
    for (const wait of recoveryWaitsMs) {
      const message = await this.#storedAnswer(sessionId, sent.message, wait);
      if (this.#signal?.aborted)
        return { ...result, outcome: 'cancelled', error: cancelled(this.#signal.reason) };
      if (!message?.content.startsWith(result.text)) continue;
      // Without a word about its state, an answer is complete when it is longer and has stopped growing.
      const settled = previous === message.content && message.content.length > result.text.length;
      previous = message.content;
      if (settled || isFinished(message)) {
        const { content: text, id } = message;
        const message_id = id ?? result.message_id;
        return {
          ...result,
          outcome: 'completed',
          text,
          session_id: sessionId,
          message_id,
          error: undefined,
          recovered: true,
        };
      }
    }
    return result;
  }

  /** The answer to the message, if the session has it; a session that cannot be read has nothing. */
  async #storedAnswer(sessionId: string, message: string, wait: number): Promise<ChatMessage | undefined> {
    try {
      await delay(wait, this.#signal, this.#clock);
      const { messages } = await this.#sessions.retrieve(sessionId, { signal: this.#signal, maxRetries: 0 });
      const question = messages.findLastIndex(each => each.role === 'user');
      if (question >= 0 && messages[question]?.content.trim() !== message.trim()) return undefined;
      const answer = messages.slice(question + 1).findLast(each => each.role === 'assistant');
      return answer && !unfinishedStatus.test(answer.status ?? '') ? answer : undefined;
    } catch (error) {
      if (!this.#signal?.aborted)
        this.#log.info(`The answer could not be completed: ${describeError(error)}`);
      return undefined;
    }
  }
}

function isFinished(message: ChatMessage): boolean {
  if (message.content === '') return false;
  return finishedStatus.test(message.status ?? '') || message.usage !== null || message.credits !== null;
}

function cancelled(cause: unknown): RivyaError {
  const details = { code: 'cancelled', mayHaveBeenCharged: true, cause };
  return new RivyaError('cancelled', 'The request was cancelled.', details);
}
