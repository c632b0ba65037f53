/**
 * `<chat-model-picker>`: which model answers, what it can, what it costs, and why another one cannot be used.
 */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import type { ChatModelDto } from '../../shared/chat.ts';
import { post } from './common/host.ts';
import { formatNumber, t } from '../common/localization.ts';

/** Letters that follow one another within this time, in milliseconds, are one word. */
const typingPauseMs = 1_000;

export class ChatModelPicker extends LitElement {
  static override properties = {
    models: { attribute: false },
    model: { attribute: false },
    effort: { attribute: false },
    isOpen: { state: true },
    active: { state: true },
    refusal: { state: true },
  };
  declare models: readonly ChatModelDto[];
  /** Id of the model in use. */
  declare model: string | undefined;
  /** How hard the model is to think; undefined where it has no such choice. */
  declare effort: string | undefined;
  declare isOpen: boolean;
  /** Index of the row that the keyboard is on: first the models, then the efforts. */
  declare active: number;
  /** Why the model that was asked for cannot be used, for people who listen. */
  declare refusal: string;
  #typed = '';
  #typedAt = -Infinity;

  constructor() {
    super();
    this.models = [];
    this.model = undefined;
    this.effort = undefined;
    this.isOpen = false;
    this.active = 0;
    this.refusal = '';
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('isOpen') && this.isOpen) this.querySelector<HTMLElement>('[role=listbox]')?.focus();
    if (this.isOpen) this.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' });
  }

  protected override render(): TemplateResult {
    const current = this.#current;
    const name = current?.name ?? this.model;
    const effort = this.#effort;
    return html`<button
        type="button"
        class="model-button"
        data-testid="chat-model"
        aria-haspopup="listbox"
        aria-expanded=${this.isOpen}
        aria-label=${[
          t('Model: {0}', name ?? t({ message: 'no model', comment: 'No model is chosen' })),
          ...(effort === undefined ? [] : [t('Effort: {0}', effort)]),
        ].join(', ')}
        title=${current === undefined ? t('Choose a model') : current.price}
        @click=${() => (this.isOpen ? this.#close() : this.#open())}
      >
        <bdi>${name ?? t('Choose a model')}${effort === undefined ? nothing : ` · ${effort}`}</bdi>
        <span class="codicon codicon-chevron-down" aria-hidden="true"></span>
      </button>
      ${this.isOpen ? this.#renderList() : nothing}
      <div class="visually-hidden" role="status" data-testid="chat-model-refusal">${this.refusal}</div>`;
  }

  #renderList(): TemplateResult {
    return html`<div
      class="model-list"
      role="listbox"
      tabindex="0"
      aria-label=${t('Models')}
      aria-activedescendant="chat-model-${this.active}"
      @keydown=${this.#onKeyDown}
      @focusout=${() => this.#close(false)}
    >
      ${this.models.map((model, index) => this.#renderModel(model, index))}
      ${
        this.#efforts.length > 0
          ? html`<div class="efforts" role="group" aria-label=${t('Reasoning Effort')}>
              <div class="model-detail" aria-hidden="true">${t('Reasoning Effort')}</div>
              ${this.#efforts.map((effort, index) => this.#renderEffort(effort, this.models.length + index))}
            </div>`
          : nothing
      }
    </div>`;
  }

  get #current(): ChatModelDto | undefined {
    return this.models.find(model => model.id === this.model);
  }

  get #efforts(): readonly string[] {
    return this.#current?.reasoningEfforts ?? [];
  }

  /** The effort that somebody has chosen, which is worth a word. */
  get #effort(): string | undefined {
    const { effort } = this;
    return effort === undefined || effort === 'default' || !this.#efforts.includes(effort)
      ? undefined
      : effort;
  }

  #renderEffort(effort: string, index: number): TemplateResult {
    return html`<div
      class="model"
      role="option"
      id="chat-model-${index}"
      aria-selected=${effort === (this.#effort ?? 'default') ? 'true' : 'false'}
      ?data-active=${index === this.active}
      @mousedown=${(event: Event) => event.preventDefault()}
      @click=${() => this.#chooseEffort(effort)}
    >
      <div class="model-name">${effort}</div>
    </div>`;
  }

  #chooseEffort(effort: string): void {
    this.#close();
    post({ type: 'setReasoningEffort', effort });
  }

  #renderModel(model: ChatModelDto, index: number): TemplateResult {
    return html`<div
      class="model"
      role="option"
      id="chat-model-${index}"
      aria-selected=${model.id === this.model ? 'true' : 'false'}
      aria-disabled=${model.unusable === undefined ? 'false' : 'true'}
      ?data-active=${index === this.active}
      @mousedown=${(event: Event) => event.preventDefault()}
      @click=${() => this.#choose(model)}
    >
      <div class="model-name">
        <bdi>${model.name}</bdi>
        ${model.isDefault ? html`<span class="tag">${t({ message: 'default', comment: 'The model that is used when none is chosen' })}</span>` : nothing}
      </div>
      <div class="model-detail">
        ${[model.price, ...abilitiesOf(model)].filter(part => part !== '').join(' · ')}
      </div>
      ${model.unusable === undefined ? nothing : html`<div class="model-obstacle">${model.unusable}</div>`}
    </div>`;
  }

  #open(): void {
    this.active = Math.max(
      0,
      this.models.findIndex(model => model.id === this.model),
    );
    this.refusal = '';
    this.isOpen = true;
  }

  #close(returnsFocus = true): void {
    this.isOpen = false;
    if (returnsFocus) this.querySelector('button')?.focus();
  }

  #choose(model: ChatModelDto): void {
    if (model.unusable !== undefined) {
      this.refusal = `${model.name}: ${model.unusable}`;
      return;
    }
    this.#close();
    if (model.id !== this.model) post({ type: 'chooseModel', model: model.id });
  }

  /** Letters lead to the model whose name begins with them, as in lists of the system. */
  #goToTyped({ key, timeStamp, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    const goesOn = timeStamp - this.#typedAt < typingPauseMs;
    if (Array.from(key).length !== 1 || ctrlKey || metaKey || altKey || (key === ' ' && !goesOn))
      return false;
    const typed = (goesOn ? this.#typed : '') + key.toLocaleLowerCase();
    this.#typed = typed;
    const from = goesOn ? this.active : this.active + 1;
    const { models } = this;
    const inOrder = models.map((_, index) => (from + index) % models.length);
    const found = inOrder.find(index => models[index]?.name.toLocaleLowerCase().startsWith(typed));
    if (found !== undefined) this.active = found;
    return true;
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const last = this.models.length + this.#efforts.length - 1;
    const target = {
      ArrowDown: Math.min(this.active + 1, last),
      ArrowUp: Math.max(this.active - 1, 0),
      Home: 0,
      End: last,
    }[event.key];
    const chosen = this.models[this.active];
    const effort = this.#efforts[this.active - this.models.length];
    if (target !== undefined) this.active = target;
    else if (this.#goToTyped(event)) this.#typedAt = event.timeStamp;
    else if ((event.key === 'Enter' || event.key === ' ') && chosen !== undefined) this.#choose(chosen);
    else if ((event.key === 'Enter' || event.key === ' ') && effort !== undefined) this.#chooseEffort(effort);
    else if (event.key === 'Escape') this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

function abilitiesOf(model: ChatModelDto): string[] {
  return [
    model.images ? t('accepts images') : '',
    model.webSearch ? t('web search') : '',
    model.reasoningEfforts.length > 0 ? t('reasoning effort') : '',
    model.maximumLength === undefined ? '' : t('up to {0} characters', formatNumber(model.maximumLength)),
  ];
}

customElements.define('chat-model-picker', ChatModelPicker);
