/** The connection of the gallery to the extension host. */
import type { GalleryQuery } from '../../shared/gallery.ts';
import type { GalleryPageMessage } from '../../shared/gallerySchema.ts';
import { connect } from '../common/hostConnection.ts';

/** What the page remembers. */
export interface PageMemory {
  readonly query: GalleryQuery;
  readonly size: number;
  readonly showsDetails: boolean;
  /** The first tile that is seen, and the active one. */
  readonly first: number;
  readonly active: number;
}

export const { post, remember, remembered } = connect<GalleryPageMessage, PageMemory>();
