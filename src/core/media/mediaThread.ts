import { workerData } from 'node:worker_threads';
import { answerQuestions } from '../../base/answerQuestions.ts';
import { Codecs, type Pixels } from './codecs.ts';
import type { PictureFormat } from './pictureHead.ts';

/** What the thread finds when it starts. */
export interface MediaThreadData {
  /** With the compiled codecs. */
  readonly codecs: string;
}

/** What the thread is asked: one picture made of another. */
export interface MediaQuestion {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  /** As the head of the file says, in either order: EXIF may turn it. */
  readonly width: number;
  readonly height: number;
  readonly to: PictureFormat;
  /** Of the longer side, in pixels; nothing is enlarged. */
  readonly longest: number | undefined;
  /** 1 to 100. */
  readonly quality: number;
  /** Quality falls until it fits, then size. */
  readonly mostBytes: number | undefined;
}

/** What it answers. */
export interface MediaAnswer {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Steps by which a file gets smaller; below the last one nobody would recognise anything. */
const qualityStep = 15;
const leastQuality = 20;

const { codecs: folder } = workerData as MediaThreadData;
const codecs = new Codecs(folder);

// The program of a thread of its own: `Pictures` starts it.
answerQuestions(async (question: MediaQuestion): Promise<MediaAnswer> => {
  const decoded = await codecs.decode(question.bytes, question.format);
  requireSize(decoded, question);
  let pixels = await scaled(decoded, question.longest ?? Infinity);
  for (let { quality } = question; ;) {
    const bytes = await codecs.encode(pixels, question.to, quality);
    const { width, height } = pixels;
    if (bytes.length <= (question.mostBytes ?? Infinity) || Math.max(width, height) === 1)
      return { bytes, width, height };
    if (question.to !== 'png' && quality > leastQuality)
      quality = Math.max(leastQuality, quality - qualityStep);
    else pixels = await scaled(pixels, Math.ceil(Math.max(width, height) / 2));
  }
});

/** Else a head that lies would lead past the bound on pixels. */
function requireSize({ width, height }: Pixels, said: MediaQuestion): void {
  const isAsSaid = width === said.width && height === said.height;
  const isTurned = width === said.height && height === said.width;
  if (!isAsSaid && !isTurned) throw new Error('A picture has another size than its head says.');
}

async function scaled(pixels: Pixels, longest: number): Promise<Pixels> {
  const factor = longest / Math.max(pixels.width, pixels.height);
  if (factor >= 1) return pixels;
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return codecs.scale(pixels, { width: side(pixels.width), height: side(pixels.height) });
}
