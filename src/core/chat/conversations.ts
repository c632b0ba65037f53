import { randomUUID } from 'node:crypto';
import type { RivyaClient } from '../../api/client.ts';
import type { RivyaError } from '../../api/errors/errors.ts';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { graphemes } from '../../base/text.ts';
import { Answer } from './answer.ts';
import type { SenderAccount } from '../paidRequest/accountMarks.ts';
import type { ChatImages } from './chatImages.ts';
import type { ChatStore } from './chatStore.ts';
import type { AnswerRequest, ChatMessageRecord, ContextRecord, ImageRecord } from './records.ts';

export interface ConversationsPorts {
  readonly store: ChatStore;
  readonly images: ChatImages;
  /** Undefined while this window cannot reach the origin. */
  readonly client: (origin: string) => RivyaClient | undefined;
  /** The account that an origin is asked for, as far as its API key tells. */
  readonly account: (origin: string) => SenderAccount;
  /** What this window can reach. */
  readonly origins: () => readonly string[];
  /** Names this window among all that share the store. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a window keeps its answers without a heartbeat, in milliseconds; 20 seconds without it. */
  readonly leaseMs?: number;
}

/**
 * What happens in a conversation, in its order. `withdrawn`: the question is back in the composer, because it
 * could not leave.
 */
export type ConversationEvent =
  | {
      readonly type: 'delta';
      readonly sessionId: string;
      readonly messageId: string;
      readonly field: 'text' | 'reasoning';
      /** The length before, in UTF-16 units. */
      readonly at: number;
      readonly text: string;
    }
  | { readonly type: 'message'; readonly sessionId: string; readonly message: ChatMessageRecord }
  | {
      readonly type: 'upload';
      readonly sessionId: string;
      readonly messageId: string;
      readonly image: ImageRecord;
      readonly progress: number;
    }
  | {
      readonly type: 'ended';
      readonly sessionId: string;
      readonly answerId: string;
      readonly origin: string;
      readonly problem: RivyaError | undefined;
      /** What was charged; undefined while that is unknown. */
      readonly credits: number | undefined;
    }
  | { readonly type: 'withdrawn'; readonly sessionId: string; readonly problem: RivyaError };

export interface Question {
  readonly text: string;
  /** In place of what the composer holds. */
  readonly instead?: { readonly images: readonly ImageRecord[]; readonly contexts: readonly ContextRecord[] };
  readonly streamed: boolean;
}

const defaultLeaseMs = 20_000;
/** So often within its length a lease is renewed. */
const renewalsPerLease = 4;

/**
 * The conversations that are alive in this window: sends questions, streams answers whether or not they are
 * shown, and asks again for those that another window, or an earlier life of this one, has left without an
 * end.
 */
export class Conversations implements Disposable {
  readonly #ports: ConversationsPorts;
  readonly #leaseMs: number;
  readonly #answers = new Map<string, Answer>();
  readonly #running = new Set<Promise<void>>();
  readonly #changed = new Emitter<ConversationEvent>();
  #heartbeat: Disposable | undefined;
  #waiting: Disposable | undefined;
  #disposed = false;

  readonly onDidChange = this.#changed.event;

  constructor(ports: ConversationsPorts) {
    this.#ports = ports;
    this.#leaseMs = ports.leaseMs ?? defaultLeaseMs;
  }

  /** Leaves what is under way to the next window, or to the next life of this one, at once. */
  dispose(): void {
    for (const answer of this.#answers.values()) answer.interrupt();
    this.#disposed = true;
    this.#heartbeat?.dispose();
    this.#waiting?.dispose();
    this.#changed.dispose();
    const { store, holder, log } = this.#ports;
    try {
      store.requests.releaseAll(holder);
    } catch (error) {
      // They run out by themselves.
      log.warn(`The leases of answers could not be released: ${describeError(error)}`);
    }
  }

  /** The messages of a session, with what has come of a running answer up to this moment. */
  messages(sessionId: string): ChatMessageRecord[] {
    return this.#ports.store.messages(sessionId).map(message => this.#live(message));
  }

  message(id: string): ChatMessageRecord | undefined {
    const message = this.#ports.store.message(id);
    return message && this.#live(message);
  }

  /** Whether an answer is on its way in this session, here or in another window. */
  isBusy(sessionId: string): boolean {
    return this.#ports.store.requests.isAnswering(sessionId);
  }

  /**
   * Writes the question down, and then sends it. The session must have a model.
   * @returns false when an answer is on its way in the session; nothing is sent then
   * @throws an error of the database; nothing is sent then
   */
  send(sessionId: string, { text, instead, streamed }: Question): boolean {
    const { store, clock, holder } = this.#ports;
    const now = clock.now();
    const question: ChatMessageRecord = {
      ...newMessage(sessionId, 'user', now),
      text: text.trim(),
      state: 'complete',
      images: instead?.images ?? [],
      contexts: instead?.contexts ?? [],
    };
    const answer: ChatMessageRecord = { ...newMessage(sessionId, 'assistant', now), state: 'streaming' };
    const composer = instead ?? store.composer(sessionId);
    const begun = store.requests.begin(
      {
        question,
        answer,
        idempotencyKey: randomUUID(),
        streamed,
        takesComposer: !instead,
        title: titleOf(question.text, composer.images, composer.contexts),
      },
      holder,
      now,
      this.#leaseMs,
    );
    if (!begun) return false;
    for (const { id } of [question, answer]) this.#announce(id);
    const request = store.requests.request(answer.id);
    if (request) this.#start(request);
    return true;
  }

  /** Stops the answer of this session, if this window asks for it. @returns whether it does */
  stop(sessionId: string): boolean {
    const own = [...this.#answers.values()].filter(answer => answer.request.sessionId === sessionId);
    for (const answer of own) answer.stop();
    return own.length > 0;
  }

  /**
   * Asks once more for an answer that has ended badly. While its outcome is unknown it is the same request
   * again; when it is certain that nothing was accepted it is a new one. What stands against asking again is
   * told first; who asks all the same has decided.
   * @returns false when there is nothing to ask for again, or its server cannot be reached from here
   */
  again(answerId: string): boolean {
    const { store, clock, holder, client } = this.#ports;
    const message = store.message(answerId);
    const session = message && store.session(message.sessionId);
    if (!session || !client(session.origin)) return false;
    // A second click finds it on its way.
    if (message.state === 'streaming') return true;
    const request = store.requests.reopen(answerId, randomUUID(), holder, clock.now(), this.#leaseMs);
    if (!request) return false;
    this.#announce(answerId);
    this.#start(request);
    return true;
  }

  /** Ends what runs in a session that is about to be deleted. */
  abandon(sessionId: string): void {
    for (const answer of this.#answers.values())
      if (answer.request.sessionId === sessionId) answer.interrupt();
  }

  /** Takes up what nobody asks for any more, now and whenever a lease of another window runs out. */
  resume(): void {
    if (this.#disposed) return;
    try {
      this.#takeUp();
    } catch (error) {
      // Nothing is lost: it stands in the database, and is read again.
      this.#ports.log.warn(`What was left without an end could not be taken up: ${describeError(error)}`);
    }
  }

  #takeUp(): void {
    const { store, clock, holder, origins } = this.#ports;
    const now = clock.now();
    const inHand = [...this.#answers.keys()];
    for (const request of store.requests.claim(holder, inHand, origins(), now, this.#leaseMs)) {
      this.#start(request);
    }
    this.#waiting?.dispose();
    const next = store.requests.nextExpiry(holder);
    this.#waiting =
      next === undefined
        ? undefined
        : clock.after(Math.min(Math.max(next - now, 0) + 100, this.#leaseMs), () => this.resume());
  }

  /** Resolves when nothing runs any more, whatever came of it. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }

  #live(message: ChatMessageRecord): ChatMessageRecord {
    const answer = this.#answers.get(message.id);
    return answer ? { ...message, text: answer.text, reasoning: answer.reasoning } : message;
  }

  #announce(messageId: string): void {
    const message = this.message(messageId);
    if (message) this.#changed.fire({ type: 'message', sessionId: message.sessionId, message });
  }

  #start(request: AnswerRequest): void {
    const { store, images, client, clock, holder } = this.#ports;
    const { answerId, questionId, sessionId } = request;
    const origin = store.session(sessionId)?.origin ?? '';
    const reachable = client(origin);
    if (!reachable) {
      // Another window may reach it; until then it waits as it is.
      store.requests.release(answerId);
      return;
    }
    const holds = (): boolean => !this.#disposed && store.requests.holds(holder, answerId);
    const answer = new Answer(
      {
        store,
        images,
        client: reachable,
        account: this.#ports.account(origin),
        clock,
        log: this.#ports.log,
        holds,
      },
      request,
      {
        grew: (field, at, text) =>
          this.#changed.fire({ type: 'delta', sessionId, messageId: answerId, field, at, text }),
        changed: () => this.#announce(answerId),
        uploading: (image, progress) =>
          this.#changed.fire({ type: 'upload', sessionId, messageId: questionId, image, progress }),
      },
    );
    this.#answers.set(answerId, answer);
    this.#beat();
    const work = this.#run(answer, origin).catch((error: unknown) => {
      this.#ports.log.error(`An answer could not be written down: ${describeError(error)}`);
    });
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #run(answer: Answer, origin: string): Promise<void> {
    const { answerId, sessionId } = answer.request;
    try {
      const end = await answer.run();
      this.#answers.delete(answerId);
      if (end.kind === 'interrupted') return;
      const { problem, credits, next } = end;
      if (problem && next === 'withdraw' && this.#withdraws(answerId)) {
        this.#changed.fire({ type: 'withdrawn', sessionId, problem });
        return;
      }
      this.#announce(answerId);
      this.#changed.fire({ type: 'ended', sessionId, answerId, origin, problem, credits });
    } finally {
      this.#answers.delete(answerId);
    }
  }

  /** @returns false where the question stays in the session, and can be asked again there */
  #withdraws(answerId: string): boolean {
    try {
      return this.#ports.store.requests.withdraw(answerId);
    } catch (error) {
      this.#ports.log.warn(`A question could not be put back: ${describeError(error)}`);
      return false;
    }
  }

  #beat(): void {
    this.#heartbeat ??= this.#ports.clock.after(this.#leaseMs / renewalsPerLease, () => {
      this.#heartbeat = undefined;
      if (this.#answers.size === 0 || this.#disposed) return;
      try {
        const { store, holder, clock } = this.#ports;
        store.requests.renew(holder, [...this.#answers.keys()], clock.now(), this.#leaseMs);
      } catch (error) {
        // A lease lasts for several of these; should another window take over, it asks under the same key.
        this.#ports.log.warn(`A lease could not be renewed: ${describeError(error)}`);
      }
      this.#beat();
    });
  }
}

function newMessage(
  sessionId: string,
  role: ChatMessageRecord['role'],
  now: number,
): Omit<ChatMessageRecord, 'state'> {
  return {
    id: randomUUID(),
    sessionId,
    role,
    text: '',
    reasoning: '',
    images: [],
    contexts: [],
    inputTokens: undefined,
    outputTokens: undefined,
    credits: undefined,
    problem: undefined,
    createdAt: now,
  };
}

/** What a session is called until the user names it. */
export function titleOf(
  text: string,
  images: readonly Pick<ImageRecord, 'name'>[],
  contexts: readonly Pick<ContextRecord, 'label'>[],
): string {
  const line =
    text.split('\n').find(each => each.trim() !== '') ?? images[0]?.name ?? contexts[0]?.label ?? '';
  const characters = graphemes(line.trim().replace(/\s+/g, ' '), 61);
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : characters.join('');
}
