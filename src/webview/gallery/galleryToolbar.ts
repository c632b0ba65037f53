/** What stands above the tiles: search, filters and order, and how large the tiles are. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { GalleryFrameDto, GalleryQuery } from '../../shared/gallery.ts';
import { iconButton } from '../common/iconButton.ts';
import { t } from '../common/localization.ts';

export interface ToolbarOptions {
  readonly query: GalleryQuery;
  readonly frame: GalleryFrameDto;
  readonly change: (change: Partial<GalleryQuery>, isTyping?: boolean) => void;
  /** Down from the search leads to the tiles. */
  readonly leave: () => void;
}

/** The sizes of tiles, in pixels. */
export const sizes = { least: 96, most: 320, first: 168 } as const;

export function renderToolbar(options: ToolbarOptions): TemplateResult {
  const { query, frame, change } = options;
  return html`<div class="toolbar" role="toolbar" aria-label=${t('Search and filter')}>
    <input
      type="search"
      class="search"
      data-testid="gallery-search"
      placeholder=${t('Search prompts, models, file names, dates (today, 2026-11)')}
      aria-label=${t('Search results')}
      .value=${query.text}
      @input=${(event: Event) => change({ text: (event.target as HTMLInputElement).value }, true)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'ArrowDown') options.leave();
      }}
    />
    ${select(t('Kind'), query.kind, kinds(), kind => change({ kind }))}
    ${select(t('Model'), query.model, models(frame, query.model), model => change({ model }))}
    ${select(t('State'), query.state, states(), state => change({ state }))}
    ${select(t('Time'), query.time, times(), time => change({ time }))}
    ${query.time === 'day' ? renderDay(query.day, change) : nothing}
    ${
      frame.hasWorkspace
        ? iconButton('folder', t('Only this workspace'), () => change({ workspace: !query.workspace }), {
            isPressed: query.workspace,
          })
        : nothing
    }
    ${iconButton('star-empty', t('Only favorites'), () => change({ favourites: !query.favourites }), {
      isPressed: query.favourites,
      testId: 'gallery-favourites',
    })}
    ${select(t('Sort by'), query.order, orders(), order => change({ order }))}
  </div>`;
}

export interface ViewOptions {
  readonly size: number;
  readonly showsDetails: boolean;
  readonly resize: (size: number) => void;
  readonly toggleDetails: () => void;
}

/** How the tiles are shown, whichever they are. */
export function renderView({ size, showsDetails, resize, toggleDetails }: ViewOptions): TemplateResult {
  return html`<div class="view">
    <input
      type="range"
      class="size"
      min=${sizes.least}
      max=${sizes.most}
      step="8"
      aria-label=${t('Tile size')}
      title=${t('Tile size')}
      .value=${String(size)}
      @input=${(event: Event) => resize(Number((event.target as HTMLInputElement).value))}
    />
    ${iconButton('info', t('Details'), toggleDetails, { isPressed: showsDetails, testId: 'gallery-details-toggle' })}
  </div>`;
}

function renderDay(day: string, change: ToolbarOptions['change']): TemplateResult {
  return html`<input
    type="date"
    aria-label=${t('Day')}
    .value=${day}
    @change=${(event: Event) => change({ day: (event.target as HTMLInputElement).value })}
  />`;
}

type Choices<Value extends string> = readonly (readonly [value: Value, name: string])[];

function select<Value extends string>(
  name: string,
  value: Value,
  choices: Choices<Value>,
  choose: (value: Value) => void,
): TemplateResult {
  return html`<select
    aria-label=${name}
    title=${name}
    @change=${(event: Event) => {
      const [chosen] = choices[(event.target as HTMLSelectElement).selectedIndex] ?? [];
      if (chosen !== undefined) choose(chosen);
    }}
  >
    ${choices.map(([each, text]) => html`<option value=${each} .selected=${each === value}>${text}</option>`)}
  </select>`;
}

function kinds(): Choices<GalleryQuery['kind']> {
  return [
    ['', t('All kinds')],
    ['image', t('Image')],
    ['video', t('Video')],
    ['audio', t('Audio')],
  ];
}

/** What was chosen stays to be seen, also when its last job is gone. */
function models({ models: known }: GalleryFrameDto, chosen: string): Choices<string> {
  const isKnown = chosen === '' || known.some(({ id }) => id === chosen);
  return [
    ['', t('All models')],
    ...known.map(({ id, name }) => [id, name] as const),
    ...(isKnown ? [] : [[chosen, chosen] as const]),
  ];
}

function states(): Choices<GalleryQuery['state']> {
  return [
    ['made', t('With a result')],
    ['ready', t('Ready to insert')],
    ['running', t({ message: 'Running', comment: 'Group of tasks' })],
    ['failed', t({ message: 'Failed', comment: 'Group of tasks' })],
    ['all', t('All states')],
  ];
}

function times(): Choices<GalleryQuery['time']> {
  return [
    ['any', t('Any time')],
    ['today', t('Today')],
    ['yesterday', t('Yesterday')],
    ['week', t('Last 7 days')],
    ['month', t('Last 30 days')],
    ['day', t('On a day...')],
  ];
}

function orders(): Choices<GalleryQuery['order']> {
  return [
    ['newest', t('Newest first')],
    ['oldest', t('Oldest first')],
    ['price', t('Highest price first')],
  ];
}
