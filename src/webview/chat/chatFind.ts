/** `<chat-find>`: words to find in the conversation, how often they stand there, and the way through them. */
import { LitElement, html } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { ChatMessageDto } from '../../shared/chat.ts';
import { iconButton } from '../common/iconButton.ts';
import { isComposing } from '../common/keyboard.ts';
import { formatNumber, t } from '../common/localization.ts';
import { findIn } from './conversationFind.ts';
import type { Found } from './conversationFind.ts';

export class ChatFind extends LitElement {
  static override properties = {
    messages: { attribute: false },
    words: { state: true },
    current: { state: true },
  };
  declare messages: readonly ChatMessageDto[];
  declare words: string;
  /** Index of the place that the reader is at. */
  declare current: number;
  /** Called with the place that the reader goes to; undefined when there is none. */
  declare onFound: (found: Found | undefined, words: string) => void;
  declare onClose: () => void;
  #found: readonly Found[] = [];

  constructor() {
    super();
    this.messages = [];
    this.words = '';
    this.current = 0;
    this.onFound = () => undefined;
    this.onClose = () => undefined;
  }

  override focus(): void {
    this.#input?.focus();
    this.#input?.select();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override firstUpdated(): void {
    this.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // What streams in stands behind what was found, so the place that the reader is at keeps its number.
    if (changed.has('words') || changed.has('messages')) this.#found = findIn(this.messages, this.words);
  }

  get #input(): HTMLInputElement | null {
    return this.querySelector('input');
  }

  protected override render(): TemplateResult {
    const isNone = this.#found.length === 0;
    return html`<div class="find" role="search" @keydown=${this.#onKeyDown}>
      <input
        type="text"
        data-testid="chat-find"
        aria-label=${t('Find in conversation')}
        placeholder=${t({ message: 'Find', comment: 'Placeholder of the box that finds words in the chat' })}
        .value=${this.words}
        @input=${this.#onInput}
      />
      <span class="find-count" role="status" data-testid="chat-find-count">${this.#countText()}</span>
      ${iconButton('arrow-up', t('Previous match'), () => this.#go(-1), { isDisabled: isNone })}
      ${iconButton('arrow-down', t('Next match'), () => this.#go(1), { isDisabled: isNone })}
      ${iconButton('close', t('Close'), () => this.onClose())}
    </div>`;
  }

  #countText(): string {
    if (this.words === '') return '';
    const { length } = this.#found;
    return length === 0
      ? t('No results')
      : t('{0} of {1}', formatNumber(this.current + 1), formatNumber(length));
  }

  readonly #onInput = (): void => {
    this.words = this.#input?.value ?? '';
    this.#found = findIn(this.messages, this.words);
    // What was said last is sought most often.
    this.current = Math.max(0, this.#found.length - 1);
    this.onFound(this.#found[this.current], this.words);
  };

  #go(step: 1 | -1): void {
    const { length } = this.#found;
    if (length === 0) return;
    this.current = (this.current + step + length) % length;
    this.onFound(this.#found[this.current], this.words);
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === 'Escape') this.onClose();
    else if (event.key === 'F3' || (event.key === 'Enter' && event.target === this.#input))
      this.#go(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

customElements.define('chat-find', ChatFind);
