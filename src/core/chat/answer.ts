import type { CreateChatCompletion } from '../../api/chat.ts';
import type { ChatResult } from '../../api/chatStream.ts';
import type { RivyaClient } from '../../api/client.ts';
import { isRivyaError, RivyaError } from '../../api/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { ChatImages } from './chatImages.ts';
import type { ChatStore } from './chatStore.ts';
import { composeMessage } from './quotation.ts';
import type { AnswerRequest, ChatMessageRecord, ChatProblemRecord, ImageRecord } from './records.ts';

/** What happens to an answer, in its order. */
export interface AnswerListener {
  /** Text was appended; `at` is the length before, in UTF-16 units. */
  grew(field: 'text' | 'reasoning', at: number, text: string): void;
  /** Something else than appended text changed. */
  changed(): void;
  /** @param progress 0 to 1 */
  uploading(image: ImageRecord, progress: number): void;
}

/** How an answer ended. `interrupted`: by this window's end; whoever comes next asks again. */
export type AnswerEnd =
  | { readonly kind: 'ended'; readonly problem: RivyaError | undefined; readonly credits: number | undefined }
  | { readonly kind: 'interrupted' };

export interface AnswerParts {
  readonly store: ChatStore;
  readonly images: ChatImages;
  readonly client: RivyaClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether this window still is the one that asks for the answer. */
  readonly holds: () => boolean;
}

/** What an answer came to, streamed or not. */
type Outcome = Pick<ChatResult, 'outcome' | 'text' | 'reasoning' | 'session_id' | 'error'> & {
  readonly usage:
    | { readonly input_tokens: number | null | undefined; readonly output_tokens: number | null | undefined }
    | undefined;
  readonly credits: { readonly final: number | null | undefined } | undefined;
};

/** How often what came is written down while more comes, in milliseconds: so much is shown again at once after a crash. */
const flushInterval = 500;

/** Why the request was given up. */
type Given = 'stopped' | 'interrupted';

/** One answer on its way: images go up, the body is written down, the request leaves, the text comes, the end is written down. */
export class Answer {
  readonly request: AnswerRequest;
  readonly #parts: AnswerParts;
  readonly #listener: AnswerListener;
  readonly #abort = new AbortController();
  #given: Given | undefined;
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
    this.#give('stopped');
  }

  /** Ends the request and leaves the answer to whoever asks for it next. */
  interrupt(): void {
    this.#give('interrupted');
  }

  /** Never rejects for what Rivya or the network says: that is in the message. @throws an error of the database */
  async run(): Promise<AnswerEnd> {
    try {
      const body = this.request.body ?? (await this.#prepare());
      if (this.#given === 'interrupted') return { kind: 'interrupted' };
      const result = await this.#ask(JSON.parse(body) as CreateChatCompletion);
      return this.#end(result);
    } catch (error) {
      if (!isRivyaError(error)) throw error;
      return this.#end(failure(error));
    } finally {
      this.#flush?.dispose();
      this.#flush = undefined;
    }
  }

  #give(given: Given): void {
    this.#given ??= given;
    this.#abort.abort(new Error(given));
  }

  /** Uploads what goes along and writes down what will be sent; from then on it never changes. */
  async #prepare(): Promise<string> {
    const { store } = this.#parts;
    const { answerId, questionId, sessionId } = this.request;
    const session = store.session(sessionId);
    const question = store.message(questionId);
    if (!session?.model || !question) {
      throw new RivyaError('validation', 'The session has no model.', { code: 'chat_model_missing' });
    }
    const attachments: { file_id: string }[] = [];
    for (const image of question.images) {
      attachments.push({ file_id: image.fileId ?? (await this.#upload(image, session.model)) });
    }
    const effort = session.reasoningEffort;
    const body: CreateChatCompletion = {
      model: session.model,
      ...(session.remoteId !== undefined && { session_id: session.remoteId }),
      message: composeMessage(question.text, question.contexts),
      ...(attachments.length > 0 && { attachments }),
      ...(session.webSearch && { enable_web_search: true }),
      ...(effort !== undefined &&
        effort !== 'default' && {
          reasoning_effort: effort as NonNullable<CreateChatCompletion['reasoning_effort']>,
        }),
      client_request_id: answerId,
    };
    const text = JSON.stringify(body);
    store.requests.setBody(answerId, text);
    return text;
  }

  async #upload(image: ImageRecord, model: string): Promise<string> {
    const { client, images, store } = this.#parts;
    let data: Blob;
    try {
      data = await images.blobOf(image);
    } catch (cause) {
      throw new RivyaError('validation', `The image ${image.name} is gone.`, { code: 'image_gone', cause });
    }
    const file = await client.files.upload(
      { kind: 'image', model, data, name: image.name, type: image.mediaType, client_request_id: image.id },
      {
        signal: this.#abort.signal,
        // Storing a file costs nothing, and the same key makes a repeated upload the same file.
        idempotencyKey: `${this.request.idempotencyKey}-${image.id}`,
        onProgress: (sent, total) => this.#listener.uploading(image, total === 0 ? 1 : sent / total),
      },
    );
    store.setFileId(image.id, file.id);
    this.#listener.uploading(image, 1);
    return file.id;
  }

  async #ask(body: CreateChatCompletion): Promise<Outcome> {
    const { completions } = this.#parts.client.chat;
    const options = { signal: this.#abort.signal, idempotencyKey: this.request.idempotencyKey };
    if (!this.request.streamed) {
      const completion = await completions.create(body, options);
      return {
        outcome: 'completed',
        text: completion.message.content,
        reasoning: '',
        session_id: completion.session_id ?? undefined,
        usage: completion.usage ?? undefined,
        credits: completion.credits ?? undefined,
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
    this.#parts.store.change(this.request.sessionId, { remoteId });
  }

  #flushSoon(): void {
    this.#flush ??= this.#parts.clock.after(flushInterval, () => {
      this.#flush = undefined;
      try {
        this.#writeDown();
      } catch (error) {
        // It can be asked for again, and the end is written down in any case.
        this.#parts.log.warn(`A part of an answer could not be written down: ${describeError(error)}`);
      }
    });
  }

  #writeDown(): void {
    // After a long sleep another window may have taken over; two would write into the same message.
    if (!this.#parts.holds()) {
      this.interrupt();
      return;
    }
    const { answerId } = this.request;
    const now = this.#parts.clock.now();
    this.#parts.store.changeAnswer(answerId, { text: this.#text, reasoning: this.#reasoning }, now);
  }

  #end(result: Outcome): AnswerEnd {
    const { store, clock, holds } = this.#parts;
    const { answerId } = this.request;
    if (!holds()) return { kind: 'interrupted' };
    if (this.#given === 'interrupted' && result.outcome !== 'completed') {
      const change = { text: this.#text, reasoning: this.#reasoning };
      store.changeAnswer(answerId, change, clock.now());
      return { kind: 'interrupted' };
    }
    // What has the last word: a complete answer, or as much as was ever shown.
    if (result.outcome === 'completed' || result.text.length > this.#text.length) this.#text = result.text;
    if (result.reasoning.length > this.#reasoning.length) this.#reasoning = result.reasoning;
    if (result.session_id !== undefined) this.#learnSession(result.session_id);
    const state = this.#stateOf(result);
    const problem = state === 'complete' || state === 'stopped' ? undefined : result.error;
    const credits = result.credits?.final ?? undefined;
    store.changeAnswer(
      answerId,
      {
        state,
        text: this.#text,
        reasoning: this.#reasoning,
        inputTokens: whole(result.usage?.input_tokens),
        outputTokens: whole(result.usage?.output_tokens),
        credits,
        problem: problem && problemOf(problem),
      },
      clock.now(),
    );
    store.requests.end(answerId, problem !== undefined);
    return { kind: 'ended', problem, credits };
  }

  #stateOf(result: Outcome): ChatMessageRecord['state'] {
    if (result.outcome === 'completed') return 'complete';
    if (this.#given === 'stopped') return 'stopped';
    return this.#text === '' ? 'failed' : 'incomplete';
  }
}

/** What of an error survives a restart. */
export function problemOf(error: RivyaError): ChatProblemRecord {
  return {
    code: error.code,
    message: error.message,
    mayHaveBeenCharged: error.mayHaveBeenCharged,
    ...(error.status !== undefined && { status: error.status }),
    ...(error.requestId !== undefined && { requestId: error.requestId }),
  };
}

function failure(error: RivyaError): Outcome {
  return {
    outcome: error.kind === 'cancelled' ? 'cancelled' : 'failed',
    text: '',
    reasoning: '',
    session_id: undefined,
    usage: undefined,
    credits: undefined,
    error,
  };
}

function whole(count: number | null | undefined): number | undefined {
  return count === null || count === undefined ? undefined : Math.round(count);
}
