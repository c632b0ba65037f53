/** `<rivya-compare>`: files side by side or under a slider, enlarged and moved together. */
import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { CompareHostMessage, CompareItemDto } from '../../shared/compare.ts';
import { iconButton } from '../common/iconButton.ts';
import { formatNumber, t } from '../common/localization.ts';
import { keepOneTabStop, toolbar } from '../common/toolbar.ts';
import { nameOf, renderTable } from './compareTable.ts';
import { post, remember, remembered } from './host.ts';
import { moved, transformOf, whole, zoomed, type Zoom } from './zoom.ts';

type Mode = 'beside' | 'slider';

/** What a key enlarges by, and how far an arrow key moves. */
const keyFactor = 1.25;
const keyStep = 0.1;
/** Steps of the slider in hundredths: with an arrow key, and with Page Up and Page Down. */
const [sliderStep, sliderPage] = [1, 10];

export class ComparePage extends LitElement {
  #message: CompareHostMessage | undefined;
  #mode: Mode;
  #zoom: Zoom = whole;
  /** Which pictures the slider is between. */
  #pair: readonly [number, number] = [0, 1];
  /** How much of the left one is seen, in hundredths. */
  #share = 50;

  constructor() {
    super();
    this.#mode = remembered().mode ?? 'beside';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = t('Compare Results');
    window.addEventListener('message', this.#onMessage);
    post({ type: 'ready' });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('message', this.#onMessage);
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override updated(): void {
    keepOneTabStop(this.querySelector('header [role=toolbar]'));
  }

  protected override render(): TemplateResult {
    if (this.#message === undefined) return html`<div class="loading" role="status">${t('Loading')}</div>`;
    const { items, differences } = this.#message;
    if (items.length === 0) {
      return html`<main class="empty" data-testid="compare-empty">
        <h1 class="visually-hidden">${t('Compare Results')}</h1>
        <p>${t('None of these files exist anymore.')}</p>
      </main>`;
    }
    return html`<header>
        <h1 class="visually-hidden">${t('Compare Results')}</h1>
        ${this.#renderToolbar(items)}
      </header>
      <main>
        ${this.#isSlider(items) ? this.#renderSlider(items) : this.#renderBeside(items)}
        ${renderTable(items, differences)}
      </main>`;
  }

  #renderToolbar(items: readonly CompareItemDto[]): TemplateResult {
    const isSlider = this.#isSlider(items);
    const { scale } = this.#zoom;
    const show = (mode: Mode) => () => this.#show(mode);
    return html`<div class="line">
      ${toolbar(
        'actions',
        t('View'),
        html`${iconButton('split-horizontal', t('Side by Side'), show('beside'), {
          isPressed: !isSlider,
          testId: 'compare-beside',
        })}
        ${iconButton('arrow-swap', t('Slider'), show('slider'), {
          isPressed: isSlider,
          isDisabled: picturesOf(items).length < 2,
          testId: 'compare-slider-mode',
        })}
        ${iconButton('zoom-out', t('Zoom Out'), () => this.#zoomBy(1 / keyFactor), {
          isDisabled: scale <= 1,
        })}
        ${iconButton('zoom-in', t('Zoom In'), () => this.#zoomBy(keyFactor))}
        ${iconButton('screen-full', t('Show Whole Image'), () => this.#setZoom(whole), {
          isDisabled: scale === 1,
        })}`,
      )}
      <span class="zoom" role="status" data-testid="compare-zoom"
        >${t('{0} %', formatNumber(Math.round(scale * 100)))}</span
      >
    </div>`;
  }

  #renderBeside(items: readonly CompareItemDto[]): TemplateResult {
    return html`<div class="panes" data-count=${items.length}>
      ${repeat(
        items,
        item => JSON.stringify(item.subject),
        (item, index) =>
          html`<figure class="pane" data-testid="compare-pane">
            ${item.kind === 'image' ? this.#renderFrame(nameOf(item, index), this.#renderPicture(item)) : renderPlayer(item)}
            ${this.#renderCaption(item, index)}
          </figure>`,
      )}
    </div>`;
  }

  #renderSlider(items: readonly CompareItemDto[]): TemplateResult {
    const pictures = picturesOf(items);
    const [left, right] = this.#sides(items);
    const name = t('{0} and {1}', nameOf(left, items.indexOf(left)), nameOf(right, items.indexOf(right)));
    return html`<div class="slider">
      ${
        pictures.length > 2
          ? html`<div class="line">
              ${this.#renderChoice(t('Left'), 0, items, left)}${this.#renderChoice(t('Right'), 1, items, right)}
            </div>`
          : nothing
      }
      ${this.#renderFrame(
        name,
        html`<div class="layer">${this.#renderPicture(right)}</div>
          <div class="layer" .style=${`clip-path: inset(0 ${100 - this.#share}% 0 0)`}>
            ${this.#renderPicture(left)}
          </div>`,
        this.#renderHandle(left),
      )}
      <div class="captions">
        ${this.#renderCaption(left, items.indexOf(left))}${this.#renderCaption(right, items.indexOf(right))}
      </div>
    </div>`;
  }

  #renderChoice(
    name: string,
    side: 0 | 1,
    items: readonly CompareItemDto[],
    chosen: CompareItemDto,
  ): TemplateResult {
    const choose = (event: Event): void => {
      const picked = Number((event.currentTarget as HTMLSelectElement).value);
      this.#pair = side === 0 ? [picked, this.#pair[1]] : [this.#pair[0], picked];
      this.requestUpdate();
    };
    return html`<label
      >${name}
      <select aria-label=${name} @change=${choose}>
        ${picturesOf(items).map((item, index) => {
          return html`<option value=${index} ?selected=${item === chosen}>
            ${nameOf(item, items.indexOf(item))}
          </option>`;
        })}
      </select></label
    >`;
  }

  #renderHandle(left: CompareItemDto): TemplateResult {
    return html`<div
      class="handle"
      role="slider"
      tabindex="0"
      aria-label=${t('How much of the left image is shown')}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${this.#share}
      aria-valuetext=${t('{0} % of {1}', this.#share, left.title)}
      data-testid="compare-handle"
      .style=${`left: ${this.#share}%`}
      @keydown=${this.#onHandleKey}
      @pointerdown=${this.#onHandleDown}
    >
      <span class="codicon codicon-arrow-both" aria-hidden="true"></span>
    </div>`;
  }

  /** What all pictures are seen through. @param over what lies over them and is not enlarged */
  #renderFrame(name: string, content: TemplateResult, over?: TemplateResult): TemplateResult {
    return html`<div class="frame">
      <div
        class="pictures"
        role="group"
        tabindex="0"
        aria-label=${name}
        aria-description=${t('Plus and minus zoom, 0 shows the whole image, and arrow keys move all images.')}
        aria-keyshortcuts="+ - 0"
        @wheel=${this.#onWheel}
        @keydown=${this.#onKey}
        @pointerdown=${this.#onDown}
        @dblclick=${() => this.#setZoom(whole)}
      >
        ${content}
      </div>
      ${over ?? nothing}
    </div>`;
  }

  #renderPicture({ source, title }: CompareItemDto): TemplateResult {
    if (source === undefined) return html`<span class="missing">${t('The file no longer exists.')}</span>`;
    // As a property: the policy of the page allows no style attribute.
    return html`<img
      src=${source}
      alt=${title}
      draggable="false"
      .style=${`transform: ${transformOf(this.#zoom)}`}
    />`;
  }

  #renderCaption(item: CompareItemDto, index: number): TemplateResult {
    const { subject, about } = item;
    const name = nameOf(item, index);
    return html`<figcaption>
      <bdi class="name" dir="auto" title=${item.title}>${name}</bdi>
      <span class="about">${about}</span>
      <span class="buttons">
        <button
          type="button"
          class="text-button"
          data-testid="compare-keep"
          aria-label=${t('Keep This One: {0}', name)}
          @click=${() => post({ type: 'keep', subject })}
        >
          ${t('Keep This One')}
        </button>
        ${iconButton('go-to-file', t('Open: {0}', name), () => post({ type: 'open', subject }))}
        ${iconButton(
          'close',
          t('Remove from Comparison: {0}', name),
          () => post({ type: 'leave', subject }),
          {
            testId: 'compare-leave',
          },
        )}
      </span>
    </figcaption>`;
  }

  // --- What is shown.

  /** A slider needs two pictures. */
  #isSlider(items: readonly CompareItemDto[]): boolean {
    return this.#mode === 'slider' && picturesOf(items).length >= 2;
  }

  #sides(items: readonly CompareItemDto[]): [CompareItemDto, CompareItemDto] {
    const pictures = picturesOf(items);
    const [left, right] = this.#pair.map(index => pictures[index]);
    const [first, second] = pictures;
    if (!first || !second) throw new Error('A slider needs two pictures.');
    return [left ?? first, right ?? (left === second ? first : second)];
  }

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    const message = data as Partial<CompareHostMessage> | undefined;
    if (message?.type !== 'items') return;
    this.#message = message as CompareHostMessage;
    this.#remember();
    this.requestUpdate();
  };

  #show(mode: Mode): void {
    this.#mode = mode;
    this.#remember();
    this.requestUpdate();
  }

  #remember(): void {
    const subjects = (this.#message?.items ?? []).map(({ subject }) => subject);
    remember({ subjects, mode: this.#mode });
  }

  #setZoom(zoom: Zoom): void {
    this.#zoom = zoom;
    this.requestUpdate();
  }

  #zoomBy(factor: number, x = 0, y = 0): void {
    this.#setZoom(zoomed(this.#zoom, factor, x, y));
  }

  // --- What the person does.

  readonly #onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { x, y } = placeIn(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.#zoomBy(Math.exp(Math.max(-200, Math.min(200, -event.deltaY * lines)) / 300), x, y);
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.#keyActions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  readonly #keyActions: Readonly<Record<string, () => void>> = {
    '+': () => this.#zoomBy(keyFactor),
    '=': () => this.#zoomBy(keyFactor),
    '-': () => this.#zoomBy(1 / keyFactor),
    '0': () => this.#setZoom(whole),
    ArrowLeft: () => this.#setZoom(moved(this.#zoom, keyStep, 0)),
    ArrowRight: () => this.#setZoom(moved(this.#zoom, -keyStep, 0)),
    ArrowUp: () => this.#setZoom(moved(this.#zoom, 0, keyStep)),
    ArrowDown: () => this.#setZoom(moved(this.#zoom, 0, -keyStep)),
  };

  readonly #onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    follow(event, ({ movementX, movementY }) => {
      this.#setZoom(moved(this.#zoom, movementX / width, movementY / height));
    });
  };

  readonly #onHandleDown = (event: PointerEvent): void => {
    const frame = (event.currentTarget as HTMLElement).parentElement?.getBoundingClientRect();
    if (event.button !== 0 || !frame) return;
    follow(event, ({ clientX }) => this.#slide(((clientX - frame.left) / frame.width) * 100));
  };

  readonly #onHandleKey = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? sliderPage : sliderStep;
    const share = {
      ArrowLeft: this.#share - step,
      ArrowDown: this.#share - step,
      ArrowRight: this.#share + step,
      ArrowUp: this.#share + step,
      PageDown: this.#share - sliderPage,
      PageUp: this.#share + sliderPage,
      Home: 0,
      End: 100,
    }[event.key];
    if (share === undefined) return;
    event.preventDefault();
    this.#slide(share);
  };

  #slide(share: number): void {
    this.#share = Math.round(Math.min(100, Math.max(0, share)));
    this.requestUpdate();
  }
}

function renderPlayer({ kind, source, title }: CompareItemDto): TemplateResult {
  if (source === undefined) return html`<span class="missing">${t('The file no longer exists.')}</span>`;
  return kind === 'video'
    ? html`<video src=${source} controls preload="metadata" aria-label=${title}></video>`
    : html`<audio src=${source} controls preload="metadata" aria-label=${title}></audio>`;
}

function picturesOf(items: readonly CompareItemDto[]): readonly CompareItemDto[] {
  return items.filter(({ kind }) => kind === 'image');
}

/** Where in the frame the pointer is, from its middle. */
function placeIn(event: MouseEvent): { x: number; y: number } {
  const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return { x: (event.clientX - left) / width - 0.5, y: (event.clientY - top) / height - 0.5 };
}

/** Follows the pointer until it is let go. */
function follow(event: PointerEvent, move: (event: PointerEvent) => void): void {
  const target = event.currentTarget as HTMLElement;
  target.setPointerCapture(event.pointerId);
  const listening = new AbortController();
  const { signal } = listening;
  target.addEventListener('pointermove', move, { signal });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    target.addEventListener(end, () => listening.abort(), { signal });
  }
}

customElements.define('rivya-compare', ComparePage);
