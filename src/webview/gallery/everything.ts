import type { GalleryQuery } from '../../shared/gallery.ts';

/** What is shown when nothing was searched for or chosen. */
export const everything: GalleryQuery = {
  text: '',
  kind: '',
  model: '',
  state: 'made',
  time: 'any',
  day: '',
  workspace: false,
  favourites: false,
  order: 'newest',
};
