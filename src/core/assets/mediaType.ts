import { fileTypeFromBuffer, fileTypeFromTokenizer } from 'file-type';
import { imageSizeFromFile } from 'image-size/fromFile';
import { fromFile } from 'strtok3';
import type { MediaKind } from '../../shared/task.ts';

/** What a file is, by its own bytes; names and headers lie. */
export interface MediaType {
  /** For example `image/png`. */
  readonly mediaType: string;
  /** Without a dot. */
  readonly extension: string;
}

/** @returns undefined for anything that is not an image, a video or a sound */
export async function recognise(path: string): Promise<(MediaType & { kind: MediaKind }) | undefined> {
  return mediaTypeOf(await typeOf(path));
}

/** @returns undefined for anything that is not an image, a video or a sound */
export async function recogniseBytes(
  bytes: Uint8Array,
): Promise<(MediaType & { kind: MediaKind }) | undefined> {
  return mediaTypeOf(await fileTypeFromBuffer(bytes));
}

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
    // Only what the file system says is a failure. A header that the library cannot read is not: the picture is paid, and
    // whoever shows it may read more.
    if (error instanceof Error && 'syscall' in error) throw error;
    return undefined;
  }
}
