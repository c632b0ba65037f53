/** `<chat-composer>`: where a question is written. */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ChatModelDto, ChatState } from '../../shared/chat.ts';
import { renderContexts, renderImages } from './attachments.ts';
import { iconButton } from '../common/iconButton.ts';
import { attach, canAttach } from './pasteAndDrop.ts';
import { post } from './common/host.ts';
import { isComposing } from '../common/keyboard.ts';
import './chatAddMenu.ts';
import './chatModelPicker.ts';
import { QuestionHistory } from './questionHistory.ts';
import { currentModel, lengthOf, sendBlocker } from './sendBlocker.ts';
import type { SendBlocker } from './sendBlocker.ts';
import { streamingMessage } from './pageState.ts';
import { formatNumber, t } from '../common/localization.ts';

export class ChatComposer extends LitElement {
  static override properties = {
    chat: { attribute: false },
    draft: { attribute: false },
    tooLarge: { state: true },
  };
  declare chat: ChatState;
  declare draft: string;
  /** Called with what stands in the composer, at every change. */
  declare onDraft: (text: string) => void;
  /** Called when the question has gone to the host, which leaves the composer empty. */
  declare onSent: () => void;
  /** Names of images that were refused before they were read. */
  declare tooLarge: readonly string[];
  readonly #history = new QuestionHistory();
  #hadFocus: HTMLElement | undefined;

  constructor() {
    super();
    this.draft = '';
    this.onDraft = () => undefined;
    this.onSent = () => undefined;
    this.tooLarge = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('dragover', this.#onDragOver);
    window.addEventListener('drop', this.#onDrop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('dragover', this.#onDragOver);
    window.removeEventListener('drop', this.#onDrop);
  }

  override focus(): void {
    this.#input?.focus();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override willUpdate(): void {
    const focused = document.activeElement;
    this.#hadFocus = focused instanceof HTMLElement && this.contains(focused) ? focused : undefined;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('draft')) this.#fit();
    // The button that was pressed, *Stop* or the *Remove* of an attachment, is gone with what it was for.
    if (this.#hadFocus?.isConnected === false) this.focus();
  }

  get #input(): HTMLTextAreaElement | null {
    return this.querySelector('textarea');
  }

  protected override render(): TemplateResult {
    const { chat, draft } = this;
    const { composer } = chat;
    const model = currentModel(chat);
    const obstacle = sendBlocker(chat, draft);
    return html`<form class="composer" aria-label=${t('Question')} @submit=${this.#onSubmit}>
      ${this.#renderNotices(obstacle, model)}
      <div class="composer-box">
        ${renderImages(composer.images, id => post({ type: 'removeImage', id }))}
        ${renderContexts(composer.contexts, id => post({ type: 'removeContext', id }))}
        <textarea
          data-testid="chat-input"
          rows="1"
          dir="auto"
          aria-label=${t('Ask Rivya')}
          placeholder=${t('Ask Rivya')}
          .value=${live(draft)}
          @input=${this.#onInput}
          @keydown=${this.#onKeyDown}
          @paste=${this.#onPaste}
        ></textarea>
        <div class="composer-bar">
          <div class="composer-choices">${this.#renderChoices(model)}</div>
          <div class="composer-send">
            ${this.#renderLength(model)}
            ${
              streamingMessage(chat) === undefined
                ? nothing
                : iconButton('debug-stop', t('Stop'), () => post({ type: 'stop' }), { testId: 'chat-stop' })
            }
            ${iconButton(
              'send',
              obstacle === 'streaming' ? t('Send After This Response') : t('Send'),
              this.#send,
              {
                testId: 'chat-send',
                isDisabled: (obstacle !== undefined && obstacle !== 'streaming') || composer.isQueued,
              },
            )}
          </div>
        </div>
      </div>
    </form>`;
  }

  #renderNotices(obstacle: SendBlocker | undefined, model: ChatModelDto | undefined): TemplateResult {
    const { chat } = this;
    const notices = [
      chat.offline ? t("You're offline. Your draft is saved.") : undefined,
      chat.composer.problem,
      this.tooLarge.length > 0 ? t('Images that are too large: {0}', this.tooLarge.join(', ')) : undefined,
      obstacle === 'tooLong' && model?.maximumLength !== undefined
        ? t('Too long. The limit of this model is {0} characters.', formatNumber(model.maximumLength))
        : undefined,
      obstacle === 'model' && model !== undefined ? model.unusable : undefined,
    ];
    return html`<div class="notices" role="status" data-testid="chat-notices">
      ${notices
        .filter(notice => notice !== undefined)
        .map(notice => html`<p class="notice" dir="auto">${notice}</p>`)}
      ${
        chat.composer.isQueued
          ? html`<p class="notice" data-testid="chat-queued">
              ${t('Queued until this response is complete.')}
              <button type="button" class="text-button" @click=${this.#takeBack}>
                ${t('Cancel Sending')}
              </button>
            </p>`
          : nothing
      }
    </div>`;
  }

  #renderChoices(model: ChatModelDto | undefined): TemplateResult {
    const { chat } = this;
    const { webSearch, reasoningEffort } = chat.composer;
    return html`<chat-add-menu .takesImages=${model?.images === true}></chat-add-menu>
      <chat-model-picker
        .models=${chat.models}
        .model=${chat.session.model}
        .effort=${reasoningEffort}
      ></chat-model-picker>
      ${
        model?.webSearch === true
          ? iconButton('globe', t('Web Search'), () => post({ type: 'setWebSearch', on: !webSearch }), {
              isPressed: webSearch,
            })
          : nothing
      }`;
  }

  /** The count shows once it matters: with quotations, and when half of what the model takes is reached. */
  #renderLength(model: ChatModelDto | undefined): TemplateResult {
    const length = lengthOf(this.chat, this.draft);
    const maximum = model?.maximumLength;
    const matters = this.chat.composer.contexts.length > 0 || (maximum !== undefined && length > maximum / 2);
    const text =
      maximum === undefined ? formatNumber(length) : `${formatNumber(length)} / ${formatNumber(maximum)}`;
    return html`<span class="length ${length > (maximum ?? Infinity) ? 'over' : ''}" title=${t('Characters')}
      >${matters ? text : nothing}</span
    >`;
  }

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    this.#send();
  };

  readonly #send = (): void => {
    const text = this.#input?.value ?? '';
    const obstacle = sendBlocker(this.chat, text);
    if (obstacle === 'streaming' && !this.chat.composer.isQueued) post({ type: 'queue', text: text.trim() });
    if (obstacle !== undefined) return;
    post({ type: 'send', text: text.trim() });
    this.tooLarge = [];
    this.#show('');
    this.onSent();
  };

  readonly #takeBack = (): void => {
    this.focus();
    post({ type: 'unqueue' });
  };

  readonly #onInput = (): void => {
    this.onDraft(this.#input?.value ?? '');
    this.#fit();
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.#send();
      return;
    }
    const found = this.#fromHistory(event);
    if (found === undefined) return;
    event.preventDefault();
    this.#write(found);
  };

  /** The first arrow up goes to the start of the text, as everywhere; the next one to the question before. */
  #fromHistory(event: KeyboardEvent): string | undefined {
    const input = this.#input;
    if (input === null || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return undefined;
    const { value, selectionStart, selectionEnd } = input;
    const isAtStart = selectionStart === 0 && selectionEnd === 0;
    const isAtEnd = selectionStart === value.length && selectionEnd === value.length;
    if (
      event.key === 'ArrowUp' &&
      (isAtStart || (isAtEnd && !value.includes('\n') && this.#cameFromHistory))
    ) {
      return this.#history.older(this.chat.history, value);
    }
    return event.key === 'ArrowDown' && isAtEnd ? this.#history.newer(this.chat.history, value) : undefined;
  }

  get #cameFromHistory(): boolean {
    return this.chat.history.includes(this.#input?.value ?? '');
  }

  readonly #onPaste = (event: ClipboardEvent): void => {
    const data = event.clipboardData;
    if (data === null || data.files.length === 0 || data.types.includes('text/plain')) return;
    event.preventDefault();
    void this.#attach(data);
  };

  readonly #onDragOver = (event: DragEvent): void => {
    if (event.dataTransfer !== null && canAttach(event.dataTransfer)) event.preventDefault();
  };

  readonly #onDrop = (event: DragEvent): void => {
    if (event.dataTransfer === null || !canAttach(event.dataTransfer)) return;
    event.preventDefault();
    void this.#attach(event.dataTransfer);
  };

  async #attach(data: DataTransfer): Promise<void> {
    this.tooLarge = (await attach(data)) ?? [];
  }

  #write(text: string): void {
    this.#show(text);
    this.onDraft(text);
  }

  #show(text: string): void {
    const input = this.#input;
    if (input !== null) input.value = text;
    this.#fit();
  }

  /** As high as its text, up to the maximum of the style sheet. */
  #fit(): void {
    const input = this.#input;
    if (input === null) return;
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight}px`;
  }
}

customElements.define('chat-composer', ChatComposer);
