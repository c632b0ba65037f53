import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { CodecFile } from '../src/core/media/codecs.ts';
import { root } from './workspace.ts';

/** Where the packages have the compiled codecs of pictures. */
const sources: Readonly<Record<CodecFile, string>> = {
  'mozjpeg_dec.wasm': 'jpeg/codec/dec',
  'mozjpeg_enc.wasm': 'jpeg/codec/enc',
  'squoosh_png_bg.wasm': 'png/codec/pkg',
  'squoosh_resize_bg.wasm': 'resize/lib/resize/pkg',
  'webp_dec.wasm': 'webp/codec/dec',
  'webp_enc_simd.wasm': 'webp/codec/enc',
};

/** Their licences, which go wherever they go. */
const licences: Readonly<Record<string, string>> = {
  'jpeg.LICENSE.md': 'jpeg/codec/LICENSE.codec.md',
  'png.LICENSE.md': 'png/codec/LICENSE.codec.md',
  'resize.LICENSE.md': 'resize/lib/resize/LICENSE.codec.md',
  'webp.LICENSE.md': 'webp/codec/LICENSE.codec.md',
};

/** The names of all in the folder of a build. */
export const codecFiles = [...Object.keys(sources), ...Object.keys(licences)];

/** Lays the compiled codecs into a folder, which is made. */
export async function copyCodecs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = [
    ...Object.entries(sources).map(([name, place]) => [name, `${place}/${name}`] as const),
    ...Object.entries(licences),
  ];
  for (const [name, place] of files)
    await cp(path.join(root, 'node_modules/@jsquash', place), path.join(folder, name));
}
