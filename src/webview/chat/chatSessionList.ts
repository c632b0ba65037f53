/** `<chat-session-list>`: earlier sessions, to open, rename, export and delete. */
import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChatSessionSummaryDto } from '../../shared/chat.ts';
import { iconButton } from '../common/iconButton.ts';
import { post } from './common/host.ts';
import { isComposing } from '../common/keyboard.ts';
import type { SessionList } from './pageState.ts';
import { formatDay, formatNumber, formatTime, t } from '../common/localization.ts';

/** What is being done to a row. */
interface Work {
  readonly id: string;
  readonly kind: 'rename' | 'delete';
}

interface FocusInRows {
  readonly element: HTMLElement;
  readonly row: number;
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
  /** Called when a session was chosen, or when the list is left without one. */
  declare onClose: (hasChosen: boolean) => void;
  declare query: string;
  declare scope: 'workspace' | 'all';
  declare work: Work | undefined;
  /** The row that gets the keyboard once it is drawn. */
  #focusFrom: number | undefined;
  /** What has the keyboard in the rows while another list of them is drawn, and in which row. */
  #focused: FocusInRows | undefined;

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
    this.#search?.focus();
  }

  get #search(): HTMLElement | null {
    return this.querySelector('input[type=search]');
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('list');
    const isLast = before?.further !== 'none' && this.list?.further === 'none';
    // The button that was pressed goes; the keyboard goes on with what it brought.
    if (isLast && document.activeElement?.classList.contains('session-more') === true) {
      this.#focusFrom = before?.sessions.length;
    }
    this.#focused = changed.has('list') ? this.#focusInRows() : undefined;
  }

  #focusInRows(): FocusInRows | undefined {
    const element = document.activeElement;
    const row = [...this.querySelectorAll('.session')].findIndex(each => each.contains(element));
    return row !== -1 && element instanceof HTMLElement ? { element, row } : undefined;
  }

  protected override updated(changed: PropertyValues<this>): void {
    // A row that is gone hands the keyboard to the one in its place; one that was moved keeps it.
    if (this.#focused?.element.isConnected === false) this.#focusFrom ??= this.#focused.row;
    else this.#focused?.element.focus();
    if (this.#focusFrom !== undefined) {
      const rows = [...this.querySelectorAll<HTMLElement>('.session-open')];
      (rows[this.#focusFrom] ?? rows.at(-1) ?? this.#search)?.focus();
      this.#focusFrom = undefined;
    }
    if (changed.has('work') && this.work !== undefined) void this.#focusWork();
  }

  /** A button of the library takes the keyboard once it is drawn itself. */
  async #focusWork(): Promise<void> {
    const element = this.querySelector<HTMLElement>('[data-work]');
    if (element instanceof LitElement) await element.updateComplete;
    element?.focus();
  }

  protected override render(): TemplateResult {
    return html`<section
      class="sessions"
      data-testid="chat-session-list"
      aria-label=${t('Chats')}
      @keydown=${this.#onKeyDown}
    >
      <div class="sessions-bar">
        <input
          type="search"
          dir="auto"
          aria-label=${t('Search Chats')}
          placeholder=${t('Search')}
          .value=${this.query}
          @input=${this.#onSearch}
        />
        <select aria-label=${t('Show chats from')} @change=${this.#onScope}>
          <option value="workspace" ?selected=${this.scope === 'workspace'}>${t('This Workspace')}</option>
          <option value="all" ?selected=${this.scope === 'all'}>
            ${t({ message: 'All', comment: 'The sessions of every workspace' })}
          </option>
        </select>
        ${iconButton('close', t('Close'), () => this.onClose(false))}
      </div>
      <p class=${this.#hasRows ? 'visually-hidden' : 'hint'} role="status">${this.#status}</p>
      ${this.#renderRows()}
    </section>`;
  }

  #renderRows(): TemplateResult {
    const { list } = this;
    if (list === undefined) return html``;
    return html`${list.problem === undefined ? nothing : html`<p class="notice" role="alert" dir="auto">${list.problem}</p>`}
    ${
      list.sessions.length === 0
        ? nothing
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

  get #hasRows(): boolean {
    return (this.list?.sessions.length ?? 0) > 0;
  }

  /** What the list has come to; with rows for people who listen only. */
  get #status(): string {
    if (this.list === undefined) return t('Loading');
    const { sessions, further, query, problem } = this.list;
    if (sessions.length > 0) return t('Chats: {0}', formatNumber(sessions.length));
    if (further === 'loading' || problem !== undefined) return '';
    return query === '' ? t('No chats yet.') : t('No chats found.');
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
      ${isLoading ? t('Loading') : t('Load More from Rivya')}
    </button>`;
  }

  #renderRow(session: ChatSessionSummaryDto): TemplateResult {
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
        <span class="session-detail" title=${formatTime(session.updatedAt)}
          ><bdi>${detailOf(session)}</bdi></span
        >
      </button>
      <span class="session-actions">
        ${isHere ? iconButton('edit', t('Rename {0}', session.title), () => this.#start(id, 'rename')) : nothing}
        ${iconButton('export', t('Export {0} as Markdown', session.title), () => post({ type: 'exportSession', id }))}
        ${isHere ? iconButton('trash', t('Delete {0}', session.title), () => this.#start(id, 'delete')) : nothing}
      </span>`;
  }

  #renderRename({ id, title }: ChatSessionSummaryDto): TemplateResult {
    const save = (): void => {
      const changed = this.querySelector<HTMLInputElement>('.session-name')?.value.trim() ?? '';
      if (changed !== '' && changed !== title) post({ type: 'renameSession', id, title: changed });
      this.#finish();
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isComposing(event) || event.key !== 'Enter') return;
      event.preventDefault();
      save();
    };
    return html`<input
        data-work
        class="session-name"
        dir="auto"
        aria-label=${t('Chat title')}
        .value=${title}
        @keydown=${onKeyDown}
      />
      ${iconButton('check', t({ message: 'Save', comment: 'Button: keeps the new title of a chat session' }), save)}
      ${iconButton('close', t('Cancel'), () => this.#finish())}`;
  }

  #renderDelete({ id, title }: ChatSessionSummaryDto): TemplateResult {
    const confirm = (): void => {
      post({ type: 'deleteSession', id });
      this.#finish();
    };
    const question = t('Delete "{0}" from this computer? You can\'t undo this.', title);
    return html`<span class="session-question" dir="auto">${question}</span>
      <span class="session-answers" role="group" aria-label=${question}>
        <vscode-button @click=${confirm}
          >${t({ message: 'Delete', comment: 'Button: deletes a chat session' })}</vscode-button
        >
        <vscode-button data-work secondary @click=${() => this.#finish()}>${t('Cancel')}</vscode-button>
      </span>`;
  }

  #open({ id, origin }: ChatSessionSummaryDto): void {
    post({ type: 'openSession', id, origin });
    this.onClose(true);
  }

  #start(id: string, kind: Work['kind']): void {
    this.work = { id, kind };
  }

  /** The keyboard stays at the row, or goes to the one that takes its place. */
  #finish(): void {
    const index = this.list?.sessions.findIndex(({ id }) => id === this.work?.id) ?? -1;
    this.#focusFrom = Math.max(0, index);
    this.work = undefined;
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
    if (this.work === undefined) this.onClose(false);
    else this.#finish();
  };
}

function detailOf(session: ChatSessionSummaryDto): string {
  return [
    session.origin === 'server' ? t('on Rivya only') : undefined,
    formatDay(session.updatedAt),
    session.messageCount === undefined ? undefined : t('Messages: {0}', formatNumber(session.messageCount)),
    session.model,
    session.isCurrentWorkspace ? undefined : session.workspace,
  ]
    .filter(part => part !== undefined)
    .join(' · ');
}

customElements.define('chat-session-list', ChatSessionList);
