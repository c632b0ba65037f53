import { readFile } from 'node:fs/promises';
import type { Library } from '../assets/library.ts';
import { MediaProblem, type Pictures } from '../media/pictures.ts';
import type { StoredFile } from '../../shared/task.ts';
import type { PreviewImage } from './answers.ts';

/** What models take as it is. */
const takenAsItIs: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);
const mostBytes = 200_000;

/**
 * A small picture of a stored file: scaled down, or the file itself where that is small and cannot be scaled.
 * @param pictures undefined where there are no codecs
 * @returns undefined when the file has to be opened to be seen
 */
export async function previewFile(
  library: Pick<Library, 'pathOf'>,
  file: StoredFile,
  pictures: Pick<Pictures, 'preview'> | undefined,
): Promise<PreviewImage | undefined> {
  if (!file.mediaType.startsWith('image/')) return undefined;
  const bytes = await bytesOf(library.pathOf(file));
  if (!bytes) return undefined;
  try {
    if (pictures) return await pictures.preview(bytes);
  } catch (error) {
    if (!(error instanceof MediaProblem)) throw error;
    // What is damaged here is nothing that a host would show.
    if (error.code !== 'format') return undefined;
  }
  const isTaken = bytes.length <= mostBytes && takenAsItIs.has(file.mediaType);
  return isTaken ? { mediaType: file.mediaType, bytes } : undefined;
}

/** Undefined when the file is gone, as the row of it may be that a person has deleted. */
async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
