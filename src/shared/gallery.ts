/**
 * What the extension host tells the gallery. Messages are numbered; a gap makes the page ask for everything
 * again. Addresses are those under which the page may load a file.
 */
import type { MediaKind } from './task.ts';

/** Which jobs by what became of them. `made`: those with a result, or had one. */
export const galleryStates = ['made', 'all', 'ready', 'running', 'failed'] as const;
export type GalleryState = (typeof galleryStates)[number];

/** When jobs were made; `day` is one that the person has picked. */
export const galleryTimes = ['any', 'today', 'yesterday', 'week', 'month', 'day'] as const;
export type GalleryTime = (typeof galleryTimes)[number];

/** What the page shows: what was searched for and chosen. An empty text lets all pass. */
export interface GalleryQuery {
  readonly text: string;
  readonly kind: '' | MediaKind;
  /** The id of a model. */
  readonly model: string;
  readonly state: GalleryState;
  readonly time: GalleryTime;
  /** `YYYY-MM-DD`, where the time is `day`. */
  readonly day: string;
  /** Only what was begun in the folders of this window. */
  readonly workspace: boolean;
  readonly favourites: boolean;
  readonly order: 'newest' | 'oldest' | 'price';
}

/** A file of a job. */
export interface GalleryFileDto {
  readonly index: number;
  readonly kind: MediaKind;
  /** Undefined once it was removed from the library. */
  readonly source: string | undefined;
  /** A small picture of it, once one was made. */
  readonly thumbnail: string | undefined;
  readonly mediaType: string;
  readonly bytes: number;
  readonly width?: number;
  readonly height?: number;
}

/** A job as a tile. */
export interface GalleryTileDto {
  readonly taskId: string;
  readonly kind: MediaKind;
  /** The beginning of the prompt. */
  readonly title: string;
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** What has become of it. */
  readonly look: 'running' | 'ready' | 'placed' | 'failed' | 'ended';
  /** The same, and its price, in words. */
  readonly stateText: string;
  readonly priceText: string;
  readonly isFavourite: boolean;
  /** The file that stands for the job; undefined while there is none. */
  readonly file: GalleryFileDto | undefined;
  readonly files: number;
  /** For a drag: the file in the library. */
  readonly dragUri: string | undefined;
}

/** Everything about one job. */
export interface GalleryDetailsDto {
  readonly tile: GalleryTileDto;
  readonly prompt: string;
  readonly files: readonly GalleryFileDto[];
  /** What else is known of it, in words, in their order. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly problem: string | undefined;
  readonly ancestors: readonly GalleryTileDto[];
  readonly variants: readonly GalleryTileDto[];
  /** Jobs with the very same prompt; whether they belong to it nobody has noted. */
  readonly guesses: readonly GalleryTileDto[];
}

/** What stands beside the tiles. */
export interface GalleryFrameDto {
  /** Models that jobs were made with. */
  readonly models: readonly { readonly id: string; readonly name: string }[];
  /** Whether a folder is open, so that *This Workspace* means something. */
  readonly hasWorkspace: boolean;
  /** Whether a removal can be undone. */
  readonly canUndo: boolean;
}

export type GalleryHostMessage = { readonly sequence: number } & (
  | { readonly type: 'frame'; readonly frame: GalleryFrameDto }
  | {
      /** The answer to a `look`, and again whenever something of it has changed. */
      readonly type: 'rows';
      /** Number of the look. */
      readonly look: number;
      readonly total: number;
      /** Whether there are more than were counted. */
      readonly isMore: boolean;
      readonly offset: number;
      readonly rows: readonly GalleryTileDto[];
    }
  | { readonly type: 'details'; readonly taskId: string; readonly details: GalleryDetailsDto | undefined }
  /** A thumbnail that the page has made is kept. */
  | { readonly type: 'thumbnail'; readonly taskId: string; readonly index: number; readonly address: string }
  /** The ids that a selection over tiles that are not here covers. */
  | { readonly type: 'ids'; readonly request: number; readonly ids: readonly string[] }
);
