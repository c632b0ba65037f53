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

/** Lays the compiled codecs into a folder, which is made. */
export async function copyCodecs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, place] of Object.entries(sources))
    await cp(path.join(root, 'node_modules/@jsquash', place, name), path.join(folder, name));
}
