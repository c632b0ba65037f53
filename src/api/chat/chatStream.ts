import type { Log } from '../../base/log.ts';
import { ChatDialectDecoder, type ChatPart } from './chatDialects.ts';
import type { ChatCredits, ChatUsage } from './eventFields.ts';
import { ChatFrameSplitter } from './chatFrames.ts';
import { isRivyaError, RivyaError } from '../errors/errors.ts';
import type { OpenResponse } from '../transport/request.ts';

/** `truncated`: the stream ended, broke or went silent before the answer was complete. */
export type ChatOutcome = 'completed' | 'cancelled' | 'truncated' | 'failed';

/** `length`: a limit ended it; `filter`: a filter did; `empty`: it has no text. */
export type ChatShortfall = 'length' | 'filter' | 'empty';

const filtered =
  /filter|safety|refus|block|moderat|guardrail|sensitive|prohibited|recitation|spii|toxic|policy/i;

/** @param reason as the many dialects call it; one that is not known, or no text, is as good as none */
export function shortfallOf(text: string, reason: unknown): ChatShortfall | undefined {
  const said = typeof reason === 'string' ? reason : '';
  if (/length|max_?(?:\w+_?)?tokens|limit$|incomplete|context_?window/i.test(said)) return 'length';
  if (filtered.test(said)) return 'filter';
  return text.trim() === '' ? 'empty' : undefined;
}

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
  /** What a complete answer lacks all the same. */
  readonly shortfall: ChatShortfall | undefined;
  /** Why the outcome is not `completed`. */
  readonly error: RivyaError | undefined;
  /** True when the stream broke off and the text was completed from the stored session. */
  readonly recovered: boolean;
  /** How many events of the stream were not understood. */
  readonly unknown_events: number;
}

/**
 * `text` and `reasoning` hold all so far; pieces that arrived together are one event. An empty `delta` means
 * that `text` was replaced, not continued.
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
  const splitter = new ChatFrameSplitter(response.headers.get('content-type'), frame => {
    const said = dialect.decode(frame);
    if (typeof said === 'string') answer.addText(said);
    else for (const part of said) answer.take(part);
  });
  const decoder = new TextDecoder();
  let broken: RivyaError | undefined;
  try {
    for await (const chunk of response.chunks) {
      splitter.feed(decoder.decode(chunk, { stream: true }));
      yield* answer.events();
      if (answer.over) break;
      response.setIdle(answer.ended ? Math.min(afterEndMs, idleMs) : idleMs);
    }
  } catch (cause) {
    if (!isRivyaError(cause)) throw cause;
    broken = cause;
  }
  try {
    // The decoder is not flushed: a character that broke off would become another one.
    splitter.end();
  } catch (cause) {
    if (!isRivyaError(cause)) throw cause;
    broken ??= cause;
  }
  for (const part of dialect.end()) answer.take(part);
  yield* answer.events();
  answer.logUnknown(log);
  return answer.result(broken);
}

/**
 * Text in the making. Pieces that arrive together are joined once, since a copy for each would cost more than
 * reading them.
 */
class GrowingText {
  #settled = '';
  #pieces: string[] = [];

  get all(): string {
    return this.#pieces.length === 0 ? this.#settled : this.#settled + this.#pieces.join('');
  }

  add(piece: string): void {
    this.#pieces.push(piece);
  }

  /** Puts another text in place of all so far. */
  replace(text: string): void {
    this.#settled = text;
    this.#pieces = [];
  }

  /** What was added since it was settled last. */
  settle(): string {
    const delta = this.#pieces.join('');
    this.#settled += delta;
    this.#pieces = [];
    return delta;
  }
}

/** An answer while it grows. */
class ChatAnswer {
  readonly #response: OpenResponse;
  readonly #text = new GrowingText();
  readonly #reasoning = new GrowingText();
  /** Which of the two has pieces that no event has told yet. */
  #growing: 'text' | 'reasoning' | undefined;
  #events: ChatStreamEvent[] = [];
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

  /** What has happened since the last call. */
  events(): ChatStreamEvent[] {
    this.#tell();
    const events = this.#events;
    this.#events = [];
    return events;
  }

  take(part: ChatPart): void {
    if (this.over) return;
    switch (part.type) {
      case 'text':
        this.addText(part.delta);
        break;
      case 'reasoning':
        if (this.#growing !== 'reasoning') this.#tell();
        this.#growing = 'reasoning';
        this.#reasoning.add(part.delta);
        break;
      case 'snapshot':
        this.#replace(part.text, part.final);
        break;
      case 'session':
        if (part.session_id === this.#sessionId) break;
        this.#sessionId = part.session_id;
        this.#tell(part);
        break;
      case 'message':
        this.#messageId = part.id;
        break;
      case 'usage':
        this.#usage = merged(this.#usage, part.usage);
        this.#credits = merged(this.#credits, part.credits);
        this.#tell({ type: 'usage', usage: this.#usage, credits: this.#credits });
        break;
      case 'end':
        this.#ended = true;
        this.#last ||= part.last;
        this.#finishReason = part.finish_reason ?? this.#finishReason;
        break;
      case 'error':
        // A complete answer is not made worse by what follows it.
        if (!this.#ended) this.#error = this.#response.errorOf(part.error);
        break;
      case 'unknown':
        this.#unknown.set(part.name, (this.#unknown.get(part.name) ?? 0) + 1);
        break;
    }
  }

  addText(delta: string): void {
    if (this.over) return;
    // More text proves that what looked like the end was not, and that no charge is final yet.
    this.#ended = false;
    if (this.#credits?.final !== undefined) this.#credits = { ...this.#credits, final: undefined };
    if (this.#growing !== 'text') this.#tell();
    this.#growing = 'text';
    this.#text.add(delta);
  }

  #replace(text: string, final: boolean): void {
    const known = this.#text.all;
    if (text === known) return;
    const { ended } = this;
    const credits = this.#credits;
    if (text.startsWith(known)) this.addText(text.slice(known.length));
    else if (!final) this.addText(text);
    else {
      this.#tell();
      this.#text.replace(text);
      this.#tell({ type: 'text', delta: '', text });
    }
    this.#ended = ended;
    // The whole text is no more text: what was said of its charge with it stands.
    if (final) this.#credits = credits;
  }

  /** Makes an event of the pieces that came together, and one more if there is any. */
  #tell(event?: ChatStreamEvent): void {
    if (this.#growing === 'text') {
      this.#events.push({ type: 'text', delta: this.#text.settle(), text: this.#text.all });
    } else if (this.#growing === 'reasoning') {
      const delta = this.#reasoning.settle();
      this.#events.push({ type: 'reasoning', delta, reasoning: this.#reasoning.all });
    }
    this.#growing = undefined;
    if (event) this.#events.push(event);
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
      text: this.#text.all,
      reasoning: this.#reasoning.all,
      session_id: this.#sessionId,
      message_id: this.#messageId,
      usage: this.#usage,
      credits: this.#credits,
      finish_reason: this.#finishReason,
      shortfall: outcome === 'completed' ? shortfallOf(this.#text.all, this.#finishReason) : undefined,
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
