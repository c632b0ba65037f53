import type { MediaKind } from '../../shared/task.ts';

/** Results larger than this are not downloaded, in bytes: the largest of the catalogue have a tenth of it. */
export const maximumResultBytes: Readonly<Record<MediaKind, number>> = {
  image: 100 * 1024 ** 2,
  video: 2 * 1024 ** 3,
  audio: 500 * 1024 ** 2,
};
