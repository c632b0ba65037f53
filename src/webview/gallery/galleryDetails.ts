/** The details of a job: what it made, from which words, and what belongs to it. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { GalleryDetailsDto, GalleryFileDto, GalleryTileDto } from '../../shared/gallery.ts';
import { formatNumber, t } from '../common/localization.ts';
import { kindName, pictureOf, type KnownFile } from './galleryTile.ts';

/** What the page has found out about first files, by the ids of their jobs. */
type Known = ReadonlyMap<string, KnownFile>;

/** @param show leads to another job */
export function renderDetails(
  details: GalleryDetailsDto | undefined,
  known: Known,
  show: (taskId: string) => void,
): TemplateResult {
  return html`<aside class="details" aria-label=${t('Details')} data-testid="gallery-details">
    ${details === undefined ? html`<p class="empty">${t('Select a result to see its details.')}</p>` : renderJob(details, known, show)}
  </aside>`;
}

function renderJob(details: GalleryDetailsDto, known: Known, show: (taskId: string) => void): TemplateResult {
  const { files, prompt, facts, problem, ancestors, variants, guesses } = details;
  const strip = (name: string, tiles: readonly GalleryTileDto[]): TemplateResult | typeof nothing =>
    renderStrip(name, tiles, known, show);
  return html`${files.map(file => renderFile(file, details.tile.title))}
    <h2>${t('Prompt')}</h2>
    <p class="prompt" dir="auto">${prompt}</p>
    ${problem === undefined ? nothing : html`<p class="problem">${problem}</p>`}
    ${strip(t('Made from'), ancestors)} ${strip(t('Made from it or alongside it'), variants)}
    ${strip(t('Same prompt, but possibly unrelated'), guesses)}
    <h2>${t('About')}</h2>
    <dl>
      ${facts.map(
        ({ name, value }) =>
          html`<div>
            <dt>${name}</dt>
            <dd><bdi>${value}</bdi></dd>
          </div>`,
      )}
    </dl>`;
}

function renderFile(file: GalleryFileDto, title: string): TemplateResult {
  const { source, kind, mediaType, bytes, width, height } = file;
  const pixels = width === undefined || height === undefined ? '' : t('{0} × {1} pixels', width, height);
  const size = t('{0} KB', formatNumber(Math.ceil(bytes / 1000)));
  return html`<figure>
    ${source === undefined ? nothing : renderMedia(kind, source, title)}
    <figcaption>${[pixels, size, mediaType].filter(Boolean).join(' · ')}</figcaption>
  </figure>`;
}

function renderMedia(kind: GalleryFileDto['kind'], source: string, title: string): TemplateResult {
  switch (kind) {
    case 'image':
      return html`<img src=${source} alt=${title} />`;
    case 'video':
      return html`<video src=${source} controls preload="metadata" aria-label=${title}></video>`;
    case 'audio':
      return html`<audio src=${source} controls preload="metadata" aria-label=${title}></audio>`;
  }
}

function renderStrip(
  name: string,
  tiles: readonly GalleryTileDto[],
  known: Known,
  show: (taskId: string) => void,
): TemplateResult | typeof nothing {
  if (tiles.length === 0) return nothing;
  return html`<h2>${name}</h2>
    <ul class="strip" aria-label=${name}>
      ${tiles.map(tile => {
        const picture = pictureOf(tile.file, known.get(tile.taskId));
        return html`<li>
          <button
            type="button"
            title=${tile.title}
            aria-label=${`${tile.title}, ${kindName(tile.kind)}, ${tile.model}`}
            @click=${() => show(tile.taskId)}
          >
            ${
              picture === undefined
                ? html`<span class="codicon codicon-file-media" aria-hidden="true"></span>`
                : html`<img src=${picture} alt="" loading="lazy" />`
            }
          </button>
        </li>`;
      })}
    </ul>`;
}
