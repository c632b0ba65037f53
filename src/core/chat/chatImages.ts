import { randomUUID } from 'node:crypto';
import { existsSync, openAsBlob } from 'node:fs';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removePatiently, renamePatiently } from '../../base/patience.ts';
import { recognise } from '../assets/mediaType.ts';
import type { ImageRecord } from './records.ts';

/** Rivya's limit for an image when the model gives none, in bytes (rivya-api.md 4). */
export const maximumImageBytes = 10 * 1024 ** 2;
/** What Rivya takes as an image (rivya-api.md 4). */
const accepted: readonly string[] = ['image/jpeg', 'image/png', 'image/webp'];

/** Younger files are left alone. */
const sweepAgeMs = 3_600_000;

/** Why an image was not taken; nothing of it is kept. */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused';
  readonly reason: 'tooLarge' | 'notAnImage' | 'otherFormat' | 'empty';
  /** What it is instead, by its bytes. */
  readonly mediaType: string | undefined;

  constructor(reason: ImageRefused['reason'], mediaType?: string) {
    super(`The image was refused: ${reason}.`);
    this.reason = reason;
    this.mediaType = mediaType;
  }
}

/** The images that go with questions, as files: neither the page nor the database holds their bytes. */
export class ChatImages {
  readonly #folder: string;
  /** Paths of files that are known to be there. */
  readonly #present = new Set<string>();

  /** @param folder absolute path; created when first needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get folder(): string {
    return this.#folder;
  }

  pathOf(image: Pick<ImageRecord, 'path'>): string {
    return join(this.#folder, image.path);
  }

  /**
   * Whether the file is there. The disk is asked until it was seen once: nobody but `remove` takes it away.
   */
  has({ path }: Pick<ImageRecord, 'path'>): boolean {
    if (!this.#present.has(path) && existsSync(join(this.#folder, path))) this.#present.add(path);
    return this.#present.has(path);
  }

  /** @throws ImageRefused before anything is written that would stay, or an error of the file system */
  async add(name: string, bytes: Uint8Array): Promise<ImageRecord> {
    if (bytes.byteLength === 0) throw new ImageRefused('empty');
    if (bytes.byteLength > maximumImageBytes) throw new ImageRefused('tooLarge');
    await mkdir(this.#folder, { recursive: true });
    const id = randomUUID();
    const temporary = join(this.#folder, `${id}.part`);
    try {
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      const type = await recognise(temporary);
      if (type?.kind !== 'image') throw new ImageRefused('notAnImage', type?.mediaType);
      if (!accepted.includes(type.mediaType)) throw new ImageRefused('otherFormat', type.mediaType);
      const path = `${id}.${type.extension}`;
      await renamePatiently(temporary, join(this.#folder, path));
      return {
        id,
        name: cleanName(name, type.extension),
        bytes: bytes.byteLength,
        path,
        mediaType: type.mediaType,
        fileId: undefined,
      };
    } catch (error) {
      await removePatiently(temporary);
      throw error;
    }
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#present.delete(path);
    await Promise.all(paths.map(path => removePatiently(join(this.#folder, path))));
  }

  /**
   * Removes what a crash has left: files that nothing refers to, unless they are so young that another window
   * may be about to.
   * @param needed paths as in `ImageRecord`; read before this is called
   * @param now milliseconds since the epoch
   */
  async sweep(needed: ReadonlySet<string>, now: number): Promise<void> {
    const left = (await namesIn(this.#folder)).filter(name => !needed.has(name));
    for (const name of left) {
      const { mtimeMs } = await stat(join(this.#folder, name));
      if (now - mtimeMs > sweepAgeMs) await this.remove([name]);
    }
  }

  /** @throws an error of the file system when the file is gone */
  async blobOf(image: ImageRecord): Promise<Blob> {
    return await openAsBlob(this.pathOf(image), { type: image.mediaType });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** A name for people and for the upload: one line, no path, never empty. */
function cleanName(name: string, extension: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const clean = last
    .replace(/[\p{C}"<>|:*?]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 120);
  return clean === '' ? `image.${extension}` : clean;
}
