/** `<rivya-chat>`: the page. It draws what the host says and tells the host what the user does. */
import { VscodeButton } from '@vscode-elements/elements/dist/vscode-button/index.js';
import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChatCardDto, ChatHostMessage, ChatSessionDto, ChatState } from '../../shared/chat.ts';
import { iconButton } from '../common/iconButton.ts';
import type { ChatComposer } from './chatComposer.ts';
import './chatComposer.ts';
import type { ChatFind } from './chatFind.ts';
import './chatFind.ts';
import { post, remember, remembered } from './common/host.ts';
import { isComposing } from '../common/keyboard.ts';
import type { ScrollPlace } from './common/host.ts';
import type { ChatMessage } from './chatMessage.ts';
import './chatMessage.ts';
import { markFound, unmarkFound } from './conversationFind.ts';
import type { Found } from './conversationFind.ts';
import { ScrollKeeper } from './scrollKeeper.ts';
import { creditsWords } from './creditsWords.ts';
import './chatSessionList.ts';
import { initialState, isHostMessage, reduce, streamingMessage } from './pageState.ts';
import { formatNumber, t } from '../common/localization.ts';
import { turnAt } from './turnKeys.ts';
import { announcementOf, headingOf, nameOfTurn } from './turnWords.ts';
import { renderWelcome } from './welcome.ts';

/** The place is worked out when the scrolling has come to rest for this long, in milliseconds. */
const scrollDelay = 100;
/** Growing text is drawn this often, in milliseconds, because each frame that changes costs its painting. */
const drawInterval = 60;
/**
 * Text that comes faster than anybody follows, in characters for each `drawInterval`, waits for this much
 * longer.
 */
const readable = 100;
const fastDelay = 140;
const noCards: readonly ChatCardDto[] = [];

export class ChatPage extends LitElement {
  #state = initialState;
  #draft = '';
  #scrollTimer: ReturnType<typeof setTimeout> | undefined;
  #drawTimer: ReturnType<typeof setTimeout> | undefined;
  /** Characters that came since the last drawing. */
  #undrawn = 0;
  #showsSessions = false;
  #showsFind = false;
  #scroll: ScrollKeeper | undefined;
  #wantsFocus = false;
  /** Where the reader was, until the turns are drawn. */
  #placeToShow: ScrollPlace | undefined;
  #announcement = '';
  #showsJump = false;
  /** The turn that has or had the keyboard; the last one without it. */
  #currentTurn: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('Rivya chat');
    window.addEventListener('message', this.#onMessage);
    window.addEventListener('keydown', this.#onKeyDown);
    // Before VS Code, which would find in the editor.
    window.addEventListener('keydown', this.#onFindKey, { capture: true });
    document.addEventListener('visibilitychange', this.#remember);
    post({ type: 'ready' });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('message', this.#onMessage);
    window.removeEventListener('keydown', this.#onKeyDown);
    window.removeEventListener('keydown', this.#onFindKey, { capture: true });
    document.removeEventListener('visibilitychange', this.#remember);
    this.#scroll?.dispose();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  /** Draws at most once a frame, however much the host says. */
  protected override async scheduleUpdate(): Promise<void> {
    await new Promise(requestAnimationFrame);
    await super.scheduleUpdate();
  }

  protected override updated(): void {
    this.#watchScroll();
    if (this.#state.chat !== undefined) void this.#showPlace();
    if (this.#wantsFocus) void this.#focusComposer();
  }

  /** A composer that was made just now has its text area once it is drawn, which is after the page itself. */
  async #focusComposer(): Promise<void> {
    const composer = this.#composer;
    if (composer === null) return;
    this.#wantsFocus = false;
    await composer.updateComplete;
    composer.focus();
  }

  /** The turns have their heights once they are drawn, which is after the page itself. */
  async #showPlace(): Promise<void> {
    const place = this.#placeToShow;
    if (place === undefined) return;
    this.#placeToShow = undefined;
    await Promise.all(
      [...this.querySelectorAll<ChatMessage>('chat-message')].map(message => message.updateComplete),
    );
    this.#scroll?.goTo(place);
  }

  get #composer(): ChatComposer | null {
    return this.querySelector('chat-composer');
  }

  protected override render(): TemplateResult {
    const { chat } = this.#state;
    if (chat === undefined) return html`<div class="loading" role="status">${t('Loading')}</div>`;
    return html`${this.#renderHeader(chat)}
      <main class="body">
        ${
          this.#showsSessions
            ? html`<chat-session-list
                .list=${this.#state.sessions}
                .current=${chat.session.id}
                .onClose=${this.#closeSessions}
              ></chat-session-list>`
            : nothing
        }
        ${
          this.#showsFind && !this.#showsSessions
            ? html`<chat-find
                .messages=${chat.session.messages}
                .onFound=${this.#goToFound}
                .onClose=${this.#closeFind}
              ></chat-find>`
            : nothing
        }
        <div
          class="log"
          tabindex="0"
          role="log"
          aria-live="off"
          aria-label=${t('Conversation')}
          ?inert=${this.#showsSessions}
        >
          <div class="turns" @focusin=${this.#onTurnFocus}>${this.#renderTurns(chat)}</div>
        </div>
        ${this.#renderJump(chat)}
      </main>
      <chat-composer
        .chat=${chat}
        .draft=${this.#draft}
        .onDraft=${this.#setDraft}
        .onSent=${this.#sent}
      ></chat-composer>
      <div class="visually-hidden" role="status" data-testid="chat-status">${this.#announcement}</div>`;
  }

  #renderHeader(chat: ChatState): TemplateResult {
    const { session } = chat;
    const title = session.title === '' ? t('New Chat') : session.title;
    return html`<header class="header">
      <h1 class="title">
        <button
          type="button"
          class="title-button"
          data-testid="chat-sessions"
          aria-expanded=${this.#showsSessions}
          title=${t('Chats')}
          @click=${this.#toggleSessions}
        >
          <bdi>${title}</bdi>
          <span class="codicon codicon-chevron-down" aria-hidden="true"></span>
          <span class="visually-hidden">${t('Chats')}</span>
        </button>
      </h1>
      ${chat.sandbox ? html`<span class="tag">${t('Sandbox')}</span>` : nothing}
      ${renderCredits(session, chat.balance, chat.spentToday)}
      ${iconButton('add', t('New Chat'), this.#new, { testId: 'chat-new' })}
    </header>`;
  }

  #renderTurns(chat: ChatState): TemplateResult {
    const { messages, cards, note } = chat.session;
    const canAsk = chat.account === 'ready' && streamingMessage(chat) === undefined;
    const cardsOf = Map.groupBy(cards, card => card.messageId);
    const speaker = chat.models.find(({ id }) => id === chat.session.model)?.name ?? chat.session.model;
    const current = messages.find(({ id }) => id === this.#currentTurn) ?? messages.at(-1);
    let questions = 0;
    return html`${note === undefined ? nothing : html`<p class="session-note" dir="auto">${note}</p>`}
    ${messages.length === 0 ? renderWelcome(chat, this.#suggest) : nothing}
    ${repeat(
      messages,
      message => message.id,
      message => {
        if (message.role === 'user') questions++;
        return html`<chat-message
          data-message-id=${message.id}
          .message=${message}
          .cards=${cardsOf.get(message.id) ?? noCards}
          .canAsk=${canAsk}
          .name=${nameOfTurn(message, questions)}
          .heading=${headingOf(message, questions)}
          .speaker=${speaker}
          .isCurrent=${message === current}
        ></chat-message>`;
      },
    )}`;
  }

  #renderJump({ session }: ChatState): TemplateResult | typeof nothing {
    this.#showsJump = !this.#showsSessions && session.messages.length > 0 && this.#scroll?.isAtEnd === false;
    if (!this.#showsJump) return nothing;
    const jump = (): void => {
      // The button goes away with its press.
      this.querySelector<HTMLElement>('.log')?.focus({ preventScroll: true });
      this.#scroll?.goTo('end');
    };
    return html`<button type="button" class="jump" data-testid="chat-jump-latest" @click=${jump}>
      <span class="codicon codicon-arrow-down" aria-hidden="true"></span> ${t('Scroll to Bottom')}
    </button>`;
  }

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    if (!isHostMessage(data)) return;
    const before = this.#state;
    this.#state = reduce(before, data);
    if (this.#state.isStale && !before.isStale) post({ type: 'ready' });
    if (this.#state.chat !== undefined) this.#takeIn(data, before.chat, this.#state.chat);
    if (data.type === 'delta') this.#drawSoon(data.text.length);
    else this.requestUpdate();
  };

  #drawSoon(grown: number): void {
    this.#undrawn += grown;
    if (this.#drawTimer === undefined) this.#draw();
  }

  readonly #draw = (): void => {
    this.#undrawn = 0;
    this.requestUpdate();
    this.#drawTimer = setTimeout(this.#drawMore, drawInterval);
  };

  readonly #drawMore = (): void => {
    this.#drawTimer = undefined;
    if (this.#undrawn > readable) this.#drawTimer = setTimeout(this.#draw, fastDelay);
    else if (this.#undrawn > 0) this.#draw();
  };

  #takeIn(message: ChatHostMessage, before: ChatState | undefined, chat: ChatState): void {
    this.#announcement = announcementOf(before, chat) ?? this.#announcement;
    if (message.type === 'focus') {
      this.#showsSessions = false;
      this.#wantsFocus = true;
    } else if (message.type === 'turn') this.#goToTurn(message.to, chat);
    else if (message.type === 'state' && message.state.draft !== undefined) {
      this.#takeDraft(message.state.draft, before?.composer.isQueued === true);
    } else if (message.type === 'snapshot' && before?.session.id !== chat.session.id) {
      this.#restore(chat, before === undefined);
    }
  }

  /**
   * An empty draft says that the host took a question: the page emptied it already, and more may have been
   * written since. Only one that was queued still stands there.
   */
  #takeDraft(draft: string, wasQueued: boolean): void {
    if (draft === '' && !wasQueued) return;
    this.#draft = draft;
  }

  /** A session that was not shown before, or one that this page showed before it was hidden. */
  #restore(chat: ChatState, isFirst: boolean): void {
    const memory = isFirst ? remembered() : undefined;
    this.#draft = chat.draft;
    // What had the keyboard goes with its turn.
    if (this.querySelector('.turns')?.contains(document.activeElement) === true) this.#wantsFocus = true;
    this.#placeToShow = memory?.sessionId === chat.session.id ? memory.place : 'end';
  }

  #watchScroll(): void {
    if (this.#scroll !== undefined) return;
    const log = this.querySelector<HTMLElement>('.log');
    const turns = this.querySelector<HTMLElement>('.turns');
    if (log === null || turns === null) return;
    this.#scroll = new ScrollKeeper(log, turns, this.#onScroll);
  }

  readonly #onScroll = (): void => {
    clearTimeout(this.#scrollTimer);
    this.#scrollTimer = setTimeout(this.#remember, scrollDelay);
    if (this.#showsJump === this.#scroll?.isAtEnd) this.requestUpdate();
  };

  readonly #setDraft = (text: string): void => {
    this.#draft = text;
    // With every letter: what waits here is lost with the page.
    post({ type: 'draft', text });
    this.requestUpdate();
  };

  /**
   * The host empties the draft when it takes the question, and keeps it when it refuses: that is not told to
   * it from here.
   */
  readonly #sent = (): void => {
    this.#draft = '';
    // Who asks wants to see the answer.
    this.#scroll?.goTo('end');
    this.requestUpdate();
  };

  readonly #suggest = (text: string): void => {
    this.#setDraft(text);
    this.#wantsFocus = true;
  };

  readonly #remember = (): void => {
    const { chat } = this.#state;
    if (chat === undefined) return;
    remember({
      sessionId: chat.session.id,
      place: this.#scroll?.place ?? 'end',
    });
  };

  readonly #toggleSessions = (): void => {
    if (this.#showsSessions) this.#closeSessions();
    else {
      this.#showsSessions = true;
      this.requestUpdate();
    }
  };

  readonly #closeSessions = (hasChosen = false): void => {
    this.#showsSessions = false;
    this.#wantsFocus = hasChosen;
    if (!hasChosen) this.querySelector<HTMLElement>('[data-testid=chat-sessions]')?.focus();
    this.requestUpdate();
  };

  readonly #onTurnFocus = ({ target }: FocusEvent): void => {
    const turn = target instanceof Element ? target.closest<HTMLElement>('[data-message-id]') : null;
    const id = turn?.dataset['messageId'];
    if (id === this.#currentTurn) return;
    this.#currentTurn = id;
    this.requestUpdate();
    // At once: the next key may be Tab.
    this.performUpdate();
  };

  #goToTurn(to: 'next' | 'previous' | 'same' | 'read', { session }: ChatState): void {
    const { messages } = session;
    const index = messages.findIndex(({ id }) => id === this.#currentTurn);
    const current = index === -1 ? messages.length - 1 : index;
    if (to === 'read') {
      const answer =
        messages.slice(0, current + 1).findLast(({ role }) => role === 'assistant') ??
        messages.find(({ role }) => role === 'assistant');
      if (answer) post({ type: 'readAnswer', messageId: answer.id });
      return;
    }
    // Who has been at no turn yet begins with the last one.
    const step = index === -1 ? 0 : { next: 1, previous: -1, same: 0 }[to];
    const target = messages[Math.min(Math.max(0, current + step), messages.length - 1)];
    if (target === undefined) return;
    this.#showsSessions = false;
    this.#currentTurn = target.id;
    const turn = `[data-message-id="${CSS.escape(target.id)}"] .message`;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(turn)?.focus());
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    // A button of the library leaves the key to the browser as well, which scrolls with it, or presses what
    // has the keyboard by now.
    if ([' ', 'Enter'].includes(event.key) && event.target instanceof VscodeButton) event.preventDefault();
    const log = this.querySelector('.log');
    const turn = log === null || this.#showsSessions || isComposing(event) ? undefined : turnAt(event, log);
    if (turn === undefined) return;
    event.preventDefault();
    turn.focus();
  };

  readonly #onFindKey = (event: KeyboardEvent): void => {
    const isFind =
      event.key.toLowerCase() === 'f' && event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
    if (!isFind || this.#showsSessions || this.#state.chat === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const find = this.querySelector<ChatFind>('chat-find');
    if (find) find.focus();
    else {
      this.#showsFind = true;
      this.requestUpdate();
      // At once: the next letter is for the box.
      this.performUpdate();
    }
  };

  /** A message that is far away is drawn as text first, so the place is looked for when that is done. */
  readonly #goToFound = (found: Found | undefined, words: string): void => {
    unmarkFound();
    const message =
      found && this.querySelector<ChatMessage>(`[data-message-id="${CSS.escape(found.messageId)}"]`);
    if (!message) return;
    message.isNear = true;
    this.#scroll?.goTo({ messageId: found.messageId, offset: 0 });
    void message.updateComplete.then(() => {
      const place = markFound(message, words, found.index)?.getBoundingClientRect();
      const log = this.querySelector('.log');
      const view = log?.getBoundingClientRect();
      if (!place || !log || !view || (place.top >= view.top && place.bottom <= view.bottom)) return;
      this.#scroll?.goTo({ messageId: found.messageId, offset: place.top - view.top - view.height / 3 });
    });
  };

  readonly #closeFind = (): void => {
    this.#showsFind = false;
    unmarkFound();
    this.querySelector<HTMLElement>('.log')?.focus({ preventScroll: true });
    this.requestUpdate();
  };

  readonly #new = (): void => {
    this.#showsSessions = false;
    this.#wantsFocus = true;
    this.requestUpdate();
    post({ type: 'new' });
  };
}

/**
 * @param left in the account; undefined when unknown
 * @param today used by the answers of all sessions; said when there were others
 */
function renderCredits(
  { credits: used, creditsAreMore }: ChatSessionDto,
  left: number | undefined,
  today: number,
): TemplateResult | typeof nothing {
  const parts: string[] = [];
  if (used !== undefined) {
    const sum = creditsAreMore ? t('at least {0}', creditsWords(used)) : creditsWords(used);
    parts.push(left === undefined ? t('{0} used', sum) : t('{0} used · {1} left', sum, formatNumber(left)));
  } else if (left !== undefined) parts.push(t('{0} left', creditsWords(left)));
  if (today > (used ?? 0)) parts.push(t('{0} in chats today', formatNumber(today)));
  if (parts.length === 0) return nothing;
  const title = t("Used in this chat, your remaining balance, and used by all of today's responses");
  return html`<div class="totals" title=${`${parts.join(' · ')}. ${title}`}>${parts.join(' · ')}</div>`;
}

customElements.define('rivya-chat', ChatPage);
