import { delay } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { describeError, type Log } from '../../base/log.ts';
import { RivyaError } from '../errors/errors.ts';
import type { ChatMessage, ChatSessions } from './chatSessions.ts';
import { shortfallOf, type ChatResult } from './chatStream.ts';

// The server may still be writing the answer down when the stream has broken.
const recoveryWaitsMs = [500, 2_000, 4_000];
const unfinishedStatus =
  /progress|stream|pending|queued|processing|running|incomplete|partial|truncated|cancel|fail/i;
const finishedStatus = /^(?:completed?|done|succeeded|success|finished)$/i;

/** Completes an answer that broke off from what the session has stored. */
export class AnswerRecovery {
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
  async complete(
    result: ChatResult,
    sent: { readonly session_id?: string; readonly message: string },
  ): Promise<ChatResult> {
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
          shortfall: shortfallOf(text, undefined),
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
