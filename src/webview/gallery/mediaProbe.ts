/** Looks into files: a small picture of an image or a video, and how long a video or a sound is. */
import type { GalleryFileDto } from '../../shared/gallery.ts';

/** The longer side of a thumbnail, in pixels. */
const side = 256;
/** What the host takes, in bytes. */
const mostBytes = 65_536;
const qualities = [0.8, 0.5, 0.2];
/** The first picture of a video is often black. In seconds. */
const posterTime = 0.5;

export interface MediaFacts {
  readonly thumbnail?: ArrayBuffer;
  readonly seconds?: number;
}

/** @throws when the file cannot be read here, be it gone or of an unknown kind */
export async function probe(file: GalleryFileDto): Promise<MediaFacts> {
  if (file.source === undefined) throw new Error('The file is not in the library.');
  switch (file.kind) {
    case 'image':
      return { thumbnail: await ofImage(file.source) };
    case 'video':
      return ofVideo(file.source, file.thumbnail === undefined);
    case 'audio':
      return withMedia('audio', file.source, media => Promise.resolve(lengthOf(media)));
  }
}

async function ofImage(source: string): Promise<ArrayBuffer> {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.decoding = 'async';
  image.src = source;
  await image.decode();
  return smallPicture(image, image.naturalWidth, image.naturalHeight);
}

function ofVideo(source: string, wantsPicture: boolean): Promise<MediaFacts> {
  return withMedia('video', source, async video => {
    const length = lengthOf(video);
    if (!wantsPicture) return length;
    const seeked = event(video, 'seeked');
    video.currentTime = Math.min(posterTime, (length.seconds ?? 0) / 2);
    await seeked;
    return { ...length, thumbnail: await smallPicture(video, video.videoWidth, video.videoHeight) };
  });
}

function lengthOf({ duration }: HTMLMediaElement): { seconds?: number } {
  return Number.isFinite(duration) ? { seconds: duration } : {};
}

async function withMedia<Name extends 'audio' | 'video'>(
  name: Name,
  source: string,
  use: (media: HTMLElementTagNameMap[Name]) => Promise<MediaFacts>,
): Promise<MediaFacts> {
  const media = document.createElement(name);
  try {
    media.crossOrigin = 'anonymous';
    media.muted = true;
    media.preload = 'metadata';
    const loaded = event(media, name === 'video' ? 'loadeddata' : 'loadedmetadata');
    media.src = source;
    await loaded;
    return await use(media);
  } finally {
    // Else it goes on to load.
    media.removeAttribute('src');
    media.load();
  }
}

function event(media: HTMLMediaElement, name: 'seeked' | 'loadeddata' | 'loadedmetadata'): Promise<void> {
  return new Promise((resolve, reject) => {
    media.addEventListener(name, () => resolve(), { once: true });
    media.addEventListener('error', () => reject(new Error(media.error?.message ?? 'unreadable')), {
      once: true,
    });
  });
}

async function smallPicture(
  source: HTMLImageElement | HTMLVideoElement,
  width: number,
  height: number,
): Promise<ArrayBuffer> {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('Nothing can be drawn here.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  for (const quality of qualities) {
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
    if (blob.type === 'image/webp' && blob.size <= mostBytes) return blob.arrayBuffer();
  }
  throw new Error('The picture cannot be made small enough.');
}
