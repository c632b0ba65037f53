import type { Log } from '../base/log.ts';
import { ChatDialectDecoder, type ChatCredits, type ChatPart, type ChatUsage } from './chatDialects.ts';
import { ChatFrameSplitter } from './chatFrames.ts';
import { isRivyaError, RivyaError } from './errors.ts';
import type { OpenResponse } from './request.ts';

/** `truncated`: the stream ended, broke or went silent before the answer was complete. */
export type ChatOutcome = 'completed' | 'cancelled' | 'truncated' | 'failed';

/** The whole answer, as far as it came. */
export interface ChatResult {
  readonly outcome: ChatOutcome;
  readonly text: string;
  readonly reasoning: string;
  readonly session_id: string | undefined;
  readonly message_id: string | undefined;
  readonly usage: ChatUsage | undefined;
  readonly credits: ChatCredits | undefined;
  readonly finish_reason: string | undefined;
  /** Why the outcome is not `completed`. */
  readonly error: RivyaError | undefined;
  /** True when the stream broke off and the text was completed from the stored session. */
  readonly recovered: boolean;
  /** How many events of the stream were not understood. */
  readonly unknown_events: number;
}

/**
 * `text` and `reasoning` hold all so far; pieces that arrived together are one event. An empty `delta` means that `text`
 * was replaced, not continued.
 */
export type ChatStreamEvent =
  | { readonly type: 'text'; readonly delta: string; readonly text: string }
  | { readonly type: 'reasoning'; readonly delta: string; readonly reasoning: string }
  | { readonly type: 'session'; readonly session_id: string }
  | {
      readonly type: 'usage';
      readonly usage: ChatUsage | undefined;
      readonly credits: ChatCredits | undefined;
    }
  | ({ readonly type: 'done' } & ChatResult);

/** What may follow the end of an answer (usage, a last mark) follows at once. In milliseconds. */
export const afterEndMs = 5_000;

/**
 * Reads a streamed answer. Never throws: how it ended is in the result.
 * @param idleMs after which a silent stream counts as broken
 */
export async function* readChatStream(
  response: OpenResponse,
  idleMs: number,
  log: Log,
): AsyncGenerator<ChatStreamEvent, ChatResult, undefined> {
  const answer = new ChatAnswer(response);
  const dialect = new ChatDialectDecoder();
  const parts: ChatPart[] = [];
  const splitter = new ChatFrameSplitter(response.headers.get('content-type'), frame => {
    parts.push(...dialect.decode(frame));
  });
  const decoder = new TextDecoder();
  const drain = (): ChatStreamEvent[] => {
    const events: ChatStreamEvent[] = [];
    for (const part of parts.splice(0)) {
      if (answer.over) break;
      const event = answer.apply(part);
      if (event) append(events, event);
    }
    return events;
  };
  let broken: RivyaError | undefined;
  try {
    for await (const chunk of response.chunks) {
      splitter.feed(decoder.decode(chunk, { stream: true }));
      yield* drain();
      if (answer.over) break;
      response.setIdle(answer.ended ? Math.min(afterEndMs, idleMs) : idleMs);
    }
  } catch (cause) {
    if (!isRivyaError(cause)) throw cause;
    broken = cause;
  }
  try {
    splitter.feed(decoder.decode());
    splitter.end();
  } catch (cause) {
    if (!isRivyaError(cause)) throw cause;
    broken ??= cause;
  }
  yield* drain();
  answer.logUnknown(log);
  return answer.result(broken);
}

/** Adds an event; pieces of text that came together become one. */
function append(events: ChatStreamEvent[], event: ChatStreamEvent): void {
  const last = events.at(-1);
  const replaced = last?.type === 'text' && last.delta === '';
  if (last?.type === 'text' && event.type === 'text' && event.delta !== '' && !replaced) {
    events[events.length - 1] = { ...event, delta: last.delta + event.delta };
  } else if (last?.type === 'reasoning' && event.type === 'reasoning') {
    events[events.length - 1] = { ...event, delta: last.delta + event.delta };
  } else {
    events.push(event);
  }
}

/** An answer while it grows. */
class ChatAnswer {
  readonly #response: OpenResponse;
  #text = '';
  #reasoning = '';
  #sessionId: string | undefined;
  #messageId: string | undefined;
  #usage: ChatUsage | undefined;
  #credits: ChatCredits | undefined;
  #finishReason: string | undefined;
  #error: RivyaError | undefined;
  #ended = false;
  #last = false;
  readonly #unknown = new Map<string, number>();

  constructor(response: OpenResponse) {
    this.#response = response;
  }

  /** Complete, although usage may follow. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing that follows counts. */
  get over(): boolean {
    return this.#last || this.#error !== undefined;
  }

  apply(part: ChatPart): ChatStreamEvent | undefined {
    switch (part.type) {
      case 'text':
        // More text proves that what looked like the end was not.
        this.#ended = false;
        this.#text += part.delta;
        return { type: 'text', delta: part.delta, text: this.#text };
      case 'reasoning':
        this.#reasoning += part.delta;
        return { type: 'reasoning', delta: part.delta, reasoning: this.#reasoning };
      case 'snapshot':
        return this.#replace(part.text, part.final);
      case 'session':
        if (part.session_id === this.#sessionId) return undefined;
        this.#sessionId = part.session_id;
        return part;
      case 'message':
        this.#messageId = part.id;
        return undefined;
      case 'usage':
        this.#usage = merged(this.#usage, part.usage);
        this.#credits = merged(this.#credits, part.credits);
        return { type: 'usage', usage: this.#usage, credits: this.#credits };
      case 'end':
        this.#ended = true;
        this.#last ||= part.last;
        this.#finishReason = part.finish_reason ?? this.#finishReason;
        return undefined;
      case 'error':
        // A complete answer is not made worse by what follows it.
        if (!this.#ended) this.#error = this.#response.errorOf(part.error);
        return undefined;
      case 'unknown':
        this.#unknown.set(part.name, (this.#unknown.get(part.name) ?? 0) + 1);
        return undefined;
    }
  }

  #replace(text: string, final: boolean): ChatStreamEvent | undefined {
    if (text === this.#text) return undefined;
    const continues = text.startsWith(this.#text);
    const delta = continues ? text.slice(this.#text.length) : final ? '' : text;
    this.#text = continues || final ? text : this.#text + text;
    return { type: 'text', delta, text: this.#text };
  }

  logUnknown(log: Log): void {
    if (this.#unknown.size === 0) return;
    const counts = [...this.#unknown]
      .slice(0, 20)
      .map(([name, count]) => `${JSON.stringify(name.slice(0, 60))} ${count}×`);
    log.info(`Not understood in a chat stream: ${counts.join(', ')}`);
  }

  result(broken: RivyaError | undefined): ChatResult {
    const outcome = this.#outcome(broken);
    return {
      outcome,
      text: this.#text,
      reasoning: this.#reasoning,
      session_id: this.#sessionId,
      message_id: this.#messageId,
      usage: this.#usage,
      credits: this.#credits,
      finish_reason: this.#finishReason,
      error:
        outcome === 'completed'
          ? undefined
          : (this.#error ?? broken ?? truncated(this.#response.requestId)).asPossiblyCharged(),
      recovered: false,
      unknown_events: this.#unknown.values().reduce((sum, count) => sum + count, 0),
    };
  }

  #outcome(broken: RivyaError | undefined): ChatOutcome {
    if (this.#error) return 'failed';
    if (this.#ended) return 'completed';
    if (broken?.kind === 'cancelled') return 'cancelled';
    return broken?.kind === 'protocol' ? 'failed' : 'truncated';
  }
}

function truncated(requestId: string | undefined): RivyaError {
  return new RivyaError('network', 'The answer broke off before it was complete.', {
    code: 'answer_truncated',
    requestId,
  });
}

/** Later numbers win, but only where there are some. */
function merged<T extends object>(earlier: T | undefined, later: T | undefined): T | undefined {
  if (!earlier || !later) return later ?? earlier;
  const known = Object.entries(later).filter(([, value]) => value !== undefined);
  return { ...earlier, ...Object.fromEntries(known) };
}
