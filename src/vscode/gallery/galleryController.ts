import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { removedForMs } from '../../core/tasks/housekeeping.ts';
import type { Library } from '../../core/assets/library.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { ListQuery } from '../../core/tasks/search.ts';
import type { GalleryHostMessage, GalleryQuery } from '../../shared/gallery.ts';
import type { GalleryPageMessage } from '../../shared/gallerySchema.ts';
import type { QueryContext } from './galleryQuery.ts';
import { listQuery } from './galleryQuery.ts';
import { detailsOf, tileOf, type RowParts } from './galleryRows.ts';

/** So many rows are sent at once, around what the page shows. */
export const rowsSent = 200;
/** So many hits of a search are counted; another word finds what lies behind them. */
const mostHits = 5_000;
/** A burst of changes is answered once. In milliseconds. */
const redrawDelayMs = 100;

type Unnumbered<T> = T extends unknown ? Omit<T, 'sequence'> : never;
type HostWord = Unnumbered<GalleryHostMessage>;

export interface GalleryControllerParts {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly clock: Clock;
  readonly post: (message: GalleryHostMessage) => void;
  readonly addressOf: RowParts['addressOf'];
  /** Names of models by id, as far as they are known. */
  readonly modelNames: () => ReadonlyMap<string, string>;
  /** The language, the kinds in it and the open folders. */
  readonly context: () => Omit<QueryContext, 'now' | 'modelNames'>;
}

interface Look {
  readonly look: number;
  readonly query: GalleryQuery;
  readonly offset: number;
}

/**
 * Answers what the page looks at, and again when something of it has changed. It remembers no more than what
 * the page shows right now; hidden, it does nothing.
 */
export class GalleryController implements Disposable {
  readonly #parts: GalleryControllerParts;
  readonly #listener: Disposable;
  #sequence = 0;
  #look: Look | undefined;
  #detailsOf = '';
  /** What was said last, so that a change that shows nowhere is not said. */
  readonly #said = new Map<string, string>();
  #redraw: NodeJS.Timeout | undefined;

  constructor(parts: GalleryControllerParts) {
    this.#parts = parts;
    this.#listener = parts.ledger.onDidChange(() => this.changed());
  }

  /** A page that knows nothing: everything is said anew once it says what it looks at. */
  ready(): void {
    this.#said.clear();
    this.#look = undefined;
    this.#detailsOf = '';
    this.#sequence = 0;
    this.#sayFrame();
  }

  /** Nobody looks: until a page is ready again, nothing is read and nothing is said. */
  hide(): void {
    clearTimeout(this.#redraw);
    this.#redraw = undefined;
    this.#look = undefined;
    this.#detailsOf = '';
  }

  /** The ledger, the catalogue or the folders have changed. */
  changed(): void {
    if (!this.#look) return;
    this.#redraw ??= setTimeout(() => {
      this.#redraw = undefined;
      if (!this.#look) return;
      this.#sayFrame();
      this.#sayRows(this.#look);
      if (this.#detailsOf !== '') this.#sayDetails(this.#detailsOf);
    }, redrawDelayMs);
  }

  look({ look, query, offset }: Extract<GalleryPageMessage, { type: 'look' }>): void {
    this.#look = { look, query, offset };
    this.#sayRows(this.#look);
  }

  details(taskId: string): void {
    this.#detailsOf = taskId;
    this.#said.delete('details');
    if (taskId !== '') this.#sayDetails(taskId);
  }

  ids({ request, query, offset, count }: Extract<GalleryPageMessage, { type: 'ids' }>): void {
    const ids = this.#parts.ledger.lists.ids(this.#listQuery(query), { limit: count, offset });
    this.#say({ type: 'ids', request, ids });
  }

  /** Keeps a thumbnail that the page has made of a file of a job, and of nothing else. */
  async keepThumbnail({
    taskId,
    index,
    bytes,
  }: Extract<GalleryPageMessage, { type: 'thumbnail' }>): Promise<void> {
    const { ledger, library, addressOf } = this.#parts;
    const file = ledger.task(taskId)?.results[index]?.file;
    if (!file) return;
    const kept =
      library.thumbnails.find(file) ?? (await library.thumbnails.store(file, new Uint8Array(bytes)));
    if (kept !== undefined) this.#say({ type: 'thumbnail', taskId, index, address: addressOf(kept) });
  }

  dispose(): void {
    this.hide();
    this.#listener.dispose();
  }

  #sayFrame(): void {
    const { ledger, clock, context } = this.#parts;
    const models = ledger.lists
      .models()
      .map(id => ({ id, name: this.#nameOf(id) }))
      .toSorted((a, b) => a.name.localeCompare(b.name));
    const frame = {
      models,
      hasWorkspace: context().folders.length > 0,
      canUndo: ledger.removed.latest(clock.now() - removedForMs).length > 0,
    };
    this.#sayIfOther('frame', { type: 'frame', frame });
  }

  #sayRows({ look, query, offset }: Look): void {
    const { lists } = this.#parts.ledger;
    const asked = this.#listQuery(query);
    const limit = asked.words?.length ? mostHits : Number.MAX_SAFE_INTEGER - 1;
    const counted = lists.count(asked, limit + 1);
    const total = Math.min(counted, limit);
    // Jobs that went may have left the page behind the end.
    const from = Math.max(0, Math.min(offset, total - rowsSent));
    const rows = lists.page(asked, { limit: Math.min(rowsSent, total - from), offset: from });
    this.#sayIfOther('rows', {
      type: 'rows',
      look,
      total,
      isMore: counted > limit,
      offset: from,
      rows: rows.map(task => tileOf(task, this.#rowParts)),
    });
  }

  #sayDetails(taskId: string): void {
    const { ledger } = this.#parts;
    const task = ledger.task(taskId);
    const requestId = task && ledger.attempts(taskId).findLast(each => each.requestId)?.requestId;
    const details = task && detailsOf(task, ledger.lists.lineage(task), requestId, this.#rowParts);
    this.#sayIfOther('details', { type: 'details', taskId, details });
  }

  #listQuery(query: GalleryQuery): ListQuery {
    const { context, modelNames, clock } = this.#parts;
    return listQuery(query, { ...context(), modelNames: modelNames(), now: clock.now() });
  }

  get #rowParts(): RowParts {
    const { library, addressOf } = this.#parts;
    return { library, addressOf, nameOf: model => this.#nameOf(model) };
  }

  #nameOf(model: string): string {
    return this.#parts.modelNames().get(model) ?? model;
  }

  #sayIfOther(topic: string, word: HostWord): void {
    const text = JSON.stringify(word);
    if (this.#said.get(topic) === text) return;
    this.#said.set(topic, text);
    this.#say(word);
  }

  #say(word: HostWord): void {
    this.#parts.post({ ...word, sequence: ++this.#sequence });
  }
}
