import type { ChatMessageRecord, ChatSessionRecord } from '../../core/chat/records.ts';
import type {
  ChatCard,
  ChatComposer,
  ChatMessageView,
  ChatModel,
  ChatSessionView,
  ChatState,
} from '../../shared/chat.ts';
import { defaultModelOf } from '../settings.ts';
import type { ChatParts } from './chatController.ts';
import type { ChatServer } from './chatServer.ts';
import {
  cardView,
  currentWorkspace,
  imageView,
  messageView,
  modelViews,
  type ResourceOf,
} from './chatViews.ts';
import { noteWords } from './chatWords.ts';

/** So many questions are offered by arrow up. */
const remembered = 50;
/** Steps of an upload that can be seen; each draws the whole message. */
const uploadStep = 0.05;

/** Draws one session for the page, and remembers what it has drawn, so that only what changed is drawn again. */
export class ChatDrawing {
  readonly #parts: ChatParts;
  readonly #server: ChatServer;
  readonly #resource: ResourceOf;
  readonly #uploads = new Map<string, number>();
  readonly #messages = new Map<string, string>();
  readonly #cards = new Map<string, string>();

  constructor(parts: ChatParts, server: ChatServer, resource: ResourceOf) {
    this.#parts = parts;
    this.#server = server;
    this.#resource = resource;
  }

  /** Everything. @param problem at the composer */
  state(session: ChatSessionRecord, problem: string | undefined): ChatState {
    return {
      account: this.#server.account,
      sandbox: this.#parts.services.server.isSandbox,
      offline: this.#server.isOffline,
      session: this.#session(session),
      models: this.models(),
      composer: this.composer(session, problem),
      draft: session.draft,
      history: this.history(),
      balance: this.balance(),
    };
  }

  /** The session without what was said. */
  head(session: ChatSessionRecord): Omit<ChatSessionView, 'id' | 'messages' | 'cards'> {
    return {
      title: session.title,
      model: session.model,
      credits: this.#parts.store.creditsOf(session.id),
      note: session.note && noteWords(session.note),
    };
  }

  message(message: ChatMessageRecord): ChatMessageView {
    const { images, store } = this.#parts;
    this.#messages.set(message.id, signature(message));
    const views = message.images.map(image =>
      imageView(image, images, this.#resource, this.#uploads.get(image.id) ?? 1),
    );
    return messageView(message, views, store.requests.request(message.id) !== undefined);
  }

  /** The messages that are drawn otherwise; undefined when one that was drawn is gone, so that all must be drawn. */
  changedMessages(sessionId: string): ChatMessageRecord[] | undefined {
    const messages = this.#parts.conversations.messages(sessionId);
    const ids = new Set(messages.map(message => message.id));
    if ([...this.#messages.keys()].some(id => !ids.has(id))) return undefined;
    return messages.filter(message => this.#messages.get(message.id) !== signature(message));
  }

  changedCards(sessionId: string): ChatCard[] {
    return this.#allCards(sessionId).filter(card => {
      const drawn = JSON.stringify(card);
      const isNew = this.#cards.get(card.taskId) !== drawn;
      this.#cards.set(card.taskId, drawn);
      return isNew;
    });
  }

  /** @returns whether the step can be seen */
  uploaded(imageId: string, progress: number): boolean {
    const before = this.#uploads.get(imageId) ?? -1;
    if (progress < 1 && progress - before < uploadStep) return false;
    this.#uploads.set(imageId, progress);
    return true;
  }

  composer(session: ChatSessionRecord, problem: string | undefined): ChatComposer {
    const { images, store } = this.#parts;
    const composer = store.composer(session.id);
    return {
      // Images of the composer need no upload now: that happens when the question is sent.
      images: composer.images.map(image => imageView(image, images, this.#resource, 1)),
      contexts: composer.contexts,
      webSearch: session.webSearch,
      reasoningEffort: session.reasoningEffort,
      problem,
    };
  }

  models(): ChatModel[] {
    return modelViews(this.#server.models, defaultModelOf('chat'));
  }

  history(): string[] {
    return this.#parts.store.questions(currentWorkspace(), remembered);
  }

  balance(): number | undefined {
    const { balance, server } = this.#parts.services;
    return balance.state(server.origin ?? '').credits;
  }

  #session(session: ChatSessionRecord): ChatSessionView {
    this.#messages.clear();
    this.#cards.clear();
    return {
      id: session.id,
      ...this.head(session),
      messages: this.#parts.conversations.messages(session.id).map(message => this.message(message)),
      cards: this.changedCards(session.id),
    };
  }

  #allCards(sessionId: string): ChatCard[] {
    const { store, services } = this.#parts;
    return store.cards(sessionId).flatMap(card => cardView(card, services, this.#resource) ?? []);
  }
}

/** Changes when anything that is drawn of a message has changed. */
function signature({ state, text, reasoning, credits, problem }: ChatMessageRecord): string {
  return [state, text.length, reasoning.length, credits ?? '', problem?.code ?? ''].join(' ');
}
