import type { CreateChatCompletion } from '../../api/chat/chat.ts';
import { shortfallOf } from '../../api/chat/chatStream.ts';
import type { RivyaClient } from '../../api/client.ts';
import { isRivyaError, RivyaError } from '../../api/errors/errors.ts';
import { delay } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { SenderAccount } from '../paidRequest/accountMarks.ts';
import {
  paidAttemptOf,
  maximumConflicts,
  mayBeAccepted,
  objection,
  type PaidAttempt,
  type NextStep,
} from '../paidRequest/paidRequest.ts';
import { problemFrom } from '../paidRequest/problemFrom.ts';
import { serverTimeBefore } from '../paidRequest/serverTime.ts';
import type { Problem } from '../../shared/task.ts';
import { isDatabaseError } from '../storage/fileErrors.ts';
import { bodyOf } from './answerBody.ts';
import { asError, failure, lacking, stopped, type AnswerOutcome } from './answerOutcome.ts';
import type { ChatImages } from './chatImages.ts';
import type { ChatStore } from './chatStore.ts';
import type { AnswerRequest, ChatMessageRecord, ImageRecord } from './records.ts';

/** What happens to an answer, in its order. */
export interface AnswerListener {
  /** Text was appended; `at` is the length before, in UTF-16 units. */
  grew(field: 'text' | 'reasoning', at: number, text: string): void;
  /** Something else than appended text changed. */
  changed(): void;
  /** @param progress 0 to 1 */
  uploading(image: ImageRecord, progress: number): void;
}

/**
 * How an answer ended. `interrupted`: by this window's end; whoever comes next asks again.
 * `next`: what may be done with its request; undefined when it is over for good.
 */
export type AnswerEnd =
  | {
      readonly kind: 'ended';
      readonly problem: RivyaError | undefined;
      readonly next: NextStep | undefined;
      readonly credits: number | undefined;
    }
  | { readonly kind: 'interrupted' };

export interface AnswerParts {
  readonly store: ChatStore;
  readonly images: ChatImages;
  readonly client: RivyaClient;
  readonly account: SenderAccount;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether this window still is the one that asks for the answer. */
  readonly holds: () => boolean;
}

/** How often what came is written down while more comes: so much is shown again at once after a crash. */
const flushIntervalMs = 500;

/**
 * The first pause before a database that could not be written is tried again, and the longest: another window
 * may hold it, or the disk may be full.
 */
const storagePauseMs = { first: 500, longest: 15_000 };

/** The first pause after "I work on this key already"; each further one is twice as long. */
const conflictPauseMs = 3_000;

/** Why the request was given up. */
type AbortReason = 'stopped' | 'interrupted';

/**
 * One answer on its way: images go up, the body is written down, the request leaves, the text comes, the end
 * is written down.
 */
export class Answer {
  readonly request: AnswerRequest;
  readonly #parts: AnswerParts;
  readonly #listener: AnswerListener;
  readonly #abort = new AbortController();
  readonly #windowEnd = new AbortController();
  #abortReason: AbortReason | undefined;
  #hasEnded = false;
  /** Rivya's session, not written down yet. */
  #remoteId: string | undefined;
  #text: string;
  #reasoning: string;
  /** Asked for again: what is shown stays until more than that has come. */
  #held: boolean;
  #flush: Disposable | undefined;

  constructor(parts: AnswerParts, request: AnswerRequest, listener: AnswerListener) {
    this.#parts = parts;
    this.request = request;
    this.#listener = listener;
    const known = parts.store.message(request.answerId);
    this.#text = known?.text ?? '';
    this.#reasoning = known?.reasoning ?? '';
    this.#held = this.#text !== '' || this.#reasoning !== '';
  }

  get text(): string {
    return this.#text;
  }

  get reasoning(): string {
    return this.#reasoning;
  }

  /** Ends the request at once and keeps what came. */
  stop(): void {
    this.#abortWith('stopped');
  }

  /** Ends the request and leaves the answer to whoever asks for it next. */
  interrupt(): void {
    if (!this.#windowEnd.signal.aborted && this.#flush) this.#tryToWriteDown();
    this.#abortWith('interrupted');
  }

  /**
   * Never rejects for an error of Rivya or the network, which is in the message, and not for a database
   * that is busy or full, which is waited for with what came in memory.
   * @throws any other error of the database
   */
  async run(): Promise<AnswerEnd> {
    try {
      for (;;) {
        const end = await this.#attempt();
        if (end) return end;
      }
    } finally {
      this.#flush?.dispose();
      this.#flush = undefined;
    }
  }

  /** @returns undefined when the same is to be asked again */
  async #attempt(): Promise<AnswerEnd | undefined> {
    const { store, client, account, clock, holds } = this.#parts;
    const { answerId } = this.request;
    let mayBeOut = false;
    let isRefused = false as boolean;
    let result: AnswerOutcome;
    try {
      const mark = await account.mark();
      const request = await this.#patiently(() => store.requests.request(answerId));
      if (!request) return { kind: 'interrupted' };
      mayBeOut = mayBeAccepted(request);
      // What nobody waits for any more is not even prepared.
      const early = objection(request, mark, clock.now());
      if (early) return await this.#end(failure(asError(early)), 'ask');
      const body = request.body ?? (await this.#prepare());
      const serverTime = await serverTimeBefore(request, client.serverTime, { signal: this.#abort.signal });
      const begun = await this.#patiently(() =>
        holds() ? store.requests.sending(answerId, mark, serverTime, clock.now()) : undefined,
      );
      if (!begun) return { kind: 'interrupted' };
      if (begun.problem) return await this.#end(failure(asError(begun.problem)), 'ask');
      ({ mayBeOut } = begun);
      result = await this.#ask(JSON.parse(body) as CreateChatCompletion, mark, async () => {
        const problem = await this.#objectionNow(mark);
        if (!problem) return;
        isRefused = true;
        throw asError(problem);
      });
    } catch (error) {
      if (isRivyaError(error)) result = failure(error);
      else if (error === this.#abort.signal.reason) result = failure(stopped(error));
      else throw error;
    }
    if (isRefused) return this.#end(result, 'ask');
    // Who holds the lease alone knows that nobody else has asked meanwhile.
    const attempt = result.error && paidAttemptOf(result.error, mayBeOut || !holds());
    if (attempt?.outcome === 'conflict' && (await this.#waitsForCopy(attempt))) return undefined;
    return this.#end(result, attempt);
  }

  /**
   * A copy of the request is being worked on: waits, for the same to be asked again. @returns false when it
   * has waited often enough, or nobody waits any more
   */
  async #waitsForCopy(conflict: PaidAttempt): Promise<boolean> {
    const { store, holds } = this.#parts;
    const { answerId } = this.request;
    const { conflicts = 0 } = store.requests.request(answerId) ?? {};
    if (this.#abort.signal.aborted || !holds() || conflicts + 1 >= maximumConflicts) return false;
    await this.#patiently(() => store.requests.answered(answerId, conflict));
    await this.#pause(conflictPauseMs * 2 ** conflicts);
    return !this.#abort.signal.aborted;
  }

  /**
   * Does what the database cannot do now again and again, until it can.
   * @throws the reason of the stop or of the window's end, or any other error of the work
   */
  async #patiently<T>(work: () => T): Promise<T> {
    for (let pause = storagePauseMs.first; ; pause = Math.min(2 * pause, storagePauseMs.longest)) {
      this.#endOfPatience.throwIfAborted();
      try {
        return work();
      } catch (error) {
        if (!isDatabaseError(error)) throw error;
        this.#parts.log.warn(`An answer waits for the database: ${describeError(error)}`);
      }
      await this.#pause(pause);
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const signal = this.#endOfPatience;
    await delay(milliseconds, signal, this.#parts.clock).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /**
   * An answer that has ended is written down even when the user stops it; only the window's end ends that.
   */
  get #endOfPatience(): AbortSignal {
    return this.#hasEnded ? this.#windowEnd.signal : this.#abort.signal;
  }

  #abortWith(reason: AbortReason): void {
    this.#abortReason ??= reason;
    this.#abort.abort(new Error(reason));
    if (reason === 'interrupted') this.#windowEnd.abort(this.#abort.signal.reason);
  }

  /** Uploads what goes along and writes down what will be sent; from then on it never changes. */
  async #prepare(): Promise<string> {
    const { store, client, images } = this.#parts;
    const text = await bodyOf(this.request, {
      store,
      client,
      images,
      signal: this.#abort.signal,
      uploading: (image, progress) => this.#listener.uploading(image, progress),
      write: work => this.#patiently(work),
    });
    await this.#patiently(() => store.requests.setBody(this.request.answerId, text));
    return text;
  }

  /** What stands against sending it again at this moment; the machine may have slept since it left. */
  async #objectionNow(mark: string | undefined): Promise<Problem | undefined> {
    const { store, client, clock } = this.#parts;
    const request = await this.#patiently(() => store.requests.request(this.request.answerId));
    if (!request) return undefined;
    const serverTime = await serverTimeBefore(request, client.serverTime, { signal: this.#abort.signal });
    return objection(request, mark, clock.now(), serverTime);
  }

  /**
   * @param mark of the API key that it must go out with
   * @param afterWait see `PostOptions`
   */
  async #ask(
    body: CreateChatCompletion,
    mark: string | undefined,
    afterWait: () => Promise<void>,
  ): Promise<AnswerOutcome> {
    const { client, account } = this.#parts;
    const { completions } = client.chat;
    const options = {
      signal: this.#abort.signal,
      idempotencyKey: this.request.idempotencyKey,
      acceptsKey: (key: string) => account.is(mark, key),
      afterWait,
    };
    if (!this.request.streamed) {
      const completion = await completions.create(body, options);
      return {
        outcome: 'completed',
        shortfall: shortfallOf(completion.message.content, completion.finish_reason),
        text: completion.message.content,
        reasoning: '',
        session_id: completion.session_id ?? undefined,
        usage: completion.usage ?? undefined,
        credits: completion.credits ?? undefined,
        recovered: false,
        error: undefined,
      };
    }
    for await (const event of completions.stream(body, options)) {
      if (event.type === 'text') this.#take(event.text, event.delta);
      else if (event.type === 'reasoning') this.#takeReasoning(event.reasoning, event.delta);
      else if (event.type === 'session') this.#learnSession(event.session_id);
      else if (event.type === 'done') return event;
    }
    throw new RivyaError('protocol', 'The answer had no end.', {
      code: 'answer_truncated',
      mayHaveBeenCharged: true,
    });
  }

  /** @param delta empty when `text` replaces what came before */
  #take(text: string, delta: string): void {
    const at = this.#text.length;
    if (this.#held) {
      // The same answer comes again from its beginning.
      if (this.#text.startsWith(text)) return;
      this.#held = false;
      if (text.startsWith(this.#text)) {
        this.#text = text;
        this.#listener.grew('text', at, text.slice(at));
      } else this.#replace(text);
    } else if (delta === '') this.#replace(text);
    else {
      this.#text = text;
      this.#listener.grew('text', at, delta);
    }
    this.#flushSoon();
  }

  #replace(text: string): void {
    this.#text = text;
    this.#listener.changed();
  }

  #takeReasoning(reasoning: string, delta: string): void {
    const at = this.#reasoning.length;
    if (this.#reasoning.startsWith(reasoning)) return;
    if (!reasoning.startsWith(this.#reasoning)) {
      this.#reasoning = reasoning;
      this.#listener.changed();
    } else {
      this.#reasoning = reasoning;
      this.#listener.grew(
        'reasoning',
        at,
        at === reasoning.length - delta.length ? delta : reasoning.slice(at),
      );
    }
    this.#flushSoon();
  }

  #learnSession(remoteId: string): void {
    if (!this.#parts.holds()) return;
    this.#remoteId = remoteId;
    this.#flushSoon();
  }

  #flushSoon(): void {
    this.#flush ??= this.#parts.clock.after(flushIntervalMs, () => {
      this.#flush = undefined;
      this.#tryToWriteDown();
    });
  }

  #tryToWriteDown(): void {
    try {
      this.#writeDown();
    } catch (error) {
      // It can be asked for again, and the end is written down in any case.
      this.#parts.log.warn(`A part of an answer could not be written down: ${describeError(error)}`);
    }
  }

  #writeDown(): void {
    // After a long sleep another window may have taken over; two would write into the same message.
    if (!this.#parts.holds()) {
      this.#abortWith('interrupted');
      return;
    }
    const { answerId } = this.request;
    const now = this.#parts.clock.now();
    this.#parts.store.changeAnswer(answerId, { text: this.#text, reasoning: this.#reasoning }, now);
    this.#rememberSession();
  }

  #rememberSession(): void {
    if (this.#remoteId === undefined) return;
    this.#parts.store.change(this.request.sessionId, { remoteId: this.#remoteId });
    this.#remoteId = undefined;
  }

  /**
   * @param attempt what the last one has shown; `ask` when there was none, because the person is to
   * decide
   */
  async #end(result: AnswerOutcome, attempt: PaidAttempt | 'ask' | undefined): Promise<AnswerEnd> {
    const { store, clock, holds } = this.#parts;
    const { answerId } = this.request;
    this.#hasEnded = true;
    if (!holds()) return { kind: 'interrupted' };
    if (this.#windowEnd.signal.aborted && result.outcome !== 'completed') return { kind: 'interrupted' };
    // The final text: a complete answer, or as much as was ever shown.
    if (result.outcome === 'completed' || result.text.length > this.#text.length) this.#text = result.text;
    if (result.reasoning.length > this.#reasoning.length) this.#reasoning = result.reasoning;
    this.#remoteId = result.session_id ?? this.#remoteId;
    const state = this.#stateOf(result);
    const problem =
      state === 'complete' || state === 'stopped' ? undefined : (result.error ?? lacking(result));
    // Before the end, 0 is what stands there; and what a session has stored names no charge.
    const isFinal = result.outcome === 'completed' && !result.recovered;
    const credits = (isFinal ? result.credits?.final : undefined) ?? undefined;
    const change = {
      state,
      text: this.#text,
      reasoning: this.#reasoning,
      inputTokens: whole(result.usage?.input_tokens),
      outputTokens: whole(result.usage?.output_tokens),
      credits,
      problem: problem && problemFrom(problem),
    };
    const write = (): { next: NextStep | undefined } | undefined => {
      if (!holds()) return undefined;
      // A complete answer is final, whatever it lacks: the same key would only bring it again.
      const due = result.outcome === 'completed' ? undefined : problem && attempt;
      return { next: store.requests.finish(answerId, change, this.#remoteId, due, clock.now()) };
    };
    try {
      const written = this.#windowEnd.signal.aborted ? write() : await this.#patiently(write);
      return written ? { kind: 'ended', problem, credits, next: written.next } : { kind: 'interrupted' };
    } catch (error) {
      // The window closes with it unwritten: the next one asks for it with the same key, and gets it again.
      if (this.#windowEnd.signal.aborted) return { kind: 'interrupted' };
      throw error;
    }
  }

  #stateOf(result: AnswerOutcome): ChatMessageRecord['state'] {
    if (result.outcome === 'completed') {
      if (result.shortfall === undefined) return 'complete';
      return this.#text.trim() === '' ? 'failed' : 'incomplete';
    }
    if (this.#abortReason === 'stopped') return 'stopped';
    return this.#text === '' ? 'failed' : 'incomplete';
  }
}

function whole(count: number | null | undefined): number | undefined {
  return count === null || count === undefined ? undefined : Math.round(count);
}
