/** `<gallery-grid>`: the tiles that are seen of a list of any length, as a grid with one tab stop. */
import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { GalleryTileDto } from '../../shared/gallery.ts';
import { t } from '../common/localization.ts';
import { tileAt, type GalleryState } from './galleryState.ts';
import { renderTile, type KnownFile } from './galleryTile.ts';
import { indexAfter, layoutOf, placeFor, rowsToDraw, type GridLayout } from './layout.ts';

/** What the page does with what happens in the grid. */
export interface GridEvents {
  /** Other tiles are seen: from the first to the one before `end`. */
  readonly seen: (first: number, end: number) => void;
  /** A tile was gone to. `extend`: the selection reaches to it from where it began. */
  readonly goTo: (index: number, how: 'alone' | 'toggle' | 'extend' | 'move') => void;
  readonly open: (tile: GalleryTileDto) => void;
  /** A key that the grid itself does nothing with. */
  readonly key: (event: KeyboardEvent) => void;
}

export class GalleryGrid extends LitElement {
  static override readonly properties = {
    state: { attribute: false },
    size: { attribute: false },
    active: { attribute: false },
    selected: { attribute: false },
    playing: { attribute: false },
    known: { attribute: false },
    events: { attribute: false },
  };

  declare state: GalleryState;
  /** The width of a tile that is wished for, in pixels. */
  declare size: number;
  declare active: number;
  declare selected: ReadonlySet<string>;
  /** The id of the job whose file is played; empty when none is. */
  declare playing: string;
  declare known: ReadonlyMap<string, KnownFile>;
  declare events: GridEvents;
  #width = 0;
  #height = 0;
  #top = 0;
  #wanted: { readonly index: number; readonly where: 'nearest' | 'top' } | undefined;
  readonly #resizes = new ResizeObserver(() => this.#measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  /** Brings a tile into sight, as soon as the list is drawn. */
  reveal(index: number, where: 'nearest' | 'top' = 'nearest'): void {
    this.#wanted = { index, where };
    this.requestUpdate();
  }

  override focus(): void {
    this.#viewport?.focus();
  }

  /** The first tile that is seen as a whole. */
  get first(): number {
    const { rowHeight, columns } = this.#layout;
    return Math.ceil(this.#top / rowHeight) * columns;
  }

  get #layout(): GridLayout {
    return layoutOf(this.#width, this.#height, this.size, this.state.total);
  }

  get #viewport(): HTMLElement | null {
    return this.querySelector('.viewport');
  }

  protected override updated(): void {
    const viewport = this.#viewport;
    if (viewport === null) return;
    // Before its size is known, nobody can say where a tile is.
    if (this.#width === 0) return;
    if (this.#wanted) {
      viewport.scrollTop = this.#placeOf(this.#wanted);
      this.#wanted = undefined;
    }
    this.#scrolled(viewport.scrollTop);
    const { start, end } = rowsToDraw(this.#layout, this.#top, this.#height);
    const { columns } = this.#layout;
    this.events.seen(start * columns, Math.min(this.state.total, end * columns));
  }

  #placeOf({ index, where }: { readonly index: number; readonly where: 'nearest' | 'top' }): number {
    const layout = this.#layout;
    if (where === 'nearest') return placeFor(layout, index, this.#top, this.#height);
    return Math.floor(index / layout.columns) * layout.rowHeight;
  }

  protected override render(): TemplateResult {
    const layout = this.#layout;
    const { rows, rowHeight, columns } = layout;
    const { start, end } = rowsToDraw(layout, this.#top, this.#height);
    const drawn = Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);
    const activeRow = Math.floor(this.active / columns);
    return html`<div
      class="viewport"
      role="grid"
      tabindex="0"
      aria-label=${t('Results')}
      aria-multiselectable="true"
      aria-rowcount=${rows}
      aria-colcount=${columns}
      aria-activedescendant=${activeRow >= start && activeRow < end ? `tile-${this.active}` : nothing}
      @scroll=${this.#onScroll}
      @keydown=${this.#onKey}
    >
      <div class="spacer" role="presentation" .style=${`height: ${rows * rowHeight}px`}>
        ${repeat(
          drawn,
          row => row,
          row => this.#renderRow(row, layout),
        )}
      </div>
    </div>`;
  }

  #renderRow(row: number, layout: GridLayout): TemplateResult {
    const { columns, rowHeight, tileWidth, pictureHeight } = layout;
    const first = row * columns;
    const count = Math.min(columns, this.state.total - first);
    // As a property: the policy of the page allows no style attribute.
    const place = `transform: translateY(${row * rowHeight}px); --tile-width: ${tileWidth}px; --picture-height: ${pictureHeight}px`;
    return html`<div class="row" role="row" aria-rowindex=${row + 1} .style=${place}>
      ${Array.from({ length: count }, (_, column) => this.#renderCell(first + column, column))}
    </div>`;
  }

  #renderCell(index: number, column: number): TemplateResult {
    const tile = tileAt(this.state, index);
    const known = tile && this.known.get(tile.taskId);
    const isSelected = tile !== undefined && this.selected.has(tile.taskId);
    return html`<div
      id="tile-${index}"
      class="tile ${tile?.look ?? 'loading'} ${index === this.active ? 'active' : ''}"
      role="gridcell"
      data-testid="gallery-tile"
      data-task=${tile?.taskId ?? nothing}
      aria-colindex=${column + 1}
      aria-selected=${isSelected}
      aria-label=${tile ? nothing : t('Loading')}
      title=${tile?.title ?? nothing}
      draggable=${tile?.dragUri === undefined ? 'false' : 'true'}
      @click=${(event: MouseEvent) => this.#onClick(event, index)}
      @dblclick=${() => tile && this.events.open(tile)}
      @dragstart=${(event: DragEvent) => startDrag(event, tile)}
    >
      ${tile ? renderTile(tile, known, tile.taskId === this.playing) : nothing}
    </div>`;
  }

  readonly #onScroll = (event: Event): void => {
    this.#scrolled((event.currentTarget as HTMLElement).scrollTop);
  };

  /** Draws again only when other rows are seen. */
  #scrolled(top: number): void {
    if (top === this.#top) return;
    const before = rowsToDraw(this.#layout, this.#top, this.#height);
    this.#top = top;
    const after = rowsToDraw(this.#layout, top, this.#height);
    if (before.start !== after.start || before.end !== after.end) this.requestUpdate();
  }

  #measure(): void {
    const viewport = this.#viewport;
    if (viewport === null) return;
    const first = this.first;
    const isFirst = this.#width === 0;
    this.#width = viewport.clientWidth - 16;
    this.#height = viewport.clientHeight;
    // What was seen stays in sight when the columns become more or fewer.
    if (!isFirst && this.#top > 0) this.reveal(first, 'top');
    this.requestUpdate();
  }

  readonly #onClick = (event: MouseEvent, index: number): void => {
    const toggles = event.ctrlKey || event.metaKey;
    this.events.goTo(index, event.shiftKey ? 'extend' : toggles ? 'toggle' : 'alone');
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const { key } = event;
    // A player in a tile has keys of its own.
    if (event.target instanceof HTMLMediaElement) return;
    const control = event.ctrlKey || event.metaKey;
    const layout = this.#layout;
    const page = Math.max(1, Math.floor(this.#height / layout.rowHeight));
    const direction = getComputedStyle(this).direction === 'rtl' ? mirrored[key] : undefined;
    const next = indexAfter(direction ?? key, this.active, layout, page, this.state.total, control);
    if (next !== undefined) {
      event.preventDefault();
      this.events.goTo(
        next,
        event.shiftKey ? 'extend' : control && key.startsWith('Arrow') ? 'move' : 'alone',
      );
      this.reveal(next);
      return;
    }
    const tile = tileAt(this.state, this.active);
    if (key === ' ') {
      event.preventDefault();
      this.events.goTo(this.active, 'toggle');
    } else if (key === 'Enter' && tile) {
      event.preventDefault();
      this.events.open(tile);
    } else {
      this.events.key(event);
    }
  };
}

const mirrored: Readonly<Record<string, string>> = { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' };

/** Over an editor it is a file, and the editor writes the reference. */
function startDrag(event: DragEvent, tile: GalleryTileDto | undefined): void {
  if (tile?.dragUri === undefined) return;
  event.dataTransfer?.setData('text/uri-list', tile.dragUri);
  event.dataTransfer?.setData('application/vnd.code.uri-list', tile.dragUri);
}

customElements.define('gallery-grid', GalleryGrid);
