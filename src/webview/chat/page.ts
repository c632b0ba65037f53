/** `<rivya-chat>`: the page. It draws what the host says and tells the host what the user does. */
import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChatCard, ChatHostMessage, ChatState } from '../../shared/chat.ts';
import { iconButton } from './buttons.ts';
import type { ChatComposer } from './composer.ts';
import './composer.ts';
import { post, remember, remembered } from './host.ts';
import type { ChatMessage } from './message.ts';
import './message.ts';
import { ScrollKeeper } from './scroll.ts';
import type { ScrollPlace } from './scroll.ts';
import './sessionList.ts';
import { initialState, isHostMessage, reduce, streamingMessage } from './state.ts';
import { formatNumber, t } from './strings.ts';
import { renderWelcome } from './welcome.ts';

/** The place is worked out when the scrolling has come to rest for this long, in milliseconds. */
const scrollDelay = 100;
/** Growing text is drawn this often, in milliseconds, because each frame that changes costs its painting. */
const drawInterval = 60;
/** Text that comes faster than anybody follows, in characters for each `drawInterval`, waits for this much longer. */
const readable = 100;
const fastDelay = 140;
const noCards: readonly ChatCard[] = [];

export class ChatPage extends LitElement {
  #state = initialState;
  #draft = '';
  #scrollTimer: ReturnType<typeof setTimeout> | undefined;
  #drawTimer: ReturnType<typeof setTimeout> | undefined;
  /** Characters that came since the last drawing. */
  #undrawn = 0;
  #showsSessions = false;
  #scroll: ScrollKeeper | undefined;
  #wantsFocus = false;
  /** Where the reader was, until the turns are drawn. */
  #placeToShow: ScrollPlace | undefined;
  #announcement = '';
  #showsJump = false;

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('Rivya chat');
    window.addEventListener('message', this.#onMessage);
    document.addEventListener('visibilitychange', this.#remember);
    post({ type: 'ready' });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('message', this.#onMessage);
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
        <div
          class="log"
          tabindex="0"
          role="log"
          aria-live="off"
          aria-label=${t('Conversation')}
          ?inert=${this.#showsSessions}
        >
          <div class="turns">${this.#renderTurns(chat)}</div>
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
    return html`<header class="header">
      <div class="about">
        <div class="title-line">
          <h1 class="title"><bdi>${session.title === '' ? t('New session') : session.title}</bdi></h1>
          ${chat.sandbox ? html`<span class="tag">${t('Sandbox')}</span>` : nothing}
        </div>
        ${renderCredits(session.credits, chat.balance)}
      </div>
      ${iconButton('history', t('Sessions'), this.#toggleSessions, { testId: 'chat-sessions', isExpanded: this.#showsSessions })}
      ${iconButton('add', t('New session'), this.#new, { testId: 'chat-new' })}
    </header>`;
  }

  #renderTurns(chat: ChatState): TemplateResult {
    const { messages, cards, note } = chat.session;
    const canAsk = chat.account === 'ready' && streamingMessage(chat) === undefined;
    const cardsOf = Map.groupBy(cards, card => card.messageId);
    return html`${note === undefined ? nothing : html`<p class="session-note" dir="auto">${note}</p>`}
    ${messages.length === 0 ? renderWelcome(chat, this.#suggest) : nothing}
    ${repeat(
      messages,
      message => message.id,
      message =>
        html`<chat-message
          data-message-id=${message.id}
          .message=${message}
          .cards=${cardsOf.get(message.id) ?? noCards}
          .canAsk=${canAsk}
        ></chat-message>`,
    )}`;
  }

  #renderJump({ session }: ChatState): TemplateResult | typeof nothing {
    this.#showsJump = !this.#showsSessions && session.messages.length > 0 && this.#scroll?.isAtEnd === false;
    if (!this.#showsJump) return nothing;
    return html`<button
      type="button"
      class="jump"
      data-testid="chat-jump-latest"
      @click=${() => this.#scroll?.goTo('end')}
    >
      <span class="codicon codicon-arrow-down" aria-hidden="true"></span> ${t('Jump to latest')}
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
    this.#announce(before, chat);
    if (message.type === 'focus') {
      this.#showsSessions = false;
      this.#wantsFocus = true;
    } else if (message.type === 'state' && message.state.draft !== undefined) {
      this.#takeDraft(message.state.draft);
    } else if (message.type === 'snapshot' && before?.session.id !== chat.session.id) {
      this.#restore(chat, before === undefined);
    }
  }

  /** An empty draft says that the host took a question: the page emptied it already, and more may have been written since. */
  #takeDraft(draft: string): void {
    if (draft === '') return;
    this.#draft = draft;
  }

  /** A session that was not shown before, or one that this page showed before it was hidden. */
  #restore(chat: ChatState, isFirst: boolean): void {
    const memory = isFirst ? remembered() : undefined;
    this.#draft = chat.draft;
    this.#placeToShow = memory?.sessionId === chat.session.id ? memory.place : 'end';
  }

  #announce(before: ChatState | undefined, chat: ChatState): void {
    if (before?.session.id !== chat.session.id) return;
    const was = streamingMessage(before) !== undefined;
    const is = streamingMessage(chat) !== undefined;
    if (was !== is) this.#announcement = is ? t('Answering') : t('Answer finished');
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

  /** The host empties the draft when it takes the question, and keeps it when it refuses: that is not told to it from here. */
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

  readonly #closeSessions = (): void => {
    this.#showsSessions = false;
    this.#wantsFocus = true;
    this.requestUpdate();
  };

  readonly #new = (): void => {
    this.#showsSessions = false;
    this.#wantsFocus = true;
    this.requestUpdate();
    post({ type: 'new' });
  };
}

/** @param used by the answers of this session; undefined when unknown, as is what is left */
function renderCredits(used: number | undefined, left: number | undefined): TemplateResult | typeof nothing {
  if (used === undefined) {
    return left === undefined
      ? nothing
      : html`<div class="totals">${t('Credits: {0} left', formatNumber(left))}</div>`;
  }
  const words =
    left === undefined
      ? t('Credits: {0} used', formatNumber(used))
      : t('Credits: {0} used · {1} left', formatNumber(used), formatNumber(left));
  return html`<div class="totals" title=${t('Used in this session, and left in the account')}>${words}</div>`;
}

customElements.define('rivya-chat', ChatPage);
