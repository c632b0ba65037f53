/** `<chat-session-list>`: earlier sessions, to open, rename, export and delete. */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChatSessionSummary } from '../../shared/chat.ts';
import { iconButton } from './buttons.ts';
import { post } from './host.ts';
import { isComposing } from './keyboard.ts';
import type { SessionList } from './state.ts';
import { formatNumber, formatTime, t } from './strings.ts';

/** What is being done to a row. */
interface Work {
  readonly id: string;
  readonly kind: 'rename' | 'delete';
}

export class ChatSessionList extends LitElement {
  static override properties = {
    list: { attribute: false },
    current: { attribute: false },
    query: { state: true },
    scope: { state: true },
    work: { state: true },
  };
  /** What the host has found last. */
  declare list: SessionList | undefined;
  /** Id of the session that is shown. */
  declare current: string | undefined;
  /** Called when the list has done its work, or with Escape. */
  declare onClose: () => void;
  declare query: string;
  declare scope: 'workspace' | 'all';
  declare work: Work | undefined;
  /** The row that gets the keyboard once it is drawn. */
  #focusFrom: number | undefined;

  constructor() {
    super();
    this.list = undefined;
    this.current = undefined;
    this.onClose = () => undefined;
    this.query = '';
    this.scope = 'workspace';
    this.work = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ask();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>('input[type=search]')?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('list');
    const isLast = before?.further !== 'none' && this.list?.further === 'none';
    // The button that was pressed goes; the keyboard goes on with what it brought.
    if (isLast && document.activeElement?.classList.contains('session-more') === true) {
      this.#focusFrom = before?.sessions.length;
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.#focusFrom !== undefined) {
      const rows = [...this.querySelectorAll<HTMLElement>('.session-open')];
      (rows[this.#focusFrom] ?? rows.at(-1))?.focus();
      this.#focusFrom = undefined;
    }
    if (changed.has('work') && this.work !== undefined) {
      this.querySelector<HTMLElement>('[data-work]')?.focus();
    }
  }

  protected override render(): TemplateResult {
    return html`<section
      class="sessions"
      data-testid="chat-session-list"
      aria-label=${t('Sessions')}
      @keydown=${this.#onKeyDown}
    >
      <div class="sessions-bar">
        <input
          type="search"
          dir="auto"
          aria-label=${t('Search sessions')}
          placeholder=${t('Search')}
          .value=${this.query}
          @input=${this.#onSearch}
        />
        <select aria-label=${t('Which sessions')} @change=${this.#onScope}>
          <option value="workspace" ?selected=${this.scope === 'workspace'}>${t('This workspace')}</option>
          <option value="all" ?selected=${this.scope === 'all'}>${t('All')}</option>
        </select>
        ${iconButton('close', t('Close'), () => this.onClose())}
      </div>
      ${this.#renderRows()}
    </section>`;
  }

  #renderRows(): TemplateResult {
    const { list } = this;
    // An answer to an earlier question is on its way out; showing it would flicker.
    if (list === undefined) return html`<p class="hint">${t('Loading')}</p>`;
    return html`${list.problem === undefined ? nothing : html`<p class="notice" role="alert" dir="auto">${list.problem}</p>`}
    ${
      list.sessions.length === 0
        ? this.#renderNothing(list)
        : html`<ul class="session-rows">
            ${repeat(
              list.sessions,
              session => session.id,
              session =>
                html`<li class="session" data-testid="chat-session">${this.#renderRow(session)}</li>`,
            )}
          </ul>`
    }
    ${list.further === 'none' ? nothing : this.#renderFurther(list.further)}`;
  }

  #renderNothing({ query, further, problem }: SessionList): TemplateResult | typeof nothing {
    if (further === 'loading' || problem !== undefined) return nothing;
    return html`<p class="hint">${query === '' ? t('No sessions yet.') : t('Nothing found.')}</p>`;
  }

  /** One button in both states, so that it keeps the keyboard. */
  #renderFurther(further: 'loading' | 'more'): TemplateResult {
    const isLoading = further === 'loading';
    const load = (): void => {
      if (!isLoading) post({ type: 'moreSessions' });
    };
    return html`<button
      type="button"
      class="session-more"
      data-testid="chat-sessions-more"
      aria-disabled=${isLoading ? 'true' : 'false'}
      @click=${load}
    >
      ${isLoading ? t('Loading') : t('Load more from Rivya')}
    </button>`;
  }

  #renderRow(session: ChatSessionSummary): TemplateResult {
    if (this.work?.id === session.id) {
      return this.work.kind === 'rename' ? this.#renderRename(session) : this.#renderDelete(session);
    }
    const { id, origin } = session;
    const isHere = origin === 'here';
    return html`<button
        type="button"
        class="session-open"
        aria-current=${id === this.current ? 'true' : nothing}
        @click=${() => this.#open(session)}
      >
        <bdi class="session-title">${session.title}</bdi>
        <span class="session-detail"><bdi>${detailOf(session)}</bdi></span>
      </button>
      <span class="session-actions">
        ${isHere ? iconButton('edit', t('Rename {0}', session.title), () => this.#start(id, 'rename')) : nothing}
        ${iconButton('export', t('Export {0} as Markdown', session.title), () => post({ type: 'exportSession', id }))}
        ${isHere ? iconButton('trash', t('Delete {0}', session.title), () => this.#start(id, 'delete')) : nothing}
      </span>`;
  }

  #renderRename({ id, title }: ChatSessionSummary): TemplateResult {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isComposing(event) || event.key !== 'Enter') return;
      event.preventDefault();
      const changed = (event.target as HTMLInputElement).value.trim();
      if (changed !== '' && changed !== title) post({ type: 'renameSession', id, title: changed });
      this.#finish();
    };
    return html`<input
      data-work
      class="session-name"
      dir="auto"
      aria-label=${t('New title')}
      .value=${title}
      @keydown=${onKeyDown}
    />`;
  }

  #renderDelete({ id, title }: ChatSessionSummary): TemplateResult {
    const confirm = (): void => {
      post({ type: 'deleteSession', id });
      this.#finish();
    };
    return html`<span class="session-question" dir="auto"
        >${t('Delete "{0}" from this computer?', title)}</span
      >
      <vscode-button data-work @click=${confirm}>${t('Delete')}</vscode-button>
      <vscode-button secondary @click=${() => this.#finish()}>${t('Cancel')}</vscode-button>`;
  }

  #open({ id, origin }: ChatSessionSummary): void {
    post({ type: 'openSession', id, origin });
    this.onClose();
  }

  #start(id: string, kind: Work['kind']): void {
    this.work = { id, kind };
  }

  #finish(): void {
    this.work = undefined;
    this.querySelector<HTMLElement>('input[type=search]')?.focus();
  }

  #ask(): void {
    post({ type: 'listSessions', query: this.query, scope: this.scope });
  }

  readonly #onSearch = (event: Event): void => {
    this.query = (event.target as HTMLInputElement).value;
    this.#ask();
  };

  readonly #onScope = (event: Event): void => {
    this.scope = (event.target as HTMLSelectElement).value === 'all' ? 'all' : 'workspace';
    this.#ask();
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || isComposing(event)) return;
    event.preventDefault();
    if (this.work === undefined) this.onClose();
    else this.#finish();
  };
}

function detailOf(session: ChatSessionSummary): string {
  return [
    session.origin === 'server' ? t('only at Rivya') : undefined,
    formatTime(session.updatedAt),
    session.messageCount === undefined ? undefined : t('Messages: {0}', formatNumber(session.messageCount)),
    session.model,
    session.isCurrentWorkspace ? undefined : session.workspace,
  ]
    .filter(part => part !== undefined)
    .join(' · ');
}

customElements.define('chat-session-list', ChatSessionList);
