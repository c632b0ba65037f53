import { open } from 'node:fs/promises';
import { fileTypeFromBuffer, fileTypeFromTokenizer } from 'file-type';
import { imageSizeFromFile } from 'image-size/fromFile';
import { fromFile } from 'strtok3';
import type { MediaKind } from '../../shared/task.ts';
import { isSoundOnly, type ReadPart } from './boxes.ts';

/** What a file is, by its own bytes; names and headers lie. */
export interface MediaType {
  /** For example `image/png`. */
  readonly mediaType: string;
  /** Without a dot. */
  readonly extension: string;
}

/** @returns undefined for anything that is not an image, a video or a sound */
export async function recognise(path: string): Promise<(MediaType & { kind: MediaKind }) | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read: ReadPart = async (offset, length) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return await refined(mediaTypeOf(await typeOf(path)), read, size);
  } finally {
    await file.close();
  }
}

/** @returns undefined for anything that is not an image, a video or a sound */
export async function recogniseBytes(
  bytes: Uint8Array,
): Promise<(MediaType & { kind: MediaKind }) | undefined> {
  const read: ReadPart = (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length));
  return refined(mediaTypeOf(await fileTypeFromBuffer(bytes)), read, bytes.length);
}

type Recognised = MediaType & { kind: MediaKind };

/** What `file-type` does not tell, or tells by the brand of a file alone. */
async function refined(
  type: Recognised | undefined,
  read: ReadPart,
  bytes: number,
): Promise<Recognised | undefined> {
  if (type && /^video\/(?:mp4|x-m4v|quicktime|3gpp2?)$/.test(type.mediaType)) {
    // Recorders write the brand of videos into their sounds.
    if (!(await isSoundOnly(read, bytes))) return type;
    const isMp4 = type.mediaType === 'video/mp4' || type.mediaType === 'video/x-m4v';
    if (isMp4) return { kind: 'audio', mediaType: 'audio/mp4', extension: 'm4a' };
    return { ...type, kind: 'audio', mediaType: type.mediaType.replace('video/', 'audio/') };
  }
  if (type) return type;
  const head = Buffer.from(await read(0, paddingBytes));
  if (/^(?:RF64|BW64)$/.test(head.toString('latin1', 0, 4)) && head.toString('latin1', 8, 12) === 'WAVE')
    return { kind: 'audio', mediaType: 'audio/wav', extension: 'wav' };
  const first = head.findIndex(byte => byte !== 0);
  if (first < 1) return undefined;
  const padded = mediaTypeOf(await fileTypeFromBuffer(head.subarray(first)));
  return padded?.mediaType === 'audio/mpeg' ? padded : undefined;
}

/** Some encoders write zeros before the first frame of an MP3. */
const paddingBytes = 16_384;

function mediaTypeOf(
  type: { readonly mime: string; readonly ext: string } | undefined,
): (MediaType & { kind: MediaKind }) | undefined {
  const kind = type?.mime.split('/')[0];
  if (!type || (kind !== 'image' && kind !== 'video' && kind !== 'audio')) return undefined;
  return { kind, mediaType: type.mime, extension: type.ext };
}

async function typeOf(path: string): ReturnType<typeof fileTypeFromTokenizer> {
  // Not `fileTypeFromFile`: it imports its reader by a name made at run time, which no bundle can hold.
  const tokenizer = await fromFile(path);
  try {
    return await fileTypeFromTokenizer(tokenizer);
  } finally {
    await tokenizer.close();
  }
}

/** Pixels as shown, so after an EXIF rotation; undefined where the format does not say. */
export async function imageDimensions(path: string): Promise<{ width: number; height: number } | undefined> {
  try {
    const { width, height, orientation = 1 } = await imageSizeFromFile(path);
    return orientation >= 5 ? { width: height, height: width } : { width, height };
  } catch (error) {
    // Only what the file system says is a failure. A header that the library cannot read is not: the picture
    // is paid, and whoever shows it may read more.
    if (error instanceof Error && 'syscall' in error) throw error;
    return undefined;
  }
}
