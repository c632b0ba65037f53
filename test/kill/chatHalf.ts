import { randomUUID } from 'node:crypto';
import type { RivyaClient } from '../../src/api/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { ChatImages } from '../../src/core/chat/chatImages.ts';
import { ChatStore } from '../../src/core/chat/chatStore.ts';
import { Conversations } from '../../src/core/chat/conversations.ts';
import type { ChatMessageRecord } from '../../src/core/chat/records.ts';
import type { SenderAccount } from '../../src/core/paidRequest/accountMarks.ts';
import { png } from '../support/mediaBytes.ts';
import { pathsIn, type QuestionOrder, type WindowOrders } from './orders.ts';

export const chatModel = 'gpt-5-2-chat';

/** What of a window talks: the real conversations on the real store. */
export class ChatHalf {
  readonly #orders: WindowOrders;
  readonly #store: ChatStore;
  readonly #images: ChatImages;
  readonly #conversations: Conversations;
  /** Asked for again by this window: a person does it once, the last window until the answer is there. */
  readonly #askedAgain = new Set<string>();

  constructor(orders: WindowOrders, client: RivyaClient, account: SenderAccount) {
    const paths = pathsIn(orders.folder);
    this.#orders = orders;
    this.#store = ChatStore.open(paths.chats).store;
    this.#images = new ChatImages(paths.images);
    const { origin } = new URL(orders.url);
    this.#conversations = new Conversations({
      store: this.#store,
      images: this.#images,
      client: asked => (asked === origin ? client : undefined),
      account: () => account,
      origins: () => [origin],
      holder: orders.holder,
      clock: systemClock,
      log: silentLog,
      leaseMs: orders.lease,
    });
  }

  async ask({ withImage, streamed, goesOn }: QuestionOrder): Promise<void> {
    const session = (goesOn ? this.#idleSession() : undefined) ?? this.#newSession();
    if (withImage) this.#store.addImage(session, await this.#images.add('dot.png', png(2, 2)));
    this.#conversations.send(session, { text: `Question ${randomUUID()}`, streamed });
  }

  /** Takes up what dead windows have left, and asks again for what has ended badly. */
  look(): void {
    this.#conversations.resume();
    for (const { id } of answersIn(this.#store)) {
      const { state } = this.#store.message(id) ?? {};
      if (state === 'streaming' || state === 'complete') continue;
      if (this.#askedAgain.has(id) && !this.#orders.untilDone) continue;
      this.#askedAgain.add(id);
      this.#conversations.again(id);
    }
    if (this.#orders.untilDone) this.#sendDrafts();
  }

  get isDone(): boolean {
    return (
      this.#store.requests.count() === 0 &&
      answersIn(this.#store).every(({ state }) => state === 'complete' || !this.#orders.untilDone) &&
      (!this.#orders.untilDone || sessionsOf(this.#store).every(({ draft }) => draft === ''))
    );
  }

  async finish(): Promise<void> {
    await this.#conversations.idle();
    this.#conversations.dispose();
    this.#store.dispose();
  }

  /** A question that could not leave stands in the composer again. */
  #sendDrafts(): void {
    for (const { id, draft } of sessionsOf(this.#store)) {
      if (draft !== '' && !this.#conversations.isBusy(id))
        this.#conversations.send(id, { text: draft, streamed: true });
    }
  }

  #idleSession(): string | undefined {
    return sessionsOf(this.#store).find(({ id, draft }) => draft === '' && !this.#conversations.isBusy(id))
      ?.id;
  }

  #newSession(): string {
    const { origin } = new URL(this.#orders.url);
    const session = {
      id: randomUUID(),
      origin,
      workspace: undefined,
      title: '',
      model: chatModel,
      remoteId: undefined,
      note: undefined,
      draft: '',
      webSearch: false,
      reasoningEffort: undefined,
    };
    return this.#store.create(session, Date.now()).id;
  }
}

function sessionsOf(store: ChatStore): { readonly id: string; readonly draft: string }[] {
  return store
    .sessions({ query: '', workspace: undefined, limit: 100_000 })
    .map(({ id }) => ({ id, draft: store.session(id)?.draft ?? '' }));
}

/** Every message of this store, of whatever conversation. */
export function messagesIn(store: ChatStore): ChatMessageRecord[] {
  return sessionsOf(store).flatMap(({ id }) => store.messages(id));
}

export function answersIn(store: ChatStore): ChatMessageRecord[] {
  return messagesIn(store).filter(({ role }) => role === 'assistant');
}
