/** A tile: the picture of a job, and a line or two about it. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { GalleryFileDto, GalleryTileDto } from '../../shared/gallery.ts';
import type { MediaKind } from '../../shared/task.ts';
import { formatDay, t } from '../common/localization.ts';
import { smallBytes } from './probeQueue.ts';

const icons: Readonly<Record<MediaKind, string>> = {
  image: 'file-media',
  video: 'device-camera-video',
  audio: 'unmute',
};

const lookIcons: Readonly<Record<GalleryTileDto['look'], string>> = {
  running: 'loading codicon-modifier-spin',
  failed: 'error',
  ready: '',
  placed: '',
  ended: '',
};

/** What the page has found out about a file. */
export interface KnownFile {
  /** Whether it could not be read when a thumbnail was to be made. */
  readonly isUnreadable: boolean;
  readonly seconds: number | undefined;
}

/** The address of what stands for a file as a still picture; undefined when there is nothing. */
export function pictureOf(
  file: GalleryFileDto | undefined,
  known: KnownFile | undefined,
): string | undefined {
  if (file?.thumbnail !== undefined) return file.thumbnail;
  if (file?.kind !== 'image') return undefined;
  // Where no thumbnail can be made, the picture itself is shown.
  return file.bytes <= smallBytes || known?.isUnreadable === true ? file.source : undefined;
}

/** What is only drawn of a tile, in words. */
function marksText({ kind, isFavourite, files }: GalleryTileDto, known: KnownFile | undefined): string {
  return [
    kindName(kind),
    known?.seconds === undefined ? '' : lengthText(known.seconds),
    files > 1 ? t('{0} files', files) : '',
    isFavourite ? t({ message: 'favorite', comment: 'A task that the person has marked' }) : '',
  ]
    .filter(Boolean)
    .join(', ');
}

export function kindName(kind: MediaKind): string {
  return { image: t('Image'), video: t('Video'), audio: t('Audio') }[kind];
}

/** What is in a tile. @param isPlaying whether its video or sound is played in it */
export function renderTile(
  tile: GalleryTileDto,
  known: KnownFile | undefined,
  isPlaying: boolean,
): TemplateResult {
  const { title, model, priceText, createdAt, isFavourite, files, stateText, look } = tile;
  const line = [formatDay(createdAt), priceText, model].filter(Boolean).join(' · ');
  return html`<div class="picture" aria-hidden=${isPlaying ? nothing : 'true'}>
      ${isPlaying ? renderPlayer(tile) : renderPicture(tile, known)}
      ${isFavourite ? html`<span class="mark favourite codicon codicon-star-full"></span>` : nothing}
      ${files > 1 ? html`<span class="mark count">${files}</span>` : nothing}
      ${
        known?.seconds === undefined || isPlaying
          ? nothing
          : html`<span class="mark length">${lengthText(known.seconds)}</span>`
      }
    </div>
    <div class="caption">
      <bdi class="name" dir="auto">${title}</bdi>
      <span class="about">${look === 'placed' ? line : `${stateText} · ${line}`}</span>
      <span class="visually-hidden">${marksText(tile, known)}</span>
    </div>`;
}

function renderPicture(tile: GalleryTileDto, known: KnownFile | undefined): TemplateResult {
  const { file, kind, look } = tile;
  const picture = pictureOf(file, known);
  if (picture !== undefined) return html`<img src=${picture} alt="" loading="lazy" draggable="false" />`;
  const icon = lookIcons[look] || icons[file?.kind ?? kind];
  return html`<span class="icon codicon codicon-${icon}"></span>`;
}

function renderPlayer({ file, title }: GalleryTileDto): TemplateResult | typeof nothing {
  const source = file?.source;
  if (source === undefined) return nothing;
  return file?.kind === 'video'
    ? html`<video src=${source} controls autoplay loop tabindex="-1" aria-label=${title}></video>`
    : html`<audio src=${source} controls autoplay tabindex="-1" aria-label=${title}></audio>`;
}

/** Minutes and whole seconds, as players show them; what is shorter than one counts as one. */
export function lengthText(seconds: number): string {
  const whole = Math.max(1, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
