/** `<chat-message>`: one turn of the conversation, with what can be done with it. */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { ChatCardDto, ChatMessageDto, ChatProblemDto, ChatUsageDto } from '../../shared/chat.ts';
import { renderContexts, renderImages } from './attachments.ts';
import { creditsWords } from './creditsWords.ts';
import { iconButton } from '../common/iconButton.ts';
import { toolbar } from '../common/toolbar.ts';
import { renderCard } from './generationCard.ts';
import { post } from './common/host.ts';
import { isComposing } from '../common/keyboard.ts';
import './markdown/chatMarkdown.ts';
import { promptOf } from './markdown/promptOf.ts';
import { readsEverything } from './common/readsEverything.ts';
import { selectedIn, selectionStart } from './selectedText.ts';
import { keepStops, onDrawn } from './common/tabOrder.ts';
import { formatDay, formatNumber, formatTime, t } from '../common/localization.ts';

/** Messages far from what the reader sees stay plain text: a long conversation opens at once. */
const nearness = '1500px 0px';

const observer = new IntersectionObserver(
  entries => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || !(target instanceof ChatMessage)) continue;
      observer.unobserve(target);
      target.isNear = true;
    }
  },
  { rootMargin: nearness },
);

/** One listener tells the message in which text is selected, and the one in which it no longer is. */
let selected: ChatMessage | undefined;
document.addEventListener('selectionchange', () => {
  const message = selectionStart()?.closest('chat-message');
  const next = message instanceof ChatMessage && selectedIn(message) !== '' ? message : undefined;
  if (next === selected) return;
  if (selected !== undefined) selected.hasSelection = false;
  if (next !== undefined) next.hasSelection = true;
  selected = next;
});

export class ChatMessage extends LitElement {
  static override properties = {
    message: { attribute: false },
    cards: { attribute: false },
    canAsk: { attribute: false },
    name: { attribute: false },
    heading: { attribute: false },
    speaker: { attribute: false },
    isCurrent: { attribute: false },
    isNear: { state: true },
    hasSelection: { attribute: false },
    isEditing: { state: true },
    showsReasoning: { state: true },
  };
  declare message: ChatMessageDto;
  declare cards: readonly ChatCardDto[];
  /** Nothing is being answered, so a question can be sent. */
  declare canAsk: boolean;
  /** For people who listen: which turn it is, and how it begins. */
  declare name: string;
  /** Nobody sees it; it is for going from turn to turn. */
  declare heading: string;
  /** The model, above its answer. */
  declare speaker: string | undefined;
  /** The one turn that the Tab key reaches; the arrow keys lead to the others. */
  declare isCurrent: boolean;
  declare isNear: boolean;
  /** Text in this message is selected, and in no other. */
  declare hasSelection: boolean;
  declare isEditing: boolean;
  declare showsReasoning: boolean;
  readonly #editor = createRef<HTMLTextAreaElement>();

  constructor() {
    super();
    this.name = '';
    this.heading = '';
    this.speaker = undefined;
    this.isCurrent = false;
    this.isNear = readsEverything();
    this.hasSelection = false;
    this.isEditing = false;
    this.showsReasoning = false;
    onDrawn(this, part => keepStops(part, this.isCurrent));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.isNear) observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    observer.unobserve(this);
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('message') && this.message.state === 'streaming') this.isNear = true;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('isEditing') && this.isEditing) this.#editor.value?.focus();
    else if (changed.get('isEditing') === true) this.#focusAction('edit');
    // What the text holds tells of itself: a long one is not gone through at each of its deltas.
    const isWhole = changed.has('isCurrent') || changed.has('isNear') || changed.has('isEditing');
    for (const part of this.firstElementChild?.children ?? []) {
      if (isWhole || part.localName !== 'chat-markdown') keepStops(part, this.isCurrent);
    }
  }

  protected override render(): TemplateResult {
    const { message } = this;
    const isUser = message.role === 'user';
    return html`<div
      class="message"
      role="article"
      tabindex=${this.isCurrent ? '0' : '-1'}
      data-testid="chat-message"
      data-role=${message.role}
      data-state=${message.state}
      aria-label=${this.name}
      ?data-selected=${this.hasSelection}
    >
      <h2 class="visually-hidden">${this.heading}</h2>
      ${
        isUser || this.speaker === undefined
          ? nothing
          : html`<div class="speaker" aria-hidden="true"><bdi>${this.speaker}</bdi></div>`
      }
      ${isUser ? html`<div class="bubble">${this.#renderBody()}</div>` : this.#renderBody()}
      ${this.#renderState()} ${message.problem === undefined ? nothing : this.#renderProblem(message.problem)}
      ${this.cards.map(renderCard)}
      <div class="message-foot">
        ${renderUsage(message)}
        ${this.isEditing || message.state === 'streaming' ? nothing : this.#renderActions()}
      </div>
    </div>`;
  }

  #renderBody(): TemplateResult {
    return this.isEditing ? this.#renderEditor() : this.#renderContent();
  }

  #renderContent(): TemplateResult {
    const { message, isNear } = this;
    return html`${renderImages(message.images)} ${renderContexts(message.contexts)}
    ${message.reasoning === '' ? nothing : this.#renderReasoning()}
    ${
      isNear
        ? html`<chat-markdown
            .content=${{ text: message.text, isOpen: message.state === 'streaming' }}
          ></chat-markdown>`
        : html`<div class="unrendered" dir="auto">${message.text}</div>`
    }`;
  }

  #renderReasoning(): TemplateResult {
    const { reasoning, state, text } = this.message;
    const onToggle = (event: Event): void => {
      this.showsReasoning = (event.target as HTMLDetailsElement).open;
    };
    const isThinking = state === 'streaming' && text === '';
    return html`<details class="reasoning" @toggle=${onToggle}>
      <summary>${isThinking ? t('Thinking...') : t('Reasoning')}</summary>
      ${this.showsReasoning ? html`<div class="reasoning-text" dir="auto">${reasoning}</div>` : nothing}
    </details>`;
  }

  #renderState(): TemplateResult | typeof nothing {
    switch (this.message.state) {
      case 'streaming':
        return this.message.text === ''
          ? html`<div class="waiting">
              <span class="codicon codicon-loading codicon-modifier-spin" aria-hidden="true"></span>
              ${t('Generating response...')}
            </div>`
          : nothing;
      case 'stopped':
        return html`<div class="state-note">
          ${
            this.message.usage?.credits === undefined
              ? t('You stopped this response. It may have been charged.')
              : t('You stopped this response.')
          }
        </div>`;
      case 'incomplete':
        return html`<div class="state-note">
          <span class="codicon codicon-warning" aria-hidden="true"></span>
          ${t('This response is incomplete.')}
          <button
            type="button"
            class="text-button"
            aria-disabled=${this.canAsk ? nothing : 'true'}
            @click=${this.#continue}
          >
            ${t('Continue')}
          </button>
        </div>`;
      default:
        return nothing;
    }
  }

  #renderProblem(problem: ChatProblemDto): TemplateResult {
    return html`<div class="problem" role="alert" data-testid="chat-problem">
      <span class="codicon codicon-error" aria-hidden="true"></span>
      <div class="problem-text">
        <p dir="auto">${problem.text}</p>
        ${
          problem.requestId === undefined
            ? nothing
            : html`<p class="request-id">${t('Request ID:')} <bdi>${problem.requestId}</bdi></p>`
        }
        <div class="problem-actions">
          ${problem.actions.map(
            ({ id, title }) =>
              html`<vscode-button
                secondary
                @click=${() => post({ type: 'action', messageId: this.message.id, id })}
                >${title}</vscode-button
              >`,
          )}
        </div>
      </div>
    </div>`;
  }

  #renderActions(): TemplateResult {
    const { message } = this;
    const { id: messageId, role } = message;
    const isUser = role === 'user';
    const buttons = html`<span class="time" title=${formatTime(message.createdAt)}
        >${formatDay(message.createdAt)}</span
      >
      ${iconButton('copy', t('Copy'), () => post({ type: 'copy', text: message.text }))}
      ${isUser ? iconButton('edit', t('Edit and Send in New Chat'), this.#edit) : nothing}
      ${
        isUser
          ? nothing
          : iconButton('refresh', t('Regenerate in New Chat'), () => post({ type: 'retry', messageId }), {
              isDisabled: !this.canAsk,
            })
      }
      ${iconButton('repo-forked', t('Branch into New Chat'), () => post({ type: 'branch', messageId }), {
        isDisabled: !this.canAsk,
      })}
      ${iconButton(
        'sparkle',
        this.hasSelection ? t('Generate Image from Selection') : t('Generate Image from Message'),
        this.#generate,
      )}`;
    return toolbar('actions', t('Actions'), buttons);
  }

  #focusAction(icon: string): void {
    this.querySelector<HTMLElement>(`.actions .codicon-${icon}`)?.focus();
  }

  #renderEditor(): TemplateResult {
    const close = (): void => {
      this.isEditing = false;
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isComposing(event)) return;
      if (event.key === 'Escape') close();
      else if (event.key === 'Enter' && !event.shiftKey) {
        event.preventDefault();
        this.#resend();
      }
    };
    return html`<div class="editor">
      <textarea
        ${ref(this.#editor)}
        dir="auto"
        rows="4"
        aria-label=${t('Edit question')}
        aria-describedby="hint-${this.message.id}"
        .value=${this.message.text}
        @keydown=${onKeyDown}
      ></textarea>
      <p class="hint" id="hint-${this.message.id}">
        ${t('Sending starts a new chat and is charged like any question.')}
      </p>
      <div class="problem-actions">
        <vscode-button ?disabled=${!this.canAsk} @click=${this.#resend}>${t('Send')}</vscode-button>
        <vscode-button secondary @click=${close}>${t('Cancel')}</vscode-button>
      </div>
    </div>`;
  }

  readonly #edit = (): void => {
    this.isEditing = true;
  };

  readonly #resend = (): void => {
    const text = this.#editor.value?.value.trim() ?? '';
    if (text === '' || !this.canAsk) return;
    this.isEditing = false;
    post({ type: 'editAndResend', messageId: this.message.id, text });
  };

  readonly #continue = (): void => {
    if (this.canAsk) post({ type: 'continueAnswer', messageId: this.message.id });
  };

  readonly #generate = (): void => {
    const { id: messageId, role, text } = this.message;
    const prompt = selectedIn(this) || (role === 'assistant' ? promptOf(text) : text);
    post({ type: 'generateImage', messageId, prompt });
  };
}

/** What an answer has cost, and in the hover why. One that did not come to its end may cost all the same. */
function renderUsage({ role, state, usage }: ChatMessageDto): TemplateResult | typeof nothing {
  const { inputTokens, outputTokens, credits }: Partial<ChatUsageDto> = usage ?? {};
  const tokens = [
    inputTokens === undefined ? undefined : t('Input tokens: {0}', formatNumber(inputTokens)),
    outputTokens === undefined ? undefined : t('Output tokens: {0}', formatNumber(outputTokens)),
  ]
    .filter(part => part !== undefined)
    .join(' · ');
  const mayCost = role === 'assistant' && (state === 'stopped' || state === 'incomplete');
  const cost = credits !== undefined ? creditsWords(credits) : mayCost ? t('credits unknown') : undefined;
  if (cost === undefined) return usage === undefined ? nothing : html`<span class="usage">${tokens}</span>`;
  return html`<span class="usage" title=${tokens}>${cost}</span>`;
}

customElements.define('chat-message', ChatMessage);
