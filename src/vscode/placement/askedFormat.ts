import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import type { Library } from '../../core/assets/library.ts';
import type { PictureFormat } from '../../core/media/pictureHead.ts';
import { MediaProblem, type Pictures } from '../../core/media/pictures.ts';
import type { MissingFile } from '../../core/tasks/placement.ts';
import type { StoredFile } from '../../shared/task.ts';
import type { PlacedFile } from './referenceEdit.ts';
import { largestInMemory } from './workspaceFiles.ts';

const formats: Readonly<Record<string, PictureFormat>> = {
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  webp: 'webp',
};

interface Ports {
  readonly library: Library;
  readonly pictures: Pictures;
  readonly log: Log;
}

/**
 * The files of a job that makes a missing one: the first in the format that its name asks for, where it can
 * be made of what the model gave. The library keeps that as it came. What is signed, moves, or cannot be
 * read stays what it is, and the link follows.
 */
export async function inAskedFormat(
  { library, pictures, log }: Ports,
  missing: MissingFile,
  files: readonly { readonly index: number; readonly file: StoredFile }[],
): Promise<readonly Omit<PlacedFile, 'uri'>[]> {
  const extension = posix.extname(vscode.Uri.parse(missing.uri, true).path).slice(1).toLowerCase();
  const to = formats[extension];
  const [first, ...others] = files;
  if (!first || !to || !formats[first.file.extension] || formats[first.file.extension] === to) return files;
  try {
    const { bytes, mediaType } = await pictures.convert(await readFile(library.pathOf(first.file)), to);
    if (bytes.length > largestInMemory) return files;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = { ...first.file, extension, mediaType, sha256, bytes: bytes.length };
    return [{ index: first.index, file, contents: bytes }, ...others];
  } catch (error) {
    if (!(error instanceof MediaProblem)) throw error;
    log.info(`A result stays what it is, though ${extension} was asked for: ${error.message}`);
    return files;
  }
}
