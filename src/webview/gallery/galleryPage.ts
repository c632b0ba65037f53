/** `<rivya-gallery>`: the page. It draws what the host says and tells the host what the user does. */
import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { everything } from './everything.ts';
import type { GalleryQuery, GalleryTileDto } from '../../shared/gallery.ts';
import type { GalleryPageMessage } from '../../shared/gallerySchema.ts';
import { formatNumber, t } from '../common/localization.ts';
import { renderActions } from './galleryActions.ts';
import { renderDetails } from './galleryDetails.ts';
import './galleryGrid.ts';
import type { GalleryGrid, GridEvents } from './galleryGrid.ts';
import { initialState, isHostMessage, reduce, tileAt } from './galleryState.ts';
import type { KnownFile } from './galleryTile.ts';
import { renderToolbar, renderView, sizes } from './galleryToolbar.ts';
import { post, remember, remembered } from './host.ts';
import { ProbeQueue, type ProbeResult } from './probeQueue.ts';
import { Selection } from './selection.ts';

/** Letters that come faster are one search. In milliseconds. */
const typingDelay = 120;
/** What is remembered is written when nothing has happened for so long. In milliseconds. */
const rememberDelay = 300;
/** Rows that are asked for before those that are seen. */
const ahead = 60;

type Verb = Extract<GalleryPageMessage, { type: 'do' }>['verb'];

export class GalleryPage extends LitElement {
  #state = initialState;
  #query: GalleryQuery;
  #size: number;
  #showsDetails: boolean;
  /** Number of the last look. */
  #look = 0;
  /** Whether the last look has no answer yet, and the place that is wanted meanwhile. */
  #isAsking = false;
  #wanted: number | undefined;
  #seen = { first: 0, end: 0 };
  #active: number;
  /** The tile that was gone to last, when that was done without adding to a selection. */
  #chosenAlone: number | undefined;
  #detailsOf = '';
  #playing = '';
  readonly #selection = new Selection();
  readonly #known = new Map<string, KnownFile>();
  readonly #queue = new ProbeQueue(result => this.#probed(result));
  /** Where the reader was, until the first rows are here. */
  #placeToShow: number | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #remembering: ReturnType<typeof setTimeout> | undefined;
  readonly #events: GridEvents = {
    seen: (first, end) => this.#onSeen(first, end),
    goTo: (index, how) => this.#goTo(index, how),
    open: tile => this.#open(tile),
    key: event => this.#onKey(event),
  };

  constructor() {
    super();
    const memory = remembered();
    this.#query = { ...everything, ...memory.query };
    this.#size = memory.size ?? sizes.first;
    this.#showsDetails = memory.showsDetails ?? window.innerWidth >= 720;
    this.#active = memory.active ?? 0;
    this.#placeToShow = memory.first;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('Rivya Gallery');
    window.addEventListener('message', this.#onMessage);
    this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('message', this.#onMessage);
    this.#queue.dispose();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override updated(): void {
    const grid = this.#grid;
    if (this.#placeToShow === undefined || grid === null) return;
    grid.reveal(this.#placeToShow, 'top');
    this.#placeToShow = undefined;
  }

  protected override render(): TemplateResult {
    const { frame, look } = this.#state;
    if (frame === undefined || look === 0)
      return html`<div class="loading" role="status">${t('Loading')}</div>`;
    const chosen = this.#chosen();
    return html`<header>
        <h1 class="visually-hidden">${t('Rivya Gallery')}</h1>
        ${renderToolbar({
          query: this.#query,
          frame,
          change: this.#change,
          leave: () => this.#grid?.focus(),
        })}
        <div class="line">
          <span class="total" role="status" data-testid="gallery-total">${this.#totalText()}</span>
          ${renderView({
            size: this.#size,
            showsDetails: this.#showsDetails,
            resize: this.#resize,
            toggleDetails: this.#toggleDetails,
          })}
          ${renderActions({
            count: chosen.length,
            tile: tileAt(this.#state, this.#active),
            canUndo: frame.canUndo,
            isSelection: this.#selection.size > 0,
            act: verb => this.#do(verb),
            favourite: () => this.#favourite(),
            undo: () => post({ type: 'undo' }),
            clear: () => this.#clearSelection(),
          })}
        </div>
      </header>
      <main class="body">
        ${this.#state.total === 0 ? this.#renderNothing() : this.#renderGrid()}
        ${this.#showsDetails ? renderDetails(this.#state.details, this.#known, id => this.#showDetails(id)) : nothing}
      </main>`;
  }

  #renderGrid(): TemplateResult {
    return html`<gallery-grid
      .state=${this.#state}
      .size=${this.#size}
      .active=${this.#active}
      .selected=${this.#selection.ids}
      .playing=${this.#playing}
      .known=${new Map(this.#known)}
      .events=${this.#events}
    ></gallery-grid>`;
  }

  #renderNothing(): TemplateResult {
    const isFiltered = JSON.stringify(this.#query) !== JSON.stringify(everything);
    return html`<div class="empty" data-testid="gallery-empty">
      <p>${isFiltered ? t('No results found.') : t('Nothing generated yet.')}</p>
      ${
        isFiltered
          ? html`<button type="button" class="text-button" @click=${() => this.#change(everything)}>
              ${t('Show All')}
            </button>`
          : nothing
      }
    </div>`;
  }

  #totalText(): string {
    const { total, isMore } = this.#state;
    const count = isMore ? `${formatNumber(total)}+` : formatNumber(total);
    const chosen = this.#selection.size;
    const text = total === 1 && !isMore ? t('1 result') : t('{0} results', count);
    return chosen > 0 ? t('{0}, selected: {1}', text, formatNumber(chosen)) : text;
  }

  get #grid(): GalleryGrid | null {
    return this.querySelector('gallery-grid');
  }

  // --- The host.

  #begin(): void {
    post({ type: 'ready' });
    this.#ask(Math.max(0, (this.#placeToShow ?? this.#seen.first) - ahead));
    if (this.#detailsOf !== '') post({ type: 'details', taskId: this.#detailsOf });
  }

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    if (!isHostMessage(data)) return;
    const before = this.#state;
    this.#state = reduce(before, data, this.#look, this.#detailsOf);
    if (this.#state.isStale) {
      if (!before.isStale) this.#begin();
      return;
    }
    if (data.type === 'rows' && data.look === this.#look) this.#tookRows();
    // A selection that was begun since is another one.
    if (data.type === 'ids' && data.request === this.#selection.request) this.#selection.add(data.ids);
    this.requestUpdate();
  };

  #ask(offset: number): void {
    this.#look++;
    this.#isAsking = true;
    this.#wanted = undefined;
    post({ type: 'look', look: this.#look, query: this.#query, offset });
  }

  #tookRows(): void {
    this.#isAsking = false;
    this.#active = Math.max(0, Math.min(this.#active, this.#state.total - 1));
    const wanted = this.#wanted;
    if (wanted !== undefined && !this.#isHere(this.#seen)) this.#ask(wanted);
    this.#followActive();
  }

  #askIds(offset: number, count: number): void {
    post({ type: 'ids', request: this.#selection.request, query: this.#query, offset, count });
  }

  // --- What is seen.

  #onSeen(first: number, end: number): void {
    this.#seen = { first, end };
    this.#rememberSoon();
    if (!this.#isHere(this.#seen)) {
      const offset = Math.max(0, first - ahead);
      if (this.#isAsking) this.#wanted = offset;
      else this.#ask(offset);
    }
    const tiles: GalleryTileDto[] = [];
    for (let index = first; index < end; index++) {
      const tile = tileAt(this.#state, index);
      if (tile) tiles.push(tile);
    }
    const { details } = this.#state;
    if (this.#showsDetails && details)
      tiles.push(...details.ancestors, ...details.variants, ...details.guesses);
    this.#queue.see(tiles);
  }

  #isHere({ first, end }: { readonly first: number; readonly end: number }): boolean {
    const { offset, rows, total } = this.#state;
    return first >= offset && Math.min(end, total) <= offset + rows.length;
  }

  #probed({ taskId, index, facts }: ProbeResult): void {
    if (facts?.thumbnail) post({ type: 'thumbnail', taskId, index, bytes: facts.thumbnail });
    this.#known.set(taskId, { isUnreadable: facts === undefined, seconds: facts?.seconds });
    this.requestUpdate();
  }

  // --- What the user does.

  readonly #change = (change: Partial<GalleryQuery>, isTyping = false): void => {
    this.#query = { ...this.#query, ...change };
    clearTimeout(this.#typing);
    const show = (): void => {
      this.#active = 0;
      this.#chosenAlone = undefined;
      this.#playing = '';
      this.#selection.clear();
      this.#ask(0);
      this.#grid?.reveal(0);
      this.#rememberSoon();
    };
    if (isTyping) this.#typing = setTimeout(show, typingDelay);
    else show();
    this.requestUpdate();
  };

  readonly #resize = (size: number): void => {
    const first = this.#grid?.first ?? 0;
    this.#size = size;
    this.#rememberSoon();
    this.requestUpdate();
    void this.updateComplete.then(() => this.#grid?.reveal(first, 'top'));
  };

  readonly #toggleDetails = (): void => {
    this.#showsDetails = !this.#showsDetails;
    this.#followActive();
    this.#rememberSoon();
    this.requestUpdate();
  };

  #goTo(index: number, how: 'alone' | 'toggle' | 'extend' | 'move'): void {
    const before = this.#chosenAlone;
    this.#chosenAlone = how === 'alone' ? index : undefined;
    this.#active = index;
    const tile = tileAt(this.#state, index);
    if (how === 'extend') {
      const { offset, count } = this.#selection.begin(index);
      const ids = this.#state.rows.slice(offset - this.#state.offset, offset - this.#state.offset + count);
      if (offset >= this.#state.offset && ids.length === count)
        this.#selection.add(ids.map(each => each.taskId));
      else this.#askIds(offset, count);
    } else if (how === 'toggle' && tile) {
      // As in every list: the one that was chosen before is the first of several.
      const first = before === undefined || before === index ? undefined : tileAt(this.#state, before);
      if (first && this.#selection.size === 0) this.#selection.toggle(first.taskId, index);
      this.#selection.toggle(tile.taskId, index);
    } else if (how === 'alone') this.#selection.startAt(index);
    this.#followActive();
    this.#rememberSoon();
    this.requestUpdate();
  }

  /** Pictures are opened in an editor; videos and sounds are played where they are. */
  #open(tile: GalleryTileDto): void {
    const isPlayed = tile.file?.source !== undefined && tile.file.kind !== 'image';
    if (isPlayed) this.#playing = this.#playing === tile.taskId ? '' : tile.taskId;
    else if (tile.file) post({ type: 'do', verb: 'open', taskIds: [tile.taskId] });
    this.requestUpdate();
  }

  #onKey(event: KeyboardEvent): void {
    const control = event.ctrlKey || event.metaKey;
    const act = this.#keyActions[control ? `control ${event.key.toLowerCase()}` : event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
    this.requestUpdate();
  }

  readonly #keyActions: Readonly<Record<string, () => void>> = {
    delete: () => this.#do('remove'),
    escape: () => {
      if (this.#playing !== '') this.#playing = '';
      else this.#clearSelection();
    },
    f: () => this.#favourite(),
    i: () => this.#do('insert'),
    c: () => this.#do('compare'),
    '/': () => this.querySelector<HTMLInputElement>('.search')?.focus(),
    'control f': () => this.querySelector<HTMLInputElement>('.search')?.focus(),
    'control z': () => post({ type: 'undo' }),
    'control a': () => {
      this.#selection.startAt(0);
      const { offset, count } = this.#selection.begin(this.#state.total - 1);
      if (count > 0) this.#askIds(offset, count);
    },
  };

  #clearSelection(): void {
    this.#selection.clear();
    this.requestUpdate();
  }

  /** What commands are about: what is selected, or else the active tile. */
  #chosen(): string[] {
    if (this.#selection.size > 0) return [...this.#selection.ids];
    const tile = tileAt(this.#state, this.#active);
    return tile ? [tile.taskId] : [];
  }

  #do(verb: Verb): void {
    const taskIds = this.#chosen();
    if (taskIds.length > 0) post({ type: 'do', verb, taskIds });
    if (verb === 'remove') this.#selection.clear();
    this.requestUpdate();
  }

  #favourite(): void {
    const taskIds = this.#chosen();
    const isMarked = tileAt(this.#state, this.#active)?.isFavourite === true;
    if (taskIds.length > 0) post({ type: 'favourite', taskIds, on: !isMarked });
  }

  #followActive(): void {
    const tile = this.#showsDetails ? tileAt(this.#state, this.#active) : undefined;
    if (tile && tile.taskId !== this.#followed) this.#showDetails(tile.taskId);
    this.#followed = tile?.taskId;
  }

  /** The tile whose details were shown last because it was gone to. */
  #followed: string | undefined;

  #showDetails(taskId: string): void {
    this.#detailsOf = taskId;
    post({ type: 'details', taskId });
  }

  #rememberSoon(): void {
    clearTimeout(this.#remembering);
    this.#remembering = setTimeout(() => {
      remember({
        query: this.#query,
        size: this.#size,
        showsDetails: this.#showsDetails,
        first: this.#grid?.first ?? 0,
        active: this.#active,
      });
    }, rememberDelay);
  }
}

customElements.define('rivya-gallery', GalleryPage);
