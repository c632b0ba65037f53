import { systemClock } from '../../base/clock.ts';
import { startOfDay } from '../../core/tasks/groups.ts';
import type { ChatMessageRecord, ChatSessionRecord } from '../../core/chat/records.ts';
import type {
  ChatCardDto,
  ChatComposerDto,
  ChatMessageDto,
  ChatModelDto,
  ChatSessionDto,
  ChatState,
} from '../../shared/chat.ts';
import { defaultModelOf, setting } from '../manifest/settings.ts';
import { cardDto, imageDto, messageDto, modelDtos } from './chatDtos.ts';
import type { AsWebviewUri, ChatParts } from './chatParts.ts';
import { sessionNoteText } from './chatText.ts';
import { currentWorkspace } from './currentWorkspace.ts';
import type { ServerStatus } from './serverStatus.ts';

/** The most questions that arrow up offers. */
const maximumHistory = 50;
/** The smallest step of an upload that is shown, 0 to 1; each draws the whole message. */
const uploadStep = 0.05;

/**
 * Draws one session for the page, and remembers what it has drawn, so that only what changed is drawn again.
 */
export class ChatDrawing {
  readonly #parts: ChatParts;
  readonly #serverStatus: ServerStatus;
  readonly #asWebviewUri: AsWebviewUri;
  readonly #uploads = new Map<string, number>();
  readonly #messages = new Map<string, string>();
  readonly #cards = new Map<string, string>();

  constructor(parts: ChatParts, serverStatus: ServerStatus, asWebviewUri: AsWebviewUri) {
    this.#parts = parts;
    this.#serverStatus = serverStatus;
    this.#asWebviewUri = asWebviewUri;
  }

  /** Everything. @param problem at the composer @param isQueued see `ChatComposerDto` */
  state(session: ChatSessionRecord, problem: string | undefined, isQueued: boolean): ChatState {
    return {
      account: this.#serverStatus.account,
      sandbox: this.#parts.services.server.isSandbox,
      offline: this.#serverStatus.isOffline,
      session: this.#session(session),
      models: this.models(),
      composer: this.composer(session, problem, isQueued),
      draft: session.draft,
      history: this.history(),
      balance: this.balance(),
      spentToday: this.spentToday(),
      readsAnswers: setting('chat.readAnswers'),
    };
  }

  /** The session without its messages. */
  head(session: ChatSessionRecord): Omit<ChatSessionDto, 'id' | 'messages' | 'cards'> {
    return {
      title: session.title,
      model: session.model,
      credits: this.#parts.store.creditsOf(session.id),
      creditsAreMore: this.#parts.store.hasUnknownCharges(session.id),
      note: session.note && sessionNoteText(session.note),
    };
  }

  message(message: ChatMessageRecord): ChatMessageDto {
    const { images, store } = this.#parts;
    this.#messages.set(message.id, signature(message));
    const views = message.images.map(image =>
      imageDto(image, images, this.#asWebviewUri, this.#uploads.get(image.id) ?? 1),
    );
    return messageDto(message, views, store.requests.request(message.id) !== undefined);
  }

  /**
   * The messages that changed since they were drawn; undefined when one of those is gone, so that all must be
   * drawn.
   */
  changedMessages(sessionId: string): ChatMessageRecord[] | undefined {
    const messages = this.#parts.conversations.messages(sessionId);
    const ids = new Set(messages.map(message => message.id));
    if ([...this.#messages.keys()].some(id => !ids.has(id))) return undefined;
    return messages.filter(message => this.#messages.get(message.id) !== signature(message));
  }

  changedCards(sessionId: string): ChatCardDto[] {
    return this.#allCards(sessionId).filter(card => {
      const drawn = JSON.stringify(card);
      const isNew = this.#cards.get(card.taskId) !== drawn;
      this.#cards.set(card.taskId, drawn);
      return isNew;
    });
  }

  /** @returns whether the step is large enough to be shown */
  uploaded(imageId: string, progress: number): boolean {
    const before = this.#uploads.get(imageId) ?? -1;
    if (progress < 1 && progress - before < uploadStep) return false;
    this.#uploads.set(imageId, progress);
    return true;
  }

  composer(session: ChatSessionRecord, problem: string | undefined, isQueued: boolean): ChatComposerDto {
    const { images, store } = this.#parts;
    const composer = store.composer(session.id);
    return {
      // Images of the composer need no upload now: that happens when the question is sent.
      images: composer.images.map(image => imageDto(image, images, this.#asWebviewUri, 1)),
      contexts: composer.contexts,
      webSearch: session.webSearch,
      reasoningEffort: session.reasoningEffort,
      isQueued,
      problem,
    };
  }

  models(): ChatModelDto[] {
    return modelDtos(this.#serverStatus.models, defaultModelOf('chat'));
  }

  history(): string[] {
    return this.#parts.store.questions(currentWorkspace(), maximumHistory);
  }

  balance(): number | undefined {
    const { balance, server } = this.#parts.services;
    return balance.state(server.origin ?? '').credits;
  }

  /** By the answers of the server in use, as far as it is known. */
  spentToday(): number {
    const { services, store } = this.#parts;
    return store.spent(services.server.origin ?? '', startOfDay(systemClock.now()));
  }

  #session(session: ChatSessionRecord): ChatSessionDto {
    this.#messages.clear();
    this.#cards.clear();
    return {
      id: session.id,
      ...this.head(session),
      messages: this.#parts.conversations.messages(session.id).map(message => this.message(message)),
      cards: this.changedCards(session.id),
    };
  }

  #allCards(sessionId: string): ChatCardDto[] {
    const { store, services } = this.#parts;
    return store.cards(sessionId).flatMap(card => cardDto(card, services, this.#asWebviewUri) ?? []);
  }
}

/** Changes when anything that is drawn of a message has changed. */
function signature({ state, text, reasoning, credits, problem }: ChatMessageRecord): string {
  return [state, text.length, reasoning.length, credits ?? '', problem?.code ?? ''].join(' ');
}
