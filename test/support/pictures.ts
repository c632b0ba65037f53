import path from 'node:path';
import { PNG } from 'pngjs';
import { copyCodecs } from '../../scripts/codecFiles.ts';
import type { Clock } from '../../src/base/clock.ts';
import { Pictures } from '../../src/core/media/pictures.ts';

/** The program of the thread as it is. */
export const mediaThread = path.resolve('src/core/media/mediaThread.ts');

/** Pictures with the codecs of the packages, laid into a folder. */
export async function realPictures(codecs: string, clock: Clock): Promise<Pictures> {
  await copyCodecs(codecs);
  return new Pictures({ threadFile: mediaThread, codecs, clock });
}

/** A picture with colours that run into each other, and noise as photographs have it. */
export function photo(width: number, height: number, alpha = 255): Buffer {
  const picture = new PNG({ width, height });
  let random = 1;
  for (let at = 0, pixel = 0; at < picture.data.length; at += 4, pixel++) {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    const noise = random >>> 26;
    picture.data[at] = Math.round((224 * (pixel % width)) / width) + (noise % 32);
    picture.data[at + 1] = Math.round((224 * Math.floor(pixel / width)) / height) + (noise % 16);
    picture.data[at + 2] = 100;
    picture.data[at + 3] = alpha;
  }
  return PNG.sync.write(picture);
}

/** Puts a chunk behind the head of a PNG. Its checksum is that of an empty one: nobody who skips it looks. */
export function withChunk(png: Buffer, name: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const chunk = Buffer.alloc(8);
  chunk.writeUInt32BE(data.length);
  chunk.write(name, 4, 'latin1');
  return Buffer.concat([png.subarray(0, 33), chunk, data, Buffer.alloc(4), png.subarray(33)]);
}
