/** `<chat-add-menu>`: what can go with a question, behind one button. */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { iconButton } from '../common/iconButton.ts';
import { t } from '../common/localization.ts';
import { post } from './common/host.ts';

interface Entry {
  readonly icon: string;
  readonly name: string;
  readonly description?: string;
  readonly type: 'pickImages' | 'addSelection' | 'addFile';
}

export class ChatAddMenu extends LitElement {
  static override properties = {
    takesImages: { attribute: false },
    isOpen: { state: true },
  };
  /** Whether the model does. */
  declare takesImages: boolean;
  declare isOpen: boolean;

  constructor() {
    super();
    this.takesImages = false;
    this.isOpen = false;
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('isOpen') && this.isOpen) this.#entries[0]?.focus();
  }

  get #entries(): HTMLButtonElement[] {
    return [...this.querySelectorAll<HTMLButtonElement>('[role=menuitem]')];
  }

  protected override render(): TemplateResult {
    return html`${iconButton('add', t('Add to Question'), this.#toggle, { testId: 'chat-add', isExpanded: this.isOpen })}
    ${
      this.isOpen
        ? html`<div
            class="add-menu"
            role="menu"
            aria-label=${t('Add to Question')}
            @keydown=${this.#onKeyDown}
            @focusout=${this.#onFocusOut}
          >
            ${this.#offers().map(entry => this.#renderEntry(entry))}
          </div>`
        : nothing
    }`;
  }

  #offers(): Entry[] {
    const images: Entry = {
      icon: 'file-media',
      name: t('Add Images...'),
      description: t('You can also paste images, or drop them while holding Shift'),
      type: 'pickImages',
    };
    return [
      ...(this.takesImages ? [images] : []),
      { icon: 'selection', name: t('Add Selection'), type: 'addSelection' },
      { icon: 'file-add', name: t('Add File...'), type: 'addFile' },
    ];
  }

  #renderEntry({ icon, name, description, type }: Entry): TemplateResult {
    const choose = (): void => {
      this.#close();
      post({ type });
    };
    return html`<button
      type="button"
      role="menuitem"
      tabindex="-1"
      title=${description ?? nothing}
      @click=${choose}
    >
      <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${name}
    </button>`;
  }

  readonly #toggle = (): void => {
    if (this.isOpen) this.#close();
    else this.isOpen = true;
  };

  #close(): void {
    this.isOpen = false;
    this.querySelector('button')?.focus();
  }

  readonly #onFocusOut = ({ relatedTarget }: FocusEvent): void => {
    if (!(relatedTarget instanceof Node && this.contains(relatedTarget))) this.isOpen = false;
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const entries = this.#entries;
    const index = entries.findIndex(entry => entry === document.activeElement);
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) entries.at(next % entries.length)?.focus();
    else if (event.key === 'Escape') this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

customElements.define('chat-add-menu', ChatAddMenu);
